package job_test

import (
	"context"
	"encoding/json"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/backchannel-portal/backchannel/internal/job"
)

// mute is a queue that at some time does not answer to renewals any more, or says that it cannot.
type mute struct {
	*job.Memory
	silent, broken atomic.Bool
	last           atomic.Pointer[time.Time] // renewal that came through
}

func (m *mute) Beat(ctx context.Context, leases []job.Lease, lease time.Duration) ([]job.Signal, error) {
	switch {
	case m.silent.Load():
		<-ctx.Done()
		return nil, ctx.Err()
	case m.broken.Load():
		return nil, errors.New("the queue is away")
	}
	now := time.Now()
	m.last.Store(&now)
	return m.Memory.Beat(ctx, leases, lease)
}

// TestLeaseNotRenewed: a handler is told to end no later than its lease does, from when on others may do its work.
func TestLeaseNotRenewed(t *testing.T) {
	for name, fail := range map[string]func(*mute){
		"silent": func(m *mute) { m.silent.Store(true) },
		"broken": func(m *mute) { m.broken.Store(true) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				q := &mute{Memory: job.NewMemory(time.Now)}
				ended := make(chan error, 1)
				r, err := job.NewRunner(q, job.Config{
					Kinds: map[string]job.Kind{"k": {Handler: func(ctx context.Context, _ job.Job) (json.RawMessage, error) {
						<-ctx.Done()
						ended <- context.Cause(ctx)
						return nil, ctx.Err()
					}}},
					Lease: 30 * time.Second, Poll: 700 * time.Millisecond, Grace: time.Second,
				})
				if err != nil {
					t.Fatal(err)
				}
				ctx, stop := context.WithCancel(t.Context())
				done := make(chan error, 1)
				go func() { done <- r.Run(ctx) }()
				if _, _, err := q.Add(t.Context(), job.Request{Kind: "k"}); err != nil {
					t.Fatal(err)
				}
				time.Sleep(10 * time.Second) // renewals come through
				fail(q)
				if err := <-ended; !errors.Is(err, job.ErrLost) {
					t.Errorf("it ended for %v", err)
				}
				if took := time.Since(*q.last.Load()); took > 30*time.Second {
					t.Errorf("it went on for %s", took)
				}
				stop()
				if err := <-done; err != nil {
					t.Error(err)
				}
			})
		})
	}
}
