package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"github.com/backchannel-portal/backchannel/internal/job"
)

// Beat implements job.Worker.
func (q *Jobs) Beat(ctx context.Context, leases []job.Lease, lease time.Duration) (out []job.Signal, err error) {
	if len(leases) == 0 {
		return nil, nil
	}
	order := make([]int, len(leases)) // by id, so that two transactions never wait for each other in a circle
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return int(leases[a].ID - leases[b].ID) })
	now, err := q.now(ctx)
	if err != nil {
		return nil, err
	}
	err = q.db.write(ctx, "renew the leases of jobs", func(t *tx) error {
		out = make([]job.Signal, len(leases))
		for _, i := range order {
			var cancelling bool
			err := t.QueryRowContext(ctx, `UPDATE jobs SET lease_until = $3 WHERE id = $1 AND fence = $2 AND state = 'running' RETURNING cancelling`,
				leases[i].ID, leases[i].Fence, now+lease.Microseconds()).Scan(&cancelling)
			switch {
			case errors.Is(err, sql.ErrNoRows):
			case err != nil:
				return err
			case cancelling:
				out[i] = job.Cancel
			default:
				out[i] = job.Held
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// Finish implements job.Worker.
func (q *Jobs) Finish(ctx context.Context, l job.Lease, o job.Outcome) error {
	if err := o.Check(); err != nil {
		return err
	}
	now, err := q.now(ctx)
	if err != nil {
		return err
	}
	n := 0
	if o.State == job.Waiting {
		n, err = q.again(ctx, l, o, now)
	} else {
		n, err = q.exec(ctx, "report a job", `
			UPDATE jobs SET state = $3, cancelling = FALSE, ended_at = $4, result = $5, error = CASE WHEN $6 = '' THEN error ELSE $6 END
			WHERE id = $1 AND fence = $2 AND state = 'running'`, l.ID, l.Fence, string(o.State), now, []byte(o.Result), job.Cut(o.Error))
	}
	if err == nil && n == 0 {
		return job.ErrLost
	}
	return err
}

// again lets a job wait for another attempt, unless it was asked to end, and returns how many rows it changed.
func (q *Jobs) again(ctx context.Context, l job.Lease, o job.Outcome, now int64) (changed int, err error) {
	uncounted := 0
	if o.Back {
		uncounted = 1
	}
	err = q.db.write(ctx, "report a job", func(t *tx) error {
		res, err := t.ExecContext(ctx, `
			UPDATE jobs SET
				state = CASE WHEN cancelling THEN 'cancelled' ELSE 'waiting' END,
				ended_at = CASE WHEN cancelling THEN $3 ELSE ended_at END,
				cancelling = FALSE, run_at = $4, attempt = attempt - $5, error = CASE WHEN $6 = '' THEN error ELSE $6 END
			WHERE id = $1 AND fence = $2 AND state = 'running'`, l.ID, l.Fence, now, now+o.In.Microseconds(), uncounted, job.Cut(o.Error))
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		if changed = int(n); err != nil || o.In > 0 {
			return err
		}
		return t.notify(ctx, topicJobs)
	})
	return changed, err
}

// Wait implements job.Worker.
func (q *Jobs) Wait(ctx context.Context, d time.Duration) error {
	return q.db.await(ctx, topicJobs, d)
}

// Sweep implements job.Worker.
func (q *Jobs) Sweep(ctx context.Context, keep time.Duration) (int, error) {
	now, err := q.now(ctx)
	if err != nil {
		return 0, err
	}
	err = q.db.write(ctx, "mend the times of jobs", func(t *tx) error {
		now = q.later() // what others reported while this waited to write is no work of a wrong clock
		_, err := t.ExecContext(ctx, `UPDATE jobs SET run_at = $1 WHERE state = 'waiting' AND attempt > 0 AND run_at > $2`,
			now, now+job.MaxBackoff.Microseconds())
		return err
	})
	if err != nil {
		return 0, err
	}
	return q.sweep(ctx, "jobs", "id", "ended_at", instant(now-keep.Microseconds()))
}
