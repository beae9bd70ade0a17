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
	err = q.db.write(ctx, "renew the leases of jobs", func(t *tx) error {
		out = make([]job.Signal, len(leases))
		now, err := q.now(ctx, t)
		if err != nil {
			return err
		}
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
	lost := false
	err := q.db.write(ctx, "report a job", func(t *tx) error {
		var cancelling bool
		err := t.QueryRowContext(ctx, `SELECT cancelling FROM jobs WHERE id = $1 AND fence = $2 AND state = 'running'`+t.dialect.forUpdate,
			l.ID, l.Fence).Scan(&cancelling)
		if lost = errors.Is(err, sql.ErrNoRows); lost {
			return nil
		}
		if err != nil {
			return err
		}
		return q.settle(ctx, t, l.ID, o, o.Settle(cancelling))
	})
	if err == nil && lost {
		return job.ErrLost
	}
	return err
}

// settle writes how an attempt ended. The lease is held.
func (q *Jobs) settle(ctx context.Context, t *tx, id int64, o job.Outcome, state job.State) error {
	now, err := q.now(ctx, t)
	if err != nil {
		return err
	}
	if state != job.Waiting {
		_, err := t.ExecContext(ctx, `
			UPDATE jobs SET state = $2, cancelling = FALSE, ended_at = $3, result = $4, error = CASE WHEN $5 = '' THEN error ELSE $5 END WHERE id = $1`,
			id, string(state), now, []byte(o.Result), job.Cut(o.Error))
		return err
	}
	counted := 0
	if o.Back {
		counted = 1
	}
	_, err = t.ExecContext(ctx, `
		UPDATE jobs SET state = 'waiting', run_at = $2, attempt = attempt - $3, error = CASE WHEN $4 = '' THEN error ELSE $4 END WHERE id = $1`,
		id, now+o.In.Microseconds(), counted, job.Cut(o.Error))
	if err == nil && o.In <= 0 {
		err = t.notify(ctx, topicJobs)
	}
	return err
}

// Wait implements job.Worker.
func (q *Jobs) Wait(ctx context.Context, d time.Duration) error {
	return q.db.await(ctx, topicJobs, d)
}

// sweepBatch is how many rows one transaction removes, so that it never holds the others up for long.
const sweepBatch = 1000

// Sweep implements job.Worker.
func (q *Jobs) Sweep(ctx context.Context, keep time.Duration) (int, error) {
	total := 0
	for {
		var n int64
		err := q.db.write(ctx, "remove finished jobs", func(t *tx) error {
			now, err := q.now(ctx, t)
			if err != nil {
				return err
			}
			res, err := t.ExecContext(ctx, `
				DELETE FROM jobs WHERE id IN (SELECT id FROM jobs WHERE ended_at > 0 AND ended_at < $1 ORDER BY ended_at LIMIT $2)`,
				now-keep.Microseconds(), sweepBatch)
			if err != nil {
				return err
			}
			if n, err = res.RowsAffected(); err != nil {
				return err
			}
			_, err = t.ExecContext(ctx, `UPDATE jobs SET run_at = $1 WHERE state = 'waiting' AND attempt > 0 AND run_at > $2`,
				now, now+job.MaxBackoff.Microseconds())
			return err
		})
		total += int(n)
		if err != nil || n < sweepBatch {
			return total, err
		}
	}
}
