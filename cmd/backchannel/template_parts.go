package main

import (
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// scattered reports whether parts of a document stand in other files, which $yaml, $json and $text name.
func scattered(n *yamldoc.Node) bool {
	if n == nil {
		return false
	}
	for _, f := range n.Fields {
		if f.Key == "$yaml" || f.Key == "$json" || f.Key == "$text" || scattered(f.Value) {
			return true
		}
	}
	for _, item := range n.Items {
		if scattered(item) {
			return true
		}
	}
	return false
}

// gathered is a template of a file with the parts that stand elsewhere, as the catalog reads it.
func (l *laboratory) gathered(path string, n *yamldoc.Node) (*yamldoc.Node, error) {
	s := *l.s
	s.Catalog = []string{path}
	a, err := s.readCatalog()
	if err != nil {
		return nil, err
	}
	defer a.close()
	view := a.view(catalog.Viewer{})
	name := n.At("metadata", "name").Str()
	for e := range view.Entities(search.Filter{Kinds: []string{"template"}}) {
		if strings.EqualFold(e.Name, name) {
			return yamldoc.Parse(e.Document.JSON(), yamldoc.Limits{})
		}
	}
	for _, p := range view.FileProblems() {
		return nil, fault.At(fault.Position{File: p.File, Line: p.Line, Field: p.Field}, "%s", p.Message)
	}
	return nil, fault.At(fault.Position{File: path, Line: n.Line}, "the template cannot be put together from its parts")
}
