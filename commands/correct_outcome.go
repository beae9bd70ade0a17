package commands

import (
	"context"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// Requests is a Corrector that can look at what became of the changes that it proposed.
type Requests interface {
	// Declined reports whether a change, by the address of its request, was closed without being taken over. One that is
	// not known any more was.
	Declined(ctx context.Context, request string) (bool, error)
}

// maxRequests bounds how many requests are looked at in one round.
const maxRequests = 200

// SettleRequests dismisses disputes whose change was proposed and declined: whoever looks after the descriptor has
// decided. Whoever disputed it hears of it. It returns how many were closed. A request that cannot be looked at is left
// for the next time; its error comes back behind the others.
func (c *Commands) SettleRequests(ctx context.Context) (int, error) {
	look, ok := c.deps.Corrector.(Requests)
	if !ok {
		return 0, nil
	}
	open, err := c.deps.Feedback.Open(ctx)
	if err != nil {
		return 0, err
	}
	declined := map[string]bool{}
	n := 0
	var failed error
	for _, f := range open {
		if f.Request == "" || !f.Disputes() {
			continue
		}
		no, known := declined[f.Request]
		if !known {
			if len(declined) == maxRequests {
				continue
			}
			if no, err = look.Declined(ctx, f.Request); err != nil {
				failed = err
			}
			declined[f.Request] = no
		}
		if !no {
			continue
		}
		f.State, f.Closed = bot.FeedbackDismissed, c.deps.Now()
		closed, err := c.deps.Feedback.Close(ctx, f)
		if err != nil {
			return n, err
		}
		if closed {
			n++
			c.tellOutcome(ctx, f)
		}
	}
	return n, failed
}

// declined says that a change was declined.
func (t *talk) declined(f bot.Feedback, what []card.Span) {
	t.line(lang.OutcomeDeclined, lang.Args{"fact": t.factName(f.Fact), "what": what, "request": card.L(t.text(lang.OutcomeRequest, nil), f.Request)})
}
