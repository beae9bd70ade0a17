package card

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMovedRows(t *testing.T) {
	v := Values{"a": {"x"}, "l[0].n": {"0"}, "l[1].n": {"1"}, "l[1].o": {"o"}, "l[10].n": {"10"}, "l[]": {"1", "new", "0", "x", "-1"}}
	order, ok := ReadOrder(v, "l")
	if diff := cmp.Diff([]int{1, -1, 0}, order); !ok || diff != "" {
		t.Errorf("%v (-want +got):\n%s", ok, diff)
	}
	if diff := cmp.Diff(Values{"a": {"x"}, "l[0].n": {"1"}, "l[0].o": {"o"}, "l[2].n": {"0"}}, Moved(v, "l", order)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if stamped := (Values{"a": {"x"}, Stamp("l"): {"7"}}); !Stamped(stamped, "7") || Stamped(stamped, "8") || !Stamped(v, "8") {
		t.Error("stamps are not told apart")
	}
	if _, ok := ReadOrder(v, "m"); ok {
		t.Error("a list that is in no order has one")
	}
}

// TestRowsAreFilledAndMarked: the fields of elements are filled in and marked as others are, and the form that this
// came from is not changed.
func TestRowsAreFilledAndMarked(t *testing.T) {
	f := Form{Fields: []FormField{{Name: "l", Kind: FieldList, Rows: &FormRows{Rows: []FormRow{
		{Fields: []FormField{{Name: "l[0].n", Kind: FieldLine}, {Name: "l[0].pin", Kind: FieldSecret}}},
		{Fields: []FormField{{Name: "l[1].n", Kind: FieldLine}}},
	}}}}}
	got := f.Fill(f.Known(Values{"l[0].n": {"x"}, "l[0].pin": {"hush"}, "l[9].n": {"y"}})).Mark(map[string]string{"l[1].n": "needed"})
	want := []FormRow{
		{Fields: []FormField{{Name: "l[0].n", Kind: FieldLine, Value: []string{"x"}}, {Name: "l[0].pin", Kind: FieldSecret}}},
		{Fields: []FormField{{Name: "l[1].n", Kind: FieldLine, Error: "needed"}}},
	}
	if diff := cmp.Diff(want, got.Fields[0].Rows.Rows); diff != "" || len(got.Intro) > 0 {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if f.Fields[0].Rows.Rows[0].Fields[0].Value != nil {
		t.Error("the form it came from was changed")
	}
}
