package catalog

import (
	"slices"
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

func FuzzStoredRecord(f *testing.F) {
	f.Add(full().Record().Stored())
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		if r, ok := StoredRecord(b); ok && r.Entity() == nil {
			t.Error("a record without an entity")
		}
	})
}
