package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
	"github.com/backchannel-portal/backchannel/scaffold/form"
)

type templateFormCmd struct {
	Template string   `arg:"" help:"A template's file, or its reference in the catalog."`
	Values   string   `help:"Values filled in so far: an object, as JSON or YAML. Defaults where absent." placeholder:"FILE"`
	Flag     []string `help:"Feature flag that is on. May be repeated." placeholder:"NAME"`
}

// maxTemplateFile bounds a template and a file of values, in bytes.
const maxTemplateFile = 4 << 20

// Run prints the form that a chat would show for the values, as JSON.
func (c *templateFormCmd) Run(s *session) error {
	file, entity, err := s.template(c.Template)
	if err != nil {
		return err
	}
	var values *yamldoc.Node
	if c.Values != "" {
		if values, err = s.templateValues(c.Values); err != nil {
			return err
		}
	}
	t, err := form.Read(file, entity)
	if err != nil {
		return err
	}
	f, err := t.Form(values, form.Options{Flags: c.Flag})
	if err != nil {
		return err
	}
	text := f.AppendJSON(nil)
	if s.Output != "json" {
		var pretty bytes.Buffer
		if err := json.Indent(&pretty, text, "", "  "); err != nil {
			return err
		}
		text = pretty.Bytes()
	}
	_, err = s.out.Write(append(text, '\n'))
	return err
}

// template finds a template: a file by its path, anything else in the catalog. file is what errors call it.
func (s *session) template(name string) (file string, entity *yamldoc.Node, err error) {
	info, err := os.Stat(name)
	if err == nil && !info.IsDir() || err != nil && (!errors.Is(err, fs.ErrNotExist) || strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml")) {
		entity, err := s.templateFile(name)
		return name, entity, err
	}
	ref, err := catalog.ParseRef(name, "template", "default")
	if err != nil {
		return "", nil, fault.Wrap(fault.Invalid, err, "%s is neither a file nor a reference", name)
	}
	a, err := s.readCatalog()
	if err != nil {
		return "", nil, err
	}
	defer a.close()
	e, ok := a.view(catalog.Viewer{}).Entity(ref)
	if !ok {
		return "", nil, fault.New(fault.NotFound, "there is no %s in the catalog, and no file of that name", ref)
	}
	entity, err = yamldoc.Parse(e.Document.JSON(), yamldoc.Limits{})
	return ref.String(), entity, err
}

// templateFile reads the first Template of a file; a file with none gives its first document, for the error.
func (s *session) templateFile(path string) (*yamldoc.Node, error) {
	data, err := readInput(s.ctx, path, maxTemplateFile)
	if err != nil {
		return nil, err
	}
	docs, err := yamldoc.Documents(data, yamldoc.Limits{})
	if err != nil {
		return nil, placed(err, path)
	}
	var first *yamldoc.Node
	var broken error
	for d := range docs {
		switch {
		case d.Err != nil && broken == nil:
			broken = placed(d.Err, path)
		case d.Root.Get("kind").Str() == "Template":
			return d.Root, nil
		case first == nil:
			first = d.Root
		}
	}
	if broken != nil {
		return nil, broken
	}
	return first, nil
}

// templateValues reads a file of values.
func (s *session) templateValues(path string) (*yamldoc.Node, error) {
	data, err := readInput(s.ctx, path, maxTemplateFile)
	if err != nil {
		return nil, err
	}
	values, err := yamldoc.Parse(data, yamldoc.Limits{})
	if err != nil {
		return nil, placed(err, path)
	}
	if values.Kind != yamldoc.Map && values.Kind != yamldoc.Null {
		return nil, fault.At(fault.Position{File: path, Line: values.Line}, "the values are an object, found %s", values.Kind)
	}
	return values, nil
}

// placed is an error with the file it is about.
func placed(err error, file string) error {
	if e, ok := errors.AsType[*fault.Error](err); ok && e.At.File == "" {
		at := *e
		at.At.File = file
		return &at
	}
	return err
}
