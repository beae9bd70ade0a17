package jobtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/backchannel-portal/backchannel/internal/job"
)

// poll is the poll of all runners here.
const poll = 10 * time.Millisecond

// runner starts a runner and returns what ends it.
func (b *bench) runner(q job.Store, cfg job.Config) (stop func()) {
	b.Helper()
	cfg.Poll, cfg.Now = poll, b.clock
	if cfg.Lease == 0 {
		cfg.Lease = lease
	}
	r, err := job.NewRunner(q, cfg)
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(b.ctx)
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			select {
			case err := <-done:
				if err != nil {
					b.Errorf("Run ended with %v", err)
				}
			case <-time.After(wait):
				b.Error("Run did not end when its context did")
			}
		})
	}
	b.Cleanup(stop)
	return stop
}

func kind(h job.Handler) map[string]job.Kind {
	return map[string]job.Kind{"k": {Handler: h, Concurrency: 2}}
}

// becomes waits for a job's state.
func (b *bench) becomes(id int64, want job.State) job.Job {
	b.Helper()
	b.until(fmt.Sprintf("job %d to be %s", id, want), func() bool { return b.get(id).State == want })
	return b.get(id)
}

func (b *bench) runs() {
	var now, most atomic.Int64
	stop := b.runner(b.a, job.Config{Kinds: kind(func(_ context.Context, j job.Job) (json.RawMessage, error) {
		n := now.Add(1)
		defer now.Add(-1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		time.Sleep(time.Millisecond)
		return j.Payload, nil
	})})
	var ids []int64
	for i := range 30 {
		ids = append(ids, b.add(job.Request{Kind: "k", Payload: payload(i)}))
	}
	for i, id := range ids {
		if got := b.becomes(id, job.Done); string(got.Result) != fmt.Sprint(i) || got.Attempt != 1 {
			b.Errorf("job %d gave %s at attempt %d", id, got.Result, got.Attempt)
		}
	}
	stop()
	if most.Load() > 2 {
		b.Errorf("%d jobs at once, want at most 2", most.Load())
	}
}

func (b *bench) retries() {
	b.runner(b.a, job.Config{Kinds: map[string]job.Kind{
		"flaky": {Handler: func(_ context.Context, j job.Job) (json.RawMessage, error) {
			if j.Attempt < 3 {
				return nil, errors.New("not yet")
			}
			return nil, nil
		}},
		"panics": {Handler: func(context.Context, job.Job) (json.RawMessage, error) { panic("oh") }},
		"hopeless": {Handler: func(context.Context, job.Job) (json.RawMessage, error) {
			return nil, job.Permanent(errors.New("never"))
		}},
		"nonsense": {Handler: func(context.Context, job.Job) (json.RawMessage, error) { return json.RawMessage("{"), nil }},
		"slow": {Timeout: 20 * time.Millisecond, Handler: func(ctx context.Context, _ job.Job) (json.RawMessage, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}},
	}})
	want := map[string]struct {
		state    job.State
		attempts int
	}{"flaky": {job.Done, 3}, "panics": {job.Failed, 4}, "hopeless": {job.Failed, 1}, "nonsense": {job.Failed, 1}, "slow": {job.Failed, 4}}
	ids := map[string]int64{}
	for kind := range want {
		ids[kind] = b.add(job.Request{Kind: kind, Attempts: 4})
	}
	for kind, w := range want {
		b.until(kind, func() bool {
			b.pass(time.Minute) // past any time between attempts, as the tries are few
			return b.get(ids[kind]).State == w.state
		})
		if j := b.get(ids[kind]); j.Attempt != w.attempts || (w.state == job.Failed && j.Error == "") {
			b.Errorf("%s ended at attempt %d with %q, want attempt %d", kind, j.Attempt, j.Error, w.attempts)
		}
	}
}

// blocked is a handler that tells when it starts and why it ended.
func blocked() (h job.Handler, started chan job.Job, ended chan error) {
	started, ended = make(chan job.Job, 10), make(chan error, 10)
	return func(ctx context.Context, j job.Job) (json.RawMessage, error) {
		started <- j
		<-ctx.Done()
		ended <- context.Cause(ctx)
		return nil, ctx.Err()
	}, started, ended
}

func receive[T any](b *bench, what string, c <-chan T) (v T) {
	b.Helper()
	select {
	case v = <-c:
	case <-time.After(wait):
		b.Fatalf("waited %s for %s", wait, what)
	}
	return v
}

func (b *bench) runnerCancels() {
	h, started, ended := blocked()
	b.runner(b.a, job.Config{Kinds: kind(h)})
	id := b.add(job.Request{Kind: "k"})
	receive(b, "the start", started)
	if err := b.b.Cancel(b.ctx, id); err != nil {
		b.Fatal(err)
	}
	if err := receive(b, "the end", ended); !errors.Is(err, job.ErrCancelled) {
		b.Errorf("ended for %v", err)
	}
	b.becomes(id, job.Cancelled)
}

func (b *bench) runnerLoses() {
	h, started, ended := blocked()
	stop := b.runner(b.a, job.Config{Kinds: kind(h)})
	id := b.add(job.Request{Kind: "k"})
	j := receive(b, "the start", started)
	if err := b.b.Finish(b.ctx, j.Lease(), job.Outcome{State: job.Done, Result: payload("other")}); err != nil {
		b.Fatal(err)
	}
	if err := receive(b, "the end", ended); !errors.Is(err, job.ErrLost) {
		b.Errorf("ended for %v", err)
	}
	stop()
	if got := b.state(id, job.Done); string(got.Result) != `"other"` {
		b.Errorf("the result is %s", got.Result)
	}
}

func (b *bench) runnerStops() {
	h, started, ended := blocked()
	stop := b.runner(b.a, job.Config{Kinds: kind(h), Grace: 20 * time.Millisecond})
	id := b.add(job.Request{Kind: "k", Attempts: 1})
	receive(b, "the start", started)
	stop()
	if err := receive(b, "the end", ended); !errors.Is(err, job.ErrShutdown) {
		b.Errorf("ended for %v", err)
	}
	b.state(id, job.Waiting)
	b.runner(b.b, job.Config{Kinds: kind(func(context.Context, job.Job) (json.RawMessage, error) { return nil, nil })})
	if j := b.becomes(id, job.Done); j.Attempt != 1 {
		b.Errorf("the attempt that was given back counted: %d", j.Attempt)
	}
}

func (b *bench) runnersShare() {
	var mu sync.Mutex
	ran, ticks := map[int64]int{}, 0
	cfg := job.Config{
		Kinds: map[string]job.Kind{
			"k": {Concurrency: 3, Handler: func(_ context.Context, j job.Job) (json.RawMessage, error) {
				mu.Lock()
				defer mu.Unlock()
				ran[j.ID]++
				return nil, nil
			}},
			"tick": {Handler: func(context.Context, job.Job) (json.RawMessage, error) {
				mu.Lock()
				defer mu.Unlock()
				ticks++
				return nil, nil
			}},
		},
		Periodic: []job.Periodic{{Name: "tick", Every: hour, Request: job.Request{Kind: "tick"}}},
		Lease:    24 * hour, // no hour that passes here ends one, nor makes one look as if a wrong clock had given it
	}
	stopA, stopB := b.runner(b.a, cfg), b.runner(b.b, cfg)
	const n = 60
	for range n {
		b.add(job.Request{Kind: "k"})
	}
	b.until("all jobs", func() bool {
		s, err := b.a.Stats(b.ctx)
		return err == nil && len(s) > 0 && s[0].Counts[job.Done] == n
	})
	ticked := func(want int) func() bool {
		return func() bool { mu.Lock(); defer mu.Unlock(); return ticks >= want }
	}
	for want := range 3 {
		b.until("a tick", ticked(want+1))
		b.until("the job to be over", func() bool {
			s, err := b.a.Stats(b.ctx)
			return err == nil && len(s) == 2 && s[1].Counts[job.Done] == want+1
		})
		b.pass(hour)
	}
	b.until("the last tick", ticked(4))
	time.Sleep(5 * poll)
	stopA()
	stopB()
	for id, times := range ran {
		if times != 1 {
			b.Errorf("job %d ran %d times", id, times)
		}
	}
	if ticks != 4 {
		b.Errorf("%d ticks in four hours", ticks)
	}
}
