package card

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFormIsFilledAndMarked(t *testing.T) {
	f := Form{Intro: []Span{T("hello")}, Fields: []FormField{{Name: "a", Error: "old"}, {Name: "b", Value: []string{"kept"}}, {Name: "pin", Kind: FieldSecret}}}
	values := Values{"a": {"1", "2"}, "pin": {"1234"}, "other": {"x"}}
	got := f.Fill(f.Known(values)).Mark(map[string]string{"b": "wrong", "": "try later", "c": "what"})
	want := Form{
		Intro:  []Span{S("try later"), T(" "), S("what"), T(" "), T("hello")},
		Fields: []FormField{{Name: "a", Value: []string{"1", "2"}}, {Name: "b", Value: []string{"kept"}, Error: "wrong"}, {Name: "pin", Kind: FieldSecret}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(Values{"a": {"1", "2"}}, f.Known(values)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if f.Fields[0].Error != "old" || f.Fields[0].Value != nil {
		t.Error("the form it came from was changed")
	}
}
