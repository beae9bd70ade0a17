package commands

import (
	"net/url"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
)

// Links says where things can be looked at. The zero value knows no place, and answers carry no links of ours.
type Links struct {
	// Base is the address of our own web view, for example "http://localhost:7007".
	Base string
	// Entity and Docs are URL templates with {kind}, {namespace}, {name} and, for docs, {page}. They lead to another
	// portal; empty: our own web view.
	Entity string
	Docs   string
}

// entity is the page of an entity, or "".
func (l Links) entity(r catalog.Ref) string {
	if l.Entity != "" {
		return fill(l.Entity, r, "")
	}
	return l.own("catalog", r.Namespace, r.Kind, r.Name)
}

// page is a page of an entity's docs; an empty page is the start page.
func (l Links) page(r catalog.Ref, page, anchor string) string {
	var u string
	switch {
	case l.Docs != "":
		u = fill(l.Docs, r, page)
	case l.Base == "":
		return ""
	default:
		u = l.own(append([]string{"docs", r.Namespace, r.Kind, r.Name}, strings.Split(page, "/")...)...)
		u = strings.TrimSuffix(u, "/")
	}
	if anchor != "" {
		u += "#" + url.PathEscape(anchor)
	}
	return u
}

// search is the page that lists what words find.
func (l Links) search(words string) string {
	if l.Base == "" {
		return ""
	}
	return l.own("search") + "?q=" + url.QueryEscape(words)
}

// own is a page of our own web view, or "" where there is none.
func (l Links) own(parts ...string) string {
	if l.Base == "" {
		return ""
	}
	var b strings.Builder
	b.WriteString(strings.TrimSuffix(l.Base, "/"))
	for _, p := range parts {
		b.WriteByte('/')
		b.WriteString(url.PathEscape(p))
	}
	return b.String()
}

func fill(template string, r catalog.Ref, page string) string {
	segments := strings.Split(page, "/")
	for i, s := range segments {
		segments[i] = url.PathEscape(s)
	}
	out := strings.NewReplacer("{kind}", url.PathEscape(r.Kind), "{namespace}", url.PathEscape(r.Namespace),
		"{name}", url.PathEscape(r.Name), "{page}", strings.Join(segments, "/")).Replace(template)
	return strings.TrimSuffix(out, "/")
}

// webAddress returns s when it is an address a browser opens, else "".
func webAddress(s string) string {
	if !strings.Contains(s, "://") { // most are paths of files, and parsing costs
		return ""
	}
	u, err := url.Parse(strings.TrimSpace(s))
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return ""
	}
	return u.String()
}
