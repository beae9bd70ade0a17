package docs

import (
	"fmt"
	"io/fs"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/docs/markdown"
)

// target is where a link leads.
type target struct {
	ok     bool
	local  bool   // below the site
	page   bool   // and a page, which a static site serves as a folder
	to     string // escaped path below the site, else the address
	suffix string // query and fragment
}

// link resolves the links of every page and notes those that lead nowhere.
func (b *builder) link() {
	for i := range b.site.Pages {
		p := &b.site.Pages[i]
		p.targets = make([]target, len(p.doc.Links))
		for j := range p.doc.Links {
			l := &p.doc.Links[j]
			t, why := b.resolveLink(p, l)
			p.targets[j] = t
			if why != "" {
				p.Warnings = append(p.Warnings, Warning{l.File, l.Line, why})
			}
		}
		b.site.Warnings = append(b.site.Warnings, p.Warnings...)
	}
}

// resolveLink finds where a link leads, and says what is wrong with it otherwise.
func (b *builder) resolveLink(p *Page, l *markdown.Link) (target, string) {
	u, err := url.Parse(l.Ref)
	switch {
	case !markdown.Allowed(l.Ref, l.Asset):
		return target{}, fmt.Sprintf("the link %q is not allowed", clip(l.Ref))
	case err != nil:
		return target{}, fmt.Sprintf("the link %q is no address", clip(l.Ref))
	case u.Scheme != "" || u.Host != "":
		return target{ok: true, to: l.Ref}, ""
	case u.Path == "" && u.Fragment == "":
		return target{ok: l.Ref != "" && !l.Asset, to: l.Ref}, ""
	case u.Path == "":
		return b.fragment(p, p, u, l)
	case strings.HasPrefix(u.Path, "/") && !l.Asset && ofPortal(u.Path):
		return target{ok: true, to: l.Ref}, ""
	}
	if to := b.pageAt(p, u.Path, l.Asset); to != nil {
		return b.fragment(p, to, u, l)
	}
	if t, ok := b.fileAt(p, u, l); ok {
		return t, ""
	}
	return target{}, fmt.Sprintf("the link %q leads nowhere", clip(l.Ref))
}

// ofPortal reports paths of the portal around the documentation, which authors link to as Backstage has them.
func ofPortal(p string) bool {
	for _, prefix := range []string{"/docs/", "/catalog", "/search", "/radar", "/templates", "/create", "/chat", "/api-docs"} {
		if strings.HasPrefix(p, prefix) {
			return true
		}
	}
	return false
}

// places are the files of the site that a path may mean: relative to the page's own file, to its place in the site,
// or, with a slash at the start, to the site's root.
func (b *builder) places(p *Page, ref string) []string {
	if rest, ok := strings.CutPrefix(ref, "/"); ok {
		return []string{path.Clean(rest)}
	}
	var out []string
	if name, ok := b.site.names[path.Join(path.Dir(p.real), ref)]; ok {
		out = append(out, name)
	}
	return append(out, path.Join(path.Dir(p.File), ref))
}

// pageAt finds the page that a path names, by its file or by the address mkdocs would serve it at.
func (b *builder) pageAt(p *Page, ref string, asset bool) *Page {
	for _, name := range b.places(p, ref) {
		if i, ok := b.site.byFile[name]; ok {
			return &b.site.Pages[i]
		}
		if stem, ok := strings.CutSuffix(name, ".html"); ok {
			if i, ok := b.site.byPath[pagePath(stem+".md")]; ok {
				return &b.site.Pages[i]
			}
		}
	}
	if asset {
		return nil
	}
	served := path.Join(p.Path, ref)
	if strings.HasPrefix(ref, "/") {
		served = path.Clean(ref)
	}
	for _, at := range []string{served, path.Join(path.Dir(p.File), ref)} {
		if i, ok := b.site.byPath[trimPath(strings.TrimSuffix(at, "."))]; ok && path.Ext(at) == "" {
			return &b.site.Pages[i]
		}
	}
	return nil
}

// fragment is a link to a page and perhaps to a place on it.
func (b *builder) fragment(from, to *Page, u *url.URL, l *markdown.Link) (target, string) {
	out := target{ok: true}
	if to != from || u.Path != "" {
		out.local, out.page, out.to = true, true, escapePath(to.Path)
	}
	if u.RawQuery != "" {
		out.suffix = "?" + u.RawQuery
	}
	if u.Fragment == "" {
		return out, ""
	}
	why := ""
	id, known := u.Fragment, to.api != nil // the anchors of a definition are known when it is read
	if !known {
		id, known = to.doc.Anchor(u.Fragment)
	}
	if !known {
		id = u.Fragment
		if !knownID(id) {
			why = fmt.Sprintf("the link %q leads to a place that the page does not have", clip(l.Ref))
		}
	}
	out.suffix += "#" + (&url.URL{Fragment: id}).EscapedFragment()
	return out, why
}

// knownID reports ids that every page has, or that are the renderer's.
func knownID(id string) bool {
	return id == "top" || strings.HasPrefix(id, "fn:") || strings.HasPrefix(id, "fnref") || strings.HasPrefix(id, "__") || strings.HasPrefix(id, ":~:")
}

// fileAt finds a picture or another file of the site, or a file of the repository around it.
func (b *builder) fileAt(p *Page, u *url.URL, l *markdown.Link) (target, bool) {
	suffix := ""
	if u.Fragment != "" {
		suffix = "#" + u.EscapedFragment()
	}
	places := b.places(p, u.Path)
	if !strings.HasPrefix(u.Path, "/") { // as a browser resolves it where mkdocs serves the page
		places = append(places, path.Join(p.Path, u.Path))
	}
	for _, name := range places {
		if _, ok := b.files[name]; ok && localFile(name) {
			if assetType(name) != "" {
				return target{ok: true, local: true, to: escapePath(name), suffix: suffix}, true
			}
		}
	}
	if l.Asset || strings.HasPrefix(u.Path, "/") {
		return target{}, false
	}
	real := path.Join(path.Dir(p.real), u.Path)
	if slices.Contains(strings.Split(real, "/"), "..") || !strings.HasPrefix(b.site.Where, "https://") {
		return target{}, false
	}
	if _, err := fs.Stat(b.tree, real); err != nil {
		return target{}, false
	}
	return target{ok: true, to: b.repository(real), suffix: suffix}, true
}

// repository is the address of a file that lies beside the documentation.
func (b *builder) repository(real string) string {
	where := b.site.Where
	if strings.Contains(where, "/tree/") {
		return strings.Replace(where, "/tree/", "/blob/", 1) + "/" + escapePath(real)
	}
	if strings.Count(where, "/") == 4 { // https://host/organisation/repository
		return where + "/blob/HEAD/" + escapePath(real)
	}
	return where + "/" + escapePath(real)
}

func escapePath(p string) string { return (&url.URL{Path: p}).EscapedPath() }
