package proxy

import (
	"net/http"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// maxAddress bounds what is asked for, in bytes.
const maxAddress = 8000

// address judges what is asked for and returns where it is; own says that it is the target's host, which gets the
// headers. Absolute addresses are accepted below the target, as the links of answers have them, and at the hosts of
// Config.Elsewhere.
func (u *Upstream) address(method, asked string) (full *url.URL, own bool, err error) {
	if len(asked) > maxAddress {
		return nil, false, u.refuse("the address has more than %d bytes", maxAddress)
	}
	a, err := url.Parse(asked)
	if err != nil || a.Fragment != "" {
		return nil, false, u.refuse("the path is not usable")
	}
	if a.IsAbs() || a.Host != "" {
		rest, below := u.within(a)
		if !below || u.judge(method, rest) != nil && u.isElsewhere(a.Host) {
			return u.foreign(method, a)
		}
		asked = rest
		if a.RawQuery != "" {
			asked += "?" + a.RawQuery
		}
	}
	rel, query, _ := strings.Cut(asked, "?")
	rel = "/" + strings.TrimPrefix(rel, "/")
	if err := u.judge(method, rel); err != nil {
		return nil, false, err
	}
	base := *u.target
	raw := base.EscapedPath() + rel
	if base.Path, err = url.PathUnescape(raw); err != nil {
		return nil, false, u.refuse("the path is not usable")
	}
	base.RawPath, base.RawQuery = raw, query
	return &base, true, nil
}

// within returns the path below the target of an absolute address; false where it lies elsewhere.
func (u *Upstream) within(a *url.URL) (rel string, ok bool) {
	if !strings.EqualFold(a.Host, u.target.Host) || a.Scheme != u.target.Scheme || a.User != nil {
		return "", false
	}
	rest, below := strings.CutPrefix(a.EscapedPath(), u.target.EscapedPath())
	return "/" + strings.TrimPrefix(rest, "/"), below && (rest == "" || rest[0] == '/')
}

func (u *Upstream) refuse(format string, args ...any) error {
	return fault.New(fault.Forbidden, "the upstream "+u.c.Name+" is not asked: "+format, args...)
}

// judge says whether a method and an escaped path below the target are allowed.
func (u *Upstream) judge(method, rel string) error {
	if !methods(method) || len(u.c.Methods) > 0 && !slices.Contains(u.c.Methods, method) {
		return u.refuse("%s is not one of its allowed methods", method)
	}
	if !straight(rel) {
		return u.refuse("the path leaves the target")
	}
	if len(u.paths) > 0 && !slices.ContainsFunc(u.paths, func(re *regexp.Regexp) bool { return re.MatchString(rel) }) {
		return u.refuse("%s is not one of its allowed paths", show(rel))
	}
	return nil
}

func methods(m string) bool {
	return slices.Contains([]string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}, m)
}

// straight reports whether an escaped path can mean nothing but what lies below it, however often somebody unescapes it.
func straight(rel string) bool {
	const rounds = 4
	for range rounds {
		if strings.ContainsFunc(rel, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\\' }) {
			return false
		}
		for part := range strings.SplitSeq(rel, "/") {
			if p, _, _ := strings.Cut(part, ";"); p == "." || p == ".." { // servers drop ;parameters
				return false
			}
		}
		next, err := url.PathUnescape(rel)
		if err != nil {
			return false
		}
		if next == rel {
			return !strings.Contains(rel, "//")
		}
		rel = next
	}
	return false
}

// isElsewhere reports whether a host is one of Config.Elsewhere.
func (u *Upstream) isElsewhere(host string) bool {
	host = strings.ToLower(host)
	return slices.ContainsFunc(u.c.Elsewhere, func(h string) bool {
		below, wild := strings.CutPrefix(strings.ToLower(h), "*")
		return wild && strings.HasSuffix(host, below) || !wild && host == below
	})
}

// foreign judges an address that an answer led to.
func (u *Upstream) foreign(method string, a *url.URL) (*url.URL, bool, error) {
	switch {
	case !u.isElsewhere(a.Host) || a.User != nil || a.Scheme != "https" && a.Scheme != u.target.Scheme:
		return nil, false, u.refuse("an address at another host")
	case method != http.MethodGet:
		return nil, false, u.refuse("%s at another host", method)
	}
	return a, false, nil
}

// glob compiles a pattern of Config.Paths.
func glob(pattern string) (*regexp.Regexp, error) {
	var b strings.Builder
	b.WriteString("^")
	pattern = "/" + strings.TrimPrefix(pattern, "/")
	for len(pattern) > 0 {
		switch {
		case strings.HasPrefix(pattern, "**"):
			b.WriteString(".*")
			pattern = pattern[2:]
		case pattern[0] == '*':
			b.WriteString("[^/]*")
			pattern = pattern[1:]
		default:
			b.WriteString(regexp.QuoteMeta(pattern[:1]))
			pattern = pattern[1:]
		}
	}
	return regexp.Compile(b.String() + "$")
}

// show is a path for a message.
func show(rel string) string {
	const most = 80
	if rel = path.Clean(rel); len(rel) > most {
		return strings.ToValidUTF8(rel[:most], "") + "…"
	}
	return rel
}

var headerName = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")

func goodHeader(name, value string) bool {
	return headerName.MatchString(name) && !hop(http.CanonicalHeaderKey(name)) && name != "Host" &&
		!strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f })
}

// hop reports a header that belongs to one connection (RFC 9110, 7.6.1), or that we alone may set.
func hop(name string) bool {
	switch name {
	case "Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection", "Te", "Trailer",
		"Transfer-Encoding", "Upgrade", "Host", "Content-Length", "Accept-Encoding", "Expect", "Forwarded", "Via",
		"X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip":
		return true
	}
	return false
}

// headers are those of a request: what the caller may set, and what the upstream sets.
func (u *Upstream) headers(asked http.Header, own bool) http.Header {
	out := http.Header{}
	for name, values := range asked {
		name = http.CanonicalHeaderKey(name)
		switch {
		case hop(name), u.secret[name], name == "Cookie", name == "Cache-Control":
		case !own && name != "Accept":
		default:
			out[name] = values
		}
	}
	if own {
		for name, values := range u.header {
			out[name] = values
		}
	}
	return out
}
