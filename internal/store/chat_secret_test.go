package store

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// TestSealSecret: replicas that share a secret open what each other sealed, and what an own store.key sealed before.
func TestSealSecret(t *testing.T) {
	t.Parallel()
	secret, older := strings.Repeat("s", minSealSecret), strings.Repeat("o", minSealSecret)
	fresh, used := t.TempDir(), t.TempDir()
	before, err := SealFile(used)
	if err != nil {
		t.Fatal(err)
	}
	a, err := SealSecret(secret, fresh)
	if err != nil {
		t.Fatal(err)
	}
	b, err := SealSecret(secret+"\n"+older+"\n", used)
	if err != nil {
		t.Fatal(err)
	}
	old, err := SealSecret(older, fresh)
	if err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]struct{ seals, opens *Seal }{"each other": {a, b}, "back": {b, a}, "the file": {before, b}, "the older": {old, b}} {
		if plain, err := s.opens.open("p", s.seals.seal("p", []byte("x"))); string(plain) != "x" || err != nil {
			t.Errorf("%s: %q, %v", name, plain, err)
		}
	}
	if _, err := a.open("p", before.seal("p", nil)); !fault.Is(err, fault.Invalid) {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(fresh, sealFileName)); !os.IsNotExist(err) {
		t.Error("a file was made beside the secret")
	}
	if _, err := SealSecret("short", fresh); !fault.Is(err, fault.Invalid) || strings.Contains(err.Error(), "short") {
		t.Error(err)
	}
	if err := os.WriteFile(filepath.Join(fresh, sealFileName), []byte("\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := SealSecret(secret, fresh); !fault.Is(err, fault.Invalid) {
		t.Error(err)
	}
}

// TestSealFileBeside: processes that start at once on one new folder have one key.
func TestSealFileBeside(t *testing.T) {
	t.Parallel()
	for range 100 {
		dir := t.TempDir()
		seals := make([]*Seal, 8)
		var wg sync.WaitGroup
		begin := make(chan struct{})
		for i := range seals {
			wg.Go(func() {
				<-begin
				var err error
				if seals[i], err = SealFile(dir); err != nil {
					t.Error(err)
				}
			})
		}
		close(begin)
		wg.Wait()
		if t.Failed() {
			return
		}
		for _, s := range seals[1:] {
			if _, err := s.open("p", seals[0].seal("p", nil)); err != nil {
				t.Fatal(err)
			}
		}
	}
}
