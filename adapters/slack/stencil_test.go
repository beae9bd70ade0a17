package slack

import (
	"bytes"
	"context"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/adapters/slack/slacktest"
	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/bot/card/cardtest"
)

// TestStencil: a message filled in for somebody from its stencil is what it would be if it were rendered for them.
func TestStencil(t *testing.T) {
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	tokens := bot.NewTokens([][]byte{[]byte("key")}, time.Hour, func() time.Time { return now })
	var all []card.Message
	for _, s := range cardtest.Samples() {
		all = append(all, s.Message)
	}
	for seed := range uint64(200) {
		g := &generator{r: rand.New(rand.NewPCG(seed, 2)), size: 500}
		all = append(all, card.Fit(g.message(), limits())...)
	}
	body := func(m card.Message, who string) *renderer {
		r := &renderer{}
		r.start(m.Lang, tokens, bot.Actor{Platform: "slack", Workspace: "T1", ID: who})
		r.response(ephemeral, false, "", m)
		return r
	}
	filled := 0
	for i, m := range all {
		first := body(m, "U1")
		if first.mixed {
			continue
		}
		s := first.stencil()
		for _, who := range []string{"U1", "U2"} {
			r := &renderer{}
			r.start(m.Lang, tokens, bot.Actor{Platform: "slack", Workspace: "T1", ID: who})
			r.fill(s)
			if want := body(m, who).dst; !bytes.Equal(r.dst, want) {
				t.Fatalf("message %d for %s:\n%s\nwant\n%s", i, who, r.dst, want)
			}
		}
		if len(s.gaps) > 0 {
			filled++
		}
	}
	if filled < 50 {
		t.Errorf("only %d messages had buttons", filled)
	}
}

// TestGivenAgain: an answer given again has buttons of who asked, and one whose blocks were changed is another answer.
func TestGivenAgain(t *testing.T) {
	m := answerCard()
	m.Kept = new(card.Kept)
	given, asked := m, bot.Actor{}
	tokens := bot.NewTokens([][]byte{[]byte("key")}, time.Hour, time.Now)
	answer := bot.HandlerFunc(func(_ context.Context, ev *bot.Event) (bot.Reply, error) {
		asked = ev.Actor
		return bot.Whisper{Message: given}, nil
	})
	x := start(t, ModeHTTP, answer, func(_ *Adapter, d *Deps) { d.Tokens = tokens })
	button := regexp.MustCompile(`"value":"([^"]+)"`)
	before := bot.Actor{}
	for _, user := range []string{"U1", "U2", "U3"} {
		_, body := x.deliver("/slack/commands", x.slack.Form(slacktest.Command{Command: "/backchannel", Text: "again", Channel: "C1", User: user}))
		token := button.FindStringSubmatch(body)
		if token == nil {
			t.Fatalf("no button in %s", body)
		}
		if got, err := tokens.Open(token[1], asked); err != nil || got.Args[0] != "oncall" {
			t.Errorf("%s cannot press their button: %v %v", user, got, err)
		}
		if _, err := tokens.Open(token[1], before); err == nil {
			t.Errorf("who asked before can press the button of %s", user)
		}
		before = asked
	}
	if m.Made(ephemeral.stencil()) == nil {
		t.Error("nothing was kept: the answer was rendered three times")
	}
	given.Blocks = append([]card.Block{card.Text{Spans: []card.Span{card.T("Something else.")}}}, m.Blocks...)
	if _, body := x.command("changed"); !strings.Contains(body, "Something else.") {
		t.Errorf("the answer before it was given: %s", body)
	}
}
