package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/catalog/ingest/propose"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/store"
)

type proposeCmd struct {
	Target string `arg:"" help:"A folder of this machine, or the web address of a repository that the configuration reaches."`
}

// Run prints a descriptor that is made from what a repository says. Nothing enters the catalog by it.
func (c *proposeCmd) Run(s *session) (err error) {
	cfg, err := s.load()
	if err != nil {
		return err
	}
	cfg.Catalog.Locations = nil // they have no part in it, and reading them may take long
	a, err := newApp(cfg, s.now.clock(), s.logger(), wiring{store: store.NewMemory(time.Now), reader: func() *search.Reader { return nil }})
	if err != nil {
		return err
	}
	defer a.close()
	tree, err := a.trees.Open(s.ctx, c.Target)
	if err != nil {
		if fault.Is(err, fault.NotFound) {
			err = fault.Wrap(fault.NotFound, err, "integrations or a mirror must reach the repository")
		}
		return err
	}
	defer func() { err = errors.Join(err, tree.Close()) }()
	o := propose.Options{Tree: tree}
	for _, g := range cfg.Integrations.GitHub {
		o.GitHub = append(o.GitHub, strings.ToLower(g.Host))
	}
	for _, g := range cfg.Integrations.GitLab {
		o.GitLab = append(o.GitLab, strings.ToLower(g.Host))
	}
	p, err := propose.Component(s.ctx, o)
	if err != nil {
		return err
	}
	if p.Existing != "" && !s.Quiet {
		fmt.Fprintf(s.err, "backchannel: %s has a %s already; this is what would be proposed without it\n", tree.Where(), p.Existing)
	}
	_, err = s.out.Write(p.Text)
	return err
}
