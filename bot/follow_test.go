package bot_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/job"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// screen is a platform of messages that can be edited.
type screen struct {
	mu    sync.Mutex
	text  map[string][]string // by message: what it has shown
	fail  map[string]error
	few   int // edits that a message takes
	posts []bot.Post
}

func newScreen() *screen { return &screen{text: map[string][]string{}, fail: map[string]error{}} }

func (s *screen) Edit(_ context.Context, f bot.Follower, m card.Message) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.fail[f.Message]; err != nil {
		return err
	}
	s.text[f.Message] = append(s.text[f.Message], strings.TrimSpace(card.Plain(m)))
	return nil
}

func (s *screen) Edits(bot.Follower) int { return s.few }

func (s *screen) send(_ context.Context, p bot.Post) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.posts = append(s.posts, p)
	return nil
}

func (s *screen) last(message string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if all := s.text[message]; len(all) > 0 {
		return all[len(all)-1]
	}
	return ""
}

// stepsCard shows how many steps there were, and how it ended.
func stepsCard(_ context.Context, t bot.Task, log []bot.TaskEvent, l lang.Lang) card.Message {
	text := fmt.Sprintf("%d steps", len(log))
	if t.Stop {
		text += ", stopping"
	}
	if n := len(log); n > 0 && log[n-1].Last {
		text = fmt.Sprintf("%s after %d steps", log[n-1].Kind, n-1)
	}
	return card.Message{Lang: l, Blocks: []card.Block{
		card.Text{Spans: []card.Span{card.T(text)}},
		card.Actions{Items: []card.Action{{Label: "Stop", Intent: card.Intent{Name: "stop", Args: []string{t.Key}}}}},
	}}
}

// house is what replicas share.
type house struct {
	state bot.State
	queue job.Store
	shown *screen
	rests map[string]bot.TaskRest
	gate  chan struct{} // lets a step of the work go on
}

func newHouse() *house {
	return &house{state: bot.NewMemoryState(), queue: job.NewMemory(time.Now), shown: newScreen(), gate: make(chan struct{})}
}

func (h *house) follows() *bot.Follows {
	return bot.NewFollows(bot.FollowConfig{
		Tasks: h.state.Tasks, Followers: h.state.Followers, Queue: h.queue, Send: h.shown.send, Now: time.Now,
		Cards: map[string]bot.TaskCard{"dig": stepsCard}, Editors: map[string]bot.Editor{"p": h.shown}, Rests: h.rests,
	})
}

