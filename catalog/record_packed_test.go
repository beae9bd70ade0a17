package catalog

import (
	"slices"
	"strings"
	"testing"
)

// handle calls everything that reads a record.
func handle(r Record) {
	for range r.Head().Tags {
		continue
	}
	e := r.Entity()
	e.Relations.List()
	e.Document.JSON()
	_ = e.Record() == r && r.Name() == e.Name && r.Ref() == e.Ref
}

func TestPackedRecord(t *testing.T) {
	long, none := full(), &Entity{Ref: MakeRef("component", "", "a"), Name: "a"}
	long.Source.Line = 1 << 30
	long.Description = strings.Repeat("no end ", 10_000)
	for _, e := range []*Entity{full(), long, none} {
		want := e.Record()
		got, ok := PackedRecord(want.Packed())
		if !ok || got != want {
			t.Errorf("the record of %s does not come back", e.Ref)
		}
	}
	if _, ok := PackedRecord((Record{}).Packed()); ok {
		t.Error("nothing is taken for a record")
	}
}

// TestPackedRecordOfAnyBytes: whatever is accepted can be read.
func TestPackedRecordOfAnyBytes(t *testing.T) {
	whole := []byte(full().Record().Packed())
	accepted := 0
	for i := range whole {
		for _, flip := range []byte{0x01, 0x10, 0x80, 0xff} {
			bad := slices.Clone(whole)
			bad[i] ^= flip
			if r, ok := PackedRecord(string(bad)); ok {
				handle(r)
				accepted++
			}
		}
		if r, ok := PackedRecord(string(whole[:i])); ok {
			handle(r)
		}
	}
	if accepted == 0 || accepted == 4*len(whole) {
		t.Errorf("%d of %d changes are accepted", accepted, 4*len(whole))
	}
}

func FuzzPackedRecord(f *testing.F) {
	f.Add(full().Record().Packed())
	f.Add("")
	f.Add("\x02\x00\x01")
	f.Fuzz(func(_ *testing.T, packed string) {
		if r, ok := PackedRecord(packed); ok {
			handle(r)
		}
	})
}
