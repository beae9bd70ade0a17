package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/adapters/terminal"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/descriptor"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
	"github.com/backchannel-portal/backchannel/plugins/declared"
)

type pluginCmd struct {
	Check  pluginCheckCmd  `cmd:"" help:"Check declared plugins, and show what one asks and shows for an entity."`
	Schema pluginSchemaCmd `cmd:"" help:"Print the JSON Schema of declared plugins, for editors."`
}

type pluginSchemaCmd struct{}

// Run prints the schema.
func (pluginSchemaCmd) Run(s *session) error {
	_, err := io.WriteString(s.out, declared.Schema())
	return err
}

type pluginCheckCmd struct {
	Files   []string `arg:"" name:"file" help:"Declared plugins."`
	Fixture string   `help:"Answers in the place of the network: responses by request, and perhaps an entity." placeholder:"FILE"`
	Entity  string   `help:"The entity of the catalog to try it with." placeholder:"REF"`
	Lang    string   `help:"Language of the card." enum:"en,zh" default:"en"`
	Now     moment   `help:"The time that the card speaks of (RFC 3339)." placeholder:"TIME"`
}

// tryTime bounds what one plugin may take to be tried.
const tryTime = time.Minute

// mistake is one thing that is wrong with a file.
type mistake struct {
	Line    int    `json:"line,omitempty"`
	Field   string `json:"field,omitempty"`
	Message string `json:"message"`
}

// pluginVerdict is what is found out about one file.
type pluginVerdict struct {
	File     string            `json:"file"`
	OK       bool              `json:"ok"`
	Name     string            `json:"name,omitempty"`
	Errors   []mistake         `json:"errors"`
	Entity   string            `json:"entity,omitempty"`
	Matches  *bool             `json:"matches,omitempty"`
	Requests []triedRequest    `json:"requests,omitempty"`
	Data     any               `json:"data,omitempty"`
	Card     *card.Message     `json:"card,omitempty"`
	Text     string            `json:"text,omitempty"`
	Facts    map[string]string `json:"facts,omitempty"`
}

// triedRequest is a request of a trial.
type triedRequest struct {
	Name     string `json:"name"`
	Upstream string `json:"upstream"`
	Method   string `json:"method"`
	URL      string `json:"url"`
	Body     string `json:"body,omitempty"`
	Status   int    `json:"status,omitempty"`
}

// Run prints a verdict a file. It ends with exit code 1 when a file is wrong or its card cannot be made, with 2 when
// something cannot be read.
func (c *pluginCheckCmd) Run(s *session) error {
	try, closing, err := c.trial(s)
	if err != nil {
		return err
	}
	defer closing()
	all := true
	for _, path := range c.Files {
		data, err := readInput(s.ctx, path, declared.MaxFile+1)
		if err != nil {
			return err
		}
		v := pluginVerdict{File: path, Errors: []mistake{}}
		p, err := declared.Parse(path, data, readDeclared(nil))
		if err == nil {
			_, err = plugins.NewEntry(p)
		}
		if err == nil {
			v.Name = p.About().Name
			err = try(p, &v)
		}
		v.Errors = append(v.Errors, mistakes(err)...)
		v.OK = len(v.Errors) == 0
		all = all && v.OK
		if err := c.print(s, v); err != nil {
			return err
		}
	}
	if !all {
		return errFound
	}
	return nil
}

// mistakes are the parts of a joined error.
func mistakes(err error) []mistake {
	if err == nil {
		return nil
	}
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		var out []mistake
		for _, one := range many.Unwrap() {
			out = append(out, mistakes(one)...)
		}
		return out
	}
	if e, ok := errors.AsType[*fault.Error](err); ok && e.At.Line > 0 {
		return []mistake{{e.At.Line, e.At.Field, e.Message}}
	}
	return []mistake{{Message: err.Error()}}
}

// readDeclared are the options that declared plugins are read with.
func readDeclared(strings func(string) (string, error)) declared.Options {
	o := declared.Options{Pattern: understand.CheckPattern, Strings: strings}
	for _, in := range understand.Intents() {
		o.Intents = append(o.Intents, string(in))
	}
	return o
}

// trial returns what tries a plugin: nothing, where neither an entity nor a fixture is given.
func (c *pluginCheckCmd) trial(s *session) (try func(plugins.Plugin, *pluginVerdict) error, closing func(), err error) {
	closing = func() {}
	if c.Fixture == "" && c.Entity == "" {
		return func(plugins.Plugin, *pluginVerdict) error { return nil }, closing, nil
	}
	var fixture *declared.Fixture
	if c.Fixture != "" {
		data, err := readInput(s.ctx, c.Fixture, 8<<20)
		if err != nil {
			return nil, nil, err
		}
		if fixture, err = declared.ParseFixture(c.Fixture, data); err != nil {
			return nil, nil, err
		}
	}
	var e *catalog.Entity
	var out func(string) (plugins.Upstream, error)
	if c.Entity == "" {
		if e, err = entityOf(c.Fixture, fixture.Entity()); err != nil {
			return nil, nil, err
		}
	} else {
		a, err := c.catalog(s)
		if err != nil {
			return nil, nil, err
		}
		closing = a.close
		if e, err = a.named(c.Entity); err != nil {
			closing()
			return nil, nil, err
		}
		out = a.plug.out
	}
	return func(p plugins.Plugin, v *pluginVerdict) error {
		upstream := out
		if fixture != nil {
			upstream = fixture.Upstreams(p, c.Now.clock()())
		}
		return c.try(s.ctx, p, e, upstream, v)
	}, closing, nil
}

