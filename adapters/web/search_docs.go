package web

import (
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/docs"
)

// sectionsShown is how many sections of one page a search lists.
const sectionsShown = 3

// docHit is a page of documentation with what was found on it.
type docHit struct {
	Page     link
	Title    []piece // of the page
	Entity   link
	Sections []sectionHit
	More     int // sections that are not listed
}

// sectionHit is a section in which words were found. Heading is empty for the page's top.
type sectionHit struct {
	Href    string
	Heading []piece
	Excerpt []piece
}

// docHits are the sections that have all words of a question, page by page. Where no section has all, those count that
// have most of them.
func docHits(view search.View, q string, scope ...catalog.Ref) []docHit {
	words := words(q)
	found := view.SearchDocs(search.Query{Text: q, Any: true, Limit: maxSections}, scope...)
	enough := 0
	for _, h := range found {
		enough = max(enough, h.Terms)
	}
	var out []docHit
	type page struct {
		entity catalog.Ref
		path   string
	}
	at := map[page]int{}
	for _, h := range found {
		if h.Terms < enough || 2*h.Terms < h.Of {
			continue
		}
		p := page{h.Doc.Entity, h.Doc.Page}
		i, ok := at[p]
		if !ok {
			i = len(out)
			at[p] = i
			href := pagePath(refPath("/docs", p.entity), p.path)
			out = append(out, docHit{Page: link{Text: h.Doc.Title, Href: href}, Title: highlight(h.Doc.Title, words), Entity: linkTo(view, p.entity)})
		}
		if len(out[i].Sections) == sectionsShown {
			out[i].More++
			continue
		}
		out[i].Sections = append(out[i].Sections, sectionOf(h, out[i].Page.Href, words))
	}
	return out
}

func sectionOf(h search.DocHit, href string, words []string) sectionHit {
	s := sectionHit{Href: href, Excerpt: highlight(docs.Excerpt(h.Doc.Text, words), words)}
	if h.Doc.Anchor != "" {
		s.Href += "#" + h.Doc.Anchor
	}
	if h.Doc.Heading != "" && h.Doc.Heading != h.Doc.Title {
		s.Heading = highlight(h.Doc.Heading, words)
	}
	return s
}
