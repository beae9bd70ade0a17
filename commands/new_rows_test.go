package commands_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
)

const doorLists = `
apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata: {name: go-service, title: Go service}
spec:
  type: service
  owner: group:default/platform
  parameters:
    - title: About it
      required: [name]
      properties:
        name: {title: Name, type: string}
        doors:
          title: Doors
          type: array
          minItems: 1
          items:
            type: object
            title: Door
            required: [to]
            properties: {to: {type: string, title: To}, width: {type: integer}, kind: {type: string, enum: [open, locked], default: open}}
            dependencies:
              kind:
                oneOf:
                  - {properties: {kind: {enum: [open]}}}
                  - {required: [code], properties: {kind: {enum: [locked]}, code: {type: string, title: Code, ui:widget: password}}}
  steps: [{id: a, action: debug:log}]
`

// doorForm opens the form of doorLists.
func doorForm(t *testing.T) (*workshop, card.Form) {
	t.Helper()
	w := newWorkshop(t)
	w.asking(t, doorLists)
	return w, opened(t, w.as(t, "ada", bot.Invoked{Path: []string{"new-service"}, Args: "go-service"}))
}

// shownRows are the fields of a form's elements with what is in them and what is wrong.
func shownRows(f card.Form) string {
	var out []string
	for q := range f.All() {
		if !strings.Contains(q.Name, "[") {
			continue
		}
		s := q.Name + "=" + strings.Join(q.Value, ",")
		if q.Error != "" {
			s += "!"
		}
		out = append(out, s)
	}
	return strings.Join(out, " ")
}

// TestRowsOfAForm: elements of a list come, go and move with what was filled into them, and their own values say what
// else is asked of each.
func TestRowsOfAForm(t *testing.T) {
	t.Parallel()
	w, f := doorForm(t)
	change := func(v card.Values) {
		t.Helper()
		f = opened(t, w.as(t, "ada", bot.Changed{Form: f.ID, Draft: f.Draft, Field: "doors", Values: v}))
	}
	shown := func(want string) {
		t.Helper()
		if diff := cmp.Diff(want, shownRows(f)); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
	}
	list := func() card.FormField {
		for _, q := range f.Fields {
			if q.Name == "doors" {
				return q
			}
		}
		t.Fatal("there is no list")
		return card.FormField{}
	}
	q := list()
	if q.Rows == nil || q.Rows.Noun != "Door" || q.Rows.Min != 1 || !q.Required || q.Value != nil || !q.Elsewhere() {
		t.Fatalf("%+v", q)
	}
	shown("doors[0].to= doors[0].width= doors[0].kind=open")
	stamp := q.Rows.Stamp
	change(card.Values{"name": {"refunds"}, "doors[0].to": {"hall"}, "doors[0].width": {"wide"}, "doors[0].kind": {"open"}, "doors[]": {"0", card.NewRow}})
	shown("doors[0].to=hall doors[0].width=wide doors[0].kind=open doors[1].to= doors[1].width= doors[1].kind=open")
	if list().Rows.Stamp == stamp {
		t.Error("it has the stamp it had before")
	}
	// without an order, nothing moves; the code is asked for where the door is locked
	change(card.Values{"doors[0].width": {"2"}, "doors[1].to": {"yard"}, "doors[1].kind": {"locked"}})
	shown("doors[0].to=hall doors[0].width=2 doors[0].kind=open doors[1].to=yard doors[1].width= doors[1].kind=locked doors[1].code=")
	change(card.Values{"doors[0].width": {"2"}, "doors[1].to": {"yard"}, "doors[1].kind": {"locked"}, "doors[1].code": {"hush-1"}, "doors[]": {"1", "0"}})
	shown("doors[0].to=yard doors[0].width= doors[0].kind=locked doors[0].code=given doors[1].to=hall doors[1].width=2 doors[1].kind=open")
	again := opened(t, w.as(t, "ada", bot.Submitted{Form: f.ID, Draft: f.Draft, Values: card.Values{
		"name": {"refunds"}, "doors[0].code": nil, "doors[1].to": {""}, "doors[1].width": {"2"}, "doors[1].kind": {"locked"},
	}}))
	if f = again; !strings.Contains(shownRows(f), "doors[1].to=! doors[1].width=2 doors[1].kind=locked doors[1].code=") {
		t.Error(shownRows(f))
	}
	if in, ok := w.as(t, "ada", bot.Submitted{Form: f.ID, Draft: f.Draft, Values: card.Values{"doors[1].to": {""}, "doors[1].code": {"hush-2"}}}).(bot.Invalid); !ok || in.Fields["doors[1].to"] == "" || len(in.Fields) != 1 {
		t.Errorf("%v %+v", ok, in)
	}
	plan := w.as(t, "ada", bot.Submitted{Form: f.ID, Draft: f.Draft, Values: card.Values{"doors[0].width": nil, "doors[1].to": {"attic"}, "doors[0].code": {""}, "doors[1].code": {""}}})
	if text := said(plan); strings.Contains(text, "hush") || !strings.Contains(text, "attic") || !strings.Contains(text, "••••••") {
		t.Errorf("the plan shows:\n%s", text)
	}
	id := press(t, plan, "new_go").Intent.Args[0]
	d, err := w.state.Drafts.Load(t.Context(), id, w.now)
	check(t, err)
	if strings.Contains(string(d.Data), "hush") {
		t.Errorf("the draft holds %s", d.Data)
	}
	w.as(t, "ada", press(t, plan, "new_go"))
	w.work(t)
	r := w.kiln.runs[0]
	if got, want := fmt.Sprintf("%s %s", r.Values, r.Hidden), `{"name":"refunds","doors":[{"to":"yard","kind":"locked"},{"to":"attic","width":2,"kind":"locked"}]} {"doors":[{"code":"hush-1"},{"code":"hush-2"}]}`; got != want {
		t.Errorf("the engine is given %s\nwant %s", got, want)
	}
}

