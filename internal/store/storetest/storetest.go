// Package storetest gives tests real databases: a file each for SQLite, and a fresh database each on one PostgreSQL
// server that the test process starts and stops. A machine without PostgreSQL fails those tests.
package storetest

import (
	"path/filepath"
	"sync"
	"testing"
)

// shared is the server of a test process, started by the first test that needs it.
type shared struct {
	once   sync.Once
	server *Server
	err    error
}

var server shared

// M is what a TestMain runs: the tests, and then the end of the server. It fits testing.M's place in goleak:
//
//	func TestMain(m *testing.M) { goleak.VerifyTestMain(storetest.Main(m)) }
type M struct{ m *testing.M }

// Main wraps the tests of a package that use Postgres.
func Main(m *testing.M) M { return M{m} }

// Run runs the tests and stops the server.
func (w M) Run() int {
	code := w.m.Run()
	if server.server != nil {
		server.server.remove()
	}
	return code
}

// SQLite returns the URL of a database file that does not exist yet.
func SQLite(t testing.TB) string { return "sqlite:" + filepath.Join(t.TempDir(), "backchannel.db") }

// Postgres returns the URL of an empty database on the shared server. The package's TestMain must use Main.
func Postgres(t testing.TB) string {
	t.Helper()
	return Shared(t).Database(t)
}

// Shared returns the server that the tests of this process share. Do not stop it.
func Shared(t testing.TB) *Server {
	t.Helper()
	server.once.Do(func() {
		if server.server, server.err = initServer(); server.err == nil {
			server.err = server.server.Start()
		}
	})
	if server.err != nil {
		t.Fatal(server.err)
	}
	return server.server
}

// Each runs a test on both databases; url is that of an empty one.
func Each(t *testing.T, run func(t *testing.T, url string)) {
	t.Run("sqlite", func(t *testing.T) { run(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { run(t, Postgres(t)) })
}
