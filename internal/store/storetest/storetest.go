// Package storetest gives tests real databases: a file each for SQLite, and a fresh database each on one PostgreSQL
// server that the test process starts and stops. A machine without PostgreSQL fails those tests.
package storetest

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// shared is what the tests of a process share, made by the first test that needs it.
type shared struct {
	once   sync.Once
	server *Server
	err    error

	schema func(url string) error // nil: databases are bare
	sqlite struct {
		once sync.Once
		file []byte // of a database with the schema
		err  error
	}
	postgres struct {
		once sync.Once
		err  error
	}
}

// schemaDatabase is what the database with the schema is called that others are copies of.
const schemaDatabase = "template_with_schema"

var common shared

// M is what a TestMain runs: the tests, and then the end of the server. It fits testing.M's place in goleak:
//
//	func TestMain(m *testing.M) { goleak.VerifyTestMain(storetest.Main(m)) }
type M struct{ m *testing.M }

// Main wraps the tests of a package that use Postgres.
func Main(m *testing.M) M { return M{m} }

// WithSchema makes SQLite, Postgres and Each give copies of one database that prepare has filled and closed: to copy is
// quicker than to migrate anew for every test. BareSQLite and BarePostgres give databases without anything.
func (w M) WithSchema(prepare func(url string) error) M {
	common.schema = prepare
	return w
}

// Run runs the tests and stops the server.
func (w M) Run() int {
	code := w.m.Run()
	if common.server != nil {
		common.server.remove()
	}
	return code
}

// BareSQLite returns the URL of a database file that does not exist yet.
func BareSQLite(t testing.TB) string { return "sqlite:" + filepath.Join(t.TempDir(), "backchannel.db") }

// SQLite returns the URL of a database file that does not exist yet, or has the schema of WithSchema.
func SQLite(t testing.TB) string {
	t.Helper()
	url := BareSQLite(t)
	if common.schema == nil {
		return url
	}
	common.sqlite.once.Do(func() { common.sqlite.file, common.sqlite.err = prepareSQLite() })
	if common.sqlite.err != nil {
		t.Fatal(common.sqlite.err)
	}
	if err := os.WriteFile(strings.TrimPrefix(url, "sqlite:"), common.sqlite.file, 0o600); err != nil {
		t.Fatal(err)
	}
	return url
}

// prepareSQLite returns the content of a database file with the schema.
func prepareSQLite() ([]byte, error) {
	dir, err := os.MkdirTemp("", "backchannel-schema-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }() // a leftover in the temporary folder harms nothing
	path := filepath.Join(dir, "backchannel.db")
	if err := common.schema("sqlite:" + path); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
}

// BarePostgres returns the URL of an empty database on the shared server. The package's TestMain must use Main.
func BarePostgres(t testing.TB) string {
	t.Helper()
	return Shared(t).Database(t)
}

// Postgres returns the URL of a database on the shared server that is empty, or has the schema of WithSchema. The
// package's TestMain must use Main.
func Postgres(t testing.TB) string {
	t.Helper()
	if common.schema == nil {
		return BarePostgres(t)
	}
	s := Shared(t)
	common.postgres.once.Do(func() {
		if common.postgres.err = s.create("template0", schemaDatabase); common.postgres.err == nil {
			common.postgres.err = common.schema(s.url(schemaDatabase))
		}
	})
	if common.postgres.err != nil {
		t.Fatal(common.postgres.err)
	}
	return s.copyOf(t, schemaDatabase)
}

// Shared returns the server that the tests of this process share. Do not stop it.
func Shared(t testing.TB) *Server {
	t.Helper()
	common.once.Do(func() {
		if common.server, common.err = initServer(); common.err == nil {
			common.err = common.server.Start()
		}
	})
	if common.err != nil {
		t.Fatal(common.err)
	}
	return common.server
}

// Each runs a test on both databases, as SQLite and Postgres give them.
func Each(t *testing.T, run func(t *testing.T, url string)) {
	t.Run("sqlite", func(t *testing.T) { run(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { run(t, Postgres(t)) })
}

// EachBare runs a test on both databases; url is that of one without a schema.
func EachBare(t *testing.T, run func(t *testing.T, url string)) {
	t.Run("sqlite", func(t *testing.T) { run(t, BareSQLite(t)) })
	t.Run("postgres", func(t *testing.T) { run(t, BarePostgres(t)) })
}
