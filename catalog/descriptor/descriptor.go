// Package descriptor reads entity descriptors in Backstage's format: a YAML stream in, one verdict and at most one
// entity a document out. What is valid, which references and which relations follow is what the published Backstage
// libraries say (catalog-model 1.10, catalog-backend 4.0, scaffolder-common 2.3); the tables in kinds.go and
// relations.go restate their schemas.
package descriptor

import (
	"errors"
	"slices"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// Document is the verdict on one document of a descriptor file.
type Document struct {
	File string
	Doc  int // counts every document of the stream from 0, empty ones included; -1: the file as a whole
	Line int // first line of the document, 1-based; 0 for the file as a whole

	OK  bool
	Ref catalog.Ref // what it describes; zero when its envelope is not valid
	// Claim is the reference that even a broken document can be seen to be about; zero when it cannot be told. It
	// equals Ref where that is set.
	Claim catalog.Ref
	// Entity is set for valid documents, and for those whose only fault is a kind that Backstage does not know:
	// these carry catalog.ProblemUnknownKind and are kept by a running catalog although OK is false.
	Entity *catalog.Entity
	// Location is what a Location asks to read as well; nil for every other kind.
	Location *Location

	Errors   []Finding // why it is not valid; empty when OK
	Warnings []Finding
}

// Finding is something wrong at one place of a document.
type Finding struct {
	Path    string `json:"path"` // dotted, for example spec.steps[0].action; empty: the document as a whole
	Line    int    `json:"line"` // 1-based, in the file
	Message string `json:"message"`
}

// Location is the spec of a Location entity.
type Location struct {
	Type     string // "file", "url", or empty: as the descriptor itself was read
	Targets  []string
	Lines    []int // of each target
	Optional bool  // presence: optional
}

// Options say how descriptors are read. The zero value is that of "catalog validate": nothing but the descriptor is
// read, text placeholders stand for some string and $json and $yaml for an empty object.
type Options struct {
	// Origin is the configured location that led to the file; it becomes Entity.Source.Origin.
	Origin string
	// Read reads the target of a placeholder, relative to the descriptor or absolute, as it is written there.
	Read   func(target string) ([]byte, error)
	Limits yamldoc.Limits
	// Owner is asked for the owner of an entity whose spec names none although its kind has one; nil: nobody is. It
	// returns a full reference and a sentence that says where it stands, or "" when it does not know. A document is
	// only invalid without an owner when it does not.
	Owner func() (owner, note string)
}

// Read reads a descriptor file. Empty documents are counted but left out. When the file holds no document at all, or
// cannot be read as text, the result is one Document with Doc -1. It never fails: what is wrong is in the Documents.
func Read(file string, data []byte, o Options) []Document {
	docs, err := yamldoc.Documents(data, o.Limits)
	if err != nil {
		return []Document{whole(file, err)}
	}
	var out []Document
	seen := false
	for d := range docs {
		seen = true
		switch {
		case d.Err != nil:
			out = append(out, Document{File: file, Doc: d.Index, Line: d.Line, Errors: []Finding{found(d.Err)}})
		case d.Root != nil:
			out = append(out, examine(file, d, o))
		}
	}
	if !seen {
		return []Document{whole(file, fault.New(fault.Invalid, "the file holds no document"))}
	}
	return out
}

func whole(file string, err error) Document {
	return Document{File: file, Doc: -1, Errors: []Finding{found(err)}}
}

// found turns an error into a finding.
func found(err error) Finding {
	if e, ok := errors.AsType[*fault.Error](err); ok {
		f := Finding{Path: e.At.Field, Line: e.At.Line, Message: e.Message}
		if e.Err != nil {
			f.Message += ": " + e.Err.Error()
		}
		return f
	}
	return Finding{Message: err.Error()}
}

// examine takes one document through the steps of Backstage's processing: placeholders, envelope, kind, relations.
// Each step runs when the one before found nothing wrong.
func examine(file string, d yamldoc.Document, o Options) Document {
	out := Document{File: file, Doc: d.Index, Line: d.Line}
	root := d.Root
	if root.Kind != yamldoc.Map {
		out.Errors = []Finding{{Line: root.Line, Message: "an entity must be an object, not " + article(root.Kind)}}
		return out
	}
	out.Claim = claim(root)
	root, errs := placeholders(root, o.Read)
	if len(errs) > 0 {
		out.Errors = errs
		return out
	}
	sortReferences(root)
	root, note := inferOwner(root, o.Owner)
	c := checker{}
	if c.envelope(root); len(c.errs) > 0 {
		out.Errors = c.errs
		return out
	}
	out.Ref = catalog.MakeRef(root.Get("kind").Text, root.At("metadata", "namespace").Str(), root.At("metadata", "name").Text)
	out.Claim = out.Ref
	known := c.kind(root)
	if len(c.errs) > 0 && known {
		out.Errors = c.errs
		return out
	}
	edges := c.relations(root, out.Ref)
	if known && len(c.errs) > 0 {
		out.Errors = c.errs
		return out
	}
	c.doubts(root)
	out.Warnings = c.warnings
	out.Entity = entity(root, out.Ref, edges)
	out.Entity.Source = catalog.Provenance{Origin: o.Origin, Location: file, Line: d.Line}
	out.OK = known
	if !known {
		out.Errors = c.errs
		out.Entity.Problems = append(out.Entity.Problems, catalog.Problem{
			Code: catalog.ProblemUnknownKind, Field: "kind", Line: c.errs[0].Line, Message: c.errs[0].Message,
		})
	}
	for _, w := range c.warnings {
		out.Entity.Problems = append(out.Entity.Problems, catalog.Problem{Code: catalog.ProblemDoubtful, Field: w.Path, Line: w.Line, Message: w.Message})
	}
	if note != "" {
		out.Entity.Problems = append(out.Entity.Problems, catalog.Problem{
			Code: catalog.ProblemInferredOwner, Field: "spec.owner", Line: root.Get("spec").Line, Message: note,
		})
	}
	out.Entity = catalog.Lean(out.Entity)
	if root.Get("kind").Text == "Location" && known {
		out.Location = location(root.Get("spec"))
	}
	return out
}

// claim tells what a document is about before it is known to be valid.
func claim(root *yamldoc.Node) catalog.Ref {
	kind, name := root.Get("kind").Str(), root.At("metadata", "name").Str()
	if kind == "" || name == "" {
		return catalog.Ref{}
	}
	return catalog.MakeRef(kind, root.At("metadata", "namespace").Str(), name)
}

func location(spec *yamldoc.Node) *Location {
	l := &Location{Type: spec.Get("type").Str(), Optional: spec.Get("presence").Str() == "optional"}
	add := func(n *yamldoc.Node) {
		if s := n.Str(); s != "" && !slices.Contains(l.Targets, s) {
			l.Targets, l.Lines = append(l.Targets, s), append(l.Lines, n.Line)
		}
	}
	add(spec.Get("target"))
	if targets := spec.Get("targets"); targets != nil {
		for _, t := range targets.Items {
			add(t)
		}
	}
	return l
}

// article names a kind of value in a sentence.
func article(k yamldoc.Kind) string {
	switch k {
	case yamldoc.Null:
		return "null"
	case yamldoc.List, yamldoc.Map:
		return "an " + k.String()
	default:
		return "a " + k.String()
	}
}
