package terminal

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/bot/card/cardtest"
)

// TestFormGoldens asks every sample form, as somebody sees it who leaves everything as it is.
func TestFormGoldens(t *testing.T) {
	cardtest.GoldenForms(t, "testdata/forms", func(f card.Form) []byte {
		var out bytes.Buffer
		term := New(Config{
			In: strings.NewReader("go\n" + strings.Repeat("\n", len(f.Fields)+1)), Out: &out, Zone: time.UTC,
			Now: func() time.Time { return time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC) }, Options: func() Options { return Options{Width: 80} },
		})
		err := term.Run(t.Context(), bot.HandlerFunc(func(_ context.Context, ev *bot.Event) (bot.Reply, error) {
			switch ev.Input.(type) {
			case bot.Said:
				return bot.Open{Form: f}, nil
			case bot.Submitted:
				return bot.Say{Message: card.Message{Blocks: []card.Block{card.Text{Spans: []card.Span{card.T("taken")}}}}}, nil
			}
			return bot.Nothing{}, nil
		}))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(out.String(), "taken") {
			t.Errorf("%s was not handed in:\n%s", f.ID, out.String())
		}
		return out.Bytes()
	})
}
