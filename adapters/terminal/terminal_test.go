package terminal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
)

// echo answers what it is asked; "which" offers choices, "slow" works, "bad" fails.
func echo(_ context.Context, ev *bot.Event) (bot.Reply, error) {
	say := func(s string, blocks ...card.Block) bot.Reply {
		return bot.Say{Message: card.Message{Blocks: append([]card.Block{card.Text{Spans: []card.Span{card.T(s)}}}, blocks...)}}
	}
	switch in := ev.Input.(type) {
	case bot.Pressed:
		return say(fmt.Sprint("pressed ", in.Intent)), nil
	case bot.Invoked:
		return say("commands"), nil
	case bot.Said:
		switch in.Text {
		case "which":
			return say("Which one?", card.Actions{Items: []card.Action{
				{Label: "cart", Choice: true, Intent: card.Intent{Name: "choose", Args: []string{"cart"}}}, {Label: "Share", Intent: card.Intent{Name: "share"}},
				{Label: "more", Options: []card.Option{{Label: "pay", Intent: card.Intent{Name: "choose", Args: []string{"pay"}}}}},
			}}), nil
		case "slow":
			return bot.Work{Note: card.Message{Blocks: []card.Block{card.Text{Spans: []card.Span{card.T("working")}}}}, Run: func(context.Context) (bot.Reply, error) { return say("worked"), nil }}, nil
		case "bad":
			return nil, errors.New("broken")
		}
		return say("said " + in.Text), nil
	}
	return bot.Nothing{}, nil
}

func TestConversation(t *testing.T) {
	defer goleak.VerifyNone(t)
	for _, tt := range []struct{ in, want string }{
		{"hello\n", "said hello\n\n"},
		{"\n  \nhello", "said hello\n\n"},
		{"7\n", "There is nothing to choose from.\n\n"},
		{"which\n2\n9\n", "Which one?\n\n  1  cart\n  2  pay\n\npressed {choose [pay]}\n\nThere is no choice 9; the last is 2.\n\n"},
		{"slow\n", "working\n\nworked\n\n"},
		{"bad\n", "That did not work on our side. Try again in a minute.\n\n"},
		{"quit\nhello\n", ""},
		{"\x1b[2Jred\n", "said [2Jred\n\n"},
		{"支付\n", "said 支付\n\n"},
	} {
		var out bytes.Buffer
		if err := New(Config{In: strings.NewReader(tt.in), Out: &out, Now: time.Now}).Run(t.Context(), bot.HandlerFunc(echo)); err != nil {
			t.Errorf("%q: %v", tt.in, err)
		}
		if out.String() != tt.want {
			t.Errorf("%q: got %q, want %q", tt.in, out.String(), tt.want)
		}
	}
}

func TestHelpSaysHowAndWhat(t *testing.T) {
	var out bytes.Buffer
	if err := New(Config{In: strings.NewReader("help\n"), Out: &out}).Run(t.Context(), bot.HandlerFunc(echo)); err != nil {
		t.Fatal(err)
	}
	if got := out.String(); !strings.HasPrefix(got, "Type a question, or a command") || !strings.HasSuffix(got, "commands\n\n") {
		t.Errorf("got %q", got)
	}
}

func TestTheContextEndsTheWait(t *testing.T) {
	defer goleak.VerifyNone(t)
	r, w := io.Pipe()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- New(Config{In: r, Out: io.Discard}).Run(ctx, bot.HandlerFunc(echo)) }()
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
}

func TestALineWithoutEndIsAnError(t *testing.T) {
	in := strings.NewReader(strings.Repeat("x", maxLine+10))
	if err := New(Config{In: in, Out: io.Discard}).Run(t.Context(), bot.HandlerFunc(echo)); err == nil {
		t.Error("no error")
	}
}

func TestPromptAsksChoicesByLabel(t *testing.T) {
	var asked []string
	ask := func(_ context.Context, text string) (card.Message, error) {
		asked = append(asked, text)
		return card.Message{Blocks: []card.Block{card.Actions{Items: []card.Action{{Label: "cart", Choice: true, Intent: card.Intent{Name: "c"}}}}}}, nil
	}
	if err := Prompt(t.Context(), strings.NewReader("who owns it\n1\n"), io.Discard, ask); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(asked, "|"); got != "who owns it|cart" {
		t.Errorf("asked %q", got)
	}
}

func TestDetectIsPlainWithoutATerminal(t *testing.T) {
	if o := Detect(io.Discard, func(string) string { return "" }); o != (Options{}) {
		t.Errorf("got %+v", o)
	}
}
