package store_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/store"
	"github.com/backchannel-portal/backchannel/internal/store/storetest"
)

// register opens the store at a URL and registers a location, which stands for all that it keeps.
func register(t *testing.T, url, origin string) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), store.Options{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	l := catalog.Location{Origin: origin, Type: "url", Target: "https://example.com", At: time.Now()}
	if _, err := db.Catalog().Register(t.Context(), l); err != nil {
		t.Fatal(err)
	}
	return db
}

func registered(t *testing.T, url string) string {
	t.Helper()
	db, err := store.Open(t.Context(), store.Options{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	all, err := db.Catalog().Locations(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, l := range all {
		names = append(names, l.Origin)
	}
	return strings.Join(names, " ")
}

func TestBackupAndRestore(t *testing.T) {
	storetest.EachBare(t, func(t *testing.T, url string) {
		copied := filepath.Join(t.TempDir(), "copy")
		if err := store.Dump(t.Context(), url, copied); !fault.Is(err, fault.NotFound) {
			t.Errorf("nothing to back up: %v", err)
		}
		db := register(t, url, "a")
		if err := store.Dump(t.Context(), url, copied); err != nil { // while it is in use
			t.Fatal(err)
		}
		if err := store.Dump(t.Context(), url, copied); !fault.Is(err, fault.Invalid) {
			t.Errorf("a file that is there: %v", err)
		}
		if err := store.Load(t.Context(), url, copied); err == nil || !strings.Contains(err.Error(), "is running on this database") {
			t.Errorf("restore under a running service: %v", err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		if err := register(t, url, "b").Close(); err != nil {
			t.Fatal(err)
		}
		if got := registered(t, url); got != "a b" {
			t.Fatalf("before: %q", got)
		}
		if err := store.Load(t.Context(), url, copied); err != nil {
			t.Fatal(err)
		}
		if got := registered(t, url); got != "a" {
			t.Errorf("after: %q", got)
		}
	})
}

func TestRestoreOntoAnEmptyPlace(t *testing.T) {
	storetest.EachBare(t, func(t *testing.T, url string) {
		if err := register(t, url, "a").Close(); err != nil {
			t.Fatal(err)
		}
		copied := filepath.Join(t.TempDir(), "copy")
		if err := store.Dump(t.Context(), url, copied); err != nil {
			t.Fatal(err)
		}
		fresh := storetest.BareSQLite(t)
		if strings.HasPrefix(url, "postgres") {
			fresh = storetest.BarePostgres(t)
		}
		if err := store.Load(t.Context(), fresh, copied); err != nil {
			t.Fatal(err)
		}
		if got := registered(t, fresh); got != "a" {
			t.Errorf("restored: %q", got)
		}
	})
}

func TestRestoreRefusesWhatIsNoCopy(t *testing.T) {
	t.Parallel()
	url := storetest.BareSQLite(t)
	if err := register(t, url, "a").Close(); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{"empty": "", "text": strings.Repeat("no database ", 1000)} {
		file := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := store.Load(context.Background(), url, file); err == nil {
			t.Errorf("%s was restored", name)
		}
	}
	if got := registered(t, url); got != "a" {
		t.Errorf("the store was changed: %q", got)
	}
}
