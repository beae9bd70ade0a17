package store

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"strconv"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/scaffold"
)

// runJournal implements scaffold.Journal.
type runJournal struct {
	chat
	seal *Seal
	run  string
}

// sealedRecord reports whether what a record holds is encrypted: what actions gave, in which secrets can be.
func sealedRecord(k scaffold.RecordKind) bool {
	return k == scaffold.StepEnded || k == scaffold.EffectEnded || k == scaffold.MarkEnded
}

// recordPlace and filesPlace are what sealed records and files are bound to.
func (j runJournal) recordPlace(kind scaffold.RecordKind, step string, iteration int) string {
	return "run " + words(j.run) + " " + words(string(kind)) + " " + strconv.Itoa(iteration) + " " + words(step)
}

func (j runJournal) filesPlace(number, part int) string {
	return "run " + words(j.run) + " files " + strconv.Itoa(number) + " " + strconv.Itoa(part)
}

// recordRows bounds what one Records returns, and filePart the bytes of one part of an archive.
const (
	recordRows = 500
	filePart   = 1 << 20
)

// Records implements scaffold.Journal.
func (j runJournal) Records(ctx context.Context, n int64) ([]scaffold.Record, error) {
	list, err := chatRows(ctx, j.chat, "read the journal of a run", func(rows *sql.Rows) (r scaffold.Record, err error) {
		var id sql.NullString
		var at int64
		err = rows.Scan(&r.N, &id, (*string)(&r.Kind), &r.Step, &r.Iteration, (*[]byte)(&r.Data), &at)
		r.ID, r.At = id.String, instant(at)
		if err == nil && r.Data != nil && sealedRecord(r.Kind) {
			r.Data, err = j.seal.open(j.recordPlace(r.Kind, r.Step, r.Iteration), r.Data)
		}
		return r, err
	}, `SELECT n, id, kind, step, iteration, data, at FROM scaffold_records WHERE run = $1 AND n > $2 ORDER BY n LIMIT $3`, words(j.run), n, recordRows)
	if err != nil || len(list) > 0 {
		return list, err
	}
	return nil, j.known(ctx)
}

// known is NotFound for a run that is not.
func (j runJournal) known(ctx context.Context) error {
	var known bool
	err := j.db.reader.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM scaffold_runs WHERE id = $1)`, words(j.run)).Scan(&known)
	if err == nil && !known {
		return scaffold.NoRun(j.run)
	}
	return j.db.fault(err, "read a run")
}

// errKnownRecord ends the transaction of a record that is in the journal.
var errKnownRecord = errors.New("the record is in the journal")

// Append implements scaffold.Journal.
func (j runJournal) Append(ctx context.Context, r scaffold.Record) (bool, error) {
	id := sql.NullString{String: words(r.ID), Valid: r.ID != ""}
	data := []byte(r.Data)
	if data != nil && sealedRecord(r.Kind) {
		data = j.seal.seal(j.recordPlace(r.Kind, r.Step, r.Iteration), data)
	}
	err := j.db.write(ctx, "append to the journal of a run", func(t *tx) error {
		var n int64 // the row is locked from here on, so numbers have no gaps
		err := t.QueryRowContext(ctx, `UPDATE scaffold_runs SET records = records + 1 WHERE id = $1 RETURNING records`, words(j.run)).Scan(&n)
		if errors.Is(err, sql.ErrNoRows) {
			return scaffold.NoRun(j.run)
		}
		if err != nil {
			return err
		}
		res, err := t.ExecContext(ctx, `
			INSERT INTO scaffold_records (run, n, id, kind, step, iteration, data, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`,
			words(j.run), n, id, words(string(r.Kind)), words(r.Step), r.Iteration, data, micros(r.At))
		if err != nil {
			return err
		}
		rows, err := res.RowsAffected()
		if err == nil && rows == 0 {
			return errKnownRecord
		}
		return err
	})
	if errors.Is(err, errKnownRecord) {
		return false, nil
	}
	return err == nil, err
}

// SaveFiles implements scaffold.Journal. The parts are written one by one: files count from when a record names them.
func (j runJournal) SaveFiles(ctx context.Context, number int, archive io.Reader) error {
	const doing = "keep the files of a run"
	if _, err := j.exec(ctx, doing, `DELETE FROM scaffold_files WHERE run = $1 AND (number < $2 OR number >= $3)`, words(j.run), number-1, number); err != nil {
		return err
	}
	buf := make([]byte, filePart)
	for part := 0; ; part++ {
		n, err := io.ReadFull(archive, buf)
		last := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		if err != nil && !last {
			return fault.Wrap(fault.KindOf(err), err, doing)
		}
		if n > 0 {
			if _, err := j.exec(ctx, doing, `INSERT INTO scaffold_files (run, number, part, data) VALUES ($1, $2, $3, $4)`, words(j.run), number, part, j.seal.seal(j.filesPlace(number, part), buf[:n])); err != nil {
				return err
			}
		}
		if last {
			return nil
		}
	}
}

// Files implements scaffold.Journal.
func (j runJournal) Files(ctx context.Context, number int) (io.ReadCloser, error) {
	f := &runFiles{ctx: ctx, j: j, number: number}
	if err := f.next(); errors.Is(err, io.EOF) {
		return nil, scaffold.NoFiles(j.run, number)
	} else if err != nil {
		return nil, err
	}
	return f, nil
}

// runFiles reads an archive part by part.
type runFiles struct {
	ctx    context.Context //nolint:containedctx // of the call that opened it
	j      runJournal
	number int
	part   int
	data   []byte
}

func (f *runFiles) next() error {
	err := f.j.db.reader.QueryRowContext(f.ctx, `SELECT data FROM scaffold_files WHERE run = $1 AND number = $2 AND part = $3`, words(f.j.run), f.number, f.part).Scan(&f.data)
	if errors.Is(err, sql.ErrNoRows) {
		return io.EOF
	}
	if err != nil {
		return f.j.db.fault(err, "read the files of a run")
	}
	f.data, err = f.j.seal.open(f.j.filesPlace(f.number, f.part), f.data)
	f.part++
	return err
}

// Read implements io.Reader.
func (f *runFiles) Read(p []byte) (int, error) {
	if len(f.data) == 0 {
		if err := f.next(); err != nil {
			return 0, err
		}
	}
	n := copy(p, f.data)
	f.data = f.data[n:]
	return n, nil
}

// Close implements io.Closer.
func (f *runFiles) Close() error { return nil }

// DropFiles implements scaffold.Journal.
func (j runJournal) DropFiles(ctx context.Context) error {
	_, err := j.exec(ctx, "forget the files of a run", `DELETE FROM scaffold_files WHERE run = $1`, words(j.run))
	return err
}
