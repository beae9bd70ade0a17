package bot_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/job"
)

// wall is a platform that posts stick to.
type wall struct {
	mu     sync.Mutex
	posts  []string                            // keys, in order
	before func(p bot.Post, attempt int) error // nil or a fault, before the post sticks
	after  func(p bot.Post, attempt int) error // after it stuck
}

func (w *wall) Post(_ context.Context, p bot.Post) (string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.before != nil {
		if err := w.before(p, p.Attempts); err != nil {
			return "", err
		}
	}
	w.posts = append(w.posts, p.Key)
	if w.after != nil {
		if err := w.after(p, p.Attempts); err != nil {
			return "", err
		}
	}
	return "id of " + p.Key, nil
}

func (w *wall) Find(_ context.Context, p bot.Post) (string, bool, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return "id of " + p.Key, slices.Contains(w.posts, p.Key), nil
}

func (w *wall) keys() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.posts)
}

func TestSender(t *testing.T) {
	for name, tt := range map[string]struct {
		platform string
		wall     *wall
		state    bot.PostState
		posted   int
		attempts int
	}{
		"at once":        {"p", &wall{}, bot.Sent, 1, 1},
		"nobody to send": {"q", &wall{}, bot.Unsendable, 0, 0},
		"refused":        {"p", &wall{before: func(bot.Post, int) error { return fault.New(fault.NotFound, "the channel is archived") }}, bot.Unsendable, 0, 1},
		"down for a while": {"p", &wall{before: func(_ bot.Post, attempt int) error {
			if attempt < 4 {
				return errors.New("down")
			}
			return nil
		}}, bot.Sent, 1, 4},
		"down for good": {"p", &wall{before: func(bot.Post, int) error { return errors.New("down") }}, bot.Unsendable, 0, 20},
		"the answer is lost": {"p", &wall{after: func(_ bot.Post, attempt int) error {
			return errors.New("connection reset")
		}}, bot.Sent, 1, 1},
		"a panic on the way": {"p", &wall{after: func(_ bot.Post, attempt int) error { panic("oh") }}, bot.Sent, 1, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				outbox, queue := bot.NewMemoryState().Outbox, job.NewMemory(time.Now)
				s := bot.NewSender(outbox, queue, map[string]bot.Poster{"p": tt.wall}, time.Now)
				kinds, periodic := s.Jobs()
				r, err := job.NewRunner(queue, job.Config{Kinds: kinds, Periodic: periodic, Lease: time.Hour, Poll: 10 * time.Minute})
				if err != nil {
					t.Fatal(err)
				}
				stop := running(t, r.Run)
				p := bot.Post{Key: "k", To: bot.Address{Platform: tt.platform, Workspace: "W", Channel: "C"}}
				for range 3 {
					if err := s.Send(t.Context(), p); err != nil {
						t.Fatal(err)
					}
				}
				time.Sleep(24 * time.Hour)
				if err := s.Send(t.Context(), p); err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Hour)
				stop()
				got, err := outbox.Get(t.Context(), "k")
				if err != nil || got.State != tt.state || got.Attempts != tt.attempts {
					t.Errorf("it became %s after %d attempts (%s), %v; want %s after %d", got.State, got.Attempts, got.Error, err, tt.state, tt.attempts)
				}
				if (got.State == bot.Sent) != (got.ID == "id of k") || (got.State == bot.Unsendable) != (got.Error != "") {
					t.Errorf("it became %+v", got)
				}
				if n := len(tt.wall.keys()); n != tt.posted {
					t.Errorf("it was posted %d times, want %d", n, tt.posted)
				}
			})
		})
	}
}

