package scaffold

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

// Outcome is what came of a trial.
type Outcome struct {
	Answers Answers
	Result  *Result // nil: the run did not begin, because the form refused the values
	Files   fs.FS   // the workspace; nil when there is none
	Tree    fs.FS   // what Expect.Tree names; nil when nothing is there
}

// Check lists what is not as the trial expects, in English; nothing when all is.
func (t *Trial) Check(o Outcome) []string {
	c := &checker{}
	c.problems(t.Expect.Problems, o)
	if o.Result == nil {
		return c.found
	}
	c.status(t.Expect, o.Result)
	c.effects(t.Expect.Effects, o.Result.Effects)
	if want := t.Expect.Output; want != nil {
		c.part("output", want, o.Result.Output.Value)
	}
	if want := t.Expect.Warnings; want != nil && *want != len(o.Result.Warnings) {
		c.wrong("%d warnings, want %d: %s", len(o.Result.Warnings), *want, strings.Join(o.Result.Warnings, "; "))
	}
	if o.Files == nil {
		return c.found
	}
	for _, name := range slices.Sorted(maps.Keys(t.Expect.Files)) {
		c.file(name, t.Expect.Files[name], o.Files)
	}
	c.absent(t.Expect.Absent, o.Result.Files)
	if t.Expect.Tree != "" {
		c.tree(t.Expect.Tree, o)
	}
	return c.found
}

type checker struct{ found []string }

// maxFindings of one trial are listed.
const maxFindings = 100

func (c *checker) wrong(format string, args ...any) {
	if len(c.found) < maxFindings {
		c.found = append(c.found, fmt.Sprintf(format, args...))
	}
}

func (c *checker) problems(want []string, o Outcome) {
	var got []string
	for _, p := range o.Answers.Problems {
		if !slices.Contains(got, p.Field) {
			got = append(got, p.Field)
		}
		if !slices.Contains(want, p.Field) && (o.Result == nil || len(want) > 0) {
			c.wrong("the form refuses %s: %s %s", orForm(p.Field), p.Rule, p.Want)
		}
	}
	for _, name := range want {
		if !slices.Contains(got, name) {
			c.wrong("the form accepts %s", orForm(name))
		}
	}
}

func orForm(field string) string {
	if field == "" {
		return "the values as a whole"
	}
	return field
}

func (c *checker) status(want Expectation, r *Result) {
	switch {
	case r.Err != nil && want.Fails == "":
		c.wrong("it failed: %v", r.Err)
	case r.Err == nil && want.Fails != "":
		c.wrong("it did not fail, want %q", want.Fails)
	case r.Err != nil && !strings.Contains(r.Err.Error(), want.Fails):
		c.wrong("it failed with %q, want %q", r.Err, want.Fails)
	}
	for _, id := range slices.Sorted(maps.Keys(want.Steps)) {
		i := slices.IndexFunc(r.Steps, func(s StepResult) bool { return s.ID == id })
		switch {
		case i < 0:
			c.wrong("there is no step %s", id)
		case string(r.Steps[i].Status) != want.Steps[id]:
			c.wrong("step %s is %s, want %s", id, r.Steps[i].Status, want.Steps[id])
		}
	}
}

func (c *checker) effects(want *[]EffectExpectation, got []Effect) {
	if want == nil {
		return
	}
	for i := range max(len(*want), len(got)) {
		switch {
		case i >= len(*want):
			c.wrong("effect %d is not expected: %s: %s", i+1, got[i].Action, got[i].Text(lang.English))
		case i >= len(got):
			c.wrong("effect %d is missing: %s", i+1, (*want)[i].Action)
		default:
			c.effect(i+1, (*want)[i], got[i])
		}
	}
}

func (c *checker) effect(n int, want EffectExpectation, got Effect) {
	if want.Action != "" && want.Action != got.Action {
		c.wrong("effect %d is %s, want %s", n, got.Action, want.Action)
	}
	if text := got.Text(lang.English); !strings.Contains(text, want.Summary) {
		c.wrong("effect %d is %q, want %q", n, text, want.Summary)
	}
	if want.Input != nil {
		c.part(fmt.Sprintf("effect %d: input", n), want.Input, got.Input)
	}
}

