package store

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/job"
)

// topicJobs is signalled when a job becomes due at once.
const topicJobs = "jobs"

// Jobs is the job queue that lasts.
type Jobs struct {
	chat  // its helpers
	clock func() time.Time

	mu     sync.Mutex
	server int64     // the server's time in microseconds, when it was asked
	asked  time.Time // with the monotonic clock
}

var _ job.Store = (*Jobs)(nil)

// askServer is how often the server is asked for its time; in between our monotonic clock goes on from there.
const askServer = 10 * time.Second

// Jobs returns the queue of the database. A nil clock is the server's on PostgreSQL, so that replicas whose clocks
// differ agree about leases, and this machine's on SQLite.
func (db *DB) Jobs(clock func() time.Time) *Jobs {
	if clock == nil && !db.dialect.postgres() {
		clock = time.Now
	}
	return &Jobs{chat: chat{db}, clock: clock}
}

// now is the queue's time in microseconds since 1970.
func (q *Jobs) now(ctx context.Context) (int64, error) {
	if q.clock != nil {
		return micros(q.clock()), nil
	}
	q.mu.Lock()
	known := !q.asked.IsZero() && time.Since(q.asked) <= askServer
	q.mu.Unlock()
	if !known {
		if err := q.ask(ctx); err != nil {
			return 0, q.db.fault(err, "ask the database for its time")
		}
	}
	return q.later(), nil
}

// ask asks the server for its time. The wait for a connection is not part of the question: a clock that is ahead by it
// would end leases that run.
func (q *Jobs) ask(ctx context.Context) error {
	conn, err := q.db.reader.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	begun := time.Now()
	var server int64
	err = conn.QueryRowContext(ctx, `SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint`).Scan(&server)
	if err != nil {
		return err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.server, q.asked = server, begun
	return nil
}

// later is the queue's time once more, after now was asked. It asks nobody, so it cannot fail.
func (q *Jobs) later() int64 {
	if q.clock != nil {
		return micros(q.clock())
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.server + time.Since(q.asked).Microseconds()
}

// Add implements job.Queue.
func (q *Jobs) Add(ctx context.Context, r job.Request) (id int64, added bool, err error) {
	if err := r.Check(); err != nil {
		return 0, false, err
	}
	now, err := q.now(ctx)
	if err != nil {
		return 0, false, err
	}
	err = q.db.write(ctx, "add a job", func(t *tx) error {
		id, added, err = addJob(ctx, t, r, now)
		return err
	})
	return id, added, err
}

// addJob inserts a job unless one of its kind and key is not finished.
func addJob(ctx context.Context, t *tx, r job.Request, now int64) (id int64, added bool, err error) {
	runAt := micros(r.RunAt)
	if runAt == 0 {
		runAt = now
	}
	for range 3 { // the job in the way may end between the two statements
		err = t.QueryRowContext(ctx, `
			INSERT INTO jobs (kind, key, tenant, priority, payload, run_at, attempts, state, added_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, 'waiting', $8)
			ON CONFLICT (kind, key) WHERE key IS NOT NULL AND state IN ('waiting', 'running') DO NOTHING
			RETURNING id`,
			r.Kind, sql.NullString{String: r.Key, Valid: r.Key != ""}, r.Tenant, r.Priority, []byte(r.Payload), runAt, r.Tries(), now).Scan(&id)
		if err == nil {
			if runAt <= now {
				err = t.notify(ctx, topicJobs)
			}
			return id, true, err
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return 0, false, err
		}
		err = t.QueryRowContext(ctx, `SELECT id FROM jobs WHERE kind = $1 AND key = $2 AND state IN ('waiting', 'running')`, r.Kind, r.Key).Scan(&id)
		if !errors.Is(err, sql.ErrNoRows) {
			return id, false, err
		}
	}
	return 0, false, err
}

// Schedule implements job.Queue.
func (q *Jobs) Schedule(ctx context.Context, name string, slot time.Time, every time.Duration, r job.Request) (added bool, err error) {
	r.Key = name
	if err := r.Check(); err != nil {
		return false, err
	}
	now, err := q.now(ctx)
	if err != nil {
		return false, err
	}
	err = q.db.write(ctx, "schedule a job", func(t *tx) error {
		added = false
		res, err := t.ExecContext(ctx, `
			INSERT INTO job_schedules (name, slot) VALUES ($1, $2)
			ON CONFLICT (name) DO UPDATE SET slot = excluded.slot
			WHERE job_schedules.slot < excluded.slot OR job_schedules.slot > $3`,
			name, micros(slot), micros(slot.Add(job.MaxAhead+every)))
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return err
		}
		_, added, err = addJob(ctx, t, r, now)
		return err
	})
	return added, err
}

// jobColumns are what scanJob reads.
const jobColumns = `id, kind, key, tenant, priority, payload, run_at, attempts, state, attempt, fence, cancelling, result, error, added_at, ended_at`

func scanJob(row interface{ Scan(...any) error }) (job.Job, error) {
	var j job.Job
	var key sql.NullString
	var payload, result []byte
	var runAt, added, ended int64
	err := row.Scan(&j.ID, &j.Kind, &key, &j.Tenant, &j.Priority, &payload, &runAt, &j.Attempts, &j.State, &j.Attempt, &j.Fence,
		&j.Cancelling, &result, &j.Error, &added, &ended)
	j.Key, j.Payload, j.Result = key.String, payload, result
	j.RunAt, j.Added, j.Ended = instant(runAt), instant(added), instant(ended)
	return j, err
}

// Get implements job.Queue.
func (q *Jobs) Get(ctx context.Context, id int64) (job.Job, error) {
	j, err := scanJob(q.db.reader.QueryRowContext(ctx, `SELECT `+jobColumns+` FROM jobs WHERE id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return job.Job{}, fault.New(fault.NotFound, "there is no job %d", id)
	}
	return j, q.db.fault(err, "read a job")
}

// Cancel implements job.Queue.
func (q *Jobs) Cancel(ctx context.Context, id int64) error {
	now, err := q.now(ctx)
	if err != nil {
		return err
	}
	n, err := q.exec(ctx, "cancel a job", `
		UPDATE jobs SET
			cancelling = (state = 'running'),
			ended_at = CASE WHEN state = 'waiting' THEN $2 ELSE ended_at END,
			state = CASE WHEN state = 'waiting' THEN 'cancelled' ELSE state END
		WHERE id = $1`, id, now)
	if err == nil && n == 0 {
		return fault.New(fault.NotFound, "there is no job %d", id)
	}
	return err
}

// Stats implements job.Queue.
func (q *Jobs) Stats(ctx context.Context) (out []job.Stat, err error) {
	now, err := q.now(ctx)
	if err != nil {
		return nil, err
	}
	type row struct {
		kind  string
		state job.State
		n     int
		first int64
	}
	rows, err := chatRows(ctx, q.chat, "count the jobs", func(rows *sql.Rows) (r row, err error) {
		return r, rows.Scan(&r.kind, &r.state, &r.n, &r.first)
	}, `SELECT kind, state, count(*), min(run_at) FROM jobs GROUP BY kind, state ORDER BY kind`)
	for _, r := range rows {
		if len(out) == 0 || out[len(out)-1].Kind != r.kind {
			out = append(out, job.Stat{Kind: r.kind, Counts: map[job.State]int{}})
		}
		s := &out[len(out)-1]
		s.Counts[r.state] = r.n
		if r.state == job.Waiting {
			s.Overdue = max(0, time.Duration(now-r.first)*time.Microsecond)
		}
	}
	return out, err
}
