package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

const (
	copyFrom  = 24     // rows from which COPY is quicker than statements
	atOnce    = 10_000 // values that one statement looks up
	textArray = "text[]"
	intArray  = "bigint[]"
)

// among returns the condition that a column has one of the values, which become argument number n.
func among[T int64 | string](t *tx, column string, n int, values []T) (condition string, arg any, err error) {
	if t.dialect.postgres() {
		return fmt.Sprintf("%s = ANY($%d)", column, n), values, nil
	}
	list, err := json.Marshal(values)
	return fmt.Sprintf("%s IN (SELECT value FROM json_each($%d))", column, n), string(list), err
}

// eachAmong runs a query for the values, some thousands at once. In query, %s stands for the condition on the column,
// whose argument is the last one.
func eachAmong[T int64 | string](ctx context.Context, t *tx, query, column string, values []T, scan func(*sql.Rows) error, args ...any) error {
	for part := range slices.Chunk(values, atOnce) {
		condition, arg, err := among(t, column, len(args)+1, part)
		if err != nil {
			return err
		}
		if err := t.each(ctx, fmt.Sprintf(query, condition), scan, append(slices.Clip(args), arg)...); err != nil {
			return err
		}
	}
	return nil
}

// execAmong runs a statement for the values, in the same way.
func execAmong[T int64 | string](ctx context.Context, t *tx, statement, column string, values []T, args ...any) error {
	for part := range slices.Chunk(values, atOnce) {
		condition, arg, err := among(t, column, len(args)+1, part)
		if err != nil {
			return err
		}
		if _, err := t.ExecContext(ctx, fmt.Sprintf(statement, condition), append(slices.Clip(args), arg)...); err != nil {
			return err
		}
	}
	return nil
}

// each calls scan for every row of a query.
func (t *tx) each(ctx context.Context, query string, scan func(*sql.Rows) error, args ...any) error {
	rows, err := t.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// insert adds n rows: by COPY where there are many and the database has it, else by a prepared statement. Many rows are
// made ahead, so row must be fit to be called from several goroutines.
func (t *tx) insert(ctx context.Context, table string, columns []string, n int, row func(i int) []any) error {
	if n == 0 {
		return nil
	}
	if n > 2*aheadPart {
		next, stop := ahead(n, row)
		defer stop()
		row = next
	}
	if t.dialect.postgres() && n >= copyFrom {
		return t.copy(ctx, table, columns, n, row)
	}
	return t.repeat(ctx, fmt.Sprintf(`INSERT INTO %s (%s) VALUES (%s)`, table, strings.Join(columns, ", "), placeholders(1, len(columns))), n, row)
}

// upsertRows is how many rows one statement carries to PostgreSQL.
const upsertRows = 500

// upsert adds n rows where the tail, an ON CONFLICT clause, says what happens to those that are there. PostgreSQL takes
// many in a statement, which saves the way there and back; SQLite, whose parser takes the square of their number, one.
func (t *tx) upsert(ctx context.Context, into, tail string, n int, row func(i int) []any) error {
	if n == 0 {
		return nil
	}
	width := len(row(0))
	if !t.dialect.postgres() {
		return t.repeat(ctx, into+" VALUES ("+placeholders(1, width)+") "+tail, n, row)
	}
	for first := 0; first < n; first += upsertRows {
		var b strings.Builder
		b.WriteString(into + " VALUES ")
		args := make([]any, 0, width*upsertRows)
		for i := first; i < min(first+upsertRows, n); i++ {
			if i > first {
				b.WriteString(", ")
			}
			b.WriteString("(" + placeholders(len(args)+1, width) + ")")
			args = append(args, row(i)...)
		}
		b.WriteString(" " + tail)
		if _, err := t.ExecContext(ctx, b.String(), args...); err != nil {
			return err
		}
	}
	return nil
}

// repeat runs a statement n times.
func (t *tx) repeat(ctx context.Context, statement string, n int, args func(i int) []any) error {
	if n == 0 {
		return nil
	}
	s, err := t.PrepareContext(ctx, statement)
	if err != nil {
		return err
	}
	defer s.Close()
	for i := range n {
		if _, err := s.ExecContext(ctx, args(i)...); err != nil {
			return err
		}
	}
	return nil
}

var errNotPostgres = errors.New("the connection is not PostgreSQL's")

func (t *tx) copy(ctx context.Context, table string, columns []string, n int, row func(i int) []any) error {
	return t.conn.Raw(func(driver any) error {
		c, ok := driver.(*stdlib.Conn)
		if !ok {
			return errNotPostgres
		}
		_, err := c.Conn().CopyFrom(ctx, pgx.Identifier{table}, columns, pgx.CopyFromSlice(n, func(i int) ([]any, error) { return row(i), nil }))
		return err
	})
}

// keyColumn is a column of a key, with the type of an array of it in PostgreSQL and its values row by row.
type keyColumn struct {
	name, array string
	texts       []string
	ints        []int64
}

// remove deletes the n rows with the given keys.
func (t *tx) remove(ctx context.Context, table string, n int, key ...keyColumn) error {
	if n == 0 {
		return nil
	}
	var on, arrays, names []string
	var args []any
	for i, k := range key {
		names = append(names, fmt.Sprintf("k%d", i+1))
		arrays = append(arrays, fmt.Sprintf("$%d::%s", i+1, k.array))
		if t.dialect.postgres() {
			on = append(on, fmt.Sprintf("%s.%s = keys.k%d", table, k.name, i+1))
		} else {
			on = append(on, fmt.Sprintf("%s = $%d", k.name, i+1))
		}
		if k.array == textArray {
			args = append(args, k.texts)
		} else {
			args = append(args, k.ints)
		}
	}
	where := strings.Join(on, " AND ")
	if t.dialect.postgres() {
		_, err := t.ExecContext(ctx, fmt.Sprintf(`DELETE FROM %s USING unnest(%s) AS keys(%s) WHERE %s`,
			table, strings.Join(arrays, ", "), strings.Join(names, ", "), where), args...)
		return err
	}
	return t.repeat(ctx, fmt.Sprintf(`DELETE FROM %s WHERE %s`, table, where), n, func(i int) []any {
		out := make([]any, len(key))
		for j, k := range key {
			if k.array == textArray {
				out[j] = k.texts[i]
			} else {
				out[j] = k.ints[i]
			}
		}
		return out
	})
}

// clean makes a text that PostgreSQL accepts: UTF-8 without the character 0.
func clean(s string) string {
	if strings.IndexByte(s, 0) < 0 && utf8.ValidString(s) {
		return s
	}
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}
