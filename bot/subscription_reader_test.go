package bot_test

import (
	"context"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
)

// TestNewsWaitForTheirReader: who reads a direct message is who subscribed in it, and what there is to tell waits until
// it is known what they may see, for an hour.
func TestNewsWaitForTheirReader(t *testing.T) {
	t.Parallel()
	p := newPressroom(t, bot.Rhythm{})
	known, asked, composed := false, []bot.Address{}, []bot.Address{}
	p.teller = bot.NewTeller(bot.TellerConfig{
		State: p.state, Send: p.send, Now: func() time.Time { return p.now },
		Compose: func(ctx context.Context, b bot.Bulletin) (card.Message, bool) {
			composed = append(composed, b.By)
			return p.compose(ctx, b)
		},
		Known: func(at bot.Address) bool { asked = append(asked, at); return known },
	})
	direct := bot.Subscription{
		Address: bot.Address{Platform: "p", Workspace: "W", Channel: "D7"}, Subject: "component:default/a", Topic: "ownership", Since: p.now,
		By: bot.Actor{Platform: "p", Workspace: "elsewhere", ID: "ada"}, Direct: true,
	}
	_, err := p.state.Subscriptions.Put(t.Context(), direct)
	p.must(err)
	p.news("component:default/a", "moved")
	p.want(p.round(time.Second))
	p.want(p.round(time.Minute))
	reader := bot.Address{Platform: "p", Workspace: "W", Channel: "@ada"}
	if len(composed) != 0 || len(asked) == 0 || asked[0] != reader {
		t.Errorf("composed for %v; asked about %v", composed, asked)
	}
	known = true
	if got := p.round(time.Minute); len(got) != 1 || len(composed) != 1 || composed[0] != reader {
		t.Errorf("told %q to %v", got, composed)
	}
	known = false
	p.news("component:default/a", "gone")
	p.want(p.round(time.Second))
	if got := p.round(61 * time.Minute); len(got) != 1 {
		t.Errorf("after an hour told %q", got)
	}
}
