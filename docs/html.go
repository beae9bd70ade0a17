package docs

import (
	"bytes"
	"io"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/docs/markdown"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// Shown is a page as a browser shows it.
type Shown struct {
	HTML     []byte
	Sections []Section // with their headings as HTML has them
}

// HTML renders a page of the documentation that an entity shows as sanitised HTML: no script, no event handler, no
// style, no address but of the web, of mail and of telephones. Links to other pages and to files of the site are made
// absolute below base, the address of the site's start page with a slash at the end; links that lead nowhere lose their
// address. Headings keep the ids of Section.Anchor. What we say around the definition of an API is in the given language.
// A page that does not exist is an error of kind fault.NotFound.
func (l *Library) HTML(entity catalog.Ref, page, base string, tongue lang.Lang) (Shown, error) {
	to, _, ok := l.Resolve(entity)
	if !ok {
		return Shown{}, fault.New(fault.NotFound, "%s has no documentation", entity)
	}
	site, ok := l.own(to)
	if !ok {
		return Shown{}, fault.New(fault.NotFound, "%s has no documentation", entity)
	}
	p, ok := site.Page(page)
	if !ok {
		return Shown{}, fault.New(fault.NotFound, "the documentation of %s has no page %q", entity, clip(page))
	}
	var out bytes.Buffer
	sections, err := p.write(&out, func(t target) string { return l.address(t, entity, base) }, l.highlight, tongue)
	return Shown{out.Bytes(), sections}, err
}

// address is that of a link on a page: below base, or elsewhere. A link to the source of another entity's page leads to
// that page.
func (l *Library) address(t target, entity catalog.Ref, base string) string {
	if t.local {
		return base + t.to + t.suffix
	}
	if !strings.HasPrefix(t.to, "https://") {
		return t.to + t.suffix
	}
	own := entity.Namespace + "/" + entity.Kind + "/" + entity.Name + "/"
	prefix, ok := strings.CutSuffix(base, own)
	if !ok {
		return t.to + t.suffix
	}
	source, fragment, _ := strings.Cut(t.to+t.suffix, "#")
	other, page, ok := l.bySource(source)
	if !ok {
		return t.to + t.suffix
	}
	to := prefix + other.Namespace + "/" + other.Kind + "/" + other.Name + "/" + escapePath(page)
	if fragment != "" {
		to += "#" + fragment
	}
	return to
}

// write renders the page with its links as address gives them, and returns its sections as they are rendered.
func (p *Page) write(w io.Writer, address func(target) string, h markdown.Highlighter, tongue lang.Lang) ([]Section, error) {
	doc, targets, sections := p.doc, p.targets, p.Sections
	if p.api != nil {
		var err error
		if doc, targets, err = p.api.rendered(tongue); err != nil {
			return nil, err
		}
		sections = doc.Sections
	}
	return sections, doc.WriteTo(w, func(link int) (string, bool) {
		t := targets[link]
		if !t.ok {
			return "", false
		}
		to := address(t)
		return to, markdown.Allowed(to, doc.Links[link].Asset)
	}, h)
}
