package form

import "testing"

const logins = `
definitions: {login: {type: object, properties: {user: {type: string}, password: {type: string, ui:widget: password}, also: {$ref: "#/definitions/login"}}}}
properties:
  name: {type: string}
  pin: {type: integer, ui:options: {inputType: password}}
  db:
    type: object
    properties: {host: {type: string}, key: {type: string, ui:widget: PasswordWidget}}
  logins: {type: array, items: {$ref: "#/definitions/login"}}
  keys: {type: array, items: {type: string, ui:widget: password}}
  env: {type: object, additionalProperties: {type: string, ui:widget: password}}
  doors:
    type: array
    items:
      type: object
      properties: {kind: {type: string, enum: [open, locked]}}
      dependencies:
        kind:
          oneOf:
            - {properties: {kind: {enum: [open]}, code: {type: string}}}
            - {properties: {kind: {enum: [locked]}, code: {type: string, ui:widget: password}}}
  rows: {type: array, items: {type: array, items: {type: object, properties: {k: {type: string, ui:field: Secret}}}}}
  plain: {type: array, items: {type: object, properties: {a: {type: string}}}}
`

// TestApart: what is typed unseen is taken out of values wherever it is: in objects, in lists, in lists of lists, behind
// references, and under conditions that each element decides for itself.
func TestApart(t *testing.T) {
	t.Parallel()
	tmpl := questions(t, logins)
	for _, tt := range []struct{ name, values, open, hidden, secrets string }{
		{"none", `{name: x, plain: [{a: b}]}`, `{"name":"x","plain":[{"a":"b"}]}`, ``, ``},
		{"objects", `{db: {host: h, key: s1}, pin: 1234}`, `{"db":{"host":"h"}}`, `{"pin":1234,"db":{"key":"s1"}}`, ``},
		{"elements", `{logins: [{user: a}, {user: b, password: s1}, {password: s2, also: {user: c, password: s3}}]}`,
			`{"logins":[{"user":"a"},{"user":"b"},{}]}`, `{"logins":[{},{"password":"s1"},{"password":"s2","also":{"user":"c","password":"s3"}}]}`, ``},
		{"a list of nothing else", `{keys: [s1, s2], name: x}`, `{"name":"x"}`, `{"keys":["s1","s2"]}`, ``},
		{"an object of nothing else", `{env: {A: s1, B: s2}}`, `{"env":{}}`, `{"env":{"A":"s1","B":"s2"}}`, ``},
		{"conditions", `{doors: [{kind: open, code: c1}, {kind: locked, code: s1}]}`, `{"doors":[{"kind":"open","code":"c1"},{"kind":"locked"}]}`, `{"doors":[{},{"code":"s1"}]}`, ``},
		{"lists of lists", `{rows: [[{k: s1}], [{}, {k: s2}]]}`, `{"rows":[[{}],[{},{}]]}`, ``, `k=s2`},
	} {
		f, err := tmpl.Form(parse(t, tt.values), Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, values := range []*node{f.Values, f.State} {
			p := f.Apart(values)
			if got := jsonOf(p.Open); got != written(t, tt.open) {
				t.Errorf("%s: open %s, want %s", tt.name, got, tt.open)
			}
			got := ""
			if p.Hidden != nil {
				got = jsonOf(p.Hidden)
			}
			if got != written(t, tt.hidden) {
				t.Errorf("%s: hidden %s, want %s", tt.name, got, tt.hidden)
			}
			got = ""
			for k, v := range p.Secrets {
				got = k + "=" + v.Text
			}
			if got != tt.secrets {
				t.Errorf("%s: secrets %s, want %s", tt.name, got, tt.secrets)
			}
		}
	}
}

// TestUnseenFields: a field whose value holds something unseen is kept apart as a whole, and shown without it.
func TestUnseenFields(t *testing.T) {
	t.Parallel()
	f, problems, err := questions(t, logins).Submit(nil, map[string][]string{
		"pin": {"1234"}, "logins": {"- user: ann\n  password: s1\n- {user: bob}"}, "keys": {"s1\n s2 "}, "env": {"A: s3"}, "plain": {"- {a: 1}", "- {a: b}"},
	}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(problems) != 1 || problems[0].Field != "plain[0].a" {
		t.Errorf("%+v", problems)
	}
	got := ""
	for _, q := range f.Pages[0].Fields {
		if q.Unseen() {
			got += q.Name + "=" + string(q.Kind) + " "
		}
	}
	if want := "pin=secret db.key=secret logins=list keys=list env=object doors=list rows=list "; got != want {
		t.Errorf("unseen are %s, want %s", got, want)
	}
	want := `{"pin":"*","logins":[{"user":"ann","password":"*"},{"user":"bob"}],"keys":"*","env":{"A":"*"},"plain":[{"a":1},{"a":"b"}]}`
	if got := jsonOf(f.Masked(f.Values, "*")); got != written(t, want) {
		t.Errorf("shown as %s, want %s", got, want)
	}
}

// questions is a template with one page.
func questions(t *testing.T, page string) *Template {
	t.Helper()
	tmpl, err := Read("t.yaml", templateOf(parse(t, page)))
	if err != nil {
		t.Fatal(err)
	}
	return tmpl
}

// written is JSON as jsonOf writes it.
func written(t *testing.T, text string) string {
	t.Helper()
	if text == "" {
		return ""
	}
	return jsonOf(parse(t, text))
}
