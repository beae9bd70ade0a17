package main

import (
	"context"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/internal/job"
)

// TestTurnsOfPlugins: replicas on one queue take turns at what a plugin names, and plugins do not wait for each other.
func TestTurnsOfPlugins(t *testing.T) {
	q := job.NewMemory(time.Now)
	a, b := &plugged{queue: q}, &plugged{queue: q}
	_, done, err := a.turn("light")(t.Context(), "audit", func() { t.Error("it waits for a turn that is free") })
	if err != nil {
		t.Fatal(err)
	}
	_, other, err := b.turn("other")(t.Context(), "audit", func() { t.Error("one plugin waits for another") })
	if err != nil {
		t.Fatal(err)
	}
	other()
	ctx, cancel := context.WithCancel(t.Context())
	if _, _, err := b.turn("light")(ctx, "audit", cancel); err == nil {
		t.Error("two replicas have one turn")
	}
	done()
	if (&plugged{}).turn("light") != nil {
		t.Error("there are turns without a queue")
	}
}
