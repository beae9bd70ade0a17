package form

import "testing"

// TestPairs: an object of texts is written one a line, without quotes.
func TestPairs(t *testing.T) {
	t.Parallel()
	tmpl := questions(t, `
properties:
  labels: {type: object, additionalProperties: {type: string}}
  limits: {type: object, additionalProperties: {type: integer}}
  any: {type: object}
  deep: {type: object, additionalProperties: {type: object}}
`)
	f, problems, err := tmpl.Submit(nil, map[string][]string{
		"labels": {"team: till\nversion: 1.10\non: true\nat: https://x.dev/a?b=1\nno:"}, "limits": {"cpu: 2"}, "any": {"a: 1"}, "deep": {"a: {b: 1}"},
	}, Options{})
	if err != nil || len(problems) > 0 {
		t.Fatal(problems, err)
	}
	const want = `{"any":{"a":1},"deep":{"a":{"b":1}},"labels":{"at":"https://x.dev/a?b=1","no":"","on":"true","team":"till","version":"1.10"},"limits":{"cpu":2}}`
	if got := jsonOf(f.Values); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	var types []string
	for q := range f.All() {
		types = append(types, q.Element)
	}
	if got := types; got[0] != "string" || got[1] != "integer" || got[2] != "" || got[3] != "" {
		t.Error(got)
	}
	f, problems, err = tmpl.Submit(nil, map[string][]string{"labels": {"a: \"8\"\nb: {c"}}, Options{})
	if err != nil || len(problems) != 1 || problems[0].Rule != "object" {
		t.Error(jsonOf(f.Values), problems, err)
	}
	f, problems, err = tmpl.Submit(nil, map[string][]string{"labels": {"a: \"8\"\nb: 'x: y' # why"}}, Options{})
	if got := jsonOf(f.Values); err != nil || len(problems) > 0 || got != `{"labels":{"a":"8","b":"x: y"}}` {
		t.Error(got, problems, err)
	}
	if _, problems, _ = tmpl.Submit(nil, map[string][]string{"limits": {"cpu: many"}}, Options{}); len(problems) != 1 || problems[0].Field != "limits" {
		t.Error(problems)
	}
}
