package main

import (
	"bufio"
	"fmt"
	"slices"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/descriptor"
	"github.com/backchannel-portal/backchannel/catalog/search"
)

type catalogCmd struct {
	Validate validateCmd `cmd:"" help:"Check descriptor files, a verdict a document."`
	Dump     dumpCmd     `cmd:"" help:"Print every entity as a line of JSON, with its relations."`
	Problems problemsCmd `cmd:"" help:"List what is wrong with the data, owner by owner."`
	Propose  proposeCmd  `cmd:"" help:"Draft a descriptor for a component that has none, from its repository."`
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
