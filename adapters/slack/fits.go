package slack

import (
	"strings"
	"unicode/utf8"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// card.Fit looks at every character and address of a message in several ways, which costs more than all the rest of
// a slash command. Most answers are short and plain, and for them Fit changes nothing: fits finds these out in one
// pass. A test holds the two together.

// smallText is the most bytes a message may have to pass as small. It is below every limit of a single text.
const smallText = 1_500

// fits reports that card.Fit would return the message as it is, one and unchanged but for its summary. It may say no
// to a message that fits.
func fits(m *card.Message) bool {
	c := small{left: smallText}
	if len(m.Blocks) == 0 || len(m.Blocks) > 12 || m.Lang != lang.English && m.Lang != lang.Chinese || !c.spans(m.Summary) {
		return false
	}
	for _, b := range m.Blocks {
		if !c.block(b) {
			return false
		}
	}
	return c.rows <= 1
}

// small counts down what a small message may have.
type small struct{ left, rows int }

func (c *small) block(b card.Block) bool {
	switch b := b.(type) {
	case card.Text:
		return visible(b.Spans) && c.spans(b.Spans)
	case card.Note:
		return visible(b.Spans) && c.spans(b.Spans)
	case card.List:
		return c.list(&b)
	case card.Fields:
		return c.fields(b.Items)
	case card.Actions:
		c.rows++
		return c.actions(b.Items)
	default:
		return false
	}
}

func (c *small) list(l *card.List) bool {
	if len(l.Items) == 0 || len(l.Items) > 10 || l.More != 0 || l.MoreURL != "" {
		return false
	}
	for _, item := range l.Items {
		if !visible(item) || spansLen(item) > 300 || !c.spans(item) {
			return false
		}
	}
	return true
}

func spansLen(spans []card.Span) int {
	n := 0
	for i := range spans {
		n += len(spans[i].Text)
	}
	return n
}

func (c *small) fields(items []card.Field) bool {
	if len(items) == 0 || len(items) > maxFields {
		return false
	}
	for _, f := range items {
		if f.Label == "" || len(f.Label) > 60 || !c.text(f.Label) || !trimmed(f.Label) || !visible(f.Value) || !c.spans(f.Value) {
			return false
		}
	}
	return true
}

// actions takes a row of a few buttons. Menus, and what asks to confirm, are left to Fit.
func (c *small) actions(items []card.Action) bool {
	if len(items) == 0 || len(items) > 5 {
		return false
	}
	for i := range items {
		a := &items[i]
		if len(a.Options) > 0 || a.Confirm != "" || a.Style != card.Default && a.Style != card.Primary ||
			(a.Intent.Name == "") == (a.URL == "") || a.URL != "" && !simpleURL(a.URL) ||
			a.Label == "" || len(a.Label) > maxLabel || !trimmed(a.Label) || !c.text(a.Label) {
			return false
		}
	}
	return true
}

func trimmed(s string) bool { return s[0] != ' ' && s[len(s)-1] != ' ' }

func (c *small) spans(spans []card.Span) bool {
	for i := range spans {
		s := &spans[i]
		if s.Text == "" || s.User != "" && s.Kind != card.Person || !c.text(s.Text) {
			return false
		}
		switch s.Kind {
		case card.Words, card.Strong, card.Mono, card.Time, card.Person:
			if s.URL != "" || s.User != "" {
				return false
			}
		case card.Link, card.Entity:
			if s.URL != "" && !simpleURL(s.URL) || s.URL == "" && s.Kind == card.Link {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// text counts a text and reports whether all of it is ordinary: printable ASCII, or Latin letters, punctuation and
// Chinese that need no closer look.
func (c *small) text(s string) bool {
	c.left -= len(s)
	if c.left < 0 {
		return false
	}
	for i := 0; i < len(s); {
		b := s[i]
		if b < utf8.RuneSelf {
			if b < ' ' || b == 0x7F {
				return false
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if !ordinary(r) {
			return false
		}
		i += n
	}
	return true
}

func ordinary(r rune) bool {
	return 0x4E00 <= r && r <= 0x9FFF || 0x3001 <= r && r <= 0x3029 || 0x3041 <= r && r <= 0x3096 || 0x30A1 <= r && r <= 0x30FE ||
		0xFF01 <= r && r <= 0xFF5E || 0x2010 <= r && r <= 0x2027 && r != 0x2011 || 0xA1 <= r && r <= 0xFF && r != 0xAD
}

// simpleURL reports whether an address is a web address in which nothing needs encoding.
func simpleURL(u string) bool {
	rest, ok := strings.CutPrefix(u, "https://")
	if !ok {
		if rest, ok = strings.CutPrefix(u, "http://"); !ok {
			return false
		}
	}
	if len(u) > 500 || rest == "" || !isAlnum(rest[0]) {
		return false
	}
	for i := 0; i < len(rest); i++ {
		switch b := rest[i]; {
		case isAlnum(b), b == '.', b == '-', b == '_', b == '~', b == '/', b == ':', b == '?', b == '=', b == '&', b == '+', b == ',', b == '#':
		default:
			return false
		}
	}
	return strings.Count(rest, "#") <= 1 && simpleHost(rest)
}

// simpleHost reports whether an address begins with a host and perhaps a port, of which only the form is looked at.
func simpleHost(rest string) bool {
	host := rest
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		host = rest[:i]
	}
	name, port, hasPort := strings.Cut(host, ":")
	for i := 0; i < len(port); i++ {
		if port[i] < '0' || port[i] > '9' {
			return false
		}
	}
	return isAlnum(name[len(name)-1]) && !strings.ContainsAny(name, "_~=") && !strings.Contains(name, "..") && (!hasPort || port != "" && len(port) <= 5)
}

func isAlnum(b byte) bool {
	return 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || '0' <= b && b <= '9'
}
