package commands_test

import (
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/commands"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// TestADeclinedChangeEndsTheDispute: a request that is closed without being merged dismisses what asked for it, and who
// did hears so.
func TestADeclinedChangeEndsTheDispute(t *testing.T) {
	t.Parallel()
	c := newCritics(t)
	c.corrector.done = commands.Corrected{File: "catalog.yaml", Diff: "-  owner: x\n+  owner: y\n", Request: "https://git.example/acme/pay/pull/7", Number: 7}
	for _, who := range []string{"ann", "ben"} {
		r, _, _ := c.press(t, who, "who owns parcels", "Wrong?", "A fact is wrong")
		form := r.(bot.Open).Form
		c.said(t, who, bot.Submitted{Form: form.ID, Draft: form.Draft, Values: card.Values{"fact": {"spec.owner"}, "right": {"group:default/money"}}})
	}
	c.press(t, "cat", "who owns ledgerd", "Wrong?", "It is outdated") // without a request
	c.posts = nil
	for _, away := range []error{nil, fault.New(fault.Upstream, "no answer")} {
		c.corrector.away = away
		if n, err := c.SettleRequests(t.Context()); n != 0 || err != away {
			t.Errorf("closed %d, %v while it is open", n, err)
		}
	}
	if c.corrector.looked != 2 {
		t.Errorf("one request was looked at %d times in two rounds", c.corrector.looked)
	}
	c.corrector.away, c.corrector.declined = nil, map[string]bool{c.corrector.done.Request: true}
	for _, want := range []int{2, 0} {
		if n, err := c.SettleRequests(t.Context()); n != want || err != nil {
			t.Errorf("closed %d, %v, want %d", n, err, want)
		}
	}
	if len(c.posts) != 2 || !strings.Contains(card.Plain(c.posts[0].Message), "The change you proposed (https://git.example/acme/pay/pull/7) was closed without being merged") {
		t.Errorf("told %+v", c.posts)
	}
	if _, text, _ := c.said(t, "cat", bot.Said{Text: "who owns parcels"}); strings.Contains(text, "disputed") {
		t.Errorf("still disputed:\n%s", text)
	}
	if left := c.open(t); len(left) != 1 {
		t.Errorf("left %+v", left)
	}
}
