package store_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/store"
	"github.com/backchannel-portal/backchannel/internal/store/storetest"
)

func TestLookChangesNothing(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "a.db")
	for name, url := range map[string]string{"SQLite": "sqlite:" + file, "PostgreSQL": storetest.BarePostgres(t)} {
		before, err := store.Look(t.Context(), url)
		if err != nil || before.Exists || before.Kind != name {
			t.Errorf("%s, new: %+v, %v", name, before, err)
		}
		if _, err := os.Stat(file); err == nil && name == "SQLite" {
			t.Error("looking made the file")
		}
		db, err := store.Open(t.Context(), store.Options{URL: url})
		if err != nil {
			t.Fatal(err)
		}
		after, err := store.Look(t.Context(), url) // beside a running service
		if err != nil || !after.Exists || after.Level != after.Knows {
			t.Errorf("%s: %+v, %v", name, after, err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestLookSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	text := filepath.Join(t.TempDir(), "text.db")
	if err := os.WriteFile(text, []byte(strings.Repeat("not a database ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	for url, want := range map[string]fault.Kind{
		"mysql://x": fault.Invalid, "sqlite:" + t.TempDir(): fault.Invalid, "sqlite:" + text: fault.Upstream,
		"postgres://u:secret@127.0.0.1:1/x": fault.Upstream, "postgres://u:secret@h:port/x": fault.Invalid,
	} {
		_, err := store.Look(t.Context(), url)
		if !fault.Is(err, want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v, want kind %s", url, err, want)
		}
	}
}
