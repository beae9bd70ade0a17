package bot_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
)

var errAway = errors.New("the database is away")

// line is a connection to a store that can be cut.
type line struct {
	mu   sync.Mutex
	down bool
}

func (l *line) cut(down bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.down = down
}

func (l *line) err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.down {
		return errAway
	}
	return nil
}

type cutThreads struct {
	bot.Threads
	*line
}

func (c cutThreads) Save(ctx context.Context, cs []bot.Conversation) error {
	return errors.Join(c.err(), c.ifUp(func() error { return c.Threads.Save(ctx, cs) }))
}

func (c cutThreads) Since(ctx context.Context, mark int64) ([]bot.Conversation, int64, error) {
	if err := c.err(); err != nil {
		return nil, mark, err
	}
	return c.Threads.Since(ctx, mark)
}

func (c cutThreads) ifUp(do func() error) error {
	if c.err() != nil {
		return nil
	}
	return do()
}

// syncLog is a log that can be read while it is written.
type syncLog struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *syncLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *syncLog) count(s string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.b.String(), s)
}

func newLog() (*slog.Logger, *syncLog) {
	l := &syncLog{}
	return slog.New(slog.NewTextHandler(l, nil)), l
}

// running runs something until the returned function is called.
func running(t *testing.T, run func(context.Context) error) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- run(ctx) }()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			if err := <-done; err != nil {
				t.Errorf("Run ended with %v", err)
			}
		})
	}
	t.Cleanup(stop)
	return stop
}

func turn(text string, at time.Time) bot.Turn { return bot.Turn{Text: text, At: at} }

func texts(turns []bot.Turn) string {
	var out []string
	for _, t := range turns {
		out = append(out, t.Text)
	}
	return strings.Join(out, " ")
}

func TestSharedMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, l := bot.NewMemoryState().Threads, &line{}
		log, said := newLog()
		replica := func() (*bot.SharedMemory, func()) {
			m := bot.NewSharedMemory(bot.NewShortMemory(100, 30*time.Minute), cutThreads{store, l}, log)
			return m, running(t, m.Run)
		}
		a, stopA := replica()
		b, stopB := replica()
		recalls := func(m *bot.SharedMemory, key, want string) {
			t.Helper()
			if got := texts(m.Recall(key, time.Now())); got != want {
				t.Errorf("%s is recalled as %q, want %q", key, got, want)
			}
		}
		a.Record("k", turn("one", time.Now()))
		recalls(a, "k", "one")
		recalls(b, "k", "")
		time.Sleep(time.Second)
		recalls(b, "k", "one")
		b.Record("k", turn("two", time.Now()))
		time.Sleep(time.Second)
		recalls(a, "k", "one two")

		l.cut(true)
		a.Record("k", turn("three", time.Now()))
		a.Record("late", turn("old news", time.Now().Add(-time.Minute)))
		b.Record("late", turn("news", time.Now()))
		time.Sleep(20 * time.Second)
		recalls(a, "k", "one two three")
		recalls(b, "k", "one two")
		if detail, ok := a.Status(); ok || !strings.Contains(detail, "this process alone") {
			t.Errorf("the status while the store is away is %q, %v", detail, ok)
		}
		if n := said.count("remembered by this process alone"); n != 2 {
			t.Errorf("two replicas complained %d times", n)
		}
		l.cut(false)
		time.Sleep(10 * time.Second)
		recalls(b, "k", "one two three")
		recalls(a, "late", "news")
		recalls(b, "late", "news")
		if detail, ok := a.Status(); !ok {
			t.Errorf("the status when the store is back is %q", detail)
		}
		b.Record("last", turn("words", time.Now()))
		stopB()
		stopA()
		c, stopC := replica()
		time.Sleep(time.Second)
		recalls(c, "last", "words")
		recalls(c, "k", "one two three")
		time.Sleep(30 * time.Minute)
		recalls(c, "k", "")
		stopC()
	})
}

func TestSharedMemoryIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, said := newLog()
		l := &line{down: true}
		m := bot.NewSharedMemory(bot.NewShortMemory(20_000, time.Hour), cutThreads{bot.NewMemoryState().Threads, l}, log)
		for i := range 10_000 {
			m.Record(string(rune(i+1000)), turn("x", time.Now()))
		}
		stop := running(t, m.Run)
		time.Sleep(time.Second)
		if said.count("too many changed at once") != 1 {
			t.Error("nothing is said about conversations that are not shared")
		}
		stop()
	})
}

type cutInbox struct {
	bot.Inbox
	*line
	asked *int
}

func (c cutInbox) Put(ctx context.Context, id string, at time.Time) (bool, error) {
	*c.asked++
	if err := errors.Join(c.err(), ctx.Err()); err != nil {
		return false, err
	}
	return c.Inbox.Put(ctx, id, at)
}

func TestSteadyInbox(t *testing.T) {
	log, said := newLog()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	shared, l, asked := bot.NewMemoryState().Inbox, &line{}, 0
	replica := func() *bot.SteadyInbox {
		return bot.NewSteadyInbox(cutInbox{shared, l, &asked}, bot.NewMemoryInbox(100, time.Hour), log, clock)
	}
	a, b := replica(), replica()
	put := func(in *bot.SteadyInbox, id string, want bool) {
		t.Helper()
		if fresh, err := in.Put(t.Context(), id, now); fresh != want || err != nil {
			t.Errorf("%s: %v, %v, want %v", id, fresh, err, want)
		}
	}
	put(a, "1", true)
	put(b, "1", false)
	put(a, "1", false)

	l.cut(true)
	asked = 0
	put(a, "2", true)
	put(a, "2", false)
	put(a, "1", false)
	put(a, "3", true)
	if asked != 1 {
		t.Errorf("a store that is away was asked %d times at once", asked)
	}
	if detail, ok := a.Status(); ok || detail == "" {
		t.Errorf("the status is %q, %v", detail, ok)
	}
	now = now.Add(time.Minute)
	put(a, "4", true)
	now = now.Add(-time.Hour) // a clock that is put back does not keep it from asking
	put(a, "5", true)
	if asked != 3 {
		t.Errorf("the store was asked %d times in all", asked)
	}
	if n := said.count("level=WARN"); n != 1 {
		t.Errorf("it complained %d times", n)
	}

	l.cut(false)
	now = now.Add(time.Hour + time.Minute)
	put(a, "6", true)
	put(b, "6", false)
	put(a, "2", false)
	if _, ok := a.Status(); !ok || said.count("answers again") != 1 {
		t.Error("it does not say that the store is back")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := a.Put(ctx, "7", now); !errors.Is(err, context.Canceled) {
		t.Errorf("a caller that went away: %v", err)
	}
	put(a, "7", true)
}
