package store_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/job"
	"github.com/backchannel-portal/backchannel/internal/store"
	"github.com/backchannel-portal/backchannel/internal/store/storetest"
)

// replica is the part of a service that keeps chat state.
type replica struct {
	db     *store.DB
	state  bot.State
	inbox  *bot.SteadyInbox
	memory *bot.SharedMemory
	audit  *bot.AuditTrail
	tokens *bot.Tokens
	done   []chan error
	stop   context.CancelFunc
}

func startReplica(t *testing.T, url string) *replica {
	t.Helper()
	seal, err := store.NewSeal([]byte("one key of thirty-two characters"))
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	db, err := store.Open(t.Context(), store.Options{URL: url, Logger: log})
	if err != nil {
		t.Fatal(err)
	}
	r := &replica{db: db, state: db.ChatState(seal)}
	r.inbox = bot.NewSteadyInbox(r.state.Inbox, bot.NewMemoryInbox(1000, time.Hour), log, time.Now)
	r.memory = bot.NewSharedMemory(bot.NewShortMemory(1000, time.Hour), r.state.Threads, log)
	r.audit = bot.NewAuditTrail(r.state.Audit, t.TempDir(), log, time.Now)
	r.tokens = bot.NewTokens([][]byte{[]byte("k")}, time.Hour, time.Now, "create")
	r.tokens.Keep(r.state.Intents)
	ctx, stop := context.WithCancel(context.Background())
	r.stop = stop
	for _, run := range []func(context.Context) error{r.memory.Run, r.audit.Run, func(ctx context.Context) error { return r.tokens.Run(ctx, log) }} {
		done := make(chan error, 1)
		r.done = append(r.done, done)
		go func() { done <- run(ctx) }()
	}
	return r
}

func (r *replica) close(t *testing.T) {
	t.Helper()
	r.stop()
	for _, done := range r.done {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if err := r.db.Close(); err != nil {
		t.Error(err)
	}
}

// until waits for what a background loop does.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited a minute for %s", what)
		}
	}
}

// TestWithoutTheDatabase takes PostgreSQL away from two replicas in the middle of their work: conversations go on,
// what has an outside effect is refused, and once it is back nothing is lost.
func TestWithoutTheDatabase(t *testing.T) {
	server := storetest.NewServer(t)
	url := server.Database(t)
	a, b := startReplica(t, url), startReplica(t, url)
	put := func(r *replica, id string, want bool) {
		t.Helper()
		if fresh, err := r.inbox.Put(t.Context(), id, time.Now()); fresh != want || err != nil {
			t.Errorf("delivery %s: %v, %v; want %v", id, fresh, err, want)
		}
	}
	alice := bot.Actor{Platform: "p", Workspace: "W", ID: "alice"}
	observed := 0
	observe := func(r *replica, n int) {
		for range n {
			r.audit.Observe(bot.Entry{Time: time.Now(), Actor: alice, Event: fmt.Sprint(observed)})
			observed++
		}
	}
	say := func(r *replica, text string) {
		r.memory.Record("k", bot.Turn{Text: text, At: time.Now()})
	}
	heard := func(r *replica, want string) func() bool {
		return func() bool {
			turns := r.memory.Recall("k", time.Now())
			return len(turns) > 0 && turns[len(turns)-1].Text == want
		}
	}
	put(a, "1", true)
	put(b, "1", false)
	observe(a, 50)
	say(a, "before")
	until(t, "the other replica to hear", heard(b, "before"))
	kept := a.tokens.Token(card.Intent{Name: "create"}, alice, false, 100)

	server.Stop()
	put(a, "2", true)
	put(a, "2", false)
	put(a, "1", false)
	observe(a, 700)
	observe(b, 300)
	say(a, "meanwhile")
	if !heard(a, "meanwhile")() {
		t.Error("a conversation stopped without the database")
	}
	if _, err := a.tokens.Redeem(t.Context(), kept, alice); !fault.Is(err, fault.Upstream) {
		t.Errorf("a button with an outside effect: %v", err)
	}
	until(t, "everything to say that it makes do", func() bool {
		for _, s := range []interface{ Status() (string, bool) }{a.inbox, a.memory, a.audit, b.audit} {
			if _, ok := s.Status(); ok {
				return false
			}
		}
		return true
	})

	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	observe(b, 10)
	until(t, "the audit to be whole", func() bool {
		rs, err := b.state.Audit.Of(t.Context(), alice, time.Now().Add(time.Hour), 10_000)
		return err == nil && len(rs) == observed
	})
	until(t, "the other replica to hear", heard(b, "meanwhile"))
	until(t, "the inbox to be well", func() bool {
		put(a, fmt.Sprint(time.Now().UnixNano()), true)
		_, ok := a.inbox.Status()
		return ok
	})
	put(a, "3", true)
	put(b, "3", false)
	if _, err := b.tokens.Redeem(t.Context(), kept, alice); err != nil {
		t.Errorf("the button, once the database is back: %v", err)
	}
	if _, err := a.tokens.Redeem(t.Context(), kept, alice); !fault.Is(err, fault.Forbidden) {
		t.Errorf("the button again: %v", err)
	}
	a.close(t)
	b.close(t)
}

// TestJobsWithoutTheDatabase takes PostgreSQL away for longer than a lease while a job runs, and while one waits.
func TestJobsWithoutTheDatabase(t *testing.T) {
	server := storetest.NewServer(t)
	q := openJobs(t, server.Database(t), nil)
	started, release := make(chan int, 100), make(chan struct{})
	runner, err := job.NewRunner(q, job.Config{Lease: 600 * time.Millisecond, Poll: 50 * time.Millisecond, Kinds: map[string]job.Kind{
		"k": {Handler: func(ctx context.Context, j job.Job) (json.RawMessage, error) {
			started <- j.Attempt
			select {
			case <-release:
				return nil, nil
			case <-ctx.Done():
				return nil, context.Cause(ctx)
			}
		}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- runner.Run(ctx) }()
	var ids []int64
	for range 2 { // a busy machine may let a lease run out more than once
		id, _, err := q.Add(t.Context(), job.Request{Kind: "k", Attempts: job.MaxAttempts})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	if first := <-started; first != 1 {
		t.Errorf("attempt %d", first)
	}
	server.Stop()
	time.Sleep(2 * time.Second)
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	close(release)
	for _, id := range ids {
		until(t, "the jobs to be done", func() bool {
			j, err := q.Get(t.Context(), id)
			return err == nil && j.State == job.Done
		})
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// TestClosedStore asks a database that is closed: an error of kind Upstream, which everything that can makes do with.
func TestClosedStore(t *testing.T) {
	r := startReplica(t, storetest.SQLite(t))
	if err := r.db.Close(); err != nil {
		t.Fatal(err)
	}
	if fresh, err := r.inbox.Put(t.Context(), "1", time.Now()); !fresh || err != nil {
		t.Errorf("a delivery: %v, %v", fresh, err)
	}
	if _, err := r.state.Inbox.Put(t.Context(), "1", time.Now()); !fault.Is(err, fault.Upstream) {
		t.Errorf("the store says %v", err)
	}
	r.stop()
	for _, done := range r.done {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}