func (c *pluginCheckCmd) catalog(s *session) (*app, error) {
	cfg, err := s.load()
	if err != nil {
		return nil, err
	}
	return s.catalogOnly(cfg, c.Now.clock())
}

// named is an entity of the catalog by its reference, or by a name that only one has.
func (a *app) named(name string) (*catalog.Entity, error) {
	view := a.view(catalog.Viewer{})
	ref, err := catalog.ParseRef(name, "component", "")
	if err != nil {
		return nil, fault.New(fault.Invalid, "%q is no reference such as component:checkout", name)
	}
	e, ok := view.Entity(ref)
	if !ok {
		return nil, fault.New(fault.NotFound, "there is no %s in the catalog", ref)
	}
	return e, nil
}

// entityOf is the entity of a fixture.
func entityOf(path string, text []byte) (*catalog.Entity, error) {
	if text == nil {
		return nil, fault.At(fault.Position{File: path, Field: "entity"}, "the fixture has no entity: add one, or name one of the catalog with --entity")
	}
	docs := descriptor.Read(path, text, descriptor.Options{})
	if len(docs) != 1 || docs[0].Entity == nil {
		why := "it is no single descriptor"
		if len(docs) > 0 && len(docs[0].Errors) > 0 {
			why = docs[0].Errors[0].Path + ": " + docs[0].Errors[0].Message
		}
		return nil, fault.At(fault.Position{File: path, Field: "entity"}, "%s", why)
	}
	return docs[0].Entity, nil
}

func (c *pluginCheckCmd) try(ctx context.Context, p plugins.Plugin, e *catalog.Entity, upstream func(string) (plugins.Upstream, error), v *pluginVerdict) error {
	ctx, cancel := context.WithTimeout(ctx, tryTime)
	defer cancel()
	t, err := declared.Try(ctx, p, e, lang.Lang(c.Lang), c.Now.clock()(), upstream)
	v.Entity, v.Matches, v.Data, v.Facts = e.Ref.String(), &t.Matches, t.Data, t.Facts
	for _, r := range t.Requests {
		v.Requests = append(v.Requests, triedRequest{r.Name, r.Upstream, r.Method, r.URL, string(r.Body), r.Status})
	}
	if err == nil && t.Matches {
		v.Card, v.Text = &t.Card.Message, card.Plain(t.Card.Message)
	}
	return err
}

// print writes a verdict as people or programs read it.
func (c *pluginCheckCmd) print(s *session, v pluginVerdict) error {
	if s.Output == "json" {
		return writeLine(s.out, v)
	}
	for _, m := range v.Errors {
		fmt.Fprintln(s.out, m.at(v.File))
	}
	if v.OK && !s.Quiet {
		fmt.Fprintf(s.out, "%s: the plugin %s is valid\n", v.File, v.Name)
	}
	if v.Matches == nil {
		return nil
	}
	if !*v.Matches {
		_, err := fmt.Fprintf(s.out, "%s is not what it is about: spec.match\n", v.Entity)
		return err
	}
	for _, r := range v.Requests {
		status := "no answer"
		if r.Status > 0 {
			status = fmt.Sprint(r.Status)
		}
		fmt.Fprintf(s.out, "%-10s %s %s %s: %s\n", r.Name, r.Upstream, r.Method, r.URL, status)
		if r.Body != "" {
			fmt.Fprintf(s.out, "           %s\n", r.Body)
		}
	}
	if v.Card == nil {
		return nil
	}
	fmt.Fprintln(s.out)
	if v.Text == "" {
		_, err := fmt.Fprintf(s.out, "There is nothing to show for %s.\n", v.Entity)
		return err
	}
	if _, err := s.out.Write(terminal.Render(*v.Card, terminal.Detect(s.out, os.Getenv))); err != nil {
		return err
	}
	return c.printFacts(s.out, v.Facts)
}

func (c *pluginCheckCmd) printFacts(w io.Writer, facts map[string]string) error {
	for _, key := range slices.Sorted(maps.Keys(facts)) {
		if _, err := fmt.Fprintf(w, "fact %s = %s\n", key, facts[key]); err != nil {
			return err
		}
	}
	return nil
}

// at is a mistake on one line, as compilers write it.
func (m mistake) at(file string) string {
	var b strings.Builder
	b.WriteString(file)
	if m.Line > 0 {
		fmt.Fprintf(&b, ":%d", m.Line)
	}
	if m.Field != "" {
		b.WriteString(": " + m.Field)
	}
	return b.String() + ": " + m.Message
}
