package store

import (
	"context"
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/internal/store/storetest"
)

// open opens a database that ends with the test.
func open(t testing.TB, url string) *DB {
	t.Helper()
	db, err := Open(context.Background(), Options{URL: url, Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func TestOpen(t *testing.T) {
	storetest.EachBare(t, func(t *testing.T, url string) {
		for range 2 { // the second time nothing is left to do
			db := open(t, url)
			if err := db.Ping(context.Background()); err != nil {
				t.Error(err)
			}
		}
	})
}

func TestBadURL(t *testing.T) {
	for url, want := range map[string]string{
		"":                         "must start with",
		"mysql://x":                "must start with",
		"sqlite:":                  "needs a file",
		"sqlite::memory:":          "needs a file",
		"sqlite:/dev/null/x/y.db":  "folder",
		"postgres://u:hush@[bad/x": "read the store's URL",
		"postgres://u:hush@127.0.0.1:1/x?connect_timeout=1": "cannot be reached",
	} {
		_, err := Open(context.Background(), Options{URL: url})
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hush") {
			t.Errorf("%q: %v", url, err)
		}
	}
}
