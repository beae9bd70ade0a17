package descriptor

import (
	"encoding/json"
	"io"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// verdict is a line of "catalog validate -o json".
type verdict struct {
	File      string      `json:"file"`
	Doc       int         `json:"doc"`
	Ref       *string     `json:"ref"`
	OK        bool        `json:"ok"`
	Errors    []Finding   `json:"errors"`
	Warnings  []Finding   `json:"warnings"`
	Relations [][3]string `json:"relations"`
}

// WriteVerdicts writes what "catalog validate -o json" prints: one JSON line a document. Relations are given for
// valid documents only, both directions as full references.
func WriteVerdicts(w io.Writer, docs []Document) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for i := range docs {
		d := &docs[i]
		v := verdict{File: d.File, Doc: d.Doc, OK: d.OK, Errors: emptyNotNil(d.Errors), Warnings: emptyNotNil(d.Warnings), Relations: d.Relations()}
		if !d.Ref.IsZero() {
			s := d.Ref.String()
			v.Ref = &s
		}
		if err := enc.Encode(v); err != nil {
			return err
		}
	}
	return nil
}

// Relations are the relations that a valid document states, both directions, as [source, type, target] of full
// lower-case references; empty for a document that is not valid.
func (d *Document) Relations() [][3]string {
	out := [][3]string{}
	if !d.OK {
		return out
	}
	for r := range d.Entity.Relations.All() {
		out = append(out, [3]string{d.Ref.String(), r.Type, r.Target.String()})
	}
	for e := range d.Entity.Inverse() {
		out = append(out, [3]string{e.Source.String(), e.Type, e.Target.String()})
	}
	slices.SortFunc(out, func(a, b [3]string) int { return slices.Compare(a[:], b[:]) })
	return out
}

// WriteReport writes the verdicts for people: every error and warning as "file:line: message", and a line for each
// valid document unless quiet.
func WriteReport(w io.Writer, docs []Document, quiet bool) error {
	for i := range docs {
		d := &docs[i]
		for _, f := range d.Errors {
			if err := writeFinding(w, d.File, "", f); err != nil {
				return err
			}
		}
		for _, f := range d.Warnings {
			if err := writeFinding(w, d.File, "warning: ", f); err != nil {
				return err
			}
		}
		if d.OK && !quiet {
			at := fault.Position{File: d.File, Line: d.Line}
			if _, err := io.WriteString(w, at.String()+": ok "+d.Ref.String()+"\n"); err != nil {
				return err
			}
		}
	}
	return nil
}

func writeFinding(w io.Writer, file, label string, f Finding) error {
	at := fault.Position{File: file, Line: f.Line}
	_, err := io.WriteString(w, at.String()+": "+label+f.Message+"\n")
	return err
}

// Valid reports whether all documents are valid.
func Valid(docs []Document) bool {
	return !slices.ContainsFunc(docs, func(d Document) bool { return !d.OK })
}

func emptyNotNil[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

// dumped is a line of "catalog dump".
type dumped struct {
	Ref       string           `json:"ref"`
	Kind      string           `json:"kind"`
	Namespace string           `json:"namespace"`
	Name      string           `json:"name"`
	Title     string           `json:"title,omitempty"`
	Entity    json.RawMessage  `json:"entity"`
	Relations []dumpedRelation `json:"relations"`
	Source    dumpedSource     `json:"source"`
	Problems  []dumpedProblem  `json:"problems"`
}

type dumpedRelation struct {
	Type   string `json:"type"`
	Target string `json:"target"`
}

type dumpedSource struct {
	Location string `json:"location"`
	Line     int    `json:"line"`
}

type dumpedProblem struct {
	Code    string `json:"code"`
	Field   string `json:"field,omitempty"`
	Line    int    `json:"line,omitempty"`
	Message string `json:"message"`
}

// Dump writes what "catalog dump" prints: one JSON line an entity, sorted by reference. relations returns the
// relations of an entity in both directions, dangling ones included; problems those of its data.
func Dump(w io.Writer, entities []*catalog.Entity, relations func(catalog.Ref) []catalog.Relation, problems func(catalog.Ref) []catalog.Problem) error {
	sorted := slices.SortedFunc(slices.Values(entities), func(a, b *catalog.Entity) int {
		return strings.Compare(a.Ref.String(), b.Ref.String()) // the order of the lines as text
	})
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for _, e := range sorted {
		d := dumped{
			Ref: e.Ref.String(), Kind: e.Kind, Namespace: e.Namespace, Name: e.Name, Title: e.Title,
			Entity: e.Document.JSON(), Source: dumpedSource{e.Source.Location, e.Source.Line},
			Relations: []dumpedRelation{}, Problems: []dumpedProblem{},
		}
		for _, r := range relations(e.Ref) {
			d.Relations = append(d.Relations, dumpedRelation{r.Type, r.Target.String()})
		}
		for _, p := range problems(e.Ref) {
			d.Problems = append(d.Problems, dumpedProblem(p))
		}
		if err := enc.Encode(d); err != nil {
			return err
		}
	}
	return nil
}
