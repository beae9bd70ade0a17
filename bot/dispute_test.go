package bot_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backchannel-portal/backchannel/bot"
)

func disputeOf(id, who, fact string, at time.Time) bot.Feedback {
	return bot.Feedback{ID: id, Kind: bot.WrongFact, Entity: "component:default/x", Fact: fact, By: bot.Actor{Platform: "p", Workspace: "W", ID: who}, At: at}
}

// TestDisputes has one replica hear what another was told, and forget what is closed.
func TestDisputes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := bot.NewMemoryState().Feedback
		here, there := bot.NewDisputes(store, slog.New(slog.DiscardHandler)), bot.NewDisputes(store, slog.New(slog.DiscardHandler))
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- there.Run(ctx) }()
		start := time.Now()
		for i, f := range []bot.Feedback{
			disputeOf("1", "ann", "spec.owner", start.Add(time.Minute)), disputeOf("2", "ben", "spec.owner", start),
			disputeOf("3", "ben", "spec.owner", start), disputeOf("4", "ann", "oncall", start.Add(2*time.Minute)),
			{ID: "5", Kind: bot.Unhelpful, Entity: "component:default/x", At: start},
		} {
			if fresh, err := here.Put(t.Context(), f); err != nil || fresh != (i != 2) {
				t.Errorf("Put %s: %v, %v", f.ID, fresh, err)
			}
		}
		want := []bot.Dispute{{Fact: "spec.owner", People: 2, Since: start}, {Fact: "oncall", People: 1, Since: start.Add(2 * time.Minute)}}
		if diff := cmp.Diff(want, here.Of("component:default/x")); diff != "" {
			t.Error(diff)
		}
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if diff := cmp.Diff(want, there.Of("component:default/x")); diff != "" {
			t.Error(diff)
		}
		if open, err := there.Open(t.Context()); err != nil || len(open) != 4 {
			t.Errorf("%d open, %v", len(open), err)
		}
		f, err := there.Get(t.Context(), "2")
		f.State = bot.FeedbackSettled
		if closed, bad := there.Close(t.Context(), f); !closed || err != nil || bad != nil {
			t.Errorf("Close: %v, %v, %v", closed, err, bad)
		}
		if got := there.Of("component:default/x"); len(got) != 2 || got[0].People != 1 {
			t.Errorf("once one is closed: %+v", got)
		}
		stop()
		if err := errors.Join(<-done); err != nil {
			t.Error(err)
		}
	})
}
