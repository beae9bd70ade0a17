package bot_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/internal/job"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// unsaid reports whether a word is waited for.
func unsaid(_ bot.Task, log []bot.TaskEvent) bool { return len(log) == 0 }

// live counts the jobs of a kind that are not finished.
func (h *house) live(t *testing.T, kind string) int {
	t.Helper()
	stats, err := h.queue.Stats(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, s := range stats {
		if s.Kind == kind {
			n += s.Counts[job.Waiting] + s.Counts[job.Running]
		}
	}
	return n
}

// proposed begins a task that waits for a word, with a message that shows it.
func (h *house) proposed(t *testing.T, f *bot.Follows) string {
	t.Helper()
	const key = "dig:1"
	if fresh, err := f.Propose(t.Context(), bot.Proposal{Key: key, Event: &digger, Waits: true, Until: time.Now().Add(72 * time.Hour)}); !fresh || err != nil {
		t.Fatal(fresh, err)
	}
	if err := f.Follow(t.Context(), bot.Follower{Key: key, Address: digger.Address, Message: "m1", Lang: lang.English}); err != nil {
		t.Fatal(err)
	}
	return key
}

// waiting returns a house where a task has waited for a word for a minute.
func waiting(t *testing.T) (*house, *bot.Follows, string) {
	t.Helper()
	h := newHouse()
	h.rests = map[string]bot.TaskRest{"dig": unsaid}
	f, stop := h.replica(t)
	t.Cleanup(stop)
	key := h.proposed(t, f)
	time.Sleep(time.Minute)
	return h, f, key
}

// TestFollowRests: a task that waits for a word takes no job for days, and goes on within seconds when it is said, in
// another process too.
func TestFollowRests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse()
		h.rests = map[string]bot.TaskRest{"dig": unsaid}
		f, stop := h.replica(t)
		key := h.proposed(t, f)
		time.Sleep(5 * time.Second)
		h.want(t, "m1", "0 steps")
		if n := h.live(t, bot.FollowKind); n != 0 {
			t.Errorf("%d jobs follow what waits", n)
		}
		time.Sleep(48 * time.Hour)
		synctest.Wait()
		if n := len(h.shown.text["m1"]); n != 1 || h.live(t, bot.FollowKind) != 0 {
			t.Errorf("after two days: %d edits, %d jobs", n, h.live(t, bot.FollowKind))
		}
		stop()
		f, stop = h.replica(t)
		defer stop()
		if added, err := f.Note(t.Context(), key, bot.TaskEvent{ID: "step 0", Kind: "step"}); !added || err != nil {
			t.Fatal(added, err)
		}
		if err := f.Go(t.Context(), key); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Second)
		h.want(t, "m1", "1 steps")
		for range 2 {
			h.gate <- struct{}{}
		}
		time.Sleep(10 * time.Second)
		h.want(t, "m1", "done after 3 steps")
	})
}

// TestFollowIsStoppedWhileItRests: whoever asked withdraws.
func TestFollowIsStoppedWhileItRests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, f, key := waiting(t)
		if _, err := f.Cancel(t.Context(), key); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Second)
		h.want(t, "m1", "0 steps, stopping")
		if added, err := f.Note(t.Context(), key, bot.TaskEvent{ID: "end", Kind: bot.TaskStopped, Last: true}); !added || err != nil {
			t.Fatal(added, err)
		}
		time.Sleep(5 * time.Second)
		h.want(t, "m1", "stopped after 0 steps")
	})
}

// TestFollowWakesWithoutItsJob: the process ends between the word and the job; the job is found to be missing.
func TestFollowWakesWithoutItsJob(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, _, key := waiting(t)
		if _, err := h.state.Tasks.Append(context.Background(), key, bot.TaskEvent{ID: "end", Kind: "expired", Last: true, At: time.Now()}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Minute)
		h.want(t, "m1", "expired after 0 steps")
	})
}
