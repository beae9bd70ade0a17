package slack

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/backchannel-portal/backchannel/adapters/slack/slacktest"
	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
)

// What is quiet goes behind three dots, five to a menu, last in its row; what asks first stays a button.
func TestQuietActionsGoBehindDots(t *testing.T) {
	quiet := func(n int) card.Action {
		return card.Action{Label: fmt.Sprint("Quiet ", n), Style: card.Quiet, Intent: card.Intent{Name: "q", Args: []string{fmt.Sprint(n)}}}
	}
	asks := quiet(99)
	asks.Confirm = "Sure?"
	for _, c := range []struct {
		name  string
		items []card.Action
		want  []string // the elements, with the number of entries of menus
	}{
		{"one", []card.Action{quiet(1), {Label: "Share", Intent: card.Intent{Name: "share"}}}, []string{"button", "overflow 1"}},
		{"alone", []card.Action{quiet(1), quiet(2)}, []string{"overflow 2"}},
		{"many", []card.Action{quiet(1), quiet(2), quiet(3), quiet(4), quiet(5), quiet(6), {Label: "x", URL: "https://a.example"}}, []string{"button", "overflow 5", "overflow 1"}},
		{"one that asks", []card.Action{asks, quiet(1)}, []string{"button", "overflow 1"}},
		{"none", []card.Action{{Label: "x", URL: "https://a.example"}}, []string{"button"}},
	} {
		out := render(card.Message{Blocks: []card.Block{card.Actions{Items: c.items}}}, plainTokens{}, bot.Actor{})
		var row struct {
			Elements []struct {
				Type    string
				Options []struct{ Value string }
			}
		}
		if err := json.Unmarshal(out.blocks[0], &row); err != nil {
			t.Fatalf("%s: %v in %s", c.name, err, out.blocks[0])
		}
		var got []string
		for _, e := range row.Elements {
			if e.Type != "overflow" {
				got = append(got, e.Type)
				continue
			}
			got = append(got, fmt.Sprint(e.Type, " ", len(e.Options)))
		}
		if fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
		if bad := slacktest.Check([]byte("[" + string(out.blocks[0]) + "]")); len(bad) > 0 {
			t.Errorf("%s: %v", c.name, bad)
		}
	}
}

// Choosing behind the dots is a press.
func TestOverflowIsAPress(t *testing.T) {
	in, err := decodeInteraction([]byte(`{"type":"block_actions","trigger_id":"1","user":{"id":"U1","team_id":"T1"},"team":{"id":"T1"},"channel":{"id":"C1"},
		"container":{"message_ts":"1.0","is_ephemeral":true},"actions":[{"type":"overflow","action_id":"a3","selected_option":{"text":{"type":"plain_text","text":"Wrong"},"value":"t"}}]}`))
	if err != nil {
		t.Fatal(err)
	}
	ar, ok, err := in.arrival(noon)
	if err != nil || !ok || ar.event.Input.(bot.Pressed).Token != "t" || !ar.event.Input.(bot.Pressed).Private {
		t.Errorf("%+v %v %v", ar.event, ok, err)
	}
}
