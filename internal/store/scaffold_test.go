package store_test

import (
	"testing"

	"github.com/backchannel-portal/backchannel/internal/store"
	"github.com/backchannel-portal/backchannel/internal/store/storetest"
	"github.com/backchannel-portal/backchannel/scaffold/scaffoldtest"
)

func TestTemplateRuns(t *testing.T) {
	for name, url := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			scaffoldtest.TestRuns(t, func(t *testing.T) (a, b scaffoldtest.Store) {
				u := url(t)
				return openTemplateRuns(t, u), openTemplateRuns(t, u)
			})
		})
	}
}

// openTemplateRuns opens the runs as one replica does.
func openTemplateRuns(t *testing.T, url string) scaffoldtest.Store {
	t.Helper()
	seal, err := store.NewSeal([]byte("one key of thirty-two characters"))
	if err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(t.Context(), store.Options{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db.TemplateRuns(seal)
}
