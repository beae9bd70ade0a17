package main

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/descriptor"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

type catalogCmd struct {
	Validate validateCmd `cmd:"" help:"Check descriptor files, a verdict a document."`
	Dump     dumpCmd     `cmd:"" help:"Print every entity as a line of JSON, with its relations."`
	Problems problemsCmd `cmd:"" help:"List what is wrong with the data, owner by owner."`
	Now      moment      `help:"The time of the catalog's ages (RFC 3339)." placeholder:"TIME"`
}

type validateCmd struct {
	Files []string `arg:"" name:"file" help:"Descriptor files."`
}

// maxDescriptorFile bounds a file given to validate, in bytes.
const maxDescriptorFile = 64 << 20

// Run prints the verdicts. A document that is not valid ends it with exit code 1, a file that cannot be read with 2.
func (c *validateCmd) Run(s *session) error {
	out := bufio.NewWriter(s.out)
	defer out.Flush()
	valid, readable := true, true
	for _, path := range c.Files {
		data, err := readInput(s.ctx, path, maxDescriptorFile)
		if s.ctx.Err() != nil {
			return s.ctx.Err()
		}
		if err != nil {
			fmt.Fprintln(s.err, "backchannel:", err)
			readable = false
			continue
		}
		docs := descriptor.Read(path, data, descriptor.Options{})
		valid = valid && descriptor.Valid(docs)
		if s.Output == "json" {
			err = descriptor.WriteVerdicts(out, docs)
		} else {
			err = descriptor.WriteReport(out, docs, s.Quiet)
		}
		if err != nil {
			return err
		}
	}
	switch {
	case !readable:
		return errPrinted
	case !valid:
		return errFound
	}
	return out.Flush()
}

type dumpCmd struct{}

// Run prints the entities.
func (dumpCmd) Run(s *session) error {
	a, err := s.readCatalog()
	if err != nil {
		return err
	}
	defer a.close()
	if err := a.usable(); err != nil {
		return err
	}
	view := a.view(catalog.Viewer{})
	out := bufio.NewWriter(s.out)
	err = descriptor.Dump(out, slices.Collect(view.Entities(search.Filter{})),
		func(r catalog.Ref) []catalog.Relation { return view.Relations(r) }, view.Problems)
	if err != nil {
		return err
	}
	return out.Flush()
}

// readCatalog starts an app that knows the catalog of the configuration and nothing else.
func (s *session) readCatalog() (*app, error) {
	cfg, err := s.load()
	if err != nil {
		return nil, err
	}
	return s.catalogOnly(cfg, s.now.clock())
}

type problemsCmd struct {
	Summary bool `help:"Only count, by owner and kind of problem."`
}

// found is one problem with where it stands and whose it is.
type found struct {
	Owner   string `json:"owner"`
	Entity  string `json:"entity,omitempty"`
	File    string `json:"file"`
	Line    int    `json:"line,omitempty"`
	Code    string `json:"code"`
	Field   string `json:"field,omitempty"`
	Message string `json:"message"`
}

// nobody is the owner of what has none.
const nobody = "(no owner)"

// Run prints the problems; it exits 1 when there are any.
func (c *problemsCmd) Run(s *session) error {
	a, err := s.readCatalog()
	if err != nil {
		return err
	}
	defer a.close()
	list := problemsOf(a.view(catalog.Viewer{}))
	if c.Summary {
		err = writeSummary(s.out, list, s.Output == "json")
	} else {
		err = writeProblems(s.out, list, s.Output == "json")
	}
	if err != nil {
		return err
	}
	if len(list) > 0 {
		return errFound
	}
	if s.Output != "json" && !s.Quiet {
		fmt.Fprintln(s.out, "No problems found.")
	}
	return nil
}

func problemsOf(view search.View) []found {
	var list []found
	for e := range view.Entities(search.Filter{}) {
		owner := nobody
		if !e.Owner.IsZero() {
			owner = e.Owner.String()
		}
		for _, p := range view.Problems(e.Ref) {
			line := p.Line
			if line == 0 {
				line = e.Source.Line
			}
			list = append(list, found{owner, e.Ref.String(), e.Source.Location, line, p.Code, p.Field, p.Message})
		}
	}
	for _, p := range view.FileProblems() {
		list = append(list, found{nobody, "", p.File, p.Line, p.Code, p.Field, p.Message})
	}
	slices.SortStableFunc(list, func(a, b found) int { return strings.Compare(a.Owner, b.Owner) })
	return list
}

func writeProblems(w io.Writer, list []found, asJSON bool) error {
	owner := ""
	for _, p := range list {
		var err error
		if asJSON {
			err = writeLine(w, p)
		} else {
			if p.Owner != owner {
				owner = p.Owner
				fmt.Fprintf(w, "%s\n", owner)
			}
			at := fault.Position{File: p.File, Line: p.Line, Field: p.Field}
			_, err = fmt.Fprintf(w, "  %s: %s (%s)\n", at, p.Message, p.Code)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// writeSummary counts problems by owner and code.
func writeSummary(w io.Writer, list []found, asJSON bool) error {
	type key struct{ Owner, Code string }
	counts := map[key]int{}
	var keys []key
	for _, p := range list {
		k := key{p.Owner, p.Code}
		if counts[k] == 0 {
			keys = append(keys, k)
		}
		counts[k]++
	}
	slices.SortFunc(keys, func(a, b key) int {
		return strings.Compare(a.Owner+"\x00"+a.Code, b.Owner+"\x00"+b.Code)
	})
	for _, k := range keys {
		var err error
		if asJSON {
			err = writeLine(w, struct {
				Owner string `json:"owner"`
				Code  string `json:"code"`
				Count int    `json:"count"`
			}{k.Owner, k.Code, counts[k]})
		} else {
			_, err = fmt.Fprintf(w, "%6d  %-16s %s\n", counts[k], k.Code, k.Owner)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
