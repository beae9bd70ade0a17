package store

import "strconv"

// dialect holds the few differences between the databases that SQL written once, with $1 placeholders, cannot hide.
type dialect struct {
	name       string // folder of its migrations, and what people call it
	skipLocked string // ends a SELECT that claims rows: SQLite has one writer at a time anyway
	forUpdate  string // ends a SELECT that others must wait for
	greatest   string // the function that returns the larger of its arguments
}

var (
	sqliteDialect   = dialect{name: "sqlite", greatest: "max"}
	postgresDialect = dialect{name: "postgres", skipLocked: " FOR UPDATE SKIP LOCKED", forUpdate: " FOR UPDATE", greatest: "greatest"}
)

// postgres reports whether this is PostgreSQL.
func (d dialect) postgres() bool { return d.name == "postgres" }

// placeholders returns "$from, $from+1, ..." for n arguments.
func placeholders(from, n int) string {
	b := make([]byte, 0, 5*n)
	for i := range n {
		if i > 0 {
			b = append(b, ',', ' ')
		}
		b = strconv.AppendInt(append(b, '$'), int64(from+i), 10)
	}
	return string(b)
}
