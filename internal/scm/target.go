package scm

import (
	"net/url"
	"path"
	"path/filepath"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// maxTarget bounds the length of a target in bytes; longer ones are not addresses.
const maxTarget = 4096

// target is a parsed address: a web address (host not empty) or a local path.
type target struct {
	host  string   // lower case, without a default port
	parts []string // of a web address: the decoded path elements, none of them empty, "." or ".."
	path  string   // of a local one
	where string   // as a person would open it, without a trailing slash
}

// parseTarget reads the forms that Trees.Open documents, and "git@host:org/repo" of git.
func parseTarget(s string) (target, error) {
	s = strings.TrimSpace(s)
	if len(s) > maxTarget || strings.ContainsRune(s, 0) {
		return target{}, fault.New(fault.Invalid, "the source location is longer than %d bytes or has a NUL in it", maxTarget)
	}
	s = strings.TrimSpace(strings.TrimPrefix(s, "url:"))
	if rest, ok := strings.CutPrefix(s, "git@"); ok {
		if host, p, ok := strings.Cut(rest, ":"); ok && !strings.Contains(host, "/") {
			s = "ssh://" + host + "/" + strings.TrimLeft(p, "/")
		}
	}
	if isWeb(s) {
		return parseWeb(s)
	}
	return parseLocal(s)
}

func isWeb(s string) bool {
	scheme, _, ok := strings.Cut(s, "://")
	return ok && !strings.EqualFold(scheme, "file") && !strings.ContainsAny(scheme, "/.:")
}

func parseWeb(s string) (target, error) {
	u, err := url.Parse(s)
	if err != nil {
		return target{}, fault.New(fault.Invalid, "%q is not a usable address", clip(s))
	}
	switch strings.ToLower(u.Scheme) {
	case "http", "https", "ssh", "git", "git+ssh", "git+https":
	default:
		return target{}, fault.New(fault.Invalid, "%q: the scheme %q cannot be read", clip(s), clip(u.Scheme))
	}
	t := target{host: hostOf(u)}
	if t.host == "" {
		return target{}, fault.New(fault.Invalid, "%q names no host", clip(s))
	}
	if t.parts, err = splitPath(u.EscapedPath()); err != nil {
		return target{}, err
	}
	t = rawToBlob(t)
	u.User, u.RawQuery, u.Fragment, u.ForceQuery = nil, "", "", false
	t.where = strings.TrimRight(u.String(), "/")
	return t, nil
}

// hostOf returns the lower-case host, with its port unless that is the one web or ssh addresses have anyway.
func hostOf(u *url.URL) string {
	host := strings.ToLower(u.Hostname())
	switch p := u.Port(); p {
	case "", "80", "443", "22":
		return host
	default:
		return host + ":" + p
	}
}

// splitPath decodes the elements of an escaped URL path. It refuses what could climb or hide a separator.
func splitPath(escaped string) ([]string, error) {
	var parts []string
	for el := range strings.SplitSeq(escaped, "/") {
		s, err := url.PathUnescape(el)
		if err != nil || strings.ContainsAny(s, "\\\x00") {
			return nil, fault.New(fault.Invalid, "the address has the unusable path element %q", clip(el))
		}
		switch s {
		case "", ".":
			continue
		case "..":
			return nil, fault.New(fault.Invalid, "the address climbs out of its folder with %q", clip(el))
		}
		parts = append(parts, s)
	}
	return parts, nil
}

// rawToBlob maps GitHub's host for raw files to the address a person would open.
func rawToBlob(t target) target {
	if t.host != "raw.githubusercontent.com" || len(t.parts) < 3 {
		return t
	}
	parts := append([]string{t.parts[0], t.parts[1], "blob"}, t.parts[2:]...)
	return target{host: "github.com", parts: parts}
}

func parseLocal(s string) (target, error) {
	p := strings.TrimPrefix(strings.TrimPrefix(s, "dir:"), "file:")
	if rest, ok := strings.CutPrefix(p, "//"); ok && strings.HasPrefix(s, "file:") {
		// file://host/path: only this machine's files can be read.
		host, after, _ := strings.Cut(rest, "/")
		if host != "" && !strings.EqualFold(host, "localhost") {
			return target{}, fault.New(fault.Invalid, "%q is a file of another machine", clip(s))
		}
		dec, err := url.PathUnescape("/" + after)
		if err != nil {
			return target{}, fault.New(fault.Invalid, "%q is not a usable file address", clip(s))
		}
		p = dec
	}
	if p == "" {
		p = "."
	}
	p = filepath.Clean(filepath.FromSlash(p))
	return target{path: p, where: filepath.ToSlash(p)}, nil
}

// split divides the parts behind a mirror's prefix into the repository's folder, the elements of the ref, and the
// path in the repository. ref is empty when the address has no branch marker; its first element is the branch, but
// a branch's name may go on into rest.
func split(parts []string) (repo, ref string, rest []string) {
	repo, parts = strings.TrimSuffix(parts[0], ".git"), parts[1:]
	for i := 0; i+2 < len(parts); i++ {
		if parts[i] == "-" && isMarker(parts[i+1]) {
			return path.Join(append([]string{repo}, parts[:i]...)...), parts[i+2], parts[i+3:]
		}
	}
	if len(parts) >= 2 && (isMarker(parts[0]) || parts[0] == "src") {
		return repo, parts[1], parts[2:]
	}
	return repo, "", parts
}

func isMarker(s string) bool { return s == "tree" || s == "blob" || s == "raw" || s == "edit" }

// clip bounds foreign text inside an error message.
func clip(s string) string {
	const most = 120
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
