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

// TestHandIn: what was handed in is open for nobody, until it is done or refused; what nobody finishes is handed in
// again by one.
func TestHandIn(t *testing.T) {
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	drafts := NewMemoryState().Drafts
	d := NewDesk(drafts, func() time.Time { return now })
	open := func() OpenForm {
		t.Helper()
		o, err := d.Open(t.Context(), event(Invoked{}), card.Form{ID: "f", Fields: []card.FormField{{Name: "a", Kind: card.FieldLine}, {Name: "pin", Kind: card.FieldSecret}}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		o.Merge(card.Values{"a": {"1"}, "pin": {"1234"}})
		return o
	}
	handIn := func(o OpenForm) {
		t.Helper()
		if err := d.HandIn(t.Context(), o); err != nil {
			t.Fatal(err)
		}
	}
	done, refused, left, other := open(), open(), open(), open()
	for _, o := range []OpenForm{done, refused, left} {
		handIn(o)
		if err := d.HandIn(t.Context(), o); !fault.Is(err, fault.NotFound) {
			t.Errorf("handed in twice: %v", err)
		}
		if _, err := d.Load(t.Context(), o.Key, alice); !fault.Is(err, fault.NotFound) {
			t.Errorf("it is still open: %v", err)
		}
	}
	other.Address.Platform = "q"
	handIn(other)
	if err := d.Done(t.Context(), done.Key); err != nil {
		t.Fatal(err)
	}
	if err := d.Save(t.Context(), refused); err != nil {
		t.Fatal(err)
	}
	handIn(refused)
	if err := d.Save(t.Context(), refused); err != nil {
		t.Fatal(err)
	}
	if all, err := d.Abandoned(t.Context(), "p"); len(all) != 0 || err != nil {
		t.Errorf("at work, and abandoned: %v, %v", all, err)
	}
	now = now.Add(abandonedAfter + time.Second)
	delete(left.Values, "pin")
	all, err := d.Abandoned(t.Context(), "p")
	if diff := cmp.Diff([]OpenForm{left}, all); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	if all, err := d.Abandoned(t.Context(), "p"); len(all) != 0 || err != nil {
		t.Errorf("taken over twice: %v, %v", all, err)
	}
	plain := NewDesk(struct{ Drafts }{drafts}, func() time.Time { return now }) // of a store that keeps no claims
	o := open()
	if err := plain.HandIn(t.Context(), o); err != nil {
		t.Error(err)
	}
	if err := plain.HandIn(t.Context(), o); !fault.Is(err, fault.NotFound) {
		t.Errorf("taken twice: %v", err)
	}
	if all, err := plain.Abandoned(t.Context(), "p"); all != nil || err != nil || plain.Done(t.Context(), o.Key) != nil {
		t.Error(all, err)
	}
}