// part compares a value with what is wanted of it: of objects the properties that are named, of everything else all.
func (c *checker) part(at string, want *yamldoc.Node, got template.Value) {
	switch want.Kind {
	case yamldoc.Map:
		if got.Kind() != template.Object {
			c.wrong("%s is %s, want an object", at, describe(got))
			return
		}
		for _, f := range want.Fields {
			if f.Value.Kind == yamldoc.Null && !got.Has(f.Key) {
				continue
			}
			c.part(at+"."+f.Key, f.Value, got.Get(f.Key))
		}
		return
	case yamldoc.List:
		if got.Kind() != template.Array || got.Len() != len(want.Items) {
			c.wrong("%s is %s, want %s", at, clip(got.String()), clip(string(yamldoc.AppendJSON(nil, want))))
			return
		}
		for i, item := range want.Items {
			c.part(at+"["+strconv.Itoa(i)+"]", item, got.Items()[i])
		}
		return
	}
	w := yamldoc.AppendJSON(nil, want)
	if g := template.AppendJSON(nil, got); !bytes.Equal(w, g) {
		c.wrong("%s is %s, want %s", at, clip(string(g)), clip(string(w)))
	}
}

func (c *checker) file(name string, want FileExpectation, files fs.FS) {
	data, err := fs.ReadFile(files, name)
	if err != nil {
		c.wrong("there is no file %s", name)
		return
	}
	if want.Equals != nil && *want.Equals != string(data) {
		c.wrong("%s: %s", name, firstDifference(data, []byte(*want.Equals)))
	}
	for _, s := range want.Contains {
		if !bytes.Contains(data, []byte(s)) {
			c.wrong("%s does not contain %q", name, s)
		}
	}
	for _, s := range want.Lacks {
		if bytes.Contains(data, []byte(s)) {
			c.wrong("%s contains %q", name, s)
		}
	}
	if info, err := fs.Stat(files, name); err == nil && want.Mode != "" && strconv.FormatUint(uint64(info.Mode().Perm()), 8) != strings.TrimLeft(want.Mode, "0") {
		c.wrong("%s has the mode %o, want %s", name, info.Mode().Perm(), want.Mode)
	}
}

func (c *checker) absent(patterns []string, files []Entry) {
	for _, p := range patterns {
		for _, f := range files {
			if ok, err := doublestar.Match(p, f.Path); err == nil && ok {
				c.wrong("%s is there, though %s is not to be", f.Path, p)
			}
		}
	}
}

// tree compares the workspace with a folder: the same files, byte for byte, executable or not.
func (c *checker) tree(name string, o Outcome) {
	want := map[string]fs.FileMode{}
	if o.Tree == nil {
		c.wrong("there is no folder %s", name)
		return
	}
	err := fs.WalkDir(o.Tree, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			want[path] = info.Mode()
		}
		return err
	})
	if err != nil {
		c.wrong("%s: %v", name, err)
		return
	}
	for _, f := range o.Result.Files {
		mode, ok := want[f.Path]
		if !ok {
			c.wrong("%s is not in %s", f.Path, name)
			continue
		}
		delete(want, f.Path)
		if mode&0o100 != f.Mode&0o100 {
			c.wrong("%s has the mode %o, in %s %o", f.Path, f.Mode.Perm(), name, mode.Perm())
		}
		c.same(f.Path, o)
	}
	for _, path := range slices.Sorted(maps.Keys(want)) {
		c.wrong("%s is missing", path)
	}
}

func (c *checker) same(path string, o Outcome) {
	got, err := fs.ReadFile(o.Files, path)
	if err != nil {
		c.wrong("%s: %v", path, err)
		return
	}
	want, err := fs.ReadFile(o.Tree, path)
	if err != nil {
		c.wrong("%s: %v", path, err)
		return
	}
	if !bytes.Equal(got, want) {
		c.wrong("%s: %s", path, firstDifference(got, want))
	}
}

// firstDifference says where two texts part.
func firstDifference(got, want []byte) string {
	g, w := bytes.Split(got, []byte("\n")), bytes.Split(want, []byte("\n"))
	for i := range max(len(g), len(w)) {
		switch {
		case i >= len(g):
			return fmt.Sprintf("line %d is missing: %q", i+1, clip(string(w[i])))
		case i >= len(w):
			return fmt.Sprintf("line %d is not expected: %q", i+1, clip(string(g[i])))
		case !bytes.Equal(g[i], w[i]):
			return fmt.Sprintf("line %d is %q, want %q", i+1, clip(string(g[i])), clip(string(w[i])))
		}
	}
	return "it differs"
}
