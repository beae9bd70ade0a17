package store

import (
	"context"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/catalogtest"
	"github.com/backchannel-portal/backchannel/internal/store/storetest"
)

// openAt opens a database that goes by a clock and ends with the test.
func openAt(t testing.TB, url string, clock func() time.Time) *DB {
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

func TestSQLite(t *testing.T) {
	catalogtest.Test(t, func(t *testing.T, clock func() time.Time) catalog.Store {
		return openAt(t, storetest.SQLite(t), clock).Catalog()
	})
}

func TestPostgres(t *testing.T) {
	catalogtest.Test(t, func(t *testing.T, clock func() time.Time) catalog.Store {
		return openAt(t, storetest.Postgres(t), clock).Catalog()
	})
}
