package slack

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/backchannel-portal/backchannel/bot/card"
)

// Notes and fields exist as mrkdwn only. There, & < > are escaped, which stops mentions and links; for * _ ~ ` and a
// leading > Slack has no escape, so where one of them could be read as markup a look-alike stands for it.

// note appends the small grey line. Words alone are plain_text, which knows no markup at all.
func (r *renderer) note(spans []card.Span) {
	if !visible(spans) || !r.open() {
		return
	}
	r.dst = append(r.dst, `{"type":"context","elements":[`...)
	if wordsOnly(spans) {
		r.scratch = r.scratch[:0]
		for i := range spans {
			r.scratch = append(r.scratch, spans[i].Text...)
		}
		r.plain(string(r.scratch), maxText)
	} else {
		r.scratch = r.mrkdwn(r.scratch[:0], spans, maxText)
		r.markup(r.scratch)
	}
	r.dst = append(r.dst, `]}`...)
	r.close()
}

// wordsOnly reports whether no span needs markup.
func wordsOnly(spans []card.Span) bool {
	for i := range spans {
		switch s := &spans[i]; s.Kind {
		case card.Words, card.Time:
		case card.Person, card.Entity, card.Link:
			if mentionable(s) || linkable(s) || s.Kind == card.Entity {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// markup appends a mrkdwn object of a text that mrkdwn has made. Verbatim keeps Slack from linking words by itself.
func (r *renderer) markup(text []byte) {
	r.dst = append(r.dst, `{"type":"mrkdwn","verbatim":true,"text":`...)
	r.left -= utf8.RuneCount(text)
	if len(text) == 0 {
		text = []byte{' '} // Slack refuses the empty text
	}
	r.dst = appendJSON(r.dst, text)
	r.dst = append(r.dst, '}')
}

// fields appends label and value pairs, side by side, ten to a block.
func (r *renderer) fields(items []card.Field) {
	for len(items) > 0 {
		n := min(len(items), maxFields)
		if !r.open() {
			return
		}
		r.dst = append(r.dst, `{"type":"section","fields":[`...)
		for i, f := range items[:n] {
			if i > 0 {
				if r.left <= 0 {
					break
				}
				r.dst = append(r.dst, ',')
			}
			r.scratch = r.scratch[:0]
			if f.Label != "" {
				r.scratch = r.mrkdwn(r.scratch, []card.Span{card.S(f.Label)}, 400)
				r.scratch = append(r.scratch, '\n')
			}
			r.scratch = r.mrkdwn(r.scratch, f.Value, maxField-utf8.RuneCount(r.scratch))
			r.markup(r.scratch)
		}
		r.dst = append(r.dst, `]}`...)
		r.close()
		items = items[n:]
	}
}

// mrkdwn appends spans as mrkdwn of at most limit characters. A span that does not fit whole is cut where it is plain
// and left out where it is not, so that no markup is ever broken.
func (r *renderer) mrkdwn(dst []byte, spans []card.Span, limit int) []byte {
	limit = min(limit, max(r.left, 1))
	for i := range spans {
		mark := len(dst)
		dst = appendSpan(dst, &spans[i])
		n := utf8.RuneCount(dst[mark:])
		if n <= limit {
			limit -= n
			continue
		}
		dst = dst[:mark]
		text := clip(spans[i].Text, limit/6) // the longest escape has five characters
		if limit >= 6 && text != "" {
			dst = appendEscaped(dst, text)
		} else if limit > 0 {
			dst = append(dst, "…"...)
		}
		break
	}
	return dst
}

// appendSpan appends one span as mrkdwn.
func appendSpan(dst []byte, s *card.Span) []byte {
	switch {
	case mentionable(s):
		dst = append(dst, "<@"...)
		dst = append(dst, s.User...)
		return append(dst, '>')
	case linkable(s) && strings.TrimSpace(s.Text) != "":
		dst = append(dst, '<')
		dst = appendURL(dst, s.URL)
		dst = append(dst, '|')
		dst = appendEscaped(dst, oneLine(s.Text))
		return append(dst, '>')
	case strings.TrimSpace(s.Text) == "":
		return append(dst, s.Text...)
	case s.Kind == card.Mono:
		dst = append(dst, '`')
		dst = appendEntities(dst, strings.ReplaceAll(oneLine(s.Text), "`", "ˋ"))
		return append(dst, '`')
	case s.Kind == card.Strong || s.Kind == card.Entity:
		dst = append(dst, '*')
		dst = appendEscaped(dst, strings.TrimSpace(oneLine(s.Text)))
		return append(dst, '*')
	default:
		return appendEscaped(dst, s.Text)
	}
}

// oneLine replaces line ends, across which no markup reaches.
func oneLine(s string) string {
	if strings.ContainsAny(s, "\r\n") {
		return strings.Join(strings.Fields(s), " ")
	}
	return s
}

// appendURL appends an address as it stands between < and |.
func appendURL(dst []byte, u string) []byte {
	for i := 0; i < len(u); i++ {
		switch c := u[i]; c {
		case '&':
			dst = append(dst, "&amp;"...)
		case '<':
			dst = append(dst, "%3C"...)
		case '>':
			dst = append(dst, "%3E"...)
		case '|':
			dst = append(dst, "%7C"...)
		default:
			if c < ' ' {
				continue
			}
			dst = append(dst, c)
		}
	}
	return dst
}

// appendEntities appends text with the three characters escaped that start mentions and links.
func appendEntities(dst []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case '&':
			dst = append(dst, "&amp;"...)
		case '<':
			dst = append(dst, "&lt;"...)
		case '>':
			dst = append(dst, "&gt;"...)
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

// appendEscaped appends text that is to be read as it is: entities escaped, and look-alikes for the characters that
// would start or end bold, italic, struck-out, code or quoted text. Inside of a word they mean nothing and stay.
func appendEscaped(dst []byte, s string) []byte {
	if !strings.ContainsAny(s, "*_~`>&<") {
		return append(dst, s...)
	}
	before := ' '
	for i, c := range s {
		n := utf8.RuneLen(c)
		if n < 0 || c == utf8.RuneError {
			n = 1
		}
		next, _ := utf8.DecodeRuneInString(s[min(i+n, len(s)):])
		inside := wordy(before) && wordy(next) && c != '`'
		switch {
		case c == '&':
			dst = append(dst, "&amp;"...)
		case c == '<':
			dst = append(dst, "&lt;"...)
		case c == '>' && (i == 0 || before == '\n'):
			dst = append(dst, "›"...)
		case c == '>':
			dst = append(dst, "&gt;"...)
		case c == '*' && !inside:
			dst = append(dst, "∗"...)
		case c == '_' && !inside:
			dst = append(dst, "ˍ"...)
		case c == '~' && !inside:
			dst = append(dst, "∼"...)
		case c == '`':
			dst = append(dst, "ˋ"...)
		default:
			dst = utf8.AppendRune(dst, c)
		}
		before = c
	}
	return dst
}

func wordy(c rune) bool { return c != utf8.RuneError && (unicode.IsLetter(c) || unicode.IsDigit(c)) }
