package understand

import (
	"slices"
	"strconv"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
)

// offers reads a numbered list in an answer: "1. a 2. b".
func (r *run) offers(text string) []catalog.Ref {
	var out []catalog.Ref
	for want := 1; want <= 10; want++ {
		label := strconv.Itoa(want)
		at := -1
		for _, sep := range []string{".", ")", "、", ":", "："} {
			if i := strings.Index(text, label+sep); i >= 0 && (at < 0 || i < at) {
				at = i + len(label+sep)
			}
		}
		if at < 0 {
			break
		}
		rest := text[at:]
		if i := strings.Index(rest, strconv.Itoa(want+1)); i > 0 {
			rest = rest[:i]
		}
		ref, ok := r.firstNamed(rest)
		if !ok {
			break
		}
		out = append(out, ref)
	}
	if len(out) < 2 {
		return r.offersInLine(text)
	}
	return out
}

// maxInLine bounds how many names a sentence offers, and how long it is in bytes.
const (
	maxInLine   = 10
	maxLineText = 2000
)

// offersInLine reads "Which one: A (service), B (API)?": names behind a colon, in a sentence that asks.
func (r *run) offersInLine(text string) []catalog.Ref {
	text = strings.TrimSpace(text)
	at := strings.IndexAny(text, ":：")
	if at < 0 || len(text) > maxLineText || !strings.HasSuffix(text, "?") && !strings.HasSuffix(text, "？") {
		return nil
	}
	rest := strings.TrimRight(strings.TrimLeft(text[at:], ":： "), "?？ ")
	var out []catalog.Ref
	for _, name := range strings.FieldsFunc(strings.ReplaceAll(strings.ReplaceAll(rest, " or ", ","), "还是", ","), func(c rune) bool { return strings.ContainsRune(",、，;；", c) }) {
		name = strings.Trim(strings.TrimSpace(name), "*`")
		if i := strings.IndexAny(name, "(（"); i > 0 {
			name = strings.TrimSpace(name[:i])
		}
		ref, ok := r.firstNamed(name)
		if !ok || len(out) == maxInLine {
			return nil
		}
		out = append(out, ref)
	}
	if len(out) < 2 {
		return nil
	}
	return out
}

func (r *run) firstNamed(text string) (catalog.Ref, bool) {
	for _, f := range strings.FieldsFunc(text, func(c rune) bool { return strings.ContainsRune(" ,;()（），；\n", c) }) {
		if ref, err := catalog.ParseRef(f, "component", ""); err == nil && strings.ContainsAny(f, ":/") && r.visible(ref) {
			return ref, true
		}
	}
	if ref, ok := r.wholeName(text); ok {
		return ref, true
	}
	ts := tokenise(clean(text, r.u.lex.simplify).text)
	for i := range ts {
		if m, ok := r.x.longest(ts, i); ok && m.strength >= medium {
			sub := &run{u: r.u, x: r.x, view: r.view, m: r.m, intent: r.past0(), hit: make([]bool, len(r.m.toks))}
			m.keys = sub.fitting(&m)
			if refs := sub.resolve(&m).refs; len(refs) > 0 {
				return refs[0], true
			}
		}
	}
	return catalog.Ref{}, false
}

// wholeName reads an item of a list that is nothing but a name, or a name with the name in brackets behind it.
func (r *run) wholeName(text string) (catalog.Ref, bool) {
	m := mention{key: squash(text), strength: strong, kindAt: -1}
	m.keys = r.named(text)
	if i := strings.LastIndexAny(text, "(（"); i >= 0 && len(m.keys) == 0 {
		m.key = squash(text[i:])
		title := r.named(text[:i])
		m.keys = keep(r.named(text[i:]), func(k keyRef) bool {
			return slices.ContainsFunc(title, func(t keyRef) bool { return t.ent == k.ent })
		})
	}
	if len(m.keys) == 0 {
		return catalog.Ref{}, false
	}
	sub := &run{u: r.u, x: r.x, view: r.view, m: r.m, intent: r.past0(), hit: make([]bool, len(r.m.toks))}
	m.keys = sub.fitting(&m)
	refs := sub.resolve(&m).refs
	if len(refs) != 1 {
		return catalog.Ref{}, false
	}
	return refs[0], true
}

// named lists what has a text as its name or title.
func (r *run) named(text string) []keyRef {
	return keep(r.x.called(squash(text)), func(k keyRef) bool { return k.class <= keyTitle })
}

func (r *run) past0() Intent {
	if r.past != nil {
		return r.past.intent
	}
	return ""
}
