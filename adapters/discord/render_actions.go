package discord

import (
	"strconv"
	"strings"

	"github.com/backchannel-portal/backchannel/bot/card"
)

// A custom id is a number that makes it unique in its message, a mark, and the token of what pressing means.
const (
	markPress = '.' // carries out the intent
	markAsk   = '?' // asks first; the question has a button with the same token and markPress
)

// actions adds rows of up to five buttons; a menu takes a row of its own.
func (r *renderer) actions(items []card.Action) {
	var row []component
	flush := func() {
		if len(row) > 0 {
			r.add(component{Type: typeRow, Components: row}, 1+len(row))
		}
		row = nil
	}
	for i := range items {
		a := &items[i]
		switch {
		case !usable(a):
		case len(a.Options) > 0:
			flush()
			if r.count+2 <= maxComponents {
				r.add(component{Type: typeRow, Components: []component{r.menu(a)}}, 2)
			}
		case r.count+2+len(row) <= maxComponents:
			if row = append(row, r.button(a)); len(row) == maxButtons {
				flush()
			}
		}
	}
	flush()
}

// usable reports whether an action does anything.
func usable(a *card.Action) bool {
	return len(a.Options) > 0 || a.Intent.Name != "" || linkable(a.URL)
}

func (r *renderer) button(a *card.Action) component {
	c := component{Type: typeButton, Style: styleSecondary, Label: orBlank(clip(oneLine(a.Label), maxLabel))}
	if a.Intent.Name == "" {
		c.Style, c.URL = styleLink, a.URL
		return c
	}
	switch a.Style {
	case card.Primary:
		c.Style = stylePrimary
	case card.Danger:
		c.Style = styleDanger
	}
	mark := byte(markPress)
	if a.Confirm != "" {
		mark = markAsk
	}
	c.CustomID = r.customID(mark, a.Intent, a.Anyone)
	if a.Confirm != "" {
		if r.asks == nil {
			r.asks = map[string]string{}
		}
		r.asks[c.CustomID] = a.Confirm
	}
	return c
}

// menu is a select; what it offers beyond Discord's 25 entries is left out.
func (r *renderer) menu(a *card.Action) component {
	c := component{
		Type: typeSelect, Placeholder: clip(oneLine(a.Label), maxPlaceholder),
		CustomID: r.number() + string(markPress) + "menu",
	}
	for _, o := range a.Options[:min(len(a.Options), maxOptions)] {
		c.Options = append(c.Options, option{
			Label: orBlank(clip(oneLine(o.Label), maxOption)), Description: clip(oneLine(o.Hint), maxOption),
			Value: r.customID(markPress, o.Intent, a.Anyone),
		})
	}
	return c
}

// customID is a unique id with the token of an intent. A token that is longer than Discord takes would be cut and be
// no token any more, so none is sent; pressing then says that the button has expired.
func (r *renderer) customID(mark byte, i card.Intent, anyone bool) string {
	token := "-"
	if r.tokens != nil && i.Name != "" {
		if t := r.tokens.Token(i, r.actor, anyone, maxCustomID-idPrefix); len(t) <= maxCustomID-idPrefix {
			token = t
		}
	}
	return r.number() + string(mark) + token
}

// number is the next number of the message; a message has at most 40 components, of which a menu has 25 entries.
func (r *renderer) number() string {
	n := strconv.FormatInt(int64(r.ids), 36)
	r.ids++
	return n
}

// splitID takes a custom id apart. A mark of zero says that the id is none of ours.
func splitID(id string) (mark byte, token string) {
	i := strings.IndexAny(id, string([]byte{markPress, markAsk}))
	if i < 1 || i >= idPrefix {
		return 0, ""
	}
	return id[i], id[i+1:]
}

// orBlank replaces the empty text, which Discord refuses.
func orBlank(s string) string {
	if strings.TrimSpace(s) == "" {
		return "…"
	}
	return s
}
