package scaffold_test

import (
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/internal/yamldoc"
	"github.com/backchannel-portal/backchannel/scaffold"
)

func toJSON(t testing.TB, text string) []byte {
	t.Helper()
	return yamldoc.AppendJSON(nil, parse(t, text))
}

// TestReadRefuses names file, line and field of what is no template that can be run.
func TestReadRefuses(t *testing.T) {
	for _, tt := range []struct{ body, want string }{
		{"apiVersion: backstage.io/v1beta2\nkind: Template\nspec: {steps: []}", `t.yaml:1: apiVersion: only templates of scaffolder.backstage.io/v1beta3 are run, this one is of "backstage.io/v1beta2"`},
		{"kind: Component", "t.yaml:1: kind: a Template is expected"},
		{spec("  owner: x"), "t.yaml: spec.steps: a list of steps is expected"},
		{spec("  steps: {}"), "t.yaml:6: spec.steps: a list of steps is expected"},
		{spec("  steps:\n    - hello"), "t.yaml:7: spec.steps[0]: a step is an object"},
		{spec("  steps:\n    - id: a"), "t.yaml:7: spec.steps[0].action: the step names no action"},
		{spec("  steps:\n    - {action: x, input: [1]}"), "t.yaml:7: spec.steps[0].input: an object is expected"},
		{spec("  steps: []\n  output: []"), "t.yaml:7: spec.output: an object is expected, found array"},
		{spec("  steps: [" + strings.Repeat("{action: x},", 600) + "]"), "there are 600 steps; at most 500 are run"},
		{spec("  steps: []\n  secrets: {schema: {type: nonsense}}"), "t.yaml:7: spec.secrets.schema: "},
	} {
		_, err := scaffold.Read("t.yaml", parse(t, tt.body))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%v\nwant %s", err, tt.want)
		}
	}
}

// FuzzRead: whatever a document is, reading it gives a template or an error.
func FuzzRead(f *testing.F) {
	for _, s := range []string{spec(service), "kind: Template", spec("  steps: [{action: a, if: 1, each: {}, input: {a: b}}]"), "[]", "null"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, err := yamldoc.Parse([]byte(text), yamldoc.Limits{})
		if err != nil {
			return
		}
		if tmpl, err := scaffold.Read("t.yaml", n); err == nil && tmpl == nil {
			t.Error("neither a template nor an error")
		}
	})
}
