package catalog

import (
	"fmt"
	"testing"
)

func TestBundle(t *testing.T) {
	if (Bundle{}).Entities() != nil || NewBundle(nil).Entities() != nil {
		t.Error("an empty bundle holds something")
	}
	var es []*Entity
	size := 0
	for i := range 200 {
		e := full()
		e.Ref.Name = fmt.Sprintf("service-%d", i)
		e.Name = e.Ref.Name
		es = append(es, e)
		size += len(e.Record().packed)
	}
	b := NewBundle(es)
	got := b.Entities()
	if len(got) != len(es) {
		t.Fatalf("%d of %d entities", len(got), len(es))
	}
	for i, e := range got {
		if e.Record() != es[i].Record() {
			t.Fatalf("%s came back as something else", es[i].Ref)
		}
	}
	if len(b.packed) > size/4 || cap(b.packed) > len(b.packed)+len(b.packed)/4 {
		t.Errorf("like entities take %d bytes (room for %d), apart %d", len(b.packed), cap(b.packed), size)
	}
}
