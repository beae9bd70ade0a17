package form

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

const doors = `
properties:
  title: {type: string}
  doors:
    type: array
    minItems: 1
    maxItems: 3
    items:
      type: object
      title: Door
      required: [name]
      properties:
        name: {type: string, maxLength: 5}
        kind: {type: string, enum: [open, locked], default: open}
        size: {type: integer, default: 2}
        tags: {type: array, items: {type: string}}
        frame: {type: object, properties: {wood: {type: boolean}}}
        hinges: {type: array, items: {type: object, properties: {side: {type: string}}}}
      dependencies:
        kind:
          oneOf:
            - {properties: {kind: {enum: [open]}, code: {type: string, title: Note}}}
            - {properties: {kind: {enum: [locked]}, code: {type: string, ui:widget: password}, keys: {type: integer}}, required: [keys]}
`

// TestRows: the elements of a list are asked field by field, each with the fields that its own values bring up.
func TestRows(t *testing.T) {
	t.Parallel()
	tmpl := questions(t, doors)
	f, err := tmpl.Form(parse(t, `{doors: [{name: a}, {name: b, kind: locked, code: s1}]}`), Options{})
	if err != nil {
		t.Fatal(err)
	}
	r := f.Pages[0].Fields[1].Rows
	if r == nil || r.Title != "Door" || r.Min != 1 || r.Max != 3 || !r.Add || !r.Remove || !r.Move {
		t.Fatalf("%+v", r)
	}
	var got []string
	for q := range f.All() {
		got = append(got, fmt.Sprintf("%s=%s", q.Name, q.Kind))
	}
	want := "title=line doors=list " +
		"doors[0].name=line doors[0].kind=choice doors[0].size=number doors[0].tags=list doors[0].frame.wood=toggle doors[0].hinges=list doors[0].code=line " +
		"doors[1].name=line doors[1].kind=choice doors[1].size=number doors[1].tags=list doors[1].frame.wood=toggle doors[1].hinges=list doors[1].code=secret doors[1].keys=number"
	if s := strings.Join(got, " "); s != want {
		t.Errorf("asked %s\nwant  %s", s, want)
	}
	f, problems, err := tmpl.Submit(f.State, map[string][]string{
		"doors[0].name": {"abcdef"}, "doors[0].size": {"x"}, "doors[0].tags": {"p", "q"}, "doors[0].frame.wood": {"true"}, "doors[0].hinges": {"- {side: left}"},
		"doors[1].name": {""}, "doors[1].code": {""}, "doors[7].name": {"none"},
	}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	got = nil
	for _, p := range problems {
		got = append(got, p.Field+" "+p.Rule)
	}
	if s := strings.Join(got, ", "); s != "doors[0].name maxLength, doors[0].size number, doors[1].name required, doors[1].keys required" {
		t.Error(s)
	}
	const kept = `{"doors":[{"frame":{"wood":true},"hinges":[{"side":"left"}],"kind":"open","name":"abcdef","size":2,"tags":["p","q"]},{"code":"s1","kind":"locked","size":2}]}`
	if s := jsonOf(f.Values); s != kept {
		t.Error(s)
	}
}

// TestRowsAnswered: answers may bring up the fields that others of them are for, and what was typed unseen is forgotten
// where something else is asked in its place.
func TestRowsAnswered(t *testing.T) {
	t.Parallel()
	tmpl := questions(t, doors)
	f, problems, err := tmpl.Submit(parse(t, `{doors: [{name: a}, {name: b, kind: locked, code: s1}]}`), map[string][]string{
		"doors[0].kind": {"locked"}, "doors[0].code": {"s0"}, "doors[0].keys": {"3"}, "doors[1].kind": {"open"},
	}, Options{})
	if err != nil || len(problems) > 0 {
		t.Fatal(problems, err)
	}
	if s, want := jsonOf(f.State), `"doors":[{"code":"s0","keys":3,"kind":"locked","name":"a","size":2},{"kind":"open","name":"b","size":2}]`; !strings.Contains(s, want) {
		t.Error(s)
	}
	if strings.Contains(jsonOf(f.State), "s1") {
		t.Errorf("what was typed unseen is shown: %s", jsonOf(f.State))
	}
	if p := f.Apart(f.Values); strings.Contains(jsonOf(p.Open), "s0") || !strings.Contains(jsonOf(p.Hidden), "s0") {
		t.Errorf("%s and %s", jsonOf(p.Open), jsonOf(p.Hidden))
	}
}

// TestRowsOrWhole: what cannot be shown element by element is asked in one piece.
func TestRowsOrWhole(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, schema, values string
		rows                 bool
	}{
		{"objects", "items: {type: object, properties: {a: {type: string}}}", "{l: [{a: x}]}", true},
		{"none yet", "items: {type: object, properties: {a: {type: string}}}", "{}", true},
		{"texts", "items: {type: string}", "{l: [x]}", false},
		{"a tuple", "items: [{type: object, properties: {a: {type: string}}}]", "{l: [{a: x}]}", true},
		{"a tuple that is something else", "items: [{type: object, properties: {a: {type: string}}}]", "{l: [[x]]}", false},
		{"no tuple", "items: [{type: string}]", "{l: null}", false},
		{"lists", "items: {type: array, items: {type: string}}", "{l: [[x], []]}", true},
		{"lists that are none", "items: {type: array, items: {type: string}}", "{l: [x]}", false},
		{"of several kinds", "items: {oneOf: [{type: string}, {type: object, properties: {a: {type: string}}}]}", "{l: [x, {a: y}]}", true},
		{"constants", "items: {oneOf: [{const: a}, {const: b}]}", "{l: [a]}", false},
		{"maps", "items: {type: object, additionalProperties: {type: string}}", "{l: [{a: x}]}", false},
		{"what is no object", "items: {type: object, properties: {a: {type: string}}}", "{l: [x, {a: y}]}", false},
		{"fixed", "readOnly: true, items: {type: object, properties: {a: {type: string}}}", "{l: [{a: x}]}", false},
		{"very many", "items: {type: object, properties: {a: {type: string}}}", "{l: [" + strings.Repeat("{}, ", maxRows+1) + "]}", false},
	} {
		f, err := questions(t, "properties: {l: {type: array, "+tt.schema+"}}").Form(parse(t, tt.values), Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := f.Pages[0].Fields[0].Rows != nil; got != tt.rows {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.rows)
		}
	}
	f, err := questions(t, `properties: {l: {type: array, maxItems: 500, ui:options: {orderable: false, addable: false}, items: {type: object, properties: {a: {type: string}}}}}`).Form(nil, Options{})
	if r := f.Pages[0].Fields[0].Rows; err != nil || r.Add || r.Move || !r.Remove || r.Max != maxRows {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestRearranged(t *testing.T) {
	t.Parallel()
	values := parse(t, `{a: {l: [1, 2, 3]}, b: x}`)
	for _, tt := range []struct {
		order []int
		want  string
	}{
		{[]int{0, 1, 2}, `[1,2,3]`}, {[]int{2, 0}, `[3,1]`}, {nil, `[]`}, {[]int{0, -1, 9}, `[1,{}]`}, {slices.Repeat([]int{-1}, maxRows+5), "[" + strings.Repeat("{},", maxRows-1) + "{}]"},
	} {
		if got := jsonOf(Rearranged(values, []string{"a", "l"}, tt.order, nil).Get("a").Get("l")); got != tt.want {
			t.Errorf("%v: %s, want %s", tt.order, got, tt.want)
		}
	}
	if got := jsonOf(Rearranged(parse(t, "{}"), []string{"l"}, []int{-1}, nil)); got != `{"l":[{}]}` {
		t.Error(got)
	}
	if jsonOf(values) != `{"a":{"l":[1,2,3]},"b":"x"}` {
		t.Error("the values it came from were changed")
	}
}

// TestRowsWithin: elements have lists of their own, tuples and trees among them, asked element by element, too.
func TestRowsWithin(t *testing.T) {
	t.Parallel()
	tmpl := questions(t, `
definitions: {node: {type: object, required: [name], properties: {name: {type: string}, kids: {type: array, items: {$ref: "#/definitions/node"}}}}}
properties:
  l: {type: array, items: {type: object, properties: {m: {type: array, title: M, items: {type: object, title: N, properties: {a: {type: string}, pass: {type: string, ui:widget: password}}}}}}}
  t: {type: array, items: [{type: string, title: Name}, {type: integer, title: Size}], additionalItems: {type: object, title: More, properties: {x: {type: string, default: d}}}}
  tree: {type: array, items: {$ref: "#/definitions/node"}}
  ll: {type: array, items: {type: array, items: {type: string}}}
`)
	f, problems, err := tmpl.Submit(parse(t, `{l: [{m: [{a: x, pass: s1}, {}]}], tree: [{name: a, kids: [{kids: [{}]}]}], ll: [[p], []]}`), map[string][]string{
		"l[0].m[1].a": {"y"}, "l[0].m[1].pass": {"s2"}, "t[1]": {"3"}, "tree[0].kids[0].kids[0].name": {"deep"}, "ll[1]": {"q", "r"},
	}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var wrong []string
	for _, p := range problems {
		wrong = append(wrong, p.Field+" "+p.Rule)
	}
	if got := strings.Join(wrong, ", "); got != "t[0] type, tree[0].kids[0].name required" {
		t.Error(got)
	}
	const want = `{"l":[{"m":[{"a":"x","pass":"s1"},{"a":"y","pass":"s2"}]}],"ll":[["p"],["q","r"]],"t":[null,3],"tree":[{"kids":[{"kids":[{"name":"deep"}]}],"name":"a"}]}`
	if got := jsonOf(f.Values); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	if got := jsonOf(f.Masked(f.Values, "*").Get("l")); got != `[{"m":[{"a":"x","pass":"*"},{"a":"y","pass":"*"}]}]` {
		t.Error(got)
	}
	r := f.Pages[0].Fields[1].Rows
	if r == nil || r.Fixed != 2 || !slices.Equal(r.Titles, []string{"Name", "Size"}) || r.Title != "More" || !r.Add || jsonOf(r.New) != `{"x":"d"}` {
		t.Errorf("%+v", r)
	}
	inner := f.Pages[0].Fields[0].Rows.Fields[0][0]
	if inner.Name != "l[0].m" || inner.Rows == nil || inner.Rows.Title != "N" || !inner.Sealed {
		t.Errorf("%+v", inner)
	}
	if got := jsonOf(Rearranged(f.State, inner.Path, []int{1, -1, 0}, inner.Rows.New).Get("l")); got != `[{"m":[{"a":"y","pass":"s2"},{},{"a":"x","pass":"s1"}]}]` {
		t.Error(got)
	}
}
