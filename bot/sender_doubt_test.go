package bot_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/job"
)

// blind is a platform that does not tell what was sent before.
type blind struct {
	fail  []error // of the attempts, one each
	shown []string
}

func (b *blind) Post(_ context.Context, p bot.Post) (string, error) {
	b.shown = append(b.shown, card.Plain(p.Message))
	if len(b.fail) > 0 {
		err := b.fail[0]
		b.fail = b.fail[1:]
		return "", err
	}
	return "m1", nil
}

func (*blind) Find(context.Context, bot.Post) (string, bool, error) {
	return "", false, bot.Untold{Err: fault.New(fault.Forbidden, "no history")}
}

// TestPostsInDoubtSaySo: what may have got through, and cannot be looked for, says so when it is sent again; what
// certainly did not get through does not.
func TestPostsInDoubtSaySo(t *testing.T) {
	t.Parallel()
	away, cut := bot.NotSent{Err: fault.New(fault.Upstream, "connection refused")}, fault.New(fault.Upstream, "connection reset")
	for name, tt := range map[string]struct {
		fail []error
		want int // attempts that say it
	}{
		"at once":                 {nil, 0},
		"away for a while":        {[]error{away, away, away}, 0},
		"cut off":                 {[]error{cut}, 1},
		"cut off, and away after": {[]error{cut, away, away}, 3},
		"away, and cut off after": {[]error{away, cut}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			outbox, queue, wall := bot.NewMemoryState().Outbox, job.NewMemory(time.Now), &blind{fail: tt.fail}
			s := bot.NewSender(outbox, queue, map[string]bot.Poster{"p": wall}, time.Now)
			p := bot.Post{Key: "k", To: bot.Address{Platform: "p"}, Message: card.Message{Blocks: []card.Block{card.Text{Spans: []card.Span{card.T("the news")}}}}}
			if err := s.Send(t.Context(), p); err != nil {
				t.Fatal(err)
			}
			payload, _ := json.Marshal("k")
			for range len(tt.fail) + 1 {
				if _, err := s.Work(t.Context(), job.Job{Request: job.Request{Payload: payload}}); err != nil && !errors.Is(err, cut) && !errors.Is(err, away.Err) {
					t.Fatal(err)
				}
			}
			said := 0
			for _, text := range wall.shown {
				if strings.Contains(text, "May have come before") {
					said++
				}
			}
			if got, err := outbox.Get(t.Context(), "k"); err != nil || got.State != bot.Sent || said != tt.want || strings.Contains(card.Plain(got.Message), "May have") {
				t.Errorf("%d say it, want %d: %q; %+v, %v", said, tt.want, wall.shown, got, err)
			}
		})
	}
}

// TestADeadSenderLeavesADoubt: a process that ended while it sent leaves the post in doubt.
func TestADeadSenderLeavesADoubt(t *testing.T) {
	t.Parallel()
	outbox, wall := bot.NewMemoryState().Outbox, &blind{}
	p := bot.Post{Key: "k", To: bot.Address{Platform: "p"}, Message: card.Message{Blocks: []card.Block{card.Text{Spans: []card.Span{card.T("the news")}}}}, Added: time.Now()}
	if _, err := outbox.Put(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	p.State, p.Attempts, p.Doubt = bot.Unsent, 1, true // what a sender notes before it sends
	if err := outbox.Update(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	s := bot.NewSender(outbox, job.NewMemory(time.Now), map[string]bot.Poster{"p": wall}, time.Now)
	if _, err := s.Work(t.Context(), job.Job{Request: job.Request{Payload: json.RawMessage(`"k"`)}}); err != nil {
		t.Fatal(err)
	}
	if len(wall.shown) != 1 || !strings.Contains(wall.shown[0], "May have come before") {
		t.Errorf("shown %q", wall.shown)
	}
}
