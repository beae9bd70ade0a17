package inventory

import (
	_ "embed"
	"slices"
	"strings"
	"sync"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// Technology is a language, framework, library or tool that people ask for by name.
type Technology struct {
	ID      string
	Name    string // as people say it
	Kind    Kind
	Aliases []string // what else people type, lower case, in English and Chinese; the id and the name are not repeated
	// Packages are the packages that stand for it, the one whose version counts first. A "*" at the end of a name
	// stands for any rest.
	Packages map[Ecosystem][]string
}

//go:embed technologies.yaml
var technologiesYAML []byte

// builtin is the table of the well-known technologies, read once. Its file is part of the program and tested.
var builtin = sync.OnceValues(func() (*Table, error) { return ParseTable("technologies.yaml", technologiesYAML) })

// Table knows technologies by the packages that stand for them. It is immutable.
type Table struct {
	all   []Technology
	byID  map[string]int
	exact map[Ecosystem]map[string][]match
	globs map[Ecosystem][]glob // the longest prefix first
}

type match struct{ tech, rank int }

type glob struct {
	prefix string
	match
}

// Builtin is the table of the well-known technologies that comes with the program.
func Builtin() *Table {
	t, err := builtin()
	if err != nil { // a test keeps the file readable
		return newTable(nil)
	}
	return t
}

// Technologies lists the well-known technologies, ordered by id.
func Technologies() []Technology { return Builtin().Technologies() }

// Technologies lists the table, ordered by id. The caller must not change what the elements point at.
func (t *Table) Technologies() []Technology { return slices.Clone(t.all) }

// Technology looks up an id.
func (t *Table) Technology(id string) (Technology, bool) {
	i, ok := t.byID[id]
	if !ok {
		return Technology{}, false
	}
	return t.all[i], true
}

// ParseTable reads a table in the format of technologies.yaml. Errors are of kind fault.Invalid and name file, line
// and field.
func ParseTable(file string, data []byte) (*Table, error) {
	var doc struct {
		Technologies []struct {
			ID       string                 `json:"id"`
			Name     string                 `json:"name"`
			Kind     Kind                   `json:"kind"`
			Aliases  []string               `json:"aliases"`
			Packages map[Ecosystem][]string `json:"packages"`
		} `json:"technologies"`
	}
	if err := decodeYAML(file, data, &doc); err != nil {
		return nil, err
	}
	all := make([]Technology, 0, len(doc.Technologies))
	for _, d := range doc.Technologies {
		switch d.Kind {
		case Language, RuntimeKind, Framework, Library, Tool, BaseImage:
		default:
			return nil, fault.At(fault.Position{File: file, Field: d.ID + ".kind"}, "%q is not a kind of technology", d.Kind)
		}
		if d.ID == "" || d.Name == "" {
			return nil, fault.At(fault.Position{File: file, Field: d.ID}, "a technology needs an id and a name")
		}
		all = append(all, Technology{d.ID, d.Name, d.Kind, d.Aliases, d.Packages})
	}
	return newTable(all), nil
}

func newTable(all []Technology) *Table {
	slices.SortFunc(all, func(a, b Technology) int { return strings.Compare(a.ID, b.ID) })
	t := &Table{all: all, byID: map[string]int{}, exact: map[Ecosystem]map[string][]match{}, globs: map[Ecosystem][]glob{}}
	for i, tech := range all {
		t.byID[tech.ID] = i
		for eco, packages := range tech.Packages {
			for rank, p := range packages {
				t.put(eco, p, match{i, rank})
			}
		}
	}
	for _, byName := range t.exact {
		for _, list := range byName {
			slices.SortStableFunc(list, func(a, b match) int { return t.breadth(a) - t.breadth(b) })
		}
	}
	for _, g := range t.globs {
		slices.SortFunc(g, func(a, b glob) int { return len(b.prefix) - len(a.prefix) })
	}
	return t
}

// breadth is the number of packages that stand for a technology.
func (t *Table) breadth(m match) int {
	n := 0
	for _, packages := range t.all[m.tech].Packages {
		n += len(packages)
	}
	return n
}

func (t *Table) put(eco Ecosystem, pattern string, m match) {
	if prefix, ok := strings.CutSuffix(pattern, "*"); ok {
		t.globs[eco] = append(t.globs[eco], glob{prefix, m})
		return
	}
	if t.exact[eco] == nil {
		t.exact[eco] = map[string][]match{}
	}
	t.exact[eco][pattern] = append(t.exact[eco][pattern], m)
}

// find returns the technologies that a package stands for, the most particular one first: PySpark before Apache
// Spark. Patterns count only for packages that are not listed.
func (t *Table) find(eco Ecosystem, pkg string) []match {
	if exact := t.exact[eco][pkg]; exact != nil {
		return exact
	}
	var out []match
	longest := 0
	for _, g := range t.globs[eco] {
		if len(g.prefix) < longest {
			break
		}
		if strings.HasPrefix(pkg, g.prefix) {
			longest = len(g.prefix)
			out = append(out, g.match)
		}
	}
	slices.SortStableFunc(out, func(a, b match) int { return t.breadth(a) - t.breadth(b) })
	return out
}

// identify returns an item once for each technology that its package stands for, with the technology's name and kind;
// a package that is not well known keeps its own name.
func (t *Table) identify(it Item) []Item {
	matches := t.find(it.Ecosystem, it.Package)
	if len(matches) == 0 {
		if it.Name == "" {
			it.Name = it.Package
		}
		if it.Kind == "" {
			it.Kind = Library
		}
		return []Item{it}
	}
	out := make([]Item, len(matches))
	for i, m := range matches {
		tech := t.all[m.tech]
		it.Tech, it.Name, it.Kind, it.rank = tech.ID, tech.Name, tech.Kind, m.rank
		out[i] = it
	}
	return out
}
