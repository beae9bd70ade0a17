package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
	"github.com/backchannel-portal/backchannel/scaffold"
	"github.com/backchannel-portal/backchannel/scaffold/form"
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

type templateRunCmd struct {
	Template string   `arg:"" help:"A template's file or folder, or its reference in the catalog."`
	Values   string   `help:"What the form would ask: an object, as JSON or YAML. Defaults where absent." placeholder:"FILE"`
	Secrets  string   `help:"Secrets that the template asks for: an object of texts." placeholder:"FILE"`
	Out      string   `required:"" help:"Folder for the files; it must be absent or empty." placeholder:"DIR"`
	As       string   `help:"User that the template sees as user: a reference." placeholder:"USER"`
	Flag     []string `help:"Feature flag that is on. May be repeated." placeholder:"NAME"`
	Now      moment   `help:"The time that actions see (RFC 3339)." placeholder:"TIME"`
}

// Run runs the template here: files are made in the folder, and what would change elsewhere is listed, not done.
func (c *templateRunCmd) Run(s *session) error {
	s.now = c.Now
	cfg, err := s.load()
	if err != nil {
		return err
	}
	lab, err := s.laboratory(cfg)
	if err != nil {
		return err
	}
	defer lab.close()
	q, answers, err := lab.request(c.Template, c.Values, c.Secrets, c.As, c.Flag)
	if err != nil {
		return err
	}
	w, err := scaffold.EmptyWorkspace(c.Out, scaffold.WorkspaceLimits{})
	if err != nil {
		return err
	}
	var result *scaffold.Result
	if wrong := answers.Strict(); len(wrong) > 0 {
		result = scaffold.Refused(q.Template, misfit(q.Template, wrong))
	} else {
		result, err = lab.runner.Plan(s.ctx, q, w, s.tell())
	}
	if err = errors.Join(err, w.Close()); err != nil {
		return err
	}
	if err := s.print(result.Value()); err != nil {
		return err
	}
	if !s.Quiet {
		for _, d := range q.Template.Doubts(lab.actions) {
			fmt.Fprintf(s.err, "backchannel: warning: %s\n", sentence(d))
		}
		for _, p := range answers.Problems {
			fmt.Fprintf(s.err, "backchannel: warning: %s\n", problemText(p))
		}
		for _, text := range result.Warnings {
			fmt.Fprintf(s.err, "backchannel: warning: %s\n", text)
		}
	}
	if result.Err != nil {
		fmt.Fprintln(s.err, "backchannel:", sentence(result.Err))
		return errFound
	}
	return nil
}

// tell shows progress on a terminal.
func (s *session) tell() func(scaffold.Record) {
	if s.Quiet || !isTerminal(s.err) {
		return nil
	}
	return func(r scaffold.Record) {
		switch r.Kind {
		case scaffold.StepBegun:
			fmt.Fprintf(s.err, "%s ...\n", r.Step)
		case scaffold.LogLine:
			var line string
			if json.Unmarshal(r.Data, &line) == nil {
				fmt.Fprintf(s.err, "  %s\n", line)
			}
		}
	}
}

// print writes a value as JSON, indented unless JSON was asked for.
func (s *session) print(v template.Value) error {
	text := template.AppendJSON(nil, v)
	if s.Output != "json" {
		var pretty bytes.Buffer
		if err := json.Indent(&pretty, text, "", "  "); err != nil {
			return err
		}
		text = pretty.Bytes()
	}
	_, err := s.out.Write(append(text, '\n'))
	return err
}

// misfit is why values cannot be run with.
func misfit(t *scaffold.Template, problems []form.Problem) error {
	text := problemText(problems[0])
	if more := len(problems) - 1; more > 0 {
		text += fmt.Sprintf(" (and %d more)", more)
	}
	return fault.New(fault.Invalid, "the values do not fit %s: %s", t.Title, text)
}

func problemText(p form.Problem) string {
	field := p.Field
	if field == "" {
		field = "the form"
	}
	return field + ": " + strings.TrimSuffix(p.Text(lang.English), ".")
}

// request is what a command line asks to be run.
func (l *laboratory) request(name, values, secrets, as string, flags []string) (scaffold.Request, scaffold.Answers, error) {
	var answers scaffold.Answers
	t, origin, err := l.template(name)
	if err != nil {
		return scaffold.Request{}, answers, err
	}
	var given, hidden *yamldoc.Node
	if values != "" {
		if given, err = l.s.templateValues(values); err != nil {
			return scaffold.Request{}, answers, err
		}
	}
	if secrets != "" {
		if hidden, err = l.s.templateValues(secrets); err != nil {
			return scaffold.Request{}, answers, err
		}
	}
	asker, err := l.asker(as)
	if err != nil {
		return scaffold.Request{}, answers, err
	}
	return requestOf(l.now(), t, origin, asker, given, hidden, flags)
}

// template finds a template by its file, its folder, or its reference.
func (l *laboratory) template(name string) (*scaffold.Template, scaffold.Origin, error) {
	path, ok := templateIn(name)
	if !ok {
		return l.known(name)
	}
	entity, err := l.s.templateFile(path)
	if err != nil {
		return nil, scaffold.Origin{}, err
	}
	if scattered(entity.Get("spec")) {
		if entity, err = l.gathered(path, entity); err != nil {
			return nil, scaffold.Origin{}, err
		}
	}
	t, err := scaffold.Read(path, entity)
	if err != nil {
		return nil, scaffold.Origin{}, err
	}
	abs, err := filepath.Abs(path)
	origin := scaffold.Origin{File: abs}
	namespace := entity.At("metadata", "namespace").Str()
	if namespace == "" {
		namespace = "default"
	}
	if ref, bad := catalog.ParseRef(t.Name, "template", namespace); bad == nil {
		origin.Ref = ref
	}
	return t, origin, err
}

// templateIn is the file of a template that is named by a file or folder; ok is false for a reference.
func templateIn(name string) (path string, ok bool) {
	info, err := os.Stat(name)
	if err == nil && info.IsDir() {
		for _, file := range []string{"template.yaml", "template.yml", "catalog-info.yaml"} {
			if _, err := os.Stat(filepath.Join(name, file)); err == nil {
				return filepath.Join(name, file), true
			}
		}
		return filepath.Join(name, "template.yaml"), true
	}
	ext := filepath.Ext(name)
	return name, err == nil || ext == ".yaml" || ext == ".yml"
}

// requestOf joins what is given with the defaults of the form.
func requestOf(now time.Time, t *scaffold.Template, origin scaffold.Origin, asker scaffold.Asker, given, hidden *yamldoc.Node, flags []string) (scaffold.Request, scaffold.Answers, error) {
	answers, err := t.Answer(given, form.Options{Flags: flags}, true)
	if err != nil {
		return scaffold.Request{}, answers, err
	}
	secrets := answers.Secrets
	if hidden != nil {
		more, err := template.ParseJSON(yamldoc.AppendJSON(nil, hidden))
		if err != nil {
			return scaffold.Request{}, answers, err
		}
		var fields []template.Field
		for _, v := range []template.Value{secrets, more} {
			for k, item := range v.Entries {
				fields = append(fields, template.Field{Key: k, Value: item})
			}
		}
		secrets = template.ObjectValue(fields...)
	}
	return scaffold.Request{
		Run: bot.NewID(now), Template: t, Origin: origin, Values: answers.Values,
		Given: scaffold.Given{Asker: asker, Hidden: answers.Hidden, Secrets: secrets},
	}, answers, nil
}
