package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"github.com/backchannel-portal/backchannel/scaffold"
)

// templateRuns implements scaffold.Runs.
type templateRuns struct {
	chat
	seal *Seal
}

// TemplateRuns returns the runs of software templates in this database. The seal encrypts what steps gave and wrote, as
// secrets can be in it.
func (db *DB) TemplateRuns(seal *Seal) interface {
	scaffold.Runs
	scaffold.RunSweeper
	scaffold.RunEraser
} {
	return templateRuns{chat{db}, seal}
}

// runData is what never changes of a run, and runResult what it came to.
type runData struct {
	Title, File, Commit, User, Name string
	Entity, Values                  json.RawMessage `json:",omitempty"`
}

type runResult struct {
	Message  string          `json:",omitempty"`
	Output   json.RawMessage `json:",omitempty"`
	Entities []string        `json:",omitempty"`
}

// Begin implements scaffold.Runs.
func (c templateRuns) Begin(ctx context.Context, r scaffold.Run) (bool, error) {
	if err := r.Check(); err != nil {
		return false, err
	}
	run, err := document(runData{r.Title, r.File, r.Commit, r.User, r.Name, r.Entity, r.Values})
	if err != nil {
		return false, err
	}
	result, err := document(runResult{r.Message, r.Output, r.Entities})
	if err != nil {
		return false, err
	}
	n, err := c.exec(ctx, "begin a run", `
		INSERT INTO scaffold_runs (id, template, actor, status, run, result, begun_at, ended_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING`,
		words(r.ID), words(r.Template), words(r.Actor), words(string(r.Status)), run, result, micros(r.Begun), micros(r.Ended))
	return n > 0, err
}

const templateRunColumns = `id, template, actor, status, run, result, begun_at, ended_at`

func scanTemplateRun(row interface{ Scan(...any) error }) (r scaffold.Run, err error) {
	var run, result []byte
	var begun, ended int64
	if err := row.Scan(&r.ID, &r.Template, &r.Actor, (*string)(&r.Status), &run, &result, &begun, &ended); err != nil {
		return r, err
	}
	var d runData
	var e runResult
	if err := errors.Join(parse(run, &d), parse(result, &e)); err != nil {
		return r, err
	}
	r.Title, r.File, r.Commit, r.User, r.Name, r.Entity, r.Values = d.Title, d.File, d.Commit, d.User, d.Name, d.Entity, d.Values
	r.Message, r.Output, r.Entities = e.Message, e.Output, e.Entities
	r.Begun, r.Ended = instant(begun), instant(ended)
	return r, nil
}

// Get implements scaffold.Runs.
func (c templateRuns) Get(ctx context.Context, id string) (scaffold.Run, error) {
	r, err := scanTemplateRun(c.db.reader.QueryRowContext(ctx, `SELECT `+templateRunColumns+` FROM scaffold_runs WHERE id = $1`, words(id)))
	if errors.Is(err, sql.ErrNoRows) {
		return scaffold.Run{}, scaffold.NoRun(id)
	}
	return r, c.db.fault(err, "read a run")
}

// List implements scaffold.Runs.
func (c templateRuns) List(ctx context.Context, q scaffold.RunQuery) ([]scaffold.Run, error) {
	return chatRows(ctx, c.chat, "list runs", func(rows *sql.Rows) (scaffold.Run, error) {
		r, err := scanTemplateRun(rows)
		r.Entity, r.Values, r.Output = nil, nil, nil
		return r, err
	}, `
		SELECT `+templateRunColumns+` FROM scaffold_runs
		WHERE ($1 = '' OR template = $1) AND ($2 = '' OR actor = $2) AND ($3 = '' OR status = $3) AND ($4 = '' OR id < $4)
			AND ($5 = '' OR id IN (SELECT run FROM scaffold_entities WHERE ref = $5))
		ORDER BY id DESC LIMIT $6`,
		words(q.Template), words(q.Actor), words(string(q.Status)), words(q.Before), words(q.Entity), q.Max())
}

// Update implements scaffold.Runs.
func (c templateRuns) Update(ctx context.Context, r scaffold.Run) error {
	if err := r.Check(); err != nil {
		return err
	}
	result, err := document(runResult{r.Message, r.Output, r.Entities})
	if err != nil {
		return err
	}
	return c.db.write(ctx, "update a run", func(t *tx) error {
		res, err := t.ExecContext(ctx, `
			UPDATE scaffold_runs SET status = $2, result = $3, ended_at = $4, secrets = NULL WHERE id = $1`,
			words(r.ID), words(string(r.Status)), result, micros(r.Ended))
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, scaffold.NoRun(r.ID))
		}
		if _, err := t.ExecContext(ctx, `DELETE FROM scaffold_entities WHERE run = $1`, words(r.ID)); err != nil {
			return err
		}
		for _, ref := range r.Entities {
			if _, err := t.ExecContext(ctx, `INSERT INTO scaffold_entities (ref, run) VALUES ($1, $2) ON CONFLICT DO NOTHING`, words(ref), words(r.ID)); err != nil {
				return err
			}
		}
		return nil
	})
}

// Sweep implements scaffold.RunSweeper. What belongs to a run goes with it.
func (c templateRuns) Sweep(ctx context.Context, before time.Time) (int, error) {
	return c.sweep(ctx, "scaffold_runs", "id", "begun_at", before)
}

// Erase implements scaffold.RunEraser.
func (c templateRuns) Erase(ctx context.Context, actor string) (n int, err error) {
	if actor == "" {
		return 0, nil
	}
	err = c.db.write(ctx, "erase somebody from runs", func(t *tx) error {
		var runs []scaffold.Run
		err := t.each(ctx, `SELECT `+templateRunColumns+` FROM scaffold_runs WHERE actor = $1`+t.dialect.forUpdate, func(rows *sql.Rows) error {
			r, err := scanTemplateRun(rows)
			runs = append(runs, r)
			return err
		}, words(actor))
		if err != nil {
			return err
		}
		n = len(runs)
		for _, r := range runs {
			if err := eraseRun(ctx, t, r.Erased()); err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}

// eraseRun writes a run that somebody was taken out of.
func eraseRun(ctx context.Context, t *tx, r scaffold.Run) error {
	run, err := document(runData{r.Title, r.File, r.Commit, r.User, r.Name, r.Entity, r.Values})
	if err != nil {
		return err
	}
	result, err := document(runResult{r.Message, r.Output, r.Entities})
	if err != nil {
		return err
	}
	over := r.Status.Over()
	if _, err := t.ExecContext(ctx, `UPDATE scaffold_runs SET actor = '', run = $2, result = $3, secrets = NULL WHERE id = $1`,
		words(r.ID), run, result); err != nil || !over {
		return err
	}
	for _, table := range []string{"scaffold_records", "scaffold_files"} {
		if _, err := t.ExecContext(ctx, `DELETE FROM `+table+` WHERE run = $1`, words(r.ID)); err != nil {
			return err
		}
	}
	return nil
}

// Journal implements scaffold.Runs.
func (c templateRuns) Journal(id string) scaffold.Journal { return runJournal{c.chat, c.seal, id} }
