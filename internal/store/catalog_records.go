package store

import (
	"context"
	"database/sql"
	"runtime"
	"slices"
	"sync"

	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/backchannel-portal/backchannel/catalog"
)

// recordPart is how many records change hands at once.
const recordPart = 1024

// definitionKey is the key of a definition's row.
type definitionKey struct{ file, position int64 }

// recordReader unpacks records on all processors while more are read from the database.
type recordReader struct {
	part  *recordBatch
	parts chan *recordBatch
	wg    sync.WaitGroup

	mu      sync.Mutex
	runs    [][]*catalog.Entity    // each in order
	foreign map[definitionKey]bool // rows whose record another version of the program wrote
}

// recordBatch is some records as they were read, one behind the other.
type recordBatch struct {
	keys []definitionKey
	ends []int
	text []byte
}

// records calls add for every row of a query for the keys and records of definitions. add must not hold on to the slice.
// PostgreSQL's driver is asked itself: by way of database/sql each row costs as much again.
func (t *tx) records(ctx context.Context, query string, add func(definitionKey, []byte), args ...any) error {
	var key definitionKey
	if !t.dialect.postgres() {
		var record sql.RawBytes
		return t.each(ctx, query, func(rows *sql.Rows) error {
			err := rows.Scan(&key.file, &key.position, &record)
			if err == nil {
				add(key, record)
			}
			return err
		}, args...)
	}
	return t.conn.Raw(func(driver any) error {
		c, ok := driver.(*stdlib.Conn)
		if !ok {
			return errNotPostgres
		}
		rows, err := c.Conn().Query(ctx, query, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var record pgtype.DriverBytes // shares the row's memory
			if err := rows.Scan(&key.file, &key.position, &record); err != nil {
				return err
			}
			add(key, record)
		}
		return rows.Err()
	})
}

// add takes a record over; it does not hold on to the slice.
func (r *recordReader) add(key definitionKey, record []byte) {
	if r.part == nil {
		r.part = &recordBatch{keys: make([]definitionKey, 0, recordPart), ends: make([]int, 0, recordPart), text: make([]byte, 0, recordPart*640)}
	}
	p := r.part
	p.text = append(p.text, record...)
	p.keys, p.ends = append(p.keys, key), append(p.ends, len(p.text))
	if len(p.keys) == recordPart {
		r.hand()
	}
}

// hand gives the records that were read to the goroutines that unpack, which the first ones start.
func (r *recordReader) hand() {
	if r.parts == nil {
		r.parts = make(chan *recordBatch, 4)
		for range runtime.GOMAXPROCS(0) {
			r.wg.Go(func() {
				for p := range r.parts {
					r.unpack(p)
				}
			})
		}
	}
	r.parts <- r.part
	r.part = nil
}

func (r *recordReader) unpack(p *recordBatch) {
	out := make([]*catalog.Entity, 0, len(p.keys))
	var foreign []definitionKey
	keep := catalog.StoredRecord
	if len(p.keys) == recordPart { // what is read in such numbers is seldom replaced one by one
		keep = new(catalog.Shelf).Record
	}
	from := 0
	for i, end := range p.ends {
		if x, ok := keep(p.text[from:end]); ok {
			out = append(out, x.Entity())
		} else {
			foreign = append(foreign, p.keys[i])
		}
		from = end
	}
	slices.SortFunc(out, byRef)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.runs = append(r.runs, out)
	for _, key := range foreign {
		if r.foreign == nil {
			r.foreign = map[definitionKey]bool{}
		}
		r.foreign[key] = true
	}
}

// done returns the entities in order, and ends the goroutines. It must be called, whether reading failed or not.
func (r *recordReader) done() []*catalog.Entity {
	switch {
	case r.parts != nil:
		if r.part != nil {
			r.hand()
		}
		close(r.parts)
		r.wg.Wait()
	case r.part != nil:
		r.unpack(r.part)
	}
	return mergeRuns(r.runs)
}

func byRef(a, b *catalog.Entity) int { return a.Ref.Compare(b.Ref) }

// mergeRuns merges lists that are in order, two and two at once.
func mergeRuns(runs [][]*catalog.Entity) []*catalog.Entity {
	for len(runs) > 1 {
		next := make([][]*catalog.Entity, (len(runs)+1)/2)
		var wg sync.WaitGroup
		for i := range next {
			wg.Go(func() {
				if next[i] = runs[2*i]; 2*i+1 < len(runs) {
					next[i] = merged(runs[2*i], runs[2*i+1])
				}
			})
		}
		wg.Wait()
		runs = next
	}
	if len(runs) == 0 {
		return nil
	}
	return runs[0]
}

func merged(a, b []*catalog.Entity) []*catalog.Entity {
	out := make([]*catalog.Entity, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		if byRef(a[0], b[0]) <= 0 {
			out, a = append(out, a[0]), a[1:]
		} else {
			out, b = append(out, b[0]), b[1:]
		}
	}
	return append(append(out, a...), b...)
}
