package gitrun

import (
	"net/url"
	"regexp"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// Address is the address of a repository.
type Address struct {
	Scheme string // https, ssh or http
	User   string // of ssh
	Host   string // lower case, with its port where it has one
	Path   string // without a leading slash, escaped: "acme/pay.git"
	Home   bool   // of ssh: the path starts in the user's home, as in git@host:path, and not at the top of the machine
}

var (
	hostPattern = regexp.MustCompile(`^([a-z0-9]([a-z0-9._-]*[a-z0-9])?|\[[0-9a-f:.]+\])(:[0-9]{1,5})?$`)
	userPattern = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]{0,62}$`)
	scpPattern  = regexp.MustCompile(`^([A-Za-z0-9_][A-Za-z0-9._-]*)@([A-Za-z0-9.-]+):([^:].*)$`)
)

const maxAddress = 2048

// ParseAddress reads the address of a repository: https://host/path, ssh://git@host/path, git@host:path, or
// http://host/path, with the meaning that git gives it. Everything else, such as a local path or "ext::", is an error of kind fault.Invalid, and so is an
// address with a password in it.
func ParseAddress(s string) (Address, error) {
	s = strings.TrimSpace(s)
	switch {
	case len(s) > maxAddress:
		return Address{}, fault.New(fault.Invalid, "the address of the repository is longer than %d bytes", maxAddress)
	case strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\uFFFD' }):
		return Address{}, fault.New(fault.Invalid, "the address of the repository has an unprintable character in it")
	}
	home := false
	if m := scpPattern.FindStringSubmatch(s); m != nil && !strings.Contains(s, "://") {
		// Nothing is escaped in this form.
		s = "ssh://" + m[1] + "@" + m[2] + (&url.URL{Path: "/" + strings.TrimLeft(m[3], "/")}).EscapedPath()
		home = m[3][0] != '/'
	}
	u, err := url.Parse(s)
	if err != nil {
		return Address{}, fault.New(fault.Invalid, "it is not a usable address of a repository")
	}
	a := Address{Scheme: strings.ToLower(u.Scheme), Host: strings.ToLower(u.Host), Path: strings.Trim(u.EscapedPath(), "/"), Home: home}
	if _, secret := u.User.Password(); secret || a.Scheme != "ssh" && u.User != nil {
		return Address{}, fault.New(fault.Invalid, "credentials do not belong in the address of a repository")
	}
	a.User = u.User.Username()
	switch {
	case a.Scheme != "https" && a.Scheme != "ssh" && a.Scheme != "http":
		return Address{}, fault.New(fault.Invalid, "a repository is read by https or ssh, and its address starts with https:// or git@")
	case !hostPattern.MatchString(a.Host):
		return Address{}, fault.New(fault.Invalid, "the address of the repository names no usable host")
	case a.User != "" && !userPattern.MatchString(a.User):
		return Address{}, fault.New(fault.Invalid, "the address of the repository has an unusable user in it")
	case a.Path == "" || strings.HasPrefix(a.Path, "-") || u.RawQuery != "" || u.Fragment != "":
		return Address{}, fault.New(fault.Invalid, "the address names no repository on %s", a.Host)
	case strings.Contains("/"+a.Path+"/", "/../"):
		return Address{}, fault.New(fault.Invalid, "the address of the repository climbs out of its folder")
	}
	return a, nil
}

// String returns the address as git takes it. It holds no secret.
func (a Address) String() string {
	user := ""
	if a.User != "" {
		user = a.User + "@"
	}
	if plain, err := url.PathUnescape(a.Path); a.Home && err == nil {
		return user + a.Host + ":" + plain
	}
	return a.Scheme + "://" + user + a.Host + "/" + a.Path
}

// Hostname is the host without its port.
func (a Address) Hostname() string {
	if i := strings.LastIndexByte(a.Host, ':'); i > strings.LastIndexByte(a.Host, ']') {
		return a.Host[:i]
	}
	return a.Host
}

// Repo is the path that addresses of the repository's pages have: without ".git".
func (a Address) Repo() string { return strings.TrimSuffix(a.Path, ".git") }

// CheckRef refuses names that are not those of a branch or tag (git help check-ref-format), among them all that git
// could take for an option.
func CheckRef(name string) error {
	bad := name == "" || len(name) > 250 || name == "@" || strings.HasPrefix(name, "-") || strings.HasPrefix(name, "/") ||
		strings.HasSuffix(name, "/") || strings.HasSuffix(name, ".") || strings.Contains(name, "..") ||
		strings.Contains(name, "//") || strings.Contains(name, "@{") ||
		strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r == 0x7f || strings.ContainsRune("~^:?*[\\\uFFFD", r) })
	for part := range strings.SplitSeq(name, "/") {
		bad = bad || strings.HasPrefix(part, ".") || strings.HasSuffix(part, ".lock")
	}
	if bad {
		return fault.New(fault.Invalid, "%q is not the name of a branch", clip(name))
	}
	return nil
}

// IsID reports whether s is a whole object id: 40 or 64 hexadecimal digits.
func IsID(s string) bool {
	if len(s) != 40 && len(s) != 64 {
		return false
	}
	return strings.Trim(s, "0123456789abcdef") == ""
}

func clip(s string) string {
	const most = 100
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
