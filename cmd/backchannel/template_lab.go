package main

import (
	"context"
	"errors"
	"io"
	"os"
	"time"

	"golang.org/x/term"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/cmd/backchannel/config"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/store"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
	"github.com/backchannel-portal/backchannel/scaffold"
	"github.com/backchannel-portal/backchannel/scaffold/action/entity"
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

// laboratory runs templates on a command line: what they would change elsewhere is planned and never done. The catalog
// is read when something asks for it.
type laboratory struct {
	s       *session
	cfg     *config.Config
	app     *app
	runner  *scaffold.Runner
	actions *scaffold.Registry
	now     func() time.Time
	whole   *app // with the catalog read; nil: not asked for so far
}

func (s *session) laboratory(cfg *config.Config) (*laboratory, error) {
	l := &laboratory{s: s, cfg: cfg, now: s.now.clock()}
	var err error
	l.app, err = newApp(cfg, l.now, s.logger(), wiring{store: store.NewMemory(l.now), reader: func() *search.Reader { return nil }})
	if err != nil {
		return nil, err
	}
	if err := l.app.plug.load(s.ctx); err != nil { // templates that need nothing of them run all the same
		l.app.log.Warn("not all plugins start", "err", err)
	}
	registry, err := l.app.actions(planOnly{l}, nil, nil)
	if err != nil {
		l.close()
		return nil, err
	}
	l.actions = registry
	l.runner = scaffold.New(scaffold.Config{
		Actions: registry, Engine: template.New(template.Config{Hosts: codeHosts(cfg), Clock: time.Now}), Now: l.now, Log: s.logger(),
	})
	return l, nil
}

// specs describes the actions that there are, or the one of a name.
func (l *laboratory) specs(name string) ([]scaffold.Spec, error) {
	var out []scaffold.Spec
	for _, n := range l.actions.Names() {
		if a, ok := l.actions.Action(n); ok && (name == "" || n == name) {
			out = append(out, a.Spec())
		}
	}
	if len(out) == 0 {
		return nil, fault.New(fault.NotFound, "there is no action %s", name)
	}
	return out, nil
}

func (l *laboratory) close() {
	l.app.close()
	if l.whole != nil {
		l.whole.close()
	}
}

// catalog reads the catalog once.
func (l *laboratory) catalog() (search.View, error) {
	if l.whole == nil {
		a, err := l.s.catalogOnly(l.cfg, l.now)
		if err != nil {
			return nil, err
		}
		l.whole = a
	}
	return l.whole.view(catalog.Viewer{}), nil
}

// known is a template of the catalog.
func (l *laboratory) known(name string) (*scaffold.Template, scaffold.Origin, error) {
	ref, err := catalog.ParseRef(name, "template", "default")
	if err != nil {
		return nil, scaffold.Origin{}, fault.Wrap(fault.Invalid, err, "%s is neither a file nor a reference", name)
	}
	view, err := l.catalog()
	if err != nil {
		return nil, scaffold.Origin{}, err
	}
	e, ok := view.Entity(ref)
	if !ok {
		return nil, scaffold.Origin{}, fault.New(fault.NotFound, "there is no %s in the catalog, and no file of that name", ref)
	}
	doc, err := yamldoc.Parse(e.Document.JSON(), yamldoc.Limits{})
	if err != nil {
		return nil, scaffold.Origin{}, err
	}
	t, err := scaffold.Read(ref.String(), doc)
	return t, scaffold.Origin{Ref: e.Ref, File: e.Source.Location}, err
}

// asker is whom a template sees as its user; the catalog is asked where there is one.
func (l *laboratory) asker(as string) (scaffold.Asker, error) {
	if as == "" {
		return scaffold.Asker{}, nil
	}
	ref, err := catalog.ParseRef(as, "user", "default")
	if err != nil {
		return scaffold.Asker{}, fault.Wrap(fault.Invalid, err, "--as")
	}
	a := scaffold.Asker{Ref: ref, Name: ref.Name}
	if len(l.app.sources) == 0 {
		return a, nil
	}
	view, err := l.catalog()
	if err != nil {
		return a, err
	}
	e, ok := view.Entity(ref)
	if !ok {
		return a, fault.New(fault.NotFound, "there is no %s in the catalog", ref)
	}
	a.Ref, a.Name = e.Ref, e.DisplayName()
	a.User, err = template.ParseJSON(e.Document.JSON())
	return a, err
}

// planOnly is the catalog as planned runs see it.
type planOnly struct{ l *laboratory }

// Entity implements entity.Catalog. Without a catalog there are no entities.
func (p planOnly) Entity(_ context.Context, _ scaffold.Asker, ref catalog.Ref) (template.Value, bool, error) {
	if len(p.l.app.sources) == 0 {
		return template.Value{}, false, nil
	}
	view, err := p.l.catalog()
	if err != nil {
		return template.Value{}, false, err
	}
	e, ok := view.Entity(ref)
	if !ok {
		return template.Value{}, false, nil
	}
	v, err := template.ParseJSON(e.Document.JSON())
	return v, err == nil, err
}

// Register implements entity.Catalog.
func (planOnly) Register(context.Context, scaffold.Asker, string) (entity.Registered, error) {
	return entity.Registered{}, errors.New("a planned run registers nothing")
}

// isTerminal reports whether somebody watches what is written.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
