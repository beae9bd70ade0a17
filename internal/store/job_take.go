package store

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/internal/job"
)

// maxLines bounds how many tenants are looked at in one turn; those served longest ago come first.
const maxLines = 200

// moment is the time that one taking of jobs goes by, in microseconds.
type moment struct {
	now   int64
	until int64 // of the leases given now
	wrong int64 // a lease that runs longer was given by a clock that was wrong
}

// at is the moment of now, in microseconds, with leases of a length.
func at(now int64, lease time.Duration) moment {
	return moment{now, now + lease.Microseconds(), now + 2*lease.Microseconds()}
}

// Take implements job.Worker.
func (q *Jobs) Take(ctx context.Context, want []job.Want, lease time.Duration) (out []job.Job, err error) {
	now, err := q.now(ctx)
	if err != nil {
		return nil, err
	}
	due, err := q.due(ctx, want, at(now, lease))
	if err != nil || len(due) == 0 {
		return nil, err
	}
	err = q.db.write(ctx, "take jobs", func(t *tx) error {
		out = nil
		// What others took while this waited to write was taken by a later time, and is no lease of a wrong clock.
		m := at(q.later(), lease)
		for _, w := range due {
			jobs, err := takeKind(ctx, t, w, m)
			if err != nil {
				return err
			}
			out = append(out, jobs...)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// due returns the wants that something may be there for. It changes nothing, so an idle queue is only read.
func (q *Jobs) due(ctx context.Context, want []job.Want, m moment) ([]job.Want, error) {
	args := []any{m.now, m.wrong}
	var b strings.Builder
	for i, w := range want {
		if w.Max <= 0 {
			continue
		}
		if b.Len() > 0 {
			b.WriteString(` UNION ALL `)
		}
		args = append(args, w.Kind)
		kind := "$" + strconv.Itoa(len(args))
		b.WriteString(`SELECT ` + strconv.Itoa(i) + ` WHERE EXISTS (SELECT 1 FROM jobs WHERE state = 'waiting' AND kind || '' = ` + kind + ` AND run_at <= $1)
			OR EXISTS (SELECT 1 FROM jobs WHERE state = 'running' AND kind = ` + kind + ` AND (lease_until <= $1 OR lease_until > $2))`)
	}
	if b.Len() == 0 {
		return nil, ctx.Err()
	}
	return chatRows(ctx, q.chat, "look for jobs", func(rows *sql.Rows) (job.Want, error) {
		var i int
		err := rows.Scan(&i)
		return want[i], err
	}, b.String(), args...)
}

// takeKind takes jobs of one kind.
func takeKind(ctx context.Context, t *tx, w job.Want, m moment) ([]job.Job, error) {
	if err := reclaim(ctx, t, w.Kind, m); err != nil {
		return nil, err
	}
	lines, err := dueLines(ctx, t, w, m)
	if err != nil || len(lines) == 0 {
		return nil, err
	}
	var turn int64
	if err := t.QueryRowContext(ctx, `SELECT coalesce(max(turn), 0) FROM jobs`).Scan(&turn); err != nil {
		return nil, err
	}
	var out []job.Job
	for _, id := range job.Pick(lines, w.Max) {
		turn++
		j, err := scanJob(t.QueryRowContext(ctx, `
			UPDATE jobs SET state = 'running', attempt = attempt + 1, fence = fence + 1, turn = $2, lease_until = $3
			WHERE id = $1 RETURNING `+jobColumns, id, turn, m.until))
		if err != nil {
			return nil, err
		}
		out = append(out, j)
	}
	return out, nil
}

// reclaim lets jobs whose lease ran out wait again, or ends those that were cancelled or tried often enough.
func reclaim(ctx context.Context, t *tx, kind string, m moment) error {
	_, err := t.ExecContext(ctx, `
		UPDATE jobs SET
			state = CASE WHEN cancelling THEN 'cancelled' WHEN attempt >= attempts THEN 'failed' ELSE 'waiting' END,
			error = CASE WHEN attempt >= attempts AND NOT cancelling THEN $4 ELSE error END,
			ended_at = CASE WHEN cancelling OR attempt >= attempts THEN $2 ELSE 0 END,
			cancelling = FALSE
		WHERE id IN (SELECT id FROM jobs
			WHERE state = 'running' AND kind = $1 AND (lease_until <= $2 OR lease_until > $3)`+t.dialect.skipLocked+`)`,
		kind, m.now, m.wrong, job.LastWorkerDied)
	return err
}

// dueLines returns the due jobs of a kind by tenant, as many of each as are wanted. The tenants are found by steps from
// one to the next in the index, so that a flood of one does not have to be read.
func dueLines(ctx context.Context, t *tx, w job.Want, m moment) ([]job.Line, error) {
	rows, err := t.QueryContext(ctx, `
		WITH RECURSIVE tenants (tenant) AS (
			SELECT (SELECT tenant FROM jobs WHERE state = 'waiting' AND kind = $1 ORDER BY tenant LIMIT 1)
			UNION ALL
			SELECT (SELECT j.tenant FROM jobs j WHERE j.state = 'waiting' AND j.kind = $1 AND j.tenant > p.tenant ORDER BY j.tenant LIMIT 1)
			FROM tenants p WHERE p.tenant IS NOT NULL
		)
		SELECT p.tenant, coalesce((SELECT max(turn) FROM jobs j WHERE j.kind = $1 AND j.tenant = p.tenant), 0) AS turn
		FROM tenants p
		WHERE p.tenant IS NOT NULL
			AND (SELECT 1 FROM jobs j WHERE j.state = 'waiting' AND j.kind = $1 AND j.tenant = p.tenant AND j.run_at <= $2 LIMIT 1) = 1
		ORDER BY turn LIMIT $3`, w.Kind, m.now, maxLines)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var lines []job.Line
	for rows.Next() {
		var l job.Line
		if err := rows.Scan(&l.Tenant, &l.Turn); err != nil {
			return nil, err
		}
		lines = append(lines, l)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	for i := range lines {
		if lines[i].Jobs, err = dueLine(ctx, t, w, lines[i].Tenant, m); err != nil {
			return nil, err
		}
	}
	return lines, nil
}

// dueLine returns a tenant's jobs that are due and that nobody else is taking, best first.
func dueLine(ctx context.Context, t *tx, w job.Want, tenant string, m moment) ([]int64, error) {
	rows, err := t.QueryContext(ctx, `
		SELECT id FROM jobs WHERE state = 'waiting' AND kind = $1 AND tenant = $2 AND run_at <= $3
		ORDER BY priority DESC, run_at, id LIMIT $4`+t.dialect.skipLocked, w.Kind, tenant, m.now, w.Max)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var ids []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}