// replica runs a process until it is stopped.
func (h *house) replica(t *testing.T) (f *bot.Follows, stop func()) {
	f = h.follows()
	kinds, periodic := f.Jobs()
	kinds[bot.TaskJobs("dig")] = job.Kind{Timeout: time.Hour, Handler: bot.TaskHandler(h.state.Tasks, time.Now, h.dig)}
	r, err := job.NewRunner(h.queue, job.Config{Kinds: kinds, Periodic: periodic, Lease: 10 * time.Second, Grace: time.Second, Jitter: func() float64 { return 0.5 }})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	return f, func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// dig takes three steps, each when the gate lets it.
func (h *house) dig(ctx context.Context, l *bot.TaskLog) (any, error) {
	_, done, err := h.state.Tasks.Since(ctx, l.Task.Key, 0)
	if err != nil {
		return nil, err
	}
	for i := len(done); i < 3; i++ {
		select {
		case _, ok := <-h.gate:
			if !ok {
				return nil, job.Permanent(fault.New(fault.Upstream, "the spade broke"))
			}
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if err := l.Event(ctx, fmt.Sprint("step ", i), "step", nil); err != nil {
			return nil, err
		}
	}
	return map[string]int{"deep": 3}, nil
}

var digger = bot.Event{
	Actor: bot.Actor{Platform: "p", Workspace: "W", ID: "alice"}, Address: bot.Address{Platform: "p", Workspace: "W", Channel: "C"}, Locale: lang.English,
}

// begin starts a task and shows it in a message, as a Mux and an adapter do.
func (h *house) begin(t *testing.T, f *bot.Follows, at bot.Follower) string {
	t.Helper()
	mux, err := bot.NewMux(bot.MuxConfig{Follows: f, Ask: bot.HandlerFunc(func(ctx context.Context, ev *bot.Event) (bot.Reply, error) {
		key, err := f.Start(ctx, "dig", json.RawMessage(`{}`), ev)
		return bot.Follow{Key: key}, err
	})})
	if err != nil {
		t.Fatal(err)
	}
	ev := digger
	ev.Input = bot.Said{Text: "dig"}
	reply, _ := mux.Handle(t.Context(), &ev)
	r, ok := reply.(bot.Follow)
	if !ok {
		t.Fatalf("the reply is %#v", reply)
	}
	if got := strings.TrimSpace(card.Plain(r.Now)); got != "0 steps" {
		t.Errorf("the message begins with %q", got)
	}
	at.Address = ev.Address
	if err := r.Shown(t.Context(), at); err != nil {
		t.Fatal(err)
	}
	return r.Key
}

func (h *house) want(t *testing.T, message, text string) {
	t.Helper()
	synctest.Wait()
	if got := h.shown.last(message); got != text {
		t.Errorf("the message shows %q, want %q", got, text)
	}
}

// TestFollowOutlivesItsProcess starts work in one process, ends it in the middle, and sees another one end it in the
// same message.
func TestFollowOutlivesItsProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse()
		f, stop := h.replica(t)
		key := h.begin(t, f, bot.Follower{Message: "m1"})
		h.gate <- struct{}{}
		time.Sleep(5 * time.Second)
		h.want(t, "m1", "1 steps")
		stop()
		_, stop = h.replica(t)
		defer stop()
		h.gate <- struct{}{}
		time.Sleep(5 * time.Second)
		h.want(t, "m1", "2 steps")
		h.gate <- struct{}{}
		time.Sleep(5 * time.Second)
		h.want(t, "m1", "done after 3 steps")
		task, log, err := h.state.Tasks.Since(t.Context(), key, 3)
		if err != nil || !task.Over || len(log) != 1 || string(log[0].Data) != `{"deep":3}` {
			t.Errorf("the task ended as %+v %+v, %v", task, log, err)
		}
		if left, err := h.state.Followers.Of(t.Context(), key); len(left) > 0 || err != nil {
			t.Errorf("there still follow %v, %v", left, err)
		}
	})
}

func TestFollowIsCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse()
		f, stop := h.replica(t)
		defer stop()
		key := h.begin(t, f, bot.Follower{Message: "m1"})
		h.gate <- struct{}{}
		time.Sleep(5 * time.Second)
		if first, err := f.Cancel(t.Context(), key); !first || err != nil {
			t.Fatalf("Cancel: %v, %v", first, err)
		}
		time.Sleep(5 * time.Second)
		h.want(t, "m1", "stopped after 1 steps")
	})
}

func TestFollowFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse()
		f, stop := h.replica(t)
		defer stop()
		key := h.begin(t, f, bot.Follower{Message: "m1"})
		close(h.gate)
		time.Sleep(5 * time.Second)
		h.want(t, "m1", "failed after 0 steps")
		_, log, err := f.Since(t.Context(), key, 0)
		if err != nil || len(log) != 1 || !strings.Contains(string(log[0].Data), "the spade broke") {
			t.Errorf("the log is %+v, %v", log, err)
		}
	})
}

