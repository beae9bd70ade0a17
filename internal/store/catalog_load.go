package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
)

const selectFiles = `SELECT id, origin, location, hash, stale, problems, gone_at, dropped, problems_generation FROM catalog_files WHERE `

// known reads the files of an origin that a delta speaks of: all of them when it is full.
func (w *turn) known(ctx context.Context, d *catalog.Delta) (map[string]*file, error) {
	out := make(map[string]*file, len(d.Files))
	add := func(rows *sql.Rows) error {
		f, err := scanFile(rows)
		out[f.location] = f
		return err
	}
	if d.Full {
		return out, w.each(ctx, selectFiles+`origin = $1`, add, d.Origin)
	}
	locations := make([]string, 0, len(d.Files)+len(d.Gone))
	for i := range d.Files {
		locations = append(locations, d.Files[i].Location)
	}
	locations = append(locations, d.Gone...)
	return out, eachAmong(ctx, w.tx, selectFiles+`origin = $1 AND %s`, "location", locations, add, d.Origin)
}

func scanFile(rows *sql.Rows) (*file, error) {
	f := &file{}
	var hash sql.RawBytes
	var problems string
	if err := rows.Scan(&f.order, &f.origin, &f.location, &hash, &f.stale, &problems, &f.goneAt, &f.dropped, &f.problemsGeneration); err != nil {
		return f, err
	}
	copy(f.hash[:], hash)
	var err error
	f.problems, err = readProblems(problems)
	return f, err
}

// readProblems reads a column of problems; they are JSON, or empty when there are none.
func readProblems(column string) ([]catalog.Problem, error) {
	if column == "" {
		return nil, nil
	}
	var out []catalog.Problem
	return out, json.Unmarshal([]byte(column), &out)
}

func writeProblems(ps []catalog.Problem) (string, error) {
	if len(ps) == 0 {
		return "", nil
	}
	out, err := json.Marshal(ps)
	return string(out), err
}

// load makes a model of the given files with what they define, and of all other definitions of the references that
// are touched by that: those have no more of an entity than the rules look at. more is how many files will come.
func (w *turn) load(ctx context.Context, files []*file, more int, refs []catalog.Ref) (*model, error) {
	m := newModel(len(files)+more, len(refs))
	m.nextFile = w.nextFile
	byID := make(map[int64]*file, len(files))
	ids := make([]int64, 0, len(files))
	for _, f := range files {
		m.add(f)
		byID[f.order] = f
		ids = append(ids, f.order)
	}
	if err := w.loadDefinitions(ctx, m, byID, ids); err != nil {
		return nil, err
	}
	if some, err := w.some(ctx, "catalog_definitions"); err != nil || !some {
		return m, err
	}
	touched := make(map[string]bool, len(m.defs)+len(refs))
	for ref := range m.defs {
		touched[clean(ref.String())] = true
	}
	for _, ref := range refs {
		touched[clean(ref.String())] = true
	}
	names := make([]string, 0, len(touched))
	for name := range touched {
		names = append(names, name)
	}
	return m, w.loadRivals(ctx, m, byID, names)
}

// some reports whether a table has rows.
func (w *turn) some(ctx context.Context, table string) (bool, error) {
	var n int
	err := w.QueryRowContext(ctx, `SELECT count(*) FROM (SELECT 1 FROM `+table+` LIMIT 1) AS one`).Scan(&n)
	return n > 0, err
}

// loadDefinitions reads what the files define.
func (w *turn) loadDefinitions(ctx context.Context, m *model, files map[int64]*file, ids []int64) error {
	var u unpacker
	return eachAmong(ctx, w.tx, `SELECT file_id, position, counts, generation, repeated, owner_since, lifecycle_since, packed, document, record
		FROM catalog_definitions WHERE %s ORDER BY file_id, position`, "file_id", ids, func(rows *sql.Rows) error {
		d := &definition{stored: true, written: true, settled: true}
		var id int64
		var packed, document, record sql.RawBytes
		err := rows.Scan(&id, &d.position, &d.counts, &d.generation, &d.repeated, &d.since.owner, &d.since.lifecycle, &packed, &document, &record)
		if err != nil {
			return err
		}
		if r, ok := catalog.StoredRecord(record); ok {
			d.entity = r.Entity()
		} else if d.entity, err = u.entity(string(packed), document); err != nil {
			return err
		}
		d.file = files[id]
		d.file.defs = append(d.file.defs, d)
		m.define(d)
		return nil
	})
}

// loadRivals reads what other files say of the same references.
func (w *turn) loadRivals(ctx context.Context, m *model, loaded map[int64]*file, names []string) error {
	others := map[int64]*file{}
	return eachAmong(ctx, w.tx, `SELECT d.file_id, d.position, d.ref, d.counts, d.generation, d.repeated, d.owner_since, d.lifecycle_since,
			d.location, d.line, d.owner, d.lifecycle, f.origin, f.location, f.hash, f.stale, f.problems, f.gone_at, f.dropped, f.problems_generation
		FROM catalog_definitions d JOIN catalog_files f ON f.id = d.file_id WHERE %s`, "d.ref", names, func(rows *sql.Rows) error {
		d := &definition{entity: &catalog.Entity{}, stored: true, written: true, settled: true}
		e, f := d.entity, &file{}
		var ref, owner, problems string
		var hash []byte
		err := rows.Scan(&f.order, &d.position, &ref, &d.counts, &d.generation, &d.repeated, &d.since.owner, &d.since.lifecycle,
			&e.Source.Location, &e.Source.Line, &owner, &e.Lifecycle, &f.origin, &f.location, &hash, &f.stale, &problems, &f.goneAt, &f.dropped, &f.problemsGeneration)
		if err != nil || loaded[f.order] != nil {
			return err
		}
		e.Ref, e.Owner = splitRef(ref), splitRef(owner)
		if d.file = others[f.order]; d.file == nil {
			copy(f.hash[:], hash)
			if f.problems, err = readProblems(problems); err != nil {
				return err
			}
			d.file, others[f.order] = f, f
			m.add(f)
		}
		d.file.defs = append(d.file.defs, d)
		m.define(d)
		return nil
	})
}

// define adds a definition as it is in the database.
func (m *model) define(d *definition) {
	ref := d.entity.Ref
	m.defs[ref] = append(m.defs[ref], d)
	if d.counts {
		m.current[ref] = d
	}
}

// splitRef reads a column that Ref.String wrote; the empty one is the zero Ref.
func splitRef(s string) catalog.Ref {
	kind, rest, _ := strings.Cut(s, ":")
	namespace, name, _ := strings.Cut(rest, "/")
	return catalog.Ref{Kind: kind, Namespace: namespace, Name: name}
}
