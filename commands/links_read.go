package commands

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
)

// linked is what an address of ours is about.
type linked struct {
	ref    catalog.Ref
	docs   bool   // a page of its docs
	page   string // as in search.Doc; "" for the start page, or where the address does not tell
	anchor string
}

// read is what an address of ours, or of the portal that links lead to, is about: an entity's page or its docs.
func (l Links) read(address string) (linked, bool) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return linked{}, false
	}
	templates := []string{l.Entity}
	docs := []string{l.Docs}
	if l.Base != "" {
		base := strings.TrimSuffix(l.Base, "/")
		templates = append(templates, base+"/catalog/{namespace}/{kind}/{name}")
		docs = append(docs, base+"/docs/{namespace}/{kind}/{name}/{page}")
	}
	for _, t := range templates {
		if out, ok := match(t, u); ok {
			return linked{ref: out.ref}, true
		}
	}
	for _, t := range docs {
		if out, ok := match(t, u); ok {
			out.docs, out.anchor = true, u.Fragment
			return out, true
		}
	}
	return linked{}, false
}

// placeholder is a part of a template that stands for one segment, or for docs the rest.
var placeholder = regexp.MustCompile(`\{(kind|namespace|name|page)\}`)

// match reads an address by a template. What follows the name, such as a tab of the page, is of no matter.
func match(template string, u *url.URL) (linked, bool) {
	t, err := url.Parse(placeholder.ReplaceAllString(template, "-$1-"))
	if template == "" || err != nil || !strings.EqualFold(t.Host, u.Host) || t.Scheme != u.Scheme {
		return linked{}, false
	}
	want, got := strings.Split(strings.Trim(t.Path, "/"), "/"), strings.Split(strings.Trim(u.Path, "/"), "/")
	found := map[string]string{"namespace": catalog.DefaultNamespace}
	for i, w := range want {
		name := strings.TrimSuffix(strings.TrimPrefix(w, "-"), "-")
		switch {
		case w == "-page-":
			found[name] = strings.Join(got[min(i, len(got)):], "/")
		case i >= len(got):
			return linked{}, false
		case slices.Contains([]string{"-kind-", "-namespace-", "-name-"}, w):
			found[name] = strings.ToLower(got[i])
		case w != got[i]:
			return linked{}, false
		}
	}
	if found["kind"] == "" || found["name"] == "" {
		return linked{}, false
	}
	return linked{ref: catalog.MakeRef(found["kind"], found["namespace"], found["name"]), page: found["page"]}, true
}
