package store_test

import (
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/internal/store"
	"github.com/backchannel-portal/backchannel/internal/store/storetest"
	"github.com/backchannel-portal/backchannel/plugins"
	"github.com/backchannel-portal/backchannel/plugins/plugintest"
)

func TestPluginCards(t *testing.T) {
	for name, url := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			plugintest.TestCards(t, func(t *testing.T) (a, b plugins.CardStore) {
				u := url(t)
				open := func() plugins.CardStore {
					db, err := store.Open(t.Context(), store.Options{URL: u, Clock: time.Now})
					if err != nil {
						t.Fatal(err)
					}
					t.Cleanup(func() {
						if err := db.Close(); err != nil {
							t.Error(err)
						}
					})
					return db.PluginCards()
				}
				return open(), open()
			})
		})
	}
}
