package catalog

import (
	"slices"
	"strings"
	"testing"
)

func TestStoredRecord(t *testing.T) {
	r := full().Record()
	b := r.Stored()
	if got, ok := StoredRecord(b); !ok || got != r {
		t.Error("a record does not come back")
	}
	for i := range b {
		bad := slices.Clone(b)
		bad[i] ^= 0x10
		if _, ok := StoredRecord(bad); ok {
			t.Errorf("byte %d may be damaged", i)
		}
		if _, ok := StoredRecord(b[:i]); ok {
			t.Errorf("a record may end after %d bytes", i)
		}
	}
}

func TestShelf(t *testing.T) {
	var s Shelf
	var got, want []Record
	for i := range 1000 {
		e := full()
		e.Description = strings.Repeat(string(rune('a'+i%26)), 1+i*7%3000)
		if i == 500 {
			e.Description = strings.Repeat("x", 2*shelfPiece)
		}
		want = append(want, e.Record())
		if _, ok := s.Record(want[i].Stored()[1:]); ok {
			t.Fatal("something else is taken for a record")
		}
		r, ok := s.Record(want[i].Stored())
		if !ok {
			t.Fatal("a record is not read")
		}
		got = append(got, r)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("record %d is another one", i)
		}
	}
}

func FuzzStoredRecord(f *testing.F) {
	f.Add(full().Record().Stored())
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		if r, ok := StoredRecord(b); ok && r.Entity() == nil {
			t.Error("a record without an entity")
		}
	})
}
