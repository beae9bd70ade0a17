package plugins_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/plugins"
)

// TestTurnsWithinAProcess: one at a time has a turn of a name; who gives up waiting leaves it to others.
func TestTurnsWithinAProcess(t *testing.T) {
	t.Parallel()
	turn := plugins.Host{}.Whole().Turn
	held, done, err := turn(t.Context(), "a", func() { t.Error("it waits for a turn that is free") })
	if err != nil {
		t.Fatal(err)
	}
	_, other, err := turn(t.Context(), "b", func() { t.Error("one name waits for another") })
	if err != nil {
		t.Fatal(err)
	}
	other()
	ctx, cancel := context.WithCancel(t.Context())
	if _, _, err := turn(ctx, "a", cancel); !fault.Is(err, fault.Upstream) || !errors.Is(err, context.Canceled) {
		t.Errorf("gave up with %v", err)
	}
	waits, got := make(chan struct{}), make(chan error, 1)
	go func() {
		_, done, err := turn(t.Context(), "a", func() { close(waits) })
		if err == nil {
			done()
		}
		got <- err
	}()
	<-waits
	if held.Err() != nil {
		t.Error("a turn that is held has ended")
	}
	done()
	done() // once more is nothing
	if held.Err() == nil {
		t.Error("a turn that was given back goes on")
	}
	select {
	case err := <-got:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(20 * time.Second):
		t.Error("the turn never came")
	}
}
