package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
	"github.com/backchannel-portal/backchannel/scaffold"
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

type templateTestCmd struct {
	Dir    string `arg:"" help:"Folder of a template, or of several: cases are the files tests/*.yaml beside a template.yaml."`
	Update bool   `help:"Write what comes of the cases into the folders that they are compared with."`
	Now    moment `help:"The time that actions see (RFC 3339)." placeholder:"TIME"`
}

// Run tries the cases. One that does not come out as its file says ends it with exit code 1.
func (c *templateTestCmd) Run(s *session) error {
	s.now = c.Now
	cfg, err := s.load()
	if err != nil {
		return err
	}
	files, err := trialFiles(c.Dir)
	if err != nil {
		return err
	}
	lab, err := s.laboratory(cfg)
	if err != nil {
		return err
	}
	defer lab.close()
	var report trialReport
	for _, file := range files {
		t, err := lab.try(s.ctx, file, c.Update)
		if err != nil {
			return err
		}
		report.trials = append(report.trials, t)
	}
	report.chats = lab.chats(report.trials)
	report.doubts = lab.doubts(report.trials)
	if err := report.write(s); err != nil {
		return err
	}
	if report.failed() > 0 {
		return errFound
	}
	return nil
}

// The bounds of looking for cases.
const (
	maxTrials     = 1000
	maxTrialDepth = 8
)

// trialFiles finds the cases below a folder.
func trialFiles(dir string) ([]string, error) {
	var out []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return fault.Wrap(fault.Invalid, err, "the folder %s", dir)
		}
		rel, _ := filepath.Rel(dir, path)
		if d.IsDir() {
			if name := d.Name(); rel != "." && (strings.HasPrefix(name, ".") || name == "node_modules") || strings.Count(rel, string(filepath.Separator)) >= maxTrialDepth {
				return fs.SkipDir
			}
			return nil
		}
		ext := filepath.Ext(path)
		if (ext == ".yaml" || ext == ".yml") && filepath.Base(filepath.Dir(path)) == "tests" && isTrial(path) {
			out = append(out, path)
		}
		if len(out) > maxTrials {
			return fault.New(fault.Invalid, "there are more than %d cases in %s", maxTrials, dir)
		}
		return nil
	})
	if err == nil && len(out) == 0 {
		err = fault.New(fault.NotFound, "there are no cases in %s: no tests/*.yaml beside a template.yaml", dir)
	}
	slices.Sort(out)
	return out, err
}

// isTrial reports whether a file in a folder tests is a case: a template lies beside the folder.
func isTrial(path string) bool {
	_, ok := templateIn(filepath.Dir(filepath.Dir(path)))
	if !ok {
		return false
	}
	for _, name := range []string{"template.yaml", "template.yml"} {
		if _, err := os.Stat(filepath.Join(filepath.Dir(filepath.Dir(path)), name)); err == nil {
			return true
		}
	}
	return false
}

// tried is a case and what came of it.
type tried struct {
	file     string
	path     string // of the template
	template *scaffold.Template
	values   *yamldoc.Node
	found    []string
	result   *scaffold.Result // nil: it did not begin
}

// try runs one case. Its error is about files that cannot be read; what comes out otherwise than expected is in found.
func (l *laboratory) try(ctx context.Context, file string, update bool) (tried, error) {
	t := tried{file: file}
	node, err := l.s.templateValues(file)
	if err != nil {
		return t, err
	}
	trial, err := scaffold.ReadTrial(file, node)
	if err != nil {
		return t, err
	}
	t.values, t.path = trial.Values, filepath.Join(filepath.Dir(file), filepath.FromSlash(trial.Template))
	tmpl, origin, err := l.template(t.path)
	if err != nil {
		return t, err
	}
	t.template = tmpl
	asker, err := l.asker(trial.User)
	if err != nil {
		return t, err
	}
	q, answers, err := requestOf(l.now(), tmpl, origin, asker, trial.Values, trial.Secrets, trial.Flags)
	if err != nil {
		return t, err
	}
	o := scaffold.Outcome{Answers: answers}
	if len(trial.Expect.Problems) > 0 || len(answers.Strict()) > 0 {
		t.found = trial.Check(o)
		return t, nil
	}
	w, err := scaffold.NewWorkspace("", scaffold.WorkspaceLimits{})
	if err != nil {
		return t, err
	}
	if t.result, err = l.runner.Plan(ctx, q, w, nil); err == nil {
		o.Result, o.Files = t.result, w.FS()
		err = l.compare(&t, trial, o, update)
	}
	return t, errors.Join(err, w.Close())
}

