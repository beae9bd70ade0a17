package scm

import (
	"path"
	"strings"
)

// Address is a place on the web that may lie in a repository, taken apart as far as the address alone tells.
type Address struct {
	Host  string // lower case, without a default port
	Repo  string // path of the repository, or, without Ref, of a place that may be one
	Ref   []string
	Where string // as a person would open it, without a trailing slash
}

// ParseAddress takes a web address apart: "https://host/org/repo/tree/main/docs", the same with "blob", "raw" and
// "edit", with GitLab's "/-/" before them, without any of them, and "git@host:org/repo". Ref is what follows the marker:
// the name of a branch, which may hold slashes, and a path. Errors are of kind fault.Invalid; ok is false for what is
// no web address.
func ParseAddress(s string) (a Address, ok bool, err error) {
	t, err := parseTarget(s)
	if err != nil || t.host == "" {
		return Address{}, false, err
	}
	a = Address{Host: t.host, Where: t.where}
	at, marker := len(t.parts), 0
	for i := 1; i+1 < len(t.parts); i++ {
		if t.parts[i] == "-" && isMarker(t.parts[i+1]) {
			at, marker = i, 2
			break
		}
	}
	if marker == 0 && len(t.parts) > 3 && isMarker(t.parts[2]) {
		at, marker = 2, 1
	}
	a.Repo = strings.TrimSuffix(path.Join(t.parts[:at]...), ".git")
	if marker > 0 {
		a.Ref = t.parts[at+marker:]
	}
	return a, true, nil
}
