package slack

import (
	"strings"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// Words go out as rich_text: its text elements are never read as markup, so no name can become a mention, a link or
// bold type, and nothing needs escaping.

// text appends a paragraph.
func (r *renderer) text(spans []card.Span) {
	if !visible(spans) || !r.open() {
		return
	}
	r.dst = append(r.dst, `{"type":"rich_text","elements":[`...)
	r.section(spans)
	r.dst = append(r.dst, `]}`...)
	r.close()
}

// visible reports whether any span has something to show.
func visible(spans []card.Span) bool {
	for i := range spans {
		if spans[i].Text != "" || mentionable(&spans[i]) {
			return true
		}
	}
	return false
}

// section appends a rich_text_section.
func (r *renderer) section(spans []card.Span) {
	r.dst = append(r.dst, `{"type":"rich_text_section","elements":[`...)
	r.elements(spans)
	r.dst = append(r.dst, `]}`...)
}

// elements appends the elements of a section, at least one. Neighbours without any style become one.
func (r *renderer) elements(spans []card.Span) {
	first, bare := true, false
	for i := range spans {
		s := &spans[i]
		if s.Text == "" && !mentionable(s) {
			continue
		}
		if !first && r.left <= 0 {
			return
		}
		if bare && isBare(s) {
			r.dst = r.dst[:len(r.dst)-len(`"}`)]
			r.inner(s.Text, maxTotal)
			r.dst = append(r.dst, `"}`...)
			continue
		}
		if !first {
			r.dst = append(r.dst, ',')
		}
		first, bare = false, isBare(s)
		r.element(s)
	}
	if first {
		r.dst = append(r.dst, `{"type":"text","text":" "}`...)
	}
}

// isBare reports whether a span is shown as words without any style.
func isBare(s *card.Span) bool {
	switch s.Kind {
	case card.Strong, card.Entity, card.Mono:
		return false
	default:
		return !mentionable(s) && !linkable(s)
	}
}

// element appends one span.
func (r *renderer) element(s *card.Span) {
	switch {
	case mentionable(s):
		r.dst = append(r.dst, `{"type":"user","user_id":`...)
		r.dst = appendJSON(r.dst, s.User)
		r.left -= len(s.User)
		r.dst = append(r.dst, '}')
		return
	case linkable(s):
		r.dst = append(r.dst, `{"type":"link","url":`...)
		r.dst = appendJSON(r.dst, s.URL)
		r.dst = append(r.dst, `,"text":`...)
	default:
		r.dst = append(r.dst, `{"type":"text","text":`...)
	}
	r.str(s.Text, maxTotal)
	switch s.Kind {
	case card.Strong, card.Entity:
		r.dst = append(r.dst, `,"style":{"bold":true}`...)
	case card.Mono:
		r.dst = append(r.dst, `,"style":{"code":true}`...)
	}
	r.dst = append(r.dst, '}')
}

// linkable reports whether a span leads to a page that Slack takes.
func linkable(s *card.Span) bool {
	return (s.Kind == card.Link || s.Kind == card.Entity) && webURL(s.URL, true)
}

// webURL reports whether an address may become a link. Mail addresses are fine in text but not on buttons.
func webURL(u string, mail bool) bool {
	if len(u) > maxURL || strings.IndexByte(u, ' ') >= 0 {
		return false
	}
	return len(u) > len("https://") && (strings.HasPrefix(u, "https://") || strings.HasPrefix(u, "http://")) ||
		mail && strings.HasPrefix(u, "mailto:") && strings.IndexByte(u, '@') > 0
}

// mentionable reports whether a span mentions a person: only where the message asks for it with a user id of Slack.
func mentionable(s *card.Span) bool {
	return s.Kind == card.Person && userID(s.User)
}

// userID reports whether s is a user id of Slack: U or W, then upper-case letters and digits.
func userID(s string) bool {
	if len(s) < 2 || len(s) > 32 || s[0] != 'U' && s[0] != 'W' {
		return false
	}
	for i := 1; i < len(s); i++ {
		if c := s[i]; (c < '0' || c > '9') && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return true
}

// list appends a bulleted or numbered list and what it leaves out.
func (r *renderer) list(l card.List) {
	if len(l.Items) == 0 && l.More <= 0 || !r.open() {
		return
	}
	r.dst = append(r.dst, `{"type":"rich_text","elements":[`...)
	if len(l.Items) > 0 {
		style := "bullet"
		if l.Ordered {
			style = "ordered"
		}
		r.dst = append(r.dst, `{"type":"rich_text_list","style":"`...)
		r.dst = append(r.dst, style...)
		r.dst = append(r.dst, `","indent":0,"elements":[`...)
		for i, item := range l.Items {
			if i > 0 {
				if r.left <= 0 {
					break
				}
				r.dst = append(r.dst, ',')
			}
			r.section(item)
		}
		r.dst = append(r.dst, `]}`...)
	}
	if l.More > 0 {
		if len(l.Items) > 0 {
			r.dst = append(r.dst, ',')
		}
		r.section(r.more(l.More, l.MoreURL))
	}
	r.dst = append(r.dst, `]}`...)
	r.close()
}

// more is the line about what a list or table leaves out.
func (r *renderer) more(n int, url string) []card.Span {
	text := r.say(lang.CardMore, lang.Args{"n": n})
	if url != "" {
		return []card.Span{card.L(text, url)}
	}
	return []card.Span{card.T(text)}
}

// code appends preformatted text.
func (r *renderer) code(text string) {
	if text == "" || !r.open() {
		return
	}
	r.dst = append(r.dst, `{"type":"rich_text","elements":[`...)
	r.preformatted(text)
	r.dst = append(r.dst, `]}`...)
	r.close()
}

func (r *renderer) preformatted(text string) {
	r.dst = append(r.dst, `{"type":"rich_text_preformatted","border":0,"elements":[{"type":"text","text":`...)
	r.str(text, maxTotal)
	r.dst = append(r.dst, `}]}`...)
}

// progress appends a line with a bar: what is done, in words, and how much of it.
func (r *renderer) progress(p card.Progress) {
	total := max(p.Total, 0)
	done := min(max(p.Done, 0), total)
	args := lang.Args{"label": p.Label, "done": done, "total": total}
	var mark, words string
	switch p.State {
	case card.StateDone:
		mark, words = "🟢 ", r.say(lang.CardDone, args)
	case card.StateFailed:
		mark, words = "🔴 ", r.say(lang.CardFailed, args)
	case card.StatePending:
		mark, words = "⚪ ", r.say(lang.CardPending, args)
	default:
		mark, words = "🔵 ", r.say(lang.CardProgress, args)
	}
	if !r.open() {
		return
	}
	line := mark + words
	if total > 0 && p.State != card.StateDone && p.State != card.StatePending {
		const width = 20
		full := done * width / total
		line += "\n" + strings.Repeat("█", full) + strings.Repeat("░", width-full)
	}
	r.dst = append(r.dst, `{"type":"rich_text","elements":[`...)
	r.section([]card.Span{card.T(line)})
	r.dst = append(r.dst, `]}`...)
	r.close()
}
