package store_test

import (
	"testing"

	"github.com/backchannel-portal/backchannel/internal/store"
	"github.com/backchannel-portal/backchannel/internal/store/storetest"
	"github.com/backchannel-portal/backchannel/plugins"
	"github.com/backchannel-portal/backchannel/plugins/auditstest"
)

func TestAuditsAndWhatPluginsKeep(t *testing.T) {
	for name, url := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			auditstest.Audits(t, func(t *testing.T) (a, b plugins.AuditStore) {
				u := url(t)
				return openPlain(t, u).Audits(), openPlain(t, u).Audits()
			})
			auditstest.Keeper(t, func(t *testing.T) (a, b plugins.Keeper) {
				u := url(t)
				return openPlain(t, u).Keeper(), openPlain(t, u).Keeper()
			})
		})
	}
}

func openPlain(t *testing.T, url string) *store.DB {
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
	return db
}
