package commands

import (
	"strings"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
)

// chat is where people can be written to: a link or an annotation of the entity that names a channel or a chat.
// Which product it is does not matter.
func chat(e *catalog.Entity) (card.Span, bool) {
	for _, l := range e.Links {
		if isChat(l.Type) || isChat(l.Icon) || isChat(l.Title) {
			text := l.Title
			if text == "" {
				text = l.URL
			}
			return linkTo(text, l.URL), true
		}
	}
	for _, a := range e.Annotations {
		_, name, ok := strings.Cut(a.Key, "/")
		if ok && isChat(name) && a.Value != "" {
			return linkTo(a.Value, a.Value), true
		}
	}
	return card.Span{}, false
}

// isChat reports whether a word of a link or an annotation means a chat channel.
func isChat(s string) bool {
	s = strings.ToLower(s)
	for _, w := range []string{"chat", "channel", "群聊", "频道"} {
		if strings.Contains(s, w) {
			return !strings.Contains(s, "channel-id") && !strings.Contains(s, "webhook")
		}
	}
	return false
}

// mail is the entity's e-mail address.
func mail(e *catalog.Entity) (card.Span, bool) {
	m := strings.TrimSpace(e.Profile.Email)
	if m == "" || strings.ContainsAny(m, " \t\r\n<>") || !strings.Contains(m, "@") {
		return card.Span{}, false
	}
	return card.L(m, "mailto:"+m), true
}

// linkTo is a link where there is an address to open, else plain text.
func linkTo(text, address string) card.Span {
	if u := webAddress(address); u != "" {
		return card.L(text, u)
	}
	return card.T(text)
}

// contacts are the ways to reach an entity or, where it names none, its owner: the chat channel first.
func (t *talk) contacts(es ...*catalog.Entity) []card.Span {
	for _, find := range []func(*catalog.Entity) (card.Span, bool){chat, mail} {
		for _, e := range es {
			if e == nil {
				continue
			}
			if s, ok := find(e); ok {
				return []card.Span{s}
			}
		}
	}
	return nil
}

// dotted joins parts of a line with a middle dot, leaving out empty ones.
func dotted(parts ...[]card.Span) []card.Span {
	var out []card.Span
	for _, p := range parts {
		if len(p) == 0 {
			continue
		}
		if out != nil {
			out = append(out, card.T(" · "))
		}
		out = append(out, p...)
	}
	return out
}
