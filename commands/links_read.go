package commands

import (
	"net/url"
	"regexp"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
)

// read is the entity that an address of ours, or of the portal that links lead to, is about: its page or its docs.
func (l Links) read(address string) (catalog.Ref, bool) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return catalog.Ref{}, false
	}
	var templates []string
	if l.Base != "" {
		base := strings.TrimSuffix(l.Base, "/")
		templates = append(templates, base+"/catalog/{namespace}/{kind}/{name}", base+"/docs/{namespace}/{kind}/{name}")
	}
	for _, t := range append(templates, l.Entity, l.Docs) {
		if ref, ok := match(t, u); ok {
			return ref, true
		}
	}
	return catalog.Ref{}, false
}

// placeholder is a part of a template that stands for one segment, or for docs the rest.
var placeholder = regexp.MustCompile(`\{(kind|namespace|name|page)\}`)

// match reads an address by a template. What follows the name, such as a tab of the page, is of no matter.
func match(template string, u *url.URL) (catalog.Ref, bool) {
	t, err := url.Parse(placeholder.ReplaceAllString(template, "-$1-"))
	if template == "" || err != nil || !strings.EqualFold(t.Host, u.Host) || t.Scheme != u.Scheme {
		return catalog.Ref{}, false
	}
	want, got := strings.Split(strings.Trim(t.Path, "/"), "/"), strings.Split(strings.Trim(u.Path, "/"), "/")
	found := map[string]string{"namespace": catalog.DefaultNamespace}
	for i, w := range want {
		name := strings.TrimSuffix(strings.TrimPrefix(w, "-"), "-")
		switch {
		case w == "-page-":
			continue
		case i >= len(got):
			return catalog.Ref{}, false
		case w == "-kind-" || w == "-namespace-" || w == "-name-":
			found[name] = strings.ToLower(got[i])
		case w != got[i]:
			return catalog.Ref{}, false
		}
	}
	if found["kind"] == "" || found["name"] == "" {
		return catalog.Ref{}, false
	}
	return catalog.MakeRef(found["kind"], found["namespace"], found["name"]), true
}
