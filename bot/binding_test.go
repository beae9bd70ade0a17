package bot_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// slowBindings is a store that another replica writes to, and that is away at times.
type slowBindings struct {
	bot.Bindings
	mu     sync.Mutex
	away   bool
	before func() // while it is read
}

func (s *slowBindings) All(ctx context.Context) ([]bot.Binding, error) {
	s.mu.Lock()
	away, before := s.away, s.before
	s.mu.Unlock()
	all, err := s.Bindings.All(ctx)
	if before != nil {
		before()
	}
	if away {
		return nil, fault.New(fault.Upstream, "the store is away")
	}
	return all, err
}

func TestBindingBoard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		store := &slowBindings{Bindings: bot.NewMemoryState().Bindings}
		var log bytes.Buffer
		board := bot.NewBindingBoard(store, slog.New(slog.NewTextHandler(&log, nil)))
		done := make(chan error, 1)
		go func() { done <- board.Run(ctx, 5*time.Second) }()
		channel := bot.Address{Platform: "p", Workspace: "W", Channel: "C"}
		thread := channel
		thread.Thread = "1"
		if err := store.Bind(ctx, bot.Binding{Address: channel, Entity: "component:default/theirs"}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(6 * time.Second)
		if got := board.Of(thread); got != "component:default/theirs" {
			t.Errorf("what another replica bound: %q", got)
		}
		store.mu.Lock()
		store.away = true
		store.mu.Unlock()
		time.Sleep(11 * time.Second)
		if got := board.Of(channel); got != "component:default/theirs" {
			t.Errorf("while the store is away: %q", got)
		}
		store.mu.Lock()
		store.away = false
		store.before = func() { // bound here while the board is being read
			if err := board.Bind(ctx, bot.Binding{Address: thread, Entity: "component:default/mine"}); err != nil {
				t.Error(err)
			}
		}
		store.mu.Unlock()
		time.Sleep(5 * time.Second)
		if got := board.Of(channel); got != "component:default/mine" {
			t.Errorf("bound meanwhile: %q", got)
		}
		store.mu.Lock()
		store.before = nil
		store.mu.Unlock()
		if was, err := board.Unbind(ctx, thread); !was || err != nil || board.Of(channel) != "" {
			t.Errorf("unbound: %v, %v, %q", was, err, board.Of(channel))
		}
		if err := board.Bind(ctx, bot.Binding{Address: channel, Entity: "component:default/mine"}); err != nil {
			t.Fatal(err)
		}
		if err := board.End(ctx, "p", "W", "C"); err != nil || board.Of(channel) != "" {
			t.Errorf("ended: %v, %q", err, board.Of(channel))
		}
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if said := log.String(); strings.Count(said, "cannot be read") != 1 || strings.Count(said, "are read again") != 1 {
			t.Errorf("said %s", said)
		}
	})
}