// TestSenderRecovers sends what was put into the outbox by a process that died before it added the job.
func TestSenderRecovers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		outbox, queue, w := bot.NewMemoryState().Outbox, job.NewMemory(time.Now), &wall{}
		for i := range 3 {
			p := bot.Post{Key: fmt.Sprint(i), To: bot.Address{Platform: "p"}, Added: time.Now()}
			if _, err := outbox.Put(t.Context(), p); err != nil {
				t.Fatal(err)
			}
		}
		s := bot.NewSender(outbox, queue, map[string]bot.Poster{"p": w}, time.Now)
		kinds, periodic := s.Jobs()
		r, err := job.NewRunner(queue, job.Config{Kinds: kinds, Periodic: periodic})
		if err != nil {
			t.Fatal(err)
		}
		stop := running(t, r.Run)
		time.Sleep(30 * time.Second)
		if n := len(w.keys()); n != 0 {
			t.Errorf("%d were sent before their process had the time to add their jobs", n)
		}
		time.Sleep(5 * time.Minute)
		stop()
		got := w.keys()
		slices.Sort(got)
		if diff := cmp.Diff([]string{"0", "1", "2"}, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestSweepJobs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		state, queue := bot.NewMemoryState(), job.NewMemory(time.Now)
		r := bot.DefaultRetention()
		kinds, periodic := r.SweepJobs(state, queue, time.Now)
		if len(kinds) != len(periodic) || len(kinds) != 13 {
			t.Fatalf("%d kinds, %d schedules", len(kinds), len(periodic))
		}
		runner, err := job.NewRunner(queue, job.Config{Kinds: kinds, Periodic: periodic, Lease: 12 * time.Hour, Poll: 4 * time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		for _, at := range []time.Time{time.Now(), time.Now().Add(100 * 24 * time.Hour)} {
			if _, err := state.Inbox.Put(t.Context(), at.String(), at); err != nil {
				t.Fatal(err)
			}
			rec := bot.Record{ID: at.String(), Entry: bot.Entry{Time: at, Actor: alice()}}
			draft := bot.Draft{ID: at.String(), Expires: at.Add(time.Hour)}
			if err := errors.Join(state.Audit.Append(t.Context(), []bot.Record{rec}), state.Drafts.Save(t.Context(), draft)); err != nil {
				t.Fatal(err)
			}
		}
		stop := running(t, runner.Run)
		left := func() (audit, drafts int) {
			rs, err := state.Audit.Of(t.Context(), alice(), time.Now().Add(1000*24*time.Hour), 10)
			if err != nil {
				t.Fatal(err)
			}
			n, err := state.Drafts.Sweep(t.Context(), time.Time{})
			if err != nil {
				t.Fatal(err)
			}
			return len(rs), n
		}
		time.Sleep(89 * 24 * time.Hour)
		if audit, _ := left(); audit != 2 {
			t.Errorf("%d records after 89 days", audit)
		}
		time.Sleep(2 * 24 * time.Hour)
		if audit, _ := left(); audit != 1 {
			t.Errorf("%d records after 91 days", audit)
		}
		stop()
		stats, err := queue.Stats(t.Context())
		if err != nil || len(stats) != 13 {
			t.Fatalf("%v, %v", stats, err)
		}
		for _, s := range stats {
			if n := s.Counts[job.Done]; n < 10 || n > 100 || s.Counts[job.Failed] != 0 {
				t.Errorf("%s: %v", s.Kind, s.Counts)
			}
		}
		for _, kind := range slices.Sorted(maps.Keys(kinds)) {
			if !strings.HasPrefix(kind, "sweep.") {
				t.Errorf("a kind %s", kind)
			}
		}
	})
}

func TestNewID(t *testing.T) {
	at := time.UnixMilli(0x0192_3456_789a)
	id := bot.NewID(at)
	if !strings.HasPrefix(id, "01923456-789a-7") || len(id) != 36 || !strings.ContainsAny(id[19:20], "89ab") {
		t.Errorf("NewID = %s", id)
	}
	if later := bot.NewID(at.Add(time.Millisecond)); later <= id || bot.NewID(at) == id {
		t.Errorf("%s then %s", id, later)
	}
}
