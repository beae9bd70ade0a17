package discord

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/backchannel-portal/backchannel/bot/card"
)

// Characters that begin or end markup, mentions and links: those that do so anywhere, and those that do at the start
// of a line. A backslash before them takes their meaning away.
const (
	always  = "\\*_~`|[]<@"
	atStart = "#-+>"
)

// markdown appends spans as Discord's Markdown. A span that does not fit into limit code units whole is cut where it
// is plain and left out where it is not, so that no markup is ever broken.
func (r *renderer) markdown(dst []byte, spans []card.Span, limit int) []byte {
	from := len(dst)
	for i := range spans {
		mark := len(dst)
		dst = r.span(dst, &spans[i])
		n := length(dst[mark:])
		if n <= limit {
			limit -= n
			continue
		}
		dst = dst[:mark]
		if limit >= 8 {
			dst = appendEscaped(dst, clip(spans[i].Text, limit/2), mark == from)
		} else if limit > 0 {
			dst = append(dst, "…"...)
		}
		break
	}
	return dst
}

// span appends one span.
func (r *renderer) span(dst []byte, s *card.Span) []byte {
	start := len(dst) == 0 || dst[len(dst)-1] == '\n'
	text := strings.TrimSpace(oneLine(s.Text))
	switch {
	case s.Kind == card.Person && isSnowflake(s.User) && len(r.users) < maxMentions:
		r.users = append(r.users, s.User)
		return append(append(append(dst, "<@"...), s.User...), '>')
	case text == "":
		return append(dst, s.Text...)
	case s.Kind == card.Time && !s.At.IsZero():
		return appendTime(dst, s)
	case (s.Kind == card.Link || s.Kind == card.Entity) && linkable(s.URL):
		return appendLink(dst, text, s)
	case s.Kind == card.Mono:
		dst = append(dst, '`')
		dst = append(dst, strings.ReplaceAll(text, "`", "ˋ")...)
		return append(dst, '`')
	case s.Kind == card.Strong || s.Kind == card.Entity:
		dst = append(dst, "**"...)
		dst = appendEscaped(dst, text, false)
		return append(dst, "**"...)
	default:
		return appendEscaped(dst, s.Text, start)
	}
}

func appendLink(dst []byte, text string, s *card.Span) []byte {
	if s.Kind == card.Entity {
		dst = append(dst, "**"...)
	}
	dst = append(dst, '[')
	dst = appendEscaped(dst, text, false)
	dst = append(dst, "]("...)
	dst = appendURL(dst, s.URL)
	dst = append(dst, ')')
	if s.Kind == card.Entity {
		dst = append(dst, "**"...)
	}
	return dst
}

// appendTime appends a moment that everybody reads in their own zone: the hour alone where the text has no more.
func appendTime(dst []byte, s *card.Span) []byte {
	style := "f"
	if !strings.ContainsFunc(s.Text, func(c rune) bool { return c != ':' && !unicode.IsDigit(c) }) {
		style = "t"
	}
	dst = append(dst, "<t:"...)
	dst = strconv.AppendInt(dst, s.At.Unix(), 10)
	dst = append(append(dst, ':'), style...)
	return append(dst, '>')
}

// linkable reports whether Discord makes a link of the address.
func linkable(u string) bool {
	return len(u) <= maxURL && (strings.HasPrefix(u, "https://") || strings.HasPrefix(u, "http://")) && card.WebURL(u)
}

// appendURL appends an address as it stands between parentheses.
func appendURL(dst []byte, u string) []byte {
	for i := range len(u) {
		switch c := u[i]; c {
		case '(':
			dst = append(dst, "%28"...)
		case ')':
			dst = append(dst, "%29"...)
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

// appendEscaped appends text that is to be read as it is: an address in it becomes no link either. Start says that a
// line begins with it.
func appendEscaped(dst []byte, s string, start bool) []byte {
	digits := false // of a number that begins the line
	for i, c := range s {
		switch {
		case strings.ContainsRune(always, c), start && strings.ContainsRune(atStart, c), digits && (c == '.' || c == ')'),
			c == ':' && strings.HasPrefix(s[i:], "://"):
			dst = append(dst, '\\')
		}
		dst = utf8.AppendRune(dst, c)
		digits = (start || digits) && '0' <= c && c <= '9'
		start = c == '\n' || start && c == ' '
	}
	return dst
}

// appendCode appends a code block.
func appendCode(dst []byte, language, text string) []byte {
	dst = append(dst, "```"...)
	if isWord(language) {
		dst = append(dst, language...)
	}
	dst = append(dst, '\n')
	dst = append(dst, strings.ReplaceAll(text, "```", "ˋˋˋ")...)
	if strings.HasSuffix(text, "`") {
		dst = append(dst, ' ')
	}
	return append(dst, "\n```"...)
}

func isWord(s string) bool {
	return len(s) <= 20 && !strings.ContainsFunc(s, func(c rune) bool { return c > 'z' || !unicode.IsLetter(c) && !unicode.IsDigit(c) })
}

// isSnowflake reports whether s is an id as Discord gives them.
func isSnowflake(s string) bool {
	return len(s) >= 15 && len(s) <= 20 && !strings.ContainsFunc(s, func(c rune) bool { return c < '0' || c > '9' })
}

// oneLine replaces line ends, across which no markup reaches.
func oneLine(s string) string {
	if strings.ContainsAny(s, "\r\n") {
		return strings.Join(strings.Fields(s), " ")
	}
	return s
}

// length counts UTF-16 code units.
func length[T string | []byte](s T) int {
	n := 0
	for _, c := range string(s) {
		n++
		if c > 0xFFFF {
			n++
		}
	}
	return n
}

// clip cuts a text to at most limit code units, with an ellipsis at the end of what was cut.
func clip(s string, limit int) string {
	if length(s) <= limit {
		return s
	}
	n := 0
	for i, c := range s {
		size := 1
		if c > 0xFFFF {
			size = 2
		}
		if n+size > limit-1 {
			return strings.TrimRight(s[:i], " ") + "…"
		}
		n += size
	}
	return s
}