// TestFollowFindsAnotherWay looks at messages that can be edited rarely, no longer, or are gone.
func TestFollowFindsAnotherWay(t *testing.T) {
	for _, tt := range []struct {
		name   string
		fail   error
		few    int
		edited string      // what the message shows in the end
		posted bot.Address // where the end is posted instead
	}{
		{name: "few edits", few: 2, edited: "done after 3 steps"},
		{name: "cannot be edited", fail: fault.New(fault.Forbidden, "too late"), posted: digger.Actor.Direct()},
		{name: "removed", fail: fault.New(fault.NotFound, "no such message")},
		{name: "out of order for long", fail: errors.New("the platform is down"), posted: digger.Actor.Direct()},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHouse()
				h.shown.few = tt.few
				if tt.fail != nil {
					h.shown.fail["m1"] = tt.fail
				}
				f, stop := h.replica(t)
				defer stop()
				h.begin(t, f, bot.Follower{Message: "m1", Private: true, Secret: "s"})
				for range 3 {
					h.gate <- struct{}{}
					time.Sleep(5 * time.Second)
				}
				time.Sleep(15 * time.Minute)
				h.want(t, "m1", tt.edited)
				h.shown.mu.Lock()
				defer h.shown.mu.Unlock()
				if tt.few > 0 && len(h.shown.text["m1"]) > tt.few {
					t.Errorf("it was edited %d times", len(h.shown.text["m1"]))
				}
				var at bot.Address
				if len(h.shown.posts) > 0 {
					at = h.shown.posts[0].To
				}
				if at != tt.posted || len(h.shown.posts) > 1 {
					t.Errorf("posted %+v, want one at %+v", h.shown.posts, tt.posted)
				}
			})
		})
	}
}

func TestFollowIsWatched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse()
		f, stop := h.replica(t)
		defer stop()
		mux, err := bot.NewMux(bot.MuxConfig{Follows: f, Ask: bot.HandlerFunc(func(ctx context.Context, ev *bot.Event) (bot.Reply, error) {
			key, err := f.Start(ctx, "dig", nil, ev)
			return bot.Follow{Key: key}, err
		})})
		if err != nil {
			t.Fatal(err)
		}
		ev := digger
		ev.Input = bot.Said{Text: "dig"}
		reply, _ := mux.Handle(t.Context(), &ev)
		var seen []string
		go func() {
			for range 3 {
				time.Sleep(2 * time.Second)
				h.gate <- struct{}{}
			}
		}()
		late, stop2 := context.WithTimeout(t.Context(), time.Second)
		defer stop2()
		soon, err := bot.Await(late, reply)
		if m, _, _ := bot.MessageOf(soon); err != nil || strings.TrimSpace(card.Plain(m)) != "0 steps" {
			t.Errorf("awaited for a moment: %+v, %v", soon, err)
		}
		err = reply.(bot.Follow).Watch(t.Context(), func(m card.Message) { seen = append(seen, strings.TrimSpace(card.Plain(m))) })
		got := strings.Replace(strings.Join(seen, "|"), "|3 steps|", "|", 1) // where the end came in a round of its own
		if want := "0 steps|1 steps|2 steps|done after 3 steps"; err != nil || got != want {
			t.Errorf("watched %q, %v", seen, err)
		}
		over, err := bot.Await(t.Context(), reply)
		if m, _, _ := bot.MessageOf(over); err != nil || strings.TrimSpace(card.Plain(m)) != "done after 3 steps" {
			t.Errorf("awaited: %+v, %v", over, err)
		}
	})
}

// TestFollowWithoutMessage has no message follow, as when the process ends before it is noted: the end is posted.
func TestFollowWithoutMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse()
		f, stop := h.replica(t)
		defer stop()
		if _, err := f.Start(t.Context(), "dig", nil, &digger); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			h.gate <- struct{}{}
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		h.shown.mu.Lock()
		defer h.shown.mu.Unlock()
		if len(h.shown.posts) != 1 || h.shown.posts[0].To != digger.Actor.Direct() || !strings.Contains(card.Plain(h.shown.posts[0].Message), "done after 3 steps") {
			t.Errorf("posted %+v", h.shown.posts)
		}
	})
}

// TestFollowIsFoundAgain has a message whose job was never added, as when the process ends in between.
func TestFollowIsFoundAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse()
		key, err := h.follows().Start(t.Context(), "dig", nil, &digger)
		if err != nil {
			t.Fatal(err)
		}
		if err := h.state.Followers.Follow(t.Context(), bot.Follower{Key: key, Address: digger.Address, Message: "m1", Lang: lang.English, Since: time.Now()}); err != nil {
			t.Fatal(err)
		}
		_, stop := h.replica(t)
		defer stop()
		for range 3 {
			h.gate <- struct{}{}
		}
		time.Sleep(3 * time.Minute)
		h.want(t, "m1", "done after 3 steps")
	})
}
