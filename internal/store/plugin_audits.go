package store

import (
	"bytes"
	"compress/gzip"
	"context"
	"database/sql"
	"errors"
	"io"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/plugins"
)

type pluginAudits struct{ chat }

// Audits returns the audits of websites in this database.
func (db *DB) Audits() plugins.AuditStore { return pluginAudits{chat{db}} }

// Put implements plugins.AuditStore.
func (c pluginAudits) Put(ctx context.Context, a plugins.Audit, report []byte) error {
	if err := plugins.CheckAudit(a, report); err != nil {
		return err
	}
	doc, err := document(a)
	if err != nil {
		return err
	}
	var packed []byte
	if report != nil {
		if packed, err = squeeze(report); err != nil {
			return err
		}
	}
	return c.db.write(ctx, "keep an audit", func(t *tx) error {
		_, err := t.ExecContext(ctx, `
			INSERT INTO plugin_audits (id, url, form, began_at, ended, audit, report, change)
			VALUES ($1, $2, $3, $4, $5, $6, $7, (SELECT COALESCE(MAX(change), 0) + 1 FROM plugin_audits))
			ON CONFLICT (id) DO UPDATE SET url = excluded.url, form = excluded.form, began_at = excluded.began_at, ended = excluded.ended,
				audit = excluded.audit, report = COALESCE(excluded.report, plugin_audits.report), change = excluded.change
			WHERE excluded.ended OR NOT plugin_audits.ended`,
			words(a.ID), words(a.URL), words(a.Form), micros(a.Began), a.State != plugins.AuditRunning, doc, packed)
		if err != nil || packed == nil {
			return err
		}
		_, err = t.ExecContext(ctx, `
			UPDATE plugin_audits SET report = NULL WHERE url = $1 AND form = $2 AND report IS NOT NULL AND id NOT IN (
				SELECT id FROM plugin_audits WHERE url = $1 AND form = $2 AND report IS NOT NULL ORDER BY began_at DESC, id DESC LIMIT $3)`,
			words(a.URL), words(a.Form), plugins.KeepReports)
		return err
	})
}

// Recent implements plugins.AuditStore.
func (c pluginAudits) Recent(ctx context.Context, n int) ([]plugins.Audit, error) {
	return chatRows(ctx, c.chat, "read audits", func(rows *sql.Rows) (a plugins.Audit, err error) {
		var doc []byte
		if err := rows.Scan(&doc); err != nil {
			return a, err
		}
		return a, parse(doc, &a)
	}, `SELECT audit FROM (
			SELECT audit, began_at, id, ROW_NUMBER() OVER (PARTITION BY url ORDER BY began_at DESC, id DESC) AS place FROM plugin_audits
		) AS placed WHERE place <= $1 ORDER BY began_at DESC, id DESC`, n)
}

// Report implements plugins.AuditStore.
func (c pluginAudits) Report(ctx context.Context, id string) ([]byte, error) {
	var packed []byte
	err := c.db.reader.QueryRowContext(ctx, `SELECT report FROM plugin_audits WHERE id = $1 AND report IS NOT NULL`, words(id)).Scan(&packed)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, plugins.NoReport(id)
	}
	if err != nil {
		return nil, c.db.fault(err, "read a report")
	}
	return unsqueeze(packed)
}

// Mark implements plugins.AuditStore. Two writers may give out one number at the same time; their sum tells.
func (c pluginAudits) Mark(ctx context.Context) (string, error) {
	var mark string
	err := c.db.reader.QueryRowContext(ctx, `SELECT CAST(COUNT(*) AS TEXT) || ' ' || CAST(COALESCE(SUM(change), 0) AS TEXT) FROM plugin_audits`).Scan(&mark)
	return mark, c.db.fault(err, "look for new audits")
}

// Sweep implements plugins.AuditStore.
func (c pluginAudits) Sweep(ctx context.Context, before time.Time) (int, error) {
	return c.sweep(ctx, "plugin_audits", "id", "began_at", before)
}

func squeeze(data []byte) ([]byte, error) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write(data)
	err = errors.Join(err, w.Close())
	return b.Bytes(), fault.Wrap(fault.Internal, err, "compress a report")
}

func unsqueeze(data []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "read a report")
	}
	out, err := io.ReadAll(io.LimitReader(r, plugins.MaxReport+1))
	return out, fault.Wrap(fault.Internal, err, "read a report")
}
