package slack

import (
	"strconv"
	"unicode/utf8"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// image appends a picture, or its description as a link or words where Slack cannot fetch it.
func (r *renderer) image(im card.Image) {
	alt := im.Alt
	if alt == "" {
		alt = im.Title
	}
	if !webURL(im.URL, false) {
		r.text([]card.Span{card.T(alt)})
		return
	}
	if !r.open() {
		return
	}
	r.dst = append(r.dst, `{"type":"image","image_url":`...)
	r.dst = appendJSON(r.dst, im.URL)
	r.dst = append(r.dst, `,"alt_text":`...)
	r.str(orBlank(alt), maxAlt)
	if im.Title != "" {
		r.dst = append(r.dst, `,"title":`...)
		r.plain(im.Title, maxAlt)
	}
	r.dst = append(r.dst, '}')
	r.close()
}

// actions appends rows of buttons and menus, at most 25 elements to a block.
func (r *renderer) actions(items []card.Action) {
	for len(items) > 0 {
		n := min(len(items), maxActions)
		r.row(items[:n])
		items = items[n:]
	}
}

// row appends a block of buttons and menus; the quiet ones go last.
func (r *renderer) row(items []card.Action) {
	if !anyUsable(items) || !r.open() {
		return
	}
	r.dst = append(r.dst, `{"type":"actions","elements":[`...)
	first := true
	for i := range items {
		a := &items[i]
		if !usable(a) || quiet(a) {
			continue
		}
		if !first {
			r.dst = append(r.dst, ',')
		}
		first = false
		if a.Search != "" {
			r.search(a)
		} else if len(a.Options) > 0 {
			r.menu(a)
		} else {
			r.button(a)
		}
	}
	r.overflow(items, first)
	r.dst = append(r.dst, `]}`...)
	r.close()
}

// quiet reports whether an action goes behind the three dots: a way in beside the answer, that asks nothing first.
func quiet(a *card.Action) bool {
	return a.Style == card.Quiet && a.Intent.Name != "" && a.Search == "" && len(a.Options) == 0 && a.Confirm == ""
}

// overflow appends the quiet actions of a row as menus behind three dots, of at most five entries.
func (r *renderer) overflow(items []card.Action, first bool) {
	n := 0
	for i := range items {
		if !quiet(&items[i]) || r.left <= 0 {
			continue
		}
		switch {
		case n%maxOverflow > 0:
			r.dst = append(r.dst, ',')
		case n > 0:
			r.dst = append(r.dst, `]},`...)
		case !first:
			r.dst = append(r.dst, ',')
		}
		if n%maxOverflow == 0 {
			r.dst = append(r.dst, `{"type":"overflow",`...)
			r.actionID()
			r.dst = append(r.dst, `,"options":[`...)
		}
		r.dst = append(r.dst, `{"text":`...)
		r.plain(items[i].Label, maxLabel)
		r.dst = append(r.dst, `,"value":`...)
		r.token(items[i].Intent, items[i].Anyone, maxOptionToken)
		r.dst = append(r.dst, '}')
		n++
	}
	if n > 0 {
		r.dst = append(r.dst, `]}`...)
	}
}

// usable reports whether an action does anything.
func usable(a *card.Action) bool {
	return len(a.Options) > 0 || a.Intent.Name != "" || webURL(a.URL, false)
}

func anyUsable(items []card.Action) bool {
	for i := range items {
		if usable(&items[i]) {
			return true
		}
	}
	return false
}

// actionID appends an id that is unique in the message.
func (r *renderer) actionID() {
	r.dst = append(r.dst, `"action_id":"a`...)
	r.dst = strconv.AppendInt(r.dst, int64(r.ids), 10)
	r.dst = append(r.dst, '"')
	r.ids++
}

func (r *renderer) button(a *card.Action) {
	r.dst = append(r.dst, `{"type":"button",`...)
	r.actionID()
	r.dst = append(r.dst, `,"text":`...)
	r.plain(a.Label, maxLabel)
	if a.Intent.Name == "" {
		r.dst = append(r.dst, `,"url":`...)
		r.dst = appendJSON(r.dst, a.URL)
	} else {
		r.dst = append(r.dst, `,"value":`...)
		r.token(a.Intent, a.Anyone, maxToken)
	}
	switch a.Style {
	case card.Primary, card.Danger:
		r.dst = append(r.dst, `,"style":"`...)
		r.dst = append(r.dst, a.Style...)
		r.dst = append(r.dst, '"')
	}
	r.confirm(a)
	r.dst = append(r.dst, '}')
}

// menu appends a select; what it offers beyond Slack's hundred entries is left out.
func (r *renderer) menu(a *card.Action) {
	r.dst = append(r.dst, `{"type":"static_select",`...)
	r.actionID()
	r.dst = append(r.dst, `,"placeholder":`...)
	r.plain(a.Label, maxPlaceholder)
	r.dst = append(r.dst, `,"options":[`...)
	for i, o := range a.Options {
		if i == maxOptions || i > 0 && r.left <= 0 {
			break
		}
		if i > 0 {
			r.dst = append(r.dst, ',')
		}
		r.dst = append(r.dst, `{"text":`...)
		r.plain(o.Label, maxLabel)
		if o.Hint != "" {
			r.dst = append(r.dst, `,"description":`...)
			r.plain(o.Hint, maxLabel)
		}
		r.dst = append(r.dst, `,"value":`...)
		r.token(o.Intent, a.Anyone, maxOptionToken)
		r.dst = append(r.dst, '}')
	}
	r.dst = append(r.dst, ']')
	r.confirm(a)
	r.dst = append(r.dst, '}')
}

// token appends the token of an intent. A token that is longer than Slack takes would be cut and be no token any
// more, so none is sent; pressing then says that the button has expired.
func (r *renderer) token(i card.Intent, anyone bool, limit int) {
	at := len(r.dst)
	r.dst = appendJSON(r.dst, r.tokenText(i, anyone, limit))
	r.marks = append(r.marks, mark{gap{at, i, anyone, limit}, len(r.dst)})
}

// tokenText returns the token of an intent, which is good until the scratch is used again.
func (r *renderer) tokenText(i card.Intent, anyone bool, limit int) []byte {
	t := r.scratch[:0]
	if r.tokens != nil && i.Name != "" {
		t = r.tokens.AppendToken(t, i, r.actor, anyone, limit)
	}
	if len(t) == 0 || len(t) > limit && utf8.RuneCount(t) > limit {
		t = append(t[:0], '-')
	}
	r.scratch = t
	return t
}

// confirm appends the question asked first, which a dangerous action always has.
func (r *renderer) confirm(a *card.Action) {
	text := a.Confirm
	if text == "" && a.Style == card.Danger {
		text = a.Label
	}
	if text == "" {
		return
	}
	r.dst = append(r.dst, `,"confirm":{"title":`...)
	r.plain(r.say(lang.SlackConfirmTitle, nil), 100)
	r.dst = append(r.dst, `,"text":`...)
	r.plain(text, 300)
	r.dst = append(r.dst, `,"confirm":`...)
	r.plain(a.Label, 30)
	r.dst = append(r.dst, `,"deny":`...)
	r.plain(r.say(lang.SlackConfirmNo, nil), 30)
	if a.Style == card.Danger {
		r.dst = append(r.dst, `,"style":"danger"`...)
	}
	r.dst = append(r.dst, '}')
}
