package slack

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/adapters/slack/slacktest"
	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
)

// pages is where a form goes on, and what it was asked for.
type pages struct {
	link   string
	fields []string
	form   bot.OpenForm
}

func (p *pages) FormLink(_ context.Context, o bot.OpenForm, fields []string) (string, error) {
	p.form, p.fields = o, fields
	return p.link, nil
}

// TestFormGoesOnBeside leads to a page for what a modal does not take, and does without where nothing of it is needed.
func TestFormGoesOnBeside(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, link   string
		needed, more bool // the secret is needed; a list goes on beside
		button, skip bool
	}{
		{"needed", "https://portal.example/forms/x", true, false, true, false},
		{"not needed", "https://portal.example/forms/x", false, true, true, true},
		{"needed, and no pages", "", true, false, false, false},
		{"an address that is none", "javascript:alert(1)", true, false, false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := &former{form: simple()}
			h.form.Fields = append(h.form.Fields, card.FormField{Name: "token", Label: "Token", Kind: card.FieldSecret, Required: tt.needed})
			if tt.more {
				h.form.Fields = append(h.form.Fields, card.FormField{Name: "routes", Label: "Routes", Kind: card.FieldList, Beside: true})
			}
			p := &pages{link: tt.link}
			x := start(t, ModeHTTP, h, func(_ *Adapter, d *Deps) {
				if d != nil {
					d.Links = p
				}
			})
			x.opens("U1")
			x.submit("U1", slacktest.Fill{"Name": {"pay"}})
			if n := len(h.submissions()); n != 0 {
				t.Fatalf("%d submissions before the rest was asked", n)
			}
			v := x.top("U1")
			text := string(v.Raw)
			if got := strings.Contains(text, `"url":"https://portal.example/forms/x"`); got != tt.button {
				t.Errorf("a link: %v, want %v\n%s", got, tt.button, text)
			}
			if got := strings.Contains(text, `"submit"`); got != tt.skip {
				t.Errorf("a way without: %v, want %v\n%s", got, tt.skip, text)
			}
			if !strings.Contains(text, "Token") || tt.more && !strings.Contains(text, "Routes") {
				t.Errorf("it does not say what is missing: %s", text)
			}
			if tt.link != "" && (p.form.Values["name"][0] != "pay" || !slices.Contains(p.fields, "token")) {
				t.Errorf("the page begins with %v, for %v", p.form.Values, p.fields)
			}
			if !tt.skip {
				return
			}
			x.submit("U1", nil)
			x.until("the form", func() bool { return len(h.submissions()) == 1 })
			if got := h.submissions()[0].Values["name"]; !slices.Equal(got, []string{"pay"}) {
				t.Errorf("submitted name %v", got)
			}
		})
	}
}
