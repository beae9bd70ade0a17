package understand

import (
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// headRunes and tailRunes bound what is read of a long message: how it starts and how it ends.
const (
	headRunes = 1200
	tailRunes = 400
)

// maxLinks bounds how many links of a message are looked at.
const maxLinks = 4

// cleaned is a message without what chat platforms wrap around words.
type cleaned struct {
	text      string // what is left, NFKC, simplified Chinese, original case
	code      string // what stood in code blocks
	links     []*url.URL
	broadcast bool // it tried to mention everybody
}

var (
	codeBlock  = regexp.MustCompile("(?s)```(?:[a-zA-Z]+\n)?(.*?)(?:```|$)")
	chatLink   = regexp.MustCompile(`<(https?://[^|>\s]+)(?:\|([^>]*))?>`)
	broadcast  = regexp.MustCompile(`(?i)<!(?:here|channel|everyone)[^>]*>|(?:^|\s|,)@(?:here|channel|everyone|all|所有人)\b|@所有人`)
	chatMarkup = regexp.MustCompile(`<(?:@[!&]?|#|!|a?:\w+:|t:)[^>\n]{0,80}>`)
	plainLink  = regexp.MustCompile(`https?://[^\s<>"'，。！？、)）]+`)
	emojiName  = regexp.MustCompile(`:[a-zA-Z0-9_+\-]{2,32}:`)
	atName     = regexp.MustCompile(`(^|[\s,，])[@#][\p{L}\p{N}_\-.]+`)
)

// clean takes a message apart. Names of people and channels that are addressed, emoji and quotes of code are taken
// out of the running text; links are kept apart, because an address can say which entity is meant.
func clean(s string, simplify func(rune) rune) cleaned {
	s = strings.ToValidUTF8(bound(s), " ")
	var c cleaned
	c.broadcast = broadcast.MatchString(s)
	s = broadcast.ReplaceAllString(s, " ")
	s = codeBlock.ReplaceAllStringFunc(s, func(m string) string {
		c.code += " " + codeBlock.FindStringSubmatch(m)[1]
		return "\n"
	})
	s = chatLink.ReplaceAllStringFunc(s, func(m string) string {
		p := chatLink.FindStringSubmatch(m)
		c.addLink(p[1])
		return " " + p[2] + " "
	})
	s = chatMarkup.ReplaceAllString(s, " ")
	s = plainLink.ReplaceAllStringFunc(s, func(m string) string {
		c.addLink(strings.TrimRight(m, ".,;:!?"))
		return " "
	})
	s = emojiName.ReplaceAllString(s, " ")
	s = atName.ReplaceAllString(s, "$1")
	c.text = strings.Map(func(r rune) rune { return keepRune(simplify(r)) }, norm.NFKC.String(s))
	c.text = unturned(c.text)
	c.code = norm.NFKC.String(c.code)
	return c
}

// unturned writes 干不干净 as 是否干净: a word of two characters whose first is asked twice. What one can, may or has to do
// is left as it is, since phrases know 能不能用.
func unturned(s string) string {
	if !strings.Contains(s, "不") {
		return s
	}
	const modal = "能会可是要行有好对想让该准敢许应"
	rs := []rune(s)
	var b strings.Builder
	for i := 0; i < len(rs); i++ {
		if i+3 < len(rs) && rs[i+1] == '不' && rs[i] == rs[i+2] && isHan(rs[i]) && isHan(rs[i+3]) && !strings.ContainsRune(modal, rs[i]) {
			b.WriteString("是否")
			i++
			continue
		}
		b.WriteRune(rs[i])
	}
	return b.String()
}

func (c *cleaned) addLink(s string) {
	if u, err := url.Parse(s); err == nil && u.Host != "" && len(c.links) < maxLinks {
		c.links = append(c.links, u)
	}
}

// keepRune drops what carries no words: emoji, control and format characters.
func keepRune(r rune) rune {
	switch {
	case r == '\n':
		return r
	case unicode.IsControl(r), unicode.Is(unicode.So, r), unicode.Is(unicode.Co, r):
		return ' '
	case unicode.Is(unicode.Cf, r), unicode.Is(unicode.Variation_Selector, r), r == 0x20e3, r >= 0x1f3fb && r <= 0x1f3ff:
		return -1
	}
	return r
}

// bound cuts the middle out of an overlong message.
func bound(s string) string {
	if utf8.RuneCountInString(s) <= headRunes+tailRunes {
		return s
	}
	r := []rune(s)
	return string(r[:headRunes]) + "\n" + string(r[len(r)-tailRunes:])
}
