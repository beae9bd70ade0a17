package web

import (
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// actions is a row of forms, one a menu and one for the buttons between them, with link buttons beside. A button that
// asks first opens its question in place, which works without JavaScript.
func (r *renderer) actions(b card.Actions) {
	r.put(`<div class="actions">` + "\n")
	open := false
	form := func(want bool) {
		if want && !open {
			r.put(`<form method="post" action="/chat/messages">` + "\n")
		}
		if !want && open {
			r.put("</form>\n")
		}
		open = want
	}
	for _, a := range b.Items {
		switch {
		case a.URL != "":
			r.link(a.Label, a.URL, "button")
			r.put("\n")
		case len(a.Options) > 0:
			form(false)
			r.menu(a)
		default:
			form(true)
			r.button(a)
		}
	}
	form(false)
	r.put("</div>\n")
}

func (r *renderer) button(a card.Action) {
	token := r.sign(a, a.Intent)
	if token == "" {
		return
	}
	class := "button"
	if a.Style != card.Default {
		class += " " + string(a.Style)
	}
	if a.Confirm == "" {
		r.put(`<button class="?" name="token" value="?">?</button>`+"\n", class, token, a.Label)
		return
	}
	r.put(`<details class="confirm"><summary class="?">?</summary><p>?</p><button class="?" name="token" value="?">?</button></details>`+"\n",
		class, a.Label, a.Confirm, class, token, a.Label)
}

func (r *renderer) menu(a card.Action) {
	var opts []string
	for _, o := range a.Options {
		if token := r.sign(a, o.Intent); token != "" {
			text := o.Label
			if o.Hint != "" {
				text += " · " + o.Hint
			}
			opts = append(opts, token, text)
		}
	}
	if len(opts) == 0 {
		return
	}
	r.put(`<form class="menu" method="post" action="/chat/messages"><select name="token" aria-label="?">`+"\n", a.Label)
	for i := 0; i < len(opts); i += 2 {
		r.put(`<option value="?">?</option>`+"\n", opts[i], opts[i+1])
	}
	r.put(`</select><button class="button">?</button></form>`+"\n", lang.Text(r.lang, lang.WebChoose, nil))
}

func (r *renderer) sign(a card.Action, i card.Intent) string {
	if r.token == nil {
		return ""
	}
	return r.token(a, i)
}
