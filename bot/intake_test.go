package bot

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

func testIntake(t *testing.T, h HandlerFunc, inbox Inbox, queue int) *Intake {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	return NewIntake(ctx, IntakeConfig{
		Platform: "test", Handler: h, Inbox: inbox, Log: slog.New(slog.DiscardHandler), Now: time.Now, Patience: time.Second, Workers: 2, Queue: queue,
	})
}

func TestIntakeOnce(t *testing.T) {
	i := testIntake(t, nil, NewMemoryInbox(10, time.Hour), 8)
	var mu sync.Mutex
	var ran []string
	at := Address{Platform: "test", Workspace: "w", Channel: "c"}
	for _, id := range []string{"a", "b", "a", "c", "b"} {
		want := !strings.Contains(strings.Join(ran, ""), id)
		fresh, err := i.Once(id, at, func() { mu.Lock(); defer mu.Unlock(); ran = append(ran, id) })
		i.lanes.Wait(time.Second)
		if err != nil || fresh != want {
			t.Errorf("%s: fresh %v, %v", id, fresh, err)
		}
	}
	if got := strings.Join(ran, ""); got != "abc" {
		t.Errorf("ran %q", got)
	}
	i.Finish(time.Second)
	if fresh, err := i.Once("d", at, func() { t.Error("ran after the end") }); err == nil || fresh {
		t.Errorf("after the end: %v, %v", fresh, err)
	}
	if i.Begin(func() { t.Error("began after the end") }) == nil || i.InOrder(at, func() {}) == nil || i.Enter() {
		t.Error("something began after the end")
	}
}

// failingInbox does not know.
type failingInbox struct{}

func (failingInbox) Put(context.Context, string, time.Time) (bool, error) {
	return false, errors.New("away")
}

func TestIntakeFull(t *testing.T) {
	inbox := NewMemoryInbox(10, time.Hour)
	i := testIntake(t, nil, inbox, 1)
	hold := make(chan struct{})
	at := Address{Channel: "c"}
	if err := i.InOrder(at, func() { <-hold }); err != nil {
		t.Fatal(err)
	}
	if fresh, err := i.Once("x", at, func() {}); err == nil || fresh {
		t.Errorf("no room: %v, %v", fresh, err)
	}
	close(hold)
	i.lanes.Wait(time.Second)
	if fresh, err := i.Once("x", at, func() {}); err != nil || !fresh {
		t.Errorf("a delivery without room counts as taken in: %v, %v", fresh, err)
	}
	i.Finish(time.Second)
	bad := testIntake(t, nil, failingInbox{}, 1)
	for range 3 { // its room is given back
		if _, err := bad.Once("x", at, func() {}); !fault.Is(err, fault.Internal) || strings.Contains(err.Error(), "waiting") {
			t.Errorf("inbox away: %v", err)
		}
	}
	bad.Finish(time.Second)
}

func TestIntakeHandle(t *testing.T) {
	i := testIntake(t, func(ctx context.Context, ev *Event) (Reply, error) {
		if ev.ID == "slow" {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		return Say{}, nil
	}, NewMemoryInbox(10, time.Hour), 1)
	if _, ok := i.Handle(&Event{ID: "quick"}, time.Second).(Say); !ok {
		t.Error("no reply")
	}
	if _, ok := i.Handle(&Event{ID: "slow"}, time.Millisecond).(Nothing); !ok {
		t.Error("an error is not nothing")
	}
}

func TestIntakeWork(t *testing.T) {
	i := testIntake(t, nil, NewMemoryInbox(10, time.Hour), 1)
	noted := make(chan struct{}, 2)
	note := func() { noted <- struct{}{} }
	quick := Work{Run: func(context.Context) (Reply, error) { return Say{}, nil }}
	if _, ok := i.Work(&Event{}, quick, time.Hour, time.Second, note).(Say); !ok || len(noted) != 0 {
		t.Errorf("quick work: %v, %d notes", ok, len(noted))
	}
	slow := Work{Run: func(context.Context) (Reply, error) { <-noted; return nil, errors.New("broken") }}
	if _, ok := i.Work(&Event{}, slow, time.Nanosecond, time.Second, note).(Nothing); !ok || len(noted) != 0 {
		t.Errorf("slow work: %v, %d notes more", ok, len(noted))
	}
}

func TestCondition(t *testing.T) {
	c := NewCondition("test", "connecting", slog.New(slog.DiscardHandler))
	if text, ok := c.Status(); text != "connecting" || ok {
		t.Errorf("at first: %q %v", text, ok)
	}
	ctx, cancel := context.WithCancel(context.Background())
	n := 0
	c.Watch(ctx, time.Nanosecond, Backoff{Min: 1, Max: 2, Jitter: func() float64 { return 0 }}, func(context.Context) error {
		switch n++; n {
		case 1:
			return errors.New("away")
		case 2:
			if text, ok := c.Status(); text != "away" || ok {
				t.Errorf("after a failure: %q %v", text, ok)
			}
			return nil
		}
		cancel()
		return errors.New("stopped")
	})
	if text, ok := c.Status(); text != "ready" || !ok {
		t.Errorf("at the end: %q %v", text, ok)
	}
}

func TestBackoff(t *testing.T) {
	b := Backoff{Min: time.Second, Max: time.Minute, Jitter: func() float64 { return 0.5 }}
	for n, want := range map[int]time.Duration{0: 750 * time.Millisecond, 1: 1500 * time.Millisecond, 6: 45 * time.Second, 1000: 45 * time.Second} {
		if got := b.After(n); got != want {
			t.Errorf("after %d: %v, want %v", n, got, want)
		}
	}
}
