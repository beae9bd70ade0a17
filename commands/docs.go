package commands

import (
	"cmp"
	"strings"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/docs"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// Annotations about documentation (backstage.io, "Well-known annotations").
const (
	annotationTechDocs       = "backstage.io/techdocs-ref"
	annotationTechDocsEntity = "backstage.io/techdocs-entity"
)

// maxPages is how many further pages an answer about docs names.
const maxPages = 3

// docs links to an entity's docs and to the page that fits what is wanted; without an entity, to the best page there
// is, whose entity the answer is then about.
func (t *talk) docs() {
	switch {
	case len(t.r.Entities) > 0:
		t.each((*talk).docsOf)
	case len(t.r.Docs) > 0:
		t.howTo(t.r.Docs)
	case t.r.Topic != "":
		t.howTo(fitting(t.view.SearchDocs(search.Query{Text: t.r.Topic, Any: true, Limit: 10})))
	default:
		t.which()
	}
}

// fitting drops the sections that share too few of the question's words to be an answer: one of two is chance.
func fitting(hits []search.DocHit) []search.DocHit {
	if len(hits) == 0 || hits[0].Terms*2 < hits[0].Of || hits[0].Of == 2 && hits[0].Terms == 1 {
		return nil
	}
	return hits
}

// hasDocs reports whether an entity has docs, by its annotations or because some were read.
func (t *talk) hasDocs(e *catalog.Entity) bool {
	return e.Annotation(annotationTechDocs) != "" || e.Annotation(annotationTechDocsEntity) != "" || len(t.view.Docs(e.Ref)) > 0
}

// docsOf answers for one entity.
func (t *talk) docsOf(e *catalog.Entity) {
	t.from(e)
	site, sections := t.site(e)
	if site == nil {
		t.noDocs(e)
		return
	}
	t.yes()
	hits := t.hitsIn(site)
	if n := len(t.r.Silent); n > 0 && len(hits) > 0 {
		t.line(lang.DocsSilent, lang.Args{"what": t.refs(t.r.Silent, n)})
	}
	if len(hits) > 0 {
		t.page(site, hits)
		return
	}
	t.siteLine(e, site, sections)
}

// site finds whose docs answer for an entity: its own, those its annotation points at, an API's provider's, a
// part's parent's.
func (t *talk) site(e *catalog.Entity) (*catalog.Entity, []*search.Doc) {
	candidates := []catalog.Ref{e.Ref}
	if at := e.Annotation(annotationTechDocsEntity); at != "" {
		if ref, err := catalog.ParseRef(at, "component", e.Ref.Namespace); err == nil {
			candidates = append(candidates, ref)
		}
	}
	if e.Ref.Kind == "api" {
		candidates = append(candidates, targets(t.view, e.Ref, "apiProvidedBy")...)
	}
	for _, r := range candidates {
		s, ok := t.view.Entity(r)
		if !ok {
			continue
		}
		sections := t.view.Docs(r)
		if len(sections) > 0 || s.Annotation(annotationTechDocs) != "" {
			return s, sections
		}
	}
	return nil, nil
}

// hitsIn are the sections of one site that fit the question, best first.
func (t *talk) hitsIn(site *catalog.Entity) []search.DocHit {
	var own []search.DocHit
	for _, h := range t.r.Docs {
		if h.Doc.Entity == site.Ref {
			own = append(own, h)
		}
	}
	if len(own) > 0 || t.r.Topic == "" {
		return own
	}
	return fitting(t.view.SearchDocs(search.Query{Text: t.r.Topic, Any: true, Limit: 10}, site.Ref))
}

// howTo answers a question that names no entity by the best section anywhere.
func (t *talk) howTo(hits []search.DocHit) {
	if len(hits) == 0 {
		t.no()
		t.line(lang.DocsNothing, lang.Args{"topic": clip(t.r.Topic)})
		return
	}
	site, ok := t.view.Entity(hits[0].Doc.Entity)
	if !ok {
		t.no()
		t.line(lang.DocsNothing, lang.Args{"topic": clip(t.r.Topic)})
		return
	}
	t.entities = []catalog.Ref{site.Ref}
	t.yes()
	t.page(site, hits)
}

// page links to the best section, shows how it begins, and names the next best pages.
func (t *talk) page(site *catalog.Entity, hits []search.DocHit) {
	best := top(hits)
	t.source(best.Source, 0, t.docsAsOf(site))
	t.line(lang.DocsPage, lang.Args{"link": t.section(best), "what": t.named(site)})
	if x := docs.Excerpt(best.Text, strings.Fields(t.r.Topic)); x != "" {
		t.add(card.Text{Spans: []card.Span{card.T(x)}})
	}
	var more [][]card.Span
	seen := map[string]bool{best.Entity.String() + " " + best.Page: true}
	for _, h := range hits {
		key := h.Doc.Entity.String() + " " + h.Doc.Page
		if seen[key] || h.Terms < hits[0].Terms || len(more) == maxPages {
			continue
		}
		seen[key] = true
		more = append(more, []card.Span{t.pageLink(h.Doc)})
	}
	if len(more) > 0 {
		t.line(lang.DocsMore, lang.Args{"list": t.join(more, 0)})
	}
}

// top is the best section; the beginning of its page where that fits as well.
func top(hits []search.DocHit) *search.Doc {
	best := hits[0]
	for _, h := range hits[1:] {
		if h.Doc.Entity == best.Doc.Entity && h.Doc.Page == best.Doc.Page && h.Doc.Anchor == "" && h.Terms >= best.Terms {
			return h.Doc
		}
	}
	return best.Doc
}

// section is a link to a section, named by its page and, where it has one, its heading.
func (t *talk) section(d *search.Doc) card.Span {
	name := t.pageName(d)
	if d.Heading != "" && !sameName(d.Heading, name) {
		name += " › " + d.Heading
	}
	return linkOr(name, cmp.Or(t.c.links.page(d.Entity, d.Page, d.Anchor), webAddress(d.Source)))
}

func (t *talk) pageLink(d *search.Doc) card.Span {
	return linkOr(t.pageName(d), cmp.Or(t.c.links.page(d.Entity, d.Page, ""), webAddress(d.Source)))
}

func (t *talk) pageName(d *search.Doc) string {
	switch {
	case d.Title != "":
		return d.Title
	case d.Page != "":
		return d.Page[strings.LastIndexByte(d.Page, '/')+1:]
	default:
		return t.text(lang.DocsHome, nil)
	}
}

func linkOr(text, address string) card.Span {
	if address == "" {
		return card.S(text)
	}
	return card.L(text, address)
}
