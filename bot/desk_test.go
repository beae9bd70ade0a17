package bot

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

func TestDesk(t *testing.T) {
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	d := NewDesk(NewMemoryState().Drafts, func() time.Time { return now })
	form := card.Form{ID: "f", Title: "A form", Draft: "d", Intro: []card.Span{card.S("hi")}, Fields: []card.FormField{{Name: "a", Kind: card.FieldLine}, {Name: "pin", Kind: card.FieldSecret}}}
	o, err := d.Open(t.Context(), event(Invoked{}), form, json.RawMessage(`{"view":"V1"}`))
	if err != nil {
		t.Fatal(err)
	}
	o.Merge(card.Values{"a": {"1"}, "pin": {"1234"}})
	if err := d.Save(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	delete(o.Values, "pin") // a secret is never kept
	got, err := d.Load(t.Context(), o.Key, alice)
	if diff := cmp.Diff(o, got); err != nil || diff != "" {
		t.Fatalf("%v (-want +got):\n%s", err, diff)
	}
	gone := func(what, key string, by Actor) {
		t.Helper()
		if _, err := d.Take(t.Context(), key, by); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", what, err)
		}
	}
	gone("another's form", o.Key, Actor{Platform: "p", Workspace: "W", ID: "bob"})
	gone("no form", "x", alice)
	if _, err := d.Take(t.Context(), o.Key, alice); err != nil {
		t.Fatal(err)
	}
	gone("a form submitted twice", o.Key, alice)
	if err := d.Save(t.Context(), o); err != nil { // refused: it can be mended
		t.Fatal(err)
	}
	now = now.Add(formLife + time.Second)
	gone("a form that has expired", o.Key, alice)
}
