package discord

import (
	"context"
	"strings"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// beside is the step for fields that a chat does not take: a link to a page that asks for them, and a button that does
// without. It reports false where there is nothing to ask, or where the form is complete without and nothing else
// takes them.
func (x *exchange) beside(ctx context.Context, o bot.OpenForm) (message, bool) {
	var names, labels []string
	required := false
	for _, q := range o.Form.Fields {
		if _, given := o.Values[q.Name]; !q.Elsewhere() || given || len(q.Value) > 0 {
			continue
		}
		names, labels = append(names, q.Name), append(labels, q.Label)
		required = required || q.Required
	}
	if len(names) == 0 {
		return message{}, false
	}
	link := ""
	if x.s.a.deps.Links != nil {
		var err error
		if link, err = x.s.a.deps.Links.FormLink(ctx, o, names); err != nil {
			x.s.a.deps.Log.Error("discord: there is no page for a form", "event", x.ev.ID, "form", o.Form.ID, "err", err)
		}
	}
	if !linkable(link) {
		link = ""
	}
	if link == "" && !required {
		return message{}, false
	}
	key := lang.DiscordFormBeside
	if link == "" {
		key = lang.DiscordFormNowhere
	}
	r := &renderer{lang: x.ev.Locale, count: 1, left: maxText}
	r.text(card.Say(x.ev.Locale, key, lang.Args{"form": card.S(o.Form.Name()), "labels": card.S(strings.Join(labels, ", "))}))
	var row []component
	if link != "" {
		row = append(row, component{Type: typeButton, Style: styleLink, Label: clip(lang.Text(x.ev.Locale, lang.DiscordFormBesideButton, nil), maxLabel), URL: link})
	}
	if !required {
		row = append(row, component{Type: typeButton, Style: styleSecondary, Label: clip(lang.Text(x.ev.Locale, lang.DiscordFormWithout, nil), maxLabel), CustomID: formID(markSend, o.Key)})
	}
	if len(row) > 0 {
		r.add(component{Type: typeRow, Components: row}, 1+len(row))
	}
	return private(r.out), true
}
