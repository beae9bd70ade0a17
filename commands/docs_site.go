package commands

import (
	"cmp"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/docs"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// siteLine links to the whole site and names its pages.
func (t *talk) siteLine(e, site *catalog.Entity, sections []*search.Doc) {
	address := t.siteAddress(site, sections)
	t.line(lang.DocsSite, lang.Args{"what": t.named(e), "link": linkOr(cmp.Or(address, site.Ref.Short("")), address)})
	if x := beginning(sections); x != "" {
		t.add(card.Text{Spans: []card.Span{card.T(x)}})
	}
	var pages [][]card.Span
	seen := map[string]bool{}
	for _, d := range sections {
		if seen[d.Page] {
			continue
		}
		if len(seen) == 0 {
			t.source(d.Source, 0, t.docsAsOf(site))
		}
		seen[d.Page] = true
		pages = append(pages, []card.Span{t.pageLink(d)})
	}
	if len(pages) > 1 {
		most := min(len(pages), t.inline())
		t.line(lang.DocsPages, lang.Args{"list": t.join(pages[:most:most], len(pages)-most)})
	}
}

// siteAddress is where a site's docs can be read: on our pages, or, where nobody serves them, in the repository. It is
// "" where nothing on the web is known.
func (t *talk) siteAddress(site *catalog.Entity, sections []*search.Doc) string {
	if own := t.c.links.page(site.Ref, "", ""); own != "" {
		return own
	}
	if len(sections) > 0 {
		if source := webAddress(sections[0].Source); source != "" {
			return source
		}
	}
	folder, _ := strings.CutPrefix(site.Annotation(annotationTechDocs), "url:")
	return webAddress(folder)
}

// beginning is how the start page of a site begins.
func beginning(sections []*search.Doc) string {
	for _, d := range sections {
		if d.Page != "" {
			return ""
		}
		if x := docs.Excerpt(d.Text, nil); x != "" {
			return x
		}
	}
	return ""
}

// docsAsOf is when an entity's docs were read: with its descriptor, as far as is known.
func (t *talk) docsAsOf(site *catalog.Entity) time.Time {
	for _, f := range t.view.Facts(site.Ref, "docs", "") {
		return f.AsOf
	}
	return t.view.AsOf(site.Source.Origin)
}

// noDocs says that an entity has no docs of ours: links that lead to some elsewhere, else whom to ask.
func (t *talk) noDocs(e *catalog.Entity) {
	for _, l := range e.Links {
		words := strings.ToLower(l.Title + " " + l.Type + " " + l.Icon)
		address := webAddress(l.URL)
		if address != "" && (strings.Contains(words, "doc") || strings.Contains(words, "runbook") || strings.Contains(words, "wiki") || strings.Contains(words, "文档")) {
			t.yes()
			t.line(lang.DocsElsewhere, lang.Args{"what": t.named(e), "link": card.L(l.Title, address)})
			return
		}
	}
	t.no()
	owner := ownerOf(e)
	switch {
	case owner == e.Ref:
		t.line(lang.DocsNonePlain, lang.Args{"what": t.named(e)})
		return
	case owner.IsZero():
		t.line(lang.DocsNoneOwnerless, lang.Args{"what": t.named(e)})
		return
	}
	t.line(lang.DocsNone, lang.Args{"what": t.named(e), "owner": t.strong(owner)})
}
