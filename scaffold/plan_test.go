package scaffold_test

import (
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

// TestPlan follows templates through their steps: what runs, what is skipped, what is given on.
func TestPlan(t *testing.T) {
	for _, tt := range []struct {
		name, body, values string
		steps, output      string // output as JSON
		err                string // part of it, "" for none
	}{
		{
			name: "outputs are known to later steps, and types are kept",
			body: `
  steps:
    - {id: a, action: test:show, input: {n: "${{ parameters.n }}", list: "${{ parameters.list }}", gone: "${{ parameters.none }}", text: "n=${{ parameters.n }}", who: "${{ user.ref }}", name: "${{ user.entity.metadata.name }}", where: "${{ environment.parameters.region }}"}}
    - {id: make-it, action: test:make, input: {repo: "r${{ steps.a.output.input.n }}"}}
  output:
    all: ${{ steps.a.output.input }}
    links: [{title: Repository, url: "${{ steps['make-it'].output.remoteUrl }}"}]`,
			values: `{"n": 7, "list": [1, "b"]}`,
			steps:  "a=completed make-it=completed",
			output: `{"all":{"n":7,"list":[1,"b"],"text":"n=7","who":"user:default/ada","name":"ada","where":"eu"},"links":[{"title":"Repository","url":"https://host/r7"}]}`,
		},
		{
			name: "ids and names that are missing",
			body: `
  steps:
    - {action: test:log, input: {message: hi}}
    - {action: test:log, name: Second}
    - {id: x, action: test:log}`,
			steps: "step-1=completed step-2=completed x=completed", output: `{}`,
		},
		{
			name: "conditions",
			body: `
  steps:
    - {id: a, action: test:log, if: false}
    - {id: b, action: test:log, if: "${{ parameters.yes }}"}
    - {id: c, action: test:log, if: "${{ parameters.no }}"}
    - {id: d, action: test:log, if: "${{ parameters.empty }}"}
    - {id: e, action: test:log, if: "${{ parameters.word === 'x' and parameters.yes }}"}
    - {id: f, action: test:log, if: "false"}
    - {id: g, action: test:log, if: "${{ steps.a.output.x }}"}
    - {id: h, action: test:log, if: "${{ 1 | nosuch }}"}
    - {id: i, action: test:log, if: true}`,
			values: `{"yes": true, "no": false, "empty": [], "word": "x"}`,
			steps:  "a=skipped b=completed c=skipped d=skipped e=completed f=completed g=skipped h=completed i=completed", output: `{}`,
		},
		{
			name: "what a failure leaves out, and what runs all the same",
			body: `
  steps:
    - {id: a, action: test:log}
    - {id: b, action: test:fail}
    - {id: c, action: test:log}
    - {id: d, action: test:log, if: true}
    - {id: e, action: test:log, if: "${{ parameters.yes }}"}
    - {id: f, action: test:log, if: "${{ always() }}"}
    - {id: g, action: test:log, if: "${{ failure() }}"}
    - {id: h, action: test:log, if: "${{ not failure() }}"}
    - {id: i, action: test:fail, if: "${{ always() }}"}
    - {id: j, action: test:log, if: "${{ failure() and parameters.yes }}"}`,
			values: `{"yes": true}`,
			steps:  "a=completed b=failed c=skipped d=skipped e=skipped f=completed g=completed h=skipped i=failed j=completed",
			err:    "t.yaml:9: spec.steps[1]: step b (test:fail): it is broken",
		},
		{
			name: "failure() is false while nothing failed",
			body: `
  steps:
    - {id: a, action: test:log, if: "${{ failure() }}"}
    - {id: b, action: test:log, if: "${{ always() }}"}`,
			steps: "a=skipped b=completed", output: `{}`,
		},
		{
			name: "each over an array and an object, with a condition for each",
			body: `
  steps:
    - {id: a, action: test:show, each: "${{ parameters.list }}", input: {k: "${{ each.key }}", v: "${{ each.value }}"}}
    - {id: b, action: test:show, each: "${{ parameters.map }}", if: "${{ each.value > 1 }}", input: {k: "${{ each.key }}", v: "${{ each.value }}"}}
    - {id: c, action: test:show, each: [], input: {}}
  output: {a: "${{ steps.a.output }}", b: "${{ steps.b.output }}", c: "${{ steps.c.output }}"}`,
			values: `{"list": ["x", {"y": 1}], "map": {"one": 1, "two": 2}}`,
			steps:  "a=completed b=completed c=completed",
			output: `{"a":{"input":[{"k":"0","v":"x"},{"k":"1","v":{"y":1}}]},"b":{"input":[{"k":"two","v":2}]},"c":{}}`,
		},
		{
			name: "each over nothing", body: `
  steps: [{id: a, action: test:log, each: "${{ parameters.none }}"}]`,
			steps: "a=failed", err: `step a (test:log): an array or object is expected; "${{ parameters.none }}" gives nothing`,
		},
		{
			name: "each over a text", body: `
  steps: [{id: a, action: test:log, each: "${{ parameters.s }}"}]`, values: `{"s": "abc"}`,
			steps: "a=failed", err: "spec.steps[0].each: step a (test:log): an array or object is expected",
		},
		{
			name: "an input that does not fit is found before any iteration runs", body: `
  steps: [{id: a, action: test:make, each: ["x", ""], input: {repo: "${{ each.value }}"}}]`,
			steps: "a=failed", err: "the input of test:make[1]: input.repo: got null, want string",
		},
		{
			name: "a required input that is missing", body: `
  steps: [{id: a, action: test:make, input: {repo: "${{ parameters.none }}"}}]`,
			steps: "a=failed", err: "input: missing property 'repo'",
		},
		{
			name: "an expression that fails keeps its text, but not where a repository is named",
			body: `
  steps:
    - {id: a, action: test:show, input: {x: "${{ 1 | nosuch }}"}}
    - {id: b, action: test:show, input: {repo: "${{ 1 | nosuch }}"}}
  output: {x: "${{ steps.a.output.input.x }}"}`,
			steps: "a=completed b=failed", err: `t.yaml:9: spec.steps[1].input.repo: step b (test:show): `,
		},
		{
			name: "an action that is not known fails before anything ran",
			body: `
  steps:
    - {id: a, action: test:write, input: {path: a}}
    - {id: b, action: test:nosuch}
    - {id: c, action: test:log}`,
			steps: "a=skipped b=failed c=skipped", err: "t.yaml:9: spec.steps[1].action: step b: there is no action test:nosuch",
		},
		{
			name: "an action that is not known and not asked for",
			body: `
  steps:
    - {id: a, action: test:nosuch, if: "${{ parameters.host === 'other' }}"}
    - {id: b, action: test:nosuch, if: false}`,
			values: `{"host": "github"}`,
			steps:  "a=skipped b=skipped", output: `{}`,
		},
		{
			name: "an action that breaks", body: `
  steps: [{id: a, action: test:panic}]`,
			steps: "a=failed", err: "the action broke: oops",
		},
		{
			name: "the output's items have conditions, and see no secrets",
			body: `
  steps: [{id: a, action: test:log}]
  output:
    links:
      - {title: A, url: "https://a", if: "${{ parameters.yes }}"}
      - {title: B, url: "https://b", if: "${{ parameters.none }}"}
      - {title: C, entityRef: "component:c"}
      - {title: D, url: "https://d", if: "${{ parameters.yes === false }}"}
    text: [{title: T, content: "# Hi ${{ secrets.token }}${{ environment.secrets.npm }}"}]`,
			values: `{"yes": true}`, steps: "a=completed",
			output: `{"links":[{"title":"A","url":"https://a"},{"title":"B","url":"https://b"},{"title":"C","entityRef":"component:c"}],"text":[{"title":"T","content":"# Hi "}]}`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.values == "" {
				tt.values = "{}"
			}
			r, _ := plan(t, tt.body, tt.values)
			if got := statuses(r); got != tt.steps {
				t.Errorf("steps: %s\nwant   %s", got, tt.steps)
			}
			if (r.Err == nil) != (tt.err == "") || r.Err != nil && !strings.Contains(r.Err.Error(), tt.err) {
				t.Errorf("error: %v\nwant   %s", r.Err, tt.err)
			}
			if got := string(template.AppendJSON(nil, r.Output.Value)); tt.err == "" && got != tt.output {
				t.Errorf("output: %s\nwant    %s", got, tt.output)
			}
		})
	}
}

