package bottest

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// OpenState returns two handles on one new, empty state: one and the same where a state has one handle, two
// connections where it has several, as two replicas have.
type OpenState func(t *testing.T) (a, b bot.State)

// TestState is the conformance suite of what a bot.State is made of.
func TestState(t *testing.T, open OpenState) {
	for _, c := range []struct {
		name string
		run  func(*stateBench)
	}{
		{"a delivery is new once", (*stateBench).inbox},
		{"a delivery is new once when all put it at once", (*stateBench).inboxRace},
		{"conversations are seen by all", (*stateBench).threads},
		{"the later version of a conversation counts", (*stateBench).threadsOrder},
		{"no conversation is missed while many are saved", (*stateBench).threadsRace},
		{"keys rotate, two at a time", (*stateBench).keys},
		{"all replicas begin with one key", (*stateBench).keysRace},
		{"the audit keeps each record once", (*stateBench).audit},
		{"the audit can be read and erased by actor", (*stateBench).auditOf},
		{"a post is put once", (*stateBench).outbox},
		{"unsent posts are found", (*stateBench).unsent},
		{"an intent is kept until it expires", (*stateBench).intents},
		{"a single intent is used once", (*stateBench).intentsRace},
		{"a draft is kept until it expires", (*stateBench).drafts},
		{"a draft is taken once", (*stateBench).draftsRace},
		{"what was handed in is kept until it is done", (*stateBench).claims},
		{"installations are kept by workspace", (*stateBench).installations},
		{"an account is linked to one person", (*stateBench).links},
		{"subscriptions are found by place and subject", (*stateBench).subscriptions},
		{"subscriptions end with their place", (*stateBench).subscriptionsEnd},
		{"a channel is bound to one entity", (*stateBench).bindings},
		{"what was seen goes on by one, with its news", (*stateBench).watches},
		{"one of many goes on", (*stateBench).watchesRace},
		{"news are told by one post", (*stateBench).newsroom},
		{"followers are kept until the end", (*stateBench).followers},
		{"the log of a task is read by all", (*stateBench).tasks},
		{"the log of a task has no gaps", (*stateBench).tasksRace},
		{"secrets are kept until they expire", (*stateBench).secrets},
		{"feedback is closed once", (*stateBench).feedback},
		{"feedback of one person counts once", (*stateBench).feedbackRace},
		{"a session is kept until it expires", (*stateBench).sessions},
		{"a token of the API is found by its hash", (*stateBench).apiTokens},
		{"what is kept of a person is found and erased", (*stateBench).traces},
		{"hostile text is kept or refused, never trouble", (*stateBench).hostile},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := &stateBench{T: t, ctx: t.Context(), now: time.Date(2026, 3, 1, 12, 0, 0, 123456000, time.UTC)}
			b.a, b.b = open(t)
			c.run(b)
		})
	}
}

type stateBench struct {
	*testing.T
	ctx  context.Context
	a, b bot.State
	now  time.Time
}

func (b *stateBench) ok(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

func (b *stateBench) missing(what string, err error) {
	b.Helper()
	if !fault.Is(err, fault.NotFound) {
		b.Errorf("%s: %v, want it not to be found", what, err)
	}
}

func (b *stateBench) same(what string, want, got any) {
	b.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		b.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// sweeps checks that a sweep removes n.
func (b *stateBench) sweeps(s bot.Sweeper, before time.Time, n int) {
	b.Helper()
	if got, err := s.Sweep(b.ctx, before); got != n || err != nil {
		b.Errorf("Sweep removed %d, %v; want %d", got, err, n)
	}
}

// once runs do on both handles at once, many times, and checks that exactly one call reports true.
func (b *stateBench) once(do func(s bot.State) (bool, error)) {
	b.Helper()
	var wg sync.WaitGroup
	var yes atomic.Int64
	for i := range 12 {
		s := []bot.State{b.a, b.b}[i%2]
		wg.Go(func() {
			ok, err := do(s)
			if err != nil {
				b.Error(err)
			}
			if ok {
				yes.Add(1)
			}
		})
	}
	wg.Wait()
	if yes.Load() != 1 {
		b.Errorf("%d were the one", yes.Load())
	}
}