// TestRowsOfAnOlderForm: what was filled into a form before its elements moved is not taken for what is there now.
func TestRowsOfAnOlderForm(t *testing.T) {
	t.Parallel()
	w, f := doorForm(t)
	stamp := func(n string, more card.Values) card.Values {
		more[card.Stamp("doors")] = []string{n}
		return more
	}
	opened(t, w.as(t, "ada", bot.Changed{Form: f.ID, Draft: f.Draft, Field: "doors", Values: stamp("0", card.Values{"doors[0].to": {"hall"}, "doors[]": {card.NewRow, "0"}})}))
	for _, in := range []bot.Input{
		bot.Changed{Form: f.ID, Draft: f.Draft, Field: "doors", Values: stamp("0", card.Values{"doors[0].to": {"attic"}})},
		bot.Submitted{Form: f.ID, Draft: f.Draft, Values: stamp("0", card.Values{"name": {"x"}, "doors[0].to": {"attic"}})},
	} {
		now := opened(t, w.as(t, "ada", in))
		if got := shownRows(now); !strings.HasPrefix(got, "doors[0].to= ") || !strings.Contains(got, "doors[1].to=hall") || !strings.Contains(card.PlainText(now.Intro), "an older page") {
			t.Errorf("%T: %s", in, got)
		}
	}
}

// TestRowThatIsGone: what was typed unseen into an element goes with it, and with the field it was typed into.
func TestRowThatIsGone(t *testing.T) {
	t.Parallel()
	w, f := doorForm(t)
	change := func(v card.Values) string {
		t.Helper()
		f = opened(t, w.as(t, "ada", bot.Changed{Form: f.ID, Draft: f.Draft, Field: "doors", Values: v}))
		return shownRows(f)
	}
	change(card.Values{"doors[0].to": {"a"}, "doors[0].kind": {"locked"}, "doors[]": {"0", "new"}})
	change(card.Values{"doors[0].code": {"hush-1"}, "doors[1].to": {"b"}, "doors[1].kind": {"locked"}, "doors[1].code": {"hush-2"}, "doors[]": {"0", "1"}})
	if got := change(card.Values{"doors[]": {"1"}}); got != "doors[0].to=b doors[0].width= doors[0].kind=locked doors[0].code=given" {
		t.Error(got)
	}
	if got := change(card.Values{"doors[0].kind": {"open"}, "doors[]": {"0", "new"}}); strings.Contains(got, "given") || strings.Contains(got, "hush") {
		t.Error(got)
	}
	if got := change(card.Values{"doors[0].kind": {"locked"}, "doors[1].kind": {"locked"}, "doors[]": {"0", "1"}}); strings.Contains(got, "given") || strings.Contains(got, "hush") {
		t.Error(got)
	}
	kept, err := w.state.Secrets.Values(t.Context(), "new:"+f.Draft, w.now)
	check(t, err)
	if text := fmt.Sprint(kept); strings.Contains(text, "hush") {
		t.Errorf("still kept: %s", text)
	}
}