// TestPlanEffects: what would happen outside is told, and nothing of it is done.
func TestPlanEffects(t *testing.T) {
	r, w := plan(t, `
  steps:
    - {id: a, action: test:write, input: {path: "src/${{ parameters.name }}.go", content: "package x"}}
    - {id: b, action: test:make, input: {repo: pay, token: "Bearer ${{ secrets.token }}"}}
    - {id: c, action: test:write, input: {path: "url.txt", content: "${{ steps.b.output.remoteUrl }}"}}`, `{"name": "pay"}`)
	if r.Err != nil {
		t.Fatal(r.Err)
	}
	if len(r.Effects) != 1 {
		t.Fatalf("effects: %+v", r.Effects)
	}
	e := r.Effects[0]
	if got, want := e.Text(lang.English), "Make the repository pay with ***"; got != want || e.Action != "test:make" || e.Step != "b" {
		t.Errorf("%s %s: %q, want %q", e.Step, e.Action, got, want)
	}
	if got, want := e.Input.String(), `{"repo":"pay","token":"***"}`; got != want {
		t.Errorf("input: %s, want %s", got, want)
	}
	var files []string
	for _, f := range r.Files {
		files = append(files, f.Path)
	}
	if got := strings.Join(files, " "); got != "src/pay.go url.txt" || r.Files[0].Size != 9 {
		t.Errorf("files: %s", got)
	}
	if data, err := w.ReadFile("url.txt"); err != nil || string(data) != "https://host/pay" {
		t.Errorf("url.txt: %q, %v", data, err)
	}
}