// compare looks at what came of a run, and at the folder that it is to equal.
func (l *laboratory) compare(t *tried, trial *scaffold.Trial, o scaffold.Outcome, update bool) error {
	if trial.Expect.Tree != "" {
		dir := filepath.Join(filepath.Dir(t.file), filepath.FromSlash(trial.Expect.Tree))
		if update && o.Result.Err == nil {
			if err := replaceTree(dir, o); err != nil {
				return err
			}
		}
		if root, err := os.OpenRoot(dir); err == nil {
			defer root.Close()
			o.Tree = root.FS()
		}
	}
	t.found = trial.Check(o)
	return nil
}

// replaceTree makes a folder what the workspace is.
func replaceTree(dir string, o scaffold.Outcome) error {
	if err := os.RemoveAll(dir); err != nil {
		return fault.Wrap(fault.Invalid, err, "write %s", dir)
	}
	for _, f := range o.Result.Files {
		data, err := fs.ReadFile(o.Files, f.Path)
		if err != nil {
			return fault.Wrap(fault.Internal, err, "read %s", f.Path)
		}
		to := filepath.Join(dir, filepath.FromSlash(f.Path))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return fault.Wrap(fault.Invalid, err, "write %s", dir)
		}
		if err := os.WriteFile(to, data, f.Mode.Perm()); err != nil {
			return fault.Wrap(fault.Invalid, err, "write %s", to)
		}
	}
	return nil
}

// doubts are what is likely a mistake in the templates of the cases, each template looked at once.
func (l *laboratory) doubts(all []tried) []error {
	var out []error
	seen := map[string]bool{}
	for _, t := range all {
		if t.template != nil && !seen[t.path] {
			seen[t.path] = true
			out = append(out, t.template.Doubts(l.actions)...)
		}
	}
	return out
}

// trialReport is what the command prints.
type trialReport struct {
	trials []tried
	chats  []degraded
	doubts []error // what is likely a mistake in the templates
}

func (r trialReport) failed() int {
	n := 0
	for _, t := range r.trials {
		if len(t.found) > 0 {
			n++
		}
	}
	return n
}

func (r trialReport) write(s *session) error {
	if s.Output == "json" {
		return s.print(r.value())
	}
	var b strings.Builder
	for _, t := range r.trials {
		mark := "ok  "
		if len(t.found) > 0 {
			mark = "FAIL"
		}
		if !s.Quiet || len(t.found) > 0 {
			fmt.Fprintf(&b, "%s  %s\n", mark, t.file)
		}
		for _, f := range t.found {
			fmt.Fprintf(&b, "      %s\n", f)
		}
	}
	for _, d := range r.doubts {
		fmt.Fprintf(&b, "doubt %s\n", sentence(d))
	}
	last := ""
	for _, d := range r.chats {
		if s.Quiet {
			break
		}
		if d.template != last {
			fmt.Fprintf(&b, "%s is asked otherwise in:\n", d.template)
			last = d.template
		}
		fmt.Fprintf(&b, "      %s: %s\n", d.platform, d.message)
	}
	if !s.Quiet {
		fmt.Fprintf(&b, "%d of %d cases came out as expected\n", len(r.trials)-r.failed(), len(r.trials))
	}
	_, err := s.out.Write([]byte(b.String()))
	return err
}

func (r trialReport) value() template.Value {
	str := func(key, text string) template.Field {
		return template.Field{Key: key, Value: template.StringValue(text)}
	}
	var cases, chats, doubts []template.Value
	for _, t := range r.trials {
		var found []template.Value
		for _, f := range t.found {
			found = append(found, template.StringValue(f))
		}
		fields := []template.Field{
			str("file", t.file), str("template", t.path), {Key: "ok", Value: template.BoolValue(len(found) == 0)},
			{Key: "problems", Value: template.ArrayValue(found...)},
		}
		if t.result != nil {
			fields = append(fields, template.Field{Key: "result", Value: t.result.Value()})
		}
		cases = append(cases, template.ObjectValue(fields...))
	}
	for _, d := range r.chats {
		chats = append(chats, template.ObjectValue(str("template", d.template), str("platform", d.platform), str("field", d.field), str("message", d.message)))
	}
	for _, d := range r.doubts {
		doubts = append(doubts, template.StringValue(sentence(d)))
	}
	return template.ObjectValue(
		template.Field{Key: "ok", Value: template.BoolValue(r.failed() == 0)},
		template.Field{Key: "cases", Value: template.ArrayValue(cases...)}, template.Field{Key: "degraded", Value: template.ArrayValue(chats...)},
		template.Field{Key: "doubts", Value: template.ArrayValue(doubts...)})
}
