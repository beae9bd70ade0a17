package commands

import (
	"strings"
	"unicode"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// name is the entity's name as people say it, strong: for the sentence that is about it.
func (t *talk) name(e *catalog.Entity) card.Span { return card.S(displayName(t.l, e)) }

// named is the name, and the reference once, in code, where the two differ.
func (t *talk) named(e *catalog.Entity) []card.Span {
	name := displayName(t.l, e)
	ref := e.Ref.Short(e.Ref.Kind)
	if e.Ref.Kind == "user" || sameName(name, ref) {
		return []card.Span{card.S(name)}
	}
	return t.say(lang.CmdNameRef, lang.Args{"name": card.S(name), "ref": card.M(ref)})
}

// link is the name of an entity in a list: a link to its page.
func (t *talk) link(e *catalog.Entity) card.Span {
	return card.Span{Kind: card.Entity, Text: displayName(t.l, e), Ref: e.Ref.String(), URL: t.c.links.entity(e.Ref)}
}

// listed is link, and the reference in code where it differs from the name.
func (t *talk) listed(e *catalog.Entity) []card.Span {
	link, ref := t.link(e), e.Ref.Short(e.Ref.Kind)
	if sameName(link.Text, ref) {
		return []card.Span{link}
	}
	return t.say(lang.CmdNameRef, lang.Args{"name": link, "ref": card.M(ref)})
}

// person is a User as a span that stands for a person.
func (t *talk) person(r catalog.Ref) card.Span {
	return card.Span{Kind: card.Person, Text: t.nameOf(r), Ref: r.String()}
}

// strong is the name of what a reference names, strong; the bare name where it names nothing.
func (t *talk) strong(r catalog.Ref) card.Span {
	if r.Kind == "user" {
		s := t.person(r)
		s.Kind = card.Strong
		return s
	}
	return card.S(t.nameOf(r))
}

// nameOf is what people call what a reference names.
func (t *talk) nameOf(r catalog.Ref) string {
	if e, ok := t.view.Entity(r); ok {
		return displayName(t.l, e)
	}
	if name, ok := t.strangers[r]; ok {
		return name
	}
	return r.Short(r.Kind)
}

// refs renders references as a list of links; those that name nothing as code.
func (t *talk) refs(refs []catalog.Ref, most int) []card.Span {
	items := make([][]card.Span, 0, min(len(refs), most))
	for _, r := range refs[:min(len(refs), most)] {
		if e, ok := t.view.Entity(r); ok {
			items = append(items, []card.Span{t.link(e)})
			continue
		}
		items = append(items, []card.Span{card.M(r.Short(""))})
	}
	return t.join(items, len(refs)-len(items))
}

// join renders "a, b and c", or "a, b and 3 more" when more were left out.
func (t *talk) join(items [][]card.Span, more int) []card.Span {
	if more > 0 {
		items = append(items, []card.Span{card.T(t.text(lang.CmdMore, lang.Args{"n": more}))})
	}
	if len(items) == 0 {
		return nil
	}
	comma := card.T(t.text(lang.CmdComma, nil))
	var head []card.Span
	for i, it := range items[:len(items)-1] {
		if i > 0 {
			head = append(head, comma)
		}
		head = append(head, it...)
	}
	last := items[len(items)-1]
	if head == nil {
		return last
	}
	return t.say(lang.CmdAnd, lang.Args{"a": head, "b": last})
}

// commas renders "a, b, c".
func (t *talk) commas(items [][]card.Span) []card.Span {
	var out []card.Span
	for i, it := range items {
		if i > 0 {
			out = append(out, card.T(t.text(lang.CmdComma, nil)))
		}
		out = append(out, it...)
	}
	return out
}

// displayName is what people call an entity, in the language of the question where the entity has a name in it.
// "Mei Lin 林梅" is two names; in "周健 (Zhou Jian)" the brackets only say how the name is read, and in English both
// are shown, because a reading alone often names several people. "Go 服务" of anything but a person is one name.
func displayName(l lang.Lang, e *catalog.Entity) string {
	name := e.DisplayName()
	if isASCII(name) {
		return name
	}
	han, latin, read := splitName(name)
	switch {
	case han == "" || latin == "" || e.Ref.Kind != "user" && !strings.ContainsAny(name, "/|(（"):
		return name
	case l == lang.Chinese:
		return han
	case read:
		return name
	default:
		return latin
	}
}

// splitName splits a name of a Han and a Latin part; read reports that the Latin part stands in brackets behind the
// Han part. Names that are not of exactly two such parts have none.
func splitName(s string) (han, latin string, read bool) {
	open := strings.IndexAny(s, "(（")
	if open > 0 && (strings.HasSuffix(s, ")") || strings.HasSuffix(s, "）")) {
		head := strings.TrimSpace(s[:open])
		tail := strings.TrimSpace(strings.TrimRight(strings.TrimLeft(s[open:], "(（"), ")）"))
		switch {
		case allHan(head) && noHan(tail):
			return head, tail, true
		case noHan(head) && allHan(tail):
			return tail, head, false
		}
		return "", "", false
	}
	words := strings.FieldsFunc(s, func(r rune) bool { return r == '/' || r == '|' || unicode.IsSpace(r) })
	var h, l []string
	changes := 0
	for i, w := range words {
		isHan := allHan(w)
		if !isHan && !noHan(w) {
			return "", "", false
		}
		if i > 0 && isHan != allHan(words[i-1]) {
			changes++
		}
		if isHan {
			h = append(h, w)
		} else {
			l = append(l, w)
		}
	}
	if changes != 1 {
		return "", "", false
	}
	return strings.Join(h, " "), strings.Join(l, " "), false
}

func allHan(s string) bool {
	for _, r := range s {
		if !unicode.Is(unicode.Han, r) && r != '·' {
			return false
		}
	}
	return s != ""
}

func noHan(s string) bool {
	letter := false
	for _, r := range s {
		if unicode.Is(unicode.Han, r) {
			return false
		}
		letter = letter || unicode.IsLetter(r)
	}
	return letter
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// sameName reports whether two names are equal but for case, spaces and the signs between words.
func sameName(a, b string) bool {
	i, j := 0, 0
	for {
		for i < len(a) && separates(a[i]) {
			i++
		}
		for j < len(b) && separates(b[j]) {
			j++
		}
		if i == len(a) || j == len(b) {
			return i == len(a) && j == len(b)
		}
		if lower(a[i]) != lower(b[j]) {
			return false
		}
		i, j = i+1, j+1
	}
}

func separates(c byte) bool { return c == ' ' || c == '-' || c == '_' || c == '.' }

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
