package job

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"
)

// Take implements Worker.
func (m *Memory) Take(ctx context.Context, want []Want, lease time.Duration) ([]Job, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.now()
	var out []Job
	for _, w := range want {
		for _, id := range Pick(m.lines(w.Kind, now, lease), w.Max) {
			j := m.jobs[id]
			m.turn++
			m.serve(w.Kind, j.Tenant)
			j.State, j.until = Running, now.Add(lease)
			j.Attempt++
			j.Fence++
			out = append(out, j.Job)
		}
	}
	return out, nil
}

func (m *Memory) serve(kind, tenant string) {
	if m.turns[kind] == nil {
		m.turns[kind] = map[string]int64{}
	}
	m.turns[kind][tenant] = m.turn
}

// lines returns the due jobs of a kind by tenant. It ends those whose last lease ran out and that may not run again.
func (m *Memory) lines(kind string, now time.Time, lease time.Duration) []Line {
	by := map[string][]*row{}
	for _, j := range m.live {
		if j.Kind != kind {
			continue
		}
		due := j.State == Waiting && !j.RunAt.After(now)
		if j.State == Running && Expired(j.until, now, lease) {
			switch {
			case j.Cancelling:
				m.end(j, Cancelled)
			case j.Attempt >= j.Attempts:
				j.Error = LastWorkerDied
				m.end(j, Failed)
			default:
				due = true
			}
		}
		if due {
			by[j.Tenant] = append(by[j.Tenant], j)
		}
	}
	var out []Line
	for tenant, jobs := range by {
		slices.SortFunc(jobs, func(a, b *row) int {
			return cmp.Or(cmp.Compare(b.Priority, a.Priority), a.RunAt.Compare(b.RunAt), cmp.Compare(a.ID, b.ID))
		})
		l := Line{Tenant: tenant, Turn: m.turns[kind][tenant]}
		for _, j := range jobs {
			l.Jobs = append(l.Jobs, j.ID)
		}
		out = append(out, l)
	}
	return out
}

// LastWorkerDied is the error of a job whose last attempt was never reported.
const LastWorkerDied = "the worker of the last attempt went away without a word"

// Beat implements Worker.
func (m *Memory) Beat(ctx context.Context, leases []Lease, lease time.Duration) ([]Signal, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	out := make([]Signal, len(leases))
	for i, l := range leases {
		if j := m.held(l); j != nil {
			j.until = m.now().Add(lease)
			out[i] = Held
			if j.Cancelling {
				out[i] = Cancel
			}
		}
	}
	return out, nil
}

func (m *Memory) held(l Lease) *row {
	if j := m.jobs[l.ID]; j != nil && j.State == Running && j.Fence == l.Fence {
		return j
	}
	return nil
}

// Finish implements Worker.
func (m *Memory) Finish(ctx context.Context, l Lease, o Outcome) error {
	if err := cmp.Or(o.Check(), ctx.Err()); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	j := m.held(l)
	if j == nil {
		return ErrLost
	}
	if o.Error != "" {
		j.Error = Cut(o.Error)
	}
	if s := o.Settle(j.Cancelling); s != Waiting {
		j.Result = slices.Clone(o.Result)
		m.end(j, s)
		return nil
	}
	j.State, j.RunAt = Waiting, m.now().Add(o.In)
	if o.Back {
		j.Attempt--
	}
	m.wake()
	return nil
}

// Cut makes an error fit to be kept: at most MaxError bytes of UTF-8 without NUL.
func Cut(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "�"), "\x00", "�")
	if len(s) <= MaxError {
		return s
	}
	return strings.ToValidUTF8(s[:MaxError-len("…")], "") + "…"
}

// Wait implements Worker.
func (m *Memory) Wait(ctx context.Context, d time.Duration) error {
	m.mu.Lock()
	moved := m.moved
	m.mu.Unlock()
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-moved:
	case <-t.C:
	case <-ctx.Done():
	}
	return ctx.Err()
}

// Sweep implements Worker.
func (m *Memory) Sweep(_ context.Context, keep time.Duration) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now, n := m.now(), 0
	for id, j := range m.jobs {
		switch {
		case j.State.Finished() && now.Sub(j.Ended) > keep:
			delete(m.jobs, id)
			n++
		case j.State == Waiting && j.Attempt > 0 && j.RunAt.After(now.Add(MaxBackoff)):
			j.RunAt = now
		}
	}
	if len(m.jobs) == 0 {
		clear(m.turns)
	}
	return n, nil
}
