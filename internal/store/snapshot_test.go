package store

import (
	"bufio"
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search/searchtest"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

func sampleChanges() catalog.Changes {
	c := catalog.Changes{
		Generation: 42, Full: true, Upserts: searchtest.Generate(50),
		Problems: map[string][]catalog.Problem{"a.yaml": {{Code: catalog.ProblemInvalid, Line: 3, Message: "no"}}},
		Checked:  map[string]time.Time{"file:a": time.Date(2026, 3, 1, 2, 3, 4, 0, time.UTC)},
	}
	for _, e := range c.Upserts[:5] {
		c.Facts = append(c.Facts, catalog.Fact{Entity: e.Ref, Producer: "inventory", Key: "framework/x", Value: `{"v":1}`, Source: "go.mod:1", AsOf: time.Unix(1, 0).UTC()})
	}
	return c
}

func TestSnapshot(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state", "catalog.snapshot")
	if _, err := ReadSnapshot(path); !fault.Is(err, fault.NotFound) {
		t.Errorf("without a file: %v", err)
	}
	want := sampleChanges()
	for range 2 { // the second replaces the first
		if err := WriteSnapshot(path, want); err != nil {
			t.Fatal(err)
		}
	}
	got, err := ReadSnapshot(path)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Upserts) != len(want.Upserts) {
		t.Fatalf("%d entities", len(got.Upserts))
	}
	for i, e := range got.Upserts {
		if e.Ref != want.Upserts[i].Ref || !bytes.Equal(pack(e), pack(want.Upserts[i])) || !e.Document.Equal(want.Upserts[i].Document) {
			t.Errorf("%s differs", e.Ref)
		}
	}
	got.Upserts, want.Upserts = nil, nil
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if left, _ := filepath.Glob(path + ".*"); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// TestDamagedSnapshot: a file that was cut or changed anywhere is refused.
func TestDamagedSnapshot(t *testing.T) {
	path := filepath.Join(t.TempDir(), "catalog.snapshot")
	if err := WriteSnapshot(path, sampleChanges()); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for at := 0; at < len(whole); at += 1 + len(whole)/200 {
		if _, err := readSnapshot(bufio.NewReader(bytes.NewReader(whole[:at]))); err == nil {
			t.Fatalf("accepted after %d of %d bytes", at, len(whole))
		}
		damaged := bytes.Clone(whole)
		damaged[at] ^= 0x10
		if _, err := readSnapshot(bufio.NewReader(bytes.NewReader(damaged))); err == nil {
			t.Fatalf("accepted with byte %d changed", at)
		}
	}
	if err := os.WriteFile(path, whole[:len(whole)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadSnapshot(path); !fault.Is(err, fault.Invalid) {
		t.Errorf("half a file: %v", err)
	}
}

func FuzzSnapshot(f *testing.F) {
	var whole bytes.Buffer
	c := sampleChanges()
	c.Upserts = c.Upserts[:2]
	if err := writeSnapshot(&whole, c); err != nil {
		f.Fatal(err)
	}
	f.Add(whole.Bytes())
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		_, _ = readSnapshot(bufio.NewReader(bytes.NewReader(data)))
	})
}
