package discord

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/adapters/discord/discordtest"
	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
)

// links is a FormLinker of a fixed address.
type links struct {
	url    string
	fields [][]string
}

func (l *links) FormLink(_ context.Context, o bot.OpenForm, fields []string) (string, error) {
	l.fields = append(l.fields, fields)
	if l.url == "" {
		return "", errors.New("no pages today")
	}
	return l.url + o.Key, nil
}

// deployForm asks for a name, if it does, and for a secret.
func deployForm(named, required bool) card.Form {
	f := card.Form{ID: "deploy", Title: "Deploy", Submit: "Go", Fields: []card.FormField{{Name: "token", Label: "Token", Kind: card.FieldSecret, Required: required}}}
	if named {
		f.Fields = append(f.Fields, card.FormField{Name: "name", Label: "Name", Kind: card.FieldLine})
	}
	return f
}

func TestWhatAChatDoesNotTake(t *testing.T) {
	for _, tt := range []struct {
		name            string
		named, required bool
		links           bot.FormLinker
		want            string // what comes after the modal
		buttons         []string
	}{
		{"optional, no pages", true, false, nil, "handed in", nil},
		{"required, no pages", true, true, nil, "is not sent: it needs", nil},
		{"optional, a page", true, false, &links{url: "https://portal.example.com/forms/"}, "must not pass", []string{"Go on in the browser", "Send without it"}},
		{"required, a page", true, true, &links{url: "https://portal.example.com/forms/"}, "must not pass", []string{"Go on in the browser"}},
		{"required, pages are away", true, true, &links{}, "is not sent: it needs", nil},
		{"required, a bad page", true, true, &links{url: "javascript:alert(1)"}, "is not sent: it needs", nil},
		{"nothing else", false, true, &links{url: "https://portal.example.com/forms/"}, "must not pass", []string{"Go on in the browser"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []card.Values
			h := start(t, ModeHTTP, func(_ context.Context, ev *bot.Event) (bot.Reply, error) {
				switch in := ev.Input.(type) {
				case bot.Invoked:
					return bot.Open{Form: deployForm(tt.named, tt.required)}, nil
				case bot.Submitted:
					got = append(got, in.Values)
					return bot.Say{Message: words("handed in")}, nil
				}
				return bot.Nothing{}, nil
			}, func(h *harness) { h.a.deps.Links = tt.links })
			token := h.command("deploy")
			if tt.named {
				h.submit(token, "", map[string]any{"Name": "pay"})
			}
			m := h.sees(snow("a"), "1", tt.want)
			var labels []string
			for _, b := range m.Buttons {
				labels = append(labels, b.Label)
			}
			if !slices.Equal(labels, tt.buttons) || m.User == "" && tt.buttons != nil {
				t.Errorf("%q, private for %q", labels, m.User)
			}
			if len(tt.buttons) == 2 {
				h.pressOn(m, func(b discordtest.Press) bool { return strings.HasPrefix(b.Label, "Send") })
				h.sees(snow("a"), "1", "handed in")
			}
			if handed := tt.want == "handed in" || len(tt.buttons) == 2; handed != (len(got) == 1) {
				t.Errorf("handed in: %v", got)
			} else if handed && got[0]["token"] != nil {
				t.Errorf("a secret was handed in: %v", got)
			}
		})
	}
}

func TestSelectsOfOtherKindsAreRead(t *testing.T) {
	in, err := decodeInteraction([]byte(`{"type":5,"id":"1","token":"t","channel_id":"1","user":{"id":"2"},"data":{"custom_id":"f:k","components":[
		{"type":18,"component":{"type":5,"custom_id":"0","values":["7","8"]}},
		{"type":18,"component":{"type":3,"custom_id":"1","values":["1","99","x"]}},
		{"type":18,"component":{"type":4,"custom_id":"2","value":" a, b "}},
		{"type":99,"component":{"type":98,"custom_id":"3","value":{"new":true}}},
		{"type":10},{"type":1,"components":[{"type":4,"custom_id":"4","value":"old rows"}]}]}}`))
	if err != nil {
		t.Fatal(err)
	}
	f := card.Form{Fields: []card.FormField{
		{Name: "people", Kind: card.FieldEntities}, {Name: "lang", Kind: card.FieldChoice, Options: []card.FormOption{{Value: "go"}, {Value: "py"}}},
		{Name: "tags", Kind: card.FieldTags}, {Name: "new", Kind: card.FieldLine}, {Name: "old", Kind: card.FieldLine},
	}}
	got := in.values(f, "en")
	for name, want := range map[string][]string{"people": {"7", "8"}, "lang": {"py"}, "tags": {"a", "b"}, "new": {}, "old": {"old rows"}} {
		if !slices.Equal(got[name], want) {
			t.Errorf("%s: %q, want %q", name, got[name], want)
		}
	}
}
