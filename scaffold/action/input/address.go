package input

import (
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// IsWeb reports whether an address starts as those of the web do.
func IsWeb(s string) bool {
	low := strings.ToLower(s[:min(len(s), len("https://"))])
	return strings.HasPrefix(low, "https://") || strings.HasPrefix(low, "http://")
}

// ResolveURL makes an address absolute that is relative to a file in a repository on the web. One that starts with a
// slash starts at the top of the repository, as in Backstage.
func ResolveURL(base, ref string) (string, error) {
	if strings.HasPrefix(ref, "/") {
		return Contents(base, ref)
	}
	b, err := parseWeb(base)
	if err != nil {
		return "", err
	}
	r, err := url.Parse(ref)
	if err != nil || r.IsAbs() || r.Host != "" || strings.ContainsAny(ref, "\\\x00") {
		return "", fault.New(fault.Invalid, "%q is not a usable address", clip(ref))
	}
	dir := path.Dir(b.Path)
	if at := path.Join(dir, r.Path); !strings.HasPrefix(at+"/", repoOf(b.Path)+"/") {
		return "", fault.New(fault.Forbidden, "%q leads out of the repository", clip(ref))
	}
	u := b.ResolveReference(r)
	u.RawQuery, u.Fragment = "", ""
	return u.String(), nil
}

// Contents is the address of a file in a repository, of which base is the address of the top or of anything in it.
func Contents(base, file string) (string, error) {
	b, err := parseWeb(base)
	if err != nil {
		return "", err
	}
	clean := path.Clean("/" + file)
	if strings.Contains("/"+file+"/", "/../") || strings.ContainsAny(file, "\\\x00") {
		return "", fault.New(fault.Forbidden, "%q leads out of the repository", clip(file))
	}
	b.Path, b.RawPath, b.RawQuery, b.Fragment = strings.TrimSuffix(topOf(b.Path), "/")+clean, "", "", ""
	return b.String(), nil
}

func parseWeb(s string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimPrefix(strings.TrimSpace(s), "url:"))
	if err != nil || !IsWeb(u.String()) || u.Host == "" {
		return nil, fault.New(fault.Invalid, "%q is not a usable address", clip(s))
	}
	if u.User != nil {
		return nil, fault.New(fault.Invalid, "credentials do not belong in an address")
	}
	return u, nil
}

// topOf cuts the path of an address behind the branch: /acme/shop/blob/main of /acme/shop/blob/main/docs/a.md. A path
// without the mark of a branch is returned as it is.
func topOf(p string) string {
	parts := strings.Split(strings.Trim(p, "/"), "/")
	if at := marker(parts); at > 0 && at < len(parts) {
		return "/" + strings.Join(parts[:at+1], "/")
	}
	return p
}

// repoOf is the repository's own part of a path, as far as the address alone tells.
func repoOf(p string) string {
	parts := strings.Split(strings.Trim(p, "/"), "/")
	if at := marker(parts); at > 0 {
		return "/" + strings.Join(parts[:min(at+1, len(parts))], "/")
	}
	return "/" + strings.Join(parts[:min(2, len(parts))], "/")
}

// marker finds the part that is the branch; -1: there is none. Hosts write /tree/BRANCH/, /-/blob/BRANCH/,
// /src/BRANCH/ and /src/branch/BRANCH/.
func marker(parts []string) int {
	marks := []string{"tree", "blob", "raw", "edit"}
	for i := 1; i+2 < len(parts); i++ {
		if parts[i] == "-" && slices.Contains(marks, parts[i+1]) {
			return i + 2
		}
	}
	switch {
	case len(parts) > 3 && slices.Contains(marks, parts[2]):
		return 3
	case len(parts) > 4 && parts[2] == "src" && (parts[3] == "branch" || parts[3] == "tag" || parts[3] == "commit"):
		return 4
	case len(parts) > 3 && parts[2] == "src":
		return 3
	}
	return -1
}
