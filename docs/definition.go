package docs

import (
	"crypto/sha256"
	"encoding/json"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/docs/apidoc"
	"github.com/backchannel-portal/backchannel/docs/markdown"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// DefinitionPage is the path of the page made from an API's definition where the API has pages of its own as well;
// else that page is the start page.
const DefinitionPage = "api-definition"

// defined reports whether an entity is an API whose definition can be shown.
func defined(e *catalog.Entity) bool { return e.Ref.Kind == "api" && e.API.Format != "" }

// definition is what the page of an API's definition is made from. The page itself is made when somebody reads it: the
// definitions of a whole company are too much to keep as pages.
type definition struct {
	engine     *markdown.Engine
	kind, name string
	at         fault.Position
	document   catalog.Document
}

func (l *Library) definition(e *catalog.Entity) *definition {
	return &definition{
		engine: l.plain, kind: e.Type, name: e.DisplayName(), document: e.Document,
		at: fault.Position{File: e.Source.Location, Line: e.Source.Line, Field: "spec.definition"},
	}
}

// same reports whether another definition gives the same page.
func (d *definition) same(o *definition) bool {
	return o != nil && d.kind == o.kind && d.name == o.name && d.at == o.at && d.document.Equal(o.document)
}

// text is spec.definition of the API.
func (d *definition) text() string {
	var doc struct {
		Spec struct {
			Definition string `json:"definition"`
		} `json:"spec"`
	}
	if json.Unmarshal(d.document.JSON(), &doc) != nil {
		return ""
	}
	return doc.Spec.Definition
}

// read renders the definition, with words of ours in a language, "" for its own. What is wrong with it is an error with
// the descriptor's position.
func (d *definition) read(tongue lang.Lang) (doc *markdown.Document, title string, err error) {
	rendered, err := apidoc.Render(d.kind, d.text(), d.name, tongue)
	if err != nil {
		return nil, "", &fault.Error{Kind: fault.KindOf(err), At: d.at, Message: "the definition cannot be shown", Err: err}
	}
	return d.engine.Parse(d.at.File, rendered.Markdown, nil), rendered.Title, nil
}

// maxDefinitionText bounds what is kept of a section of a definition, in bytes: enough to find and to quote it.
const maxDefinitionText = 400

// page is the page with what it is found by.
func (d *definition) page() (*Page, error) {
	doc, title, err := d.read("")
	if err != nil {
		return nil, err
	}
	p := &Page{Title: title, Listed: true, Source: d.at.File, Sections: slices.Clone(doc.Sections), api: d}
	for i := range p.Sections {
		s := &p.Sections[i]
		if len(s.Text) > maxDefinitionText {
			s.Text = strings.ToValidUTF8(s.Text[:maxDefinitionText], "") + "…"
		}
		s.Anchor, s.Heading, s.Text = strings.Clone(s.Anchor), strings.Clone(s.Heading), strings.Clone(s.Text) // not the whole page with them
	}
	return p, nil
}

// define makes the definition of an API a site of one page; old is used again when nothing changed.
func (l *Library) define(e *catalog.Entity, old *Site) (*Site, error) {
	d := l.definition(e)
	if old != nil && old.API && d.same(old.Pages[0].api) && old.About == e.Description {
		same := *old
		same.AsOf = l.now()
		return &same, nil
	}
	page, err := d.page()
	if err != nil {
		return nil, err
	}
	text := d.text()
	return &Site{
		Entity: e.Ref, Title: page.Title, About: e.Description, Lang: lang.Of(text[:min(len(text), maxLangSample)]), Where: e.Source.Location, AsOf: l.now(), API: true,
		Pages: []Page{*page}, Nav: []NavItem{{Title: page.Title, Page: 0}},
		byPath: map[string]int{"": 0}, byFile: map[string]int{},
		print: sha256.Sum256([]byte(e.Type + "\x00" + e.DisplayName() + "\x00" + e.Source.Location + "\x00" + e.Description + "\x00" + text)),
	}, nil
}

// maxLangSample is how much of a definition tells its language, in bytes.
const maxLangSample = 4000

// rendered is the definition as a page with links that lead somewhere, and words of ours in a language.
func (d *definition) rendered(tongue lang.Lang) (*markdown.Document, []target, error) {
	doc, _, err := d.read(tongue)
	if err != nil {
		return nil, nil, err
	}
	targets := make([]target, len(doc.Links))
	for i, l := range doc.Links {
		targets[i] = definitionLink(doc, l)
	}
	return doc, targets, nil
}

// definitionLink is where a link in a definition leads: to a place on the page, or to the web.
func definitionLink(doc *markdown.Document, l markdown.Link) target {
	switch markdown.Scheme(l.Ref) {
	case "http", "https", "mailto":
		return target{ok: true, to: l.Ref}
	}
	if len(l.Ref) > 1 && l.Ref[0] == '#' && !l.Asset {
		id, ok := doc.Anchor(l.Ref[1:])
		return target{ok: ok, suffix: "#" + id}
	}
	return target{}
}

// withDefinition adds the page of an API's definition to the pages the API has itself.
func (s *Site) withDefinition(d *definition) {
	page, err := d.page()
	if err != nil {
		s.Warnings = append(s.Warnings, Warning{Message: err.Error()})
		return
	}
	if _, taken := s.byPath[DefinitionPage]; taken {
		return
	}
	page.Path = DefinitionPage
	s.byPath[DefinitionPage] = len(s.Pages)
	s.Nav = append(s.Nav, NavItem{Title: page.Title, Page: len(s.Pages)})
	s.Pages = append(s.Pages, *page)
}

// IsOperation reports the heading of a section that describes one operation of an API, as apidoc writes it.
func IsOperation(heading string) bool {
	word, rest, _ := strings.Cut(heading, " ")
	switch word {
	case "GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE", "QUERY", "PUBLISH", "SUBSCRIBE", "SEND", "RECEIVE", "query", "mutation", "subscription":
		return rest != ""
	}
	service, call, ok := strings.Cut(heading, ".")
	return ok && service != "" && call != "" && !strings.Contains(heading, " ")
}
