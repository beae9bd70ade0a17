package docs

import (
	"crypto/sha256"
	"encoding/json"
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

// definition is spec.definition of an API.
func definition(e *catalog.Entity) string {
	var doc struct {
		Spec struct {
			Definition string `json:"definition"`
		} `json:"spec"`
	}
	if json.Unmarshal(e.Document.JSON(), &doc) != nil {
		return ""
	}
	return doc.Spec.Definition
}

// define reads the definition of an API as a site of one page; old is used again when nothing changed.
func (l *Library) define(e *catalog.Entity, old *Site) (*Site, error) {
	text := definition(e)
	print := sha256.Sum256([]byte(e.Type + "\x00" + e.DisplayName() + "\x00" + e.Source.Location + "\x00" + text))
	if old != nil && old.print == print {
		same := *old
		same.AsOf = l.now()
		return &same, nil
	}
	page, err := definitionPage(e, text)
	if err != nil {
		return nil, err
	}
	s := &Site{
		Entity: e.Ref, Title: page.Title, About: e.Description, Lang: lang.Of(text), Where: e.Source.Location, AsOf: l.now(), API: true,
		Pages: []Page{*page}, Nav: []NavItem{{Title: page.Title, Page: 0}}, Warnings: page.Warnings,
		byPath: map[string]int{"": 0}, byFile: map[string]int{}, print: print,
	}
	return s, nil
}

// definitionPage renders a definition. What is wrong with it is an error with the descriptor's position.
func definitionPage(e *catalog.Entity, text string) (*Page, error) {
	at := fault.Position{File: e.Source.Location, Line: e.Source.Line, Field: "spec.definition"}
	rendered, err := apidoc.Render(e.Type, text, e.DisplayName())
	if err != nil {
		return nil, &fault.Error{Kind: fault.KindOf(err), At: at, Message: "the definition cannot be shown", Err: err}
	}
	doc := markdown.New(markdown.Options{}).Parse(e.Source.Location, rendered.Markdown, nil)
	p := &Page{Title: rendered.Title, Listed: true, Source: e.Source.Location, Sections: doc.Sections, doc: doc}
	p.targets = make([]target, len(doc.Links))
	for i, l := range doc.Links {
		p.targets[i] = definitionLink(doc, l)
	}
	return p, nil
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
func (s *Site) withDefinition(e *catalog.Entity) {
	page, err := definitionPage(e, definition(e))
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
