package store_test

import (
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/internal/store"
	"github.com/backchannel-portal/backchannel/internal/store/storetest"
	"github.com/backchannel-portal/backchannel/plugins"
	"github.com/backchannel-portal/backchannel/plugins/runstest"
)

func TestRuns(t *testing.T) {
	for name, url := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			runstest.Test(t, func(t *testing.T, clock func() time.Time) (a, b plugins.Runs) {
				u := url(t)
				return openRuns(t, u, clock), openRuns(t, u, clock)
			})
		})
	}
}

func openRuns(t *testing.T, url string, clock func() time.Time) plugins.Runs {
	t.Helper()
	db, err := store.Open(t.Context(), store.Options{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db.Runs(clock)
}
