package store

import (
	"context"
	"database/sql"
	"sync"
)

// maxStatements bounds the statements that are kept prepared. One beyond is prepared for each use.
const maxStatements = 64

// statements keeps statements prepared that run often: preparing one takes SQLite longer than running it. They end with
// their database.
type statements struct {
	mu   sync.Mutex
	kept map[string]*sql.Stmt
}

// query runs a statement on the reading side. PostgreSQL's driver keeps its own prepared.
func (db *DB) query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if db.often == nil {
		return db.reader.QueryContext(ctx, query, args...)
	}
	s, err := db.often.of(ctx, db.reader, query)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return db.reader.QueryContext(ctx, query, args...)
	}
	return s.QueryContext(ctx, args...)
}

// of returns a prepared statement; nil when too many are kept.
func (s *statements) of(ctx context.Context, on *sql.DB, query string) (*sql.Stmt, error) {
	s.mu.Lock()
	one, ok := s.kept[query]
	full := len(s.kept) >= maxStatements
	s.mu.Unlock()
	if ok || full {
		return one, nil
	}
	one, err := on.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if first, ok := s.kept[query]; ok {
		return first, one.Close()
	}
	s.kept[query] = one
	return one, nil
}
