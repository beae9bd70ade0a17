package understand

import (
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// usableTechs drops technologies that are part of an entity's name, and everyday words where nothing says that a
// technology is meant.
func (u *Understander) usableTechs(view search.View, m *message) []techSpan {
	var out []techSpan
	context := m.techContext()
	for _, s := range u.tech.find(m.toks) {
		inside := false
		for i := range m.mentions {
			n := &m.mentions[i]
			inside = inside || s.from >= n.from && s.to <= n.to && (n.to-n.from > s.to-s.from)
		}
		if inside || s.weak && !context && !m.latinAmongHan(s) && !m.besideNumber(s) && !m.askedWhich(s) && !m.known(s) && !(m.alone(s) && (s.radar != "" || u.inUse(view, s.id))) && !u.beforeKind(m, s) || m.toks[s.from].code {
			continue
		}
		out = append(out, s)
	}
	return out
}

var techContext = map[string]bool{"version": true, "versions": true, "radar": true, "approved": true, "allowed": true, "adopt": true,
	"leftovers": true, "upgrade": true, "upgraded": true, "scaffold": true, "template": true, "boilerplate": true, "starter": true, "skeleton": true,
	"recommended": true, "banned": true, "behind": true, "spread": true, "outdated": true, "lib": true, "library": true, "framework": true, "language": true, "vesion": true, "verson": true}

func (m *message) techContext() bool {
	for i := range m.toks {
		if techContext[m.toks[i].norm] || techContext[m.toks[i].fixed] {
			return true
		}
	}
	return anyOf(m.clean.text, "版本", "雷达", "多少", "怎么看", "态度", "能用", "可以用", "升级", "升到", "服务", "脚手架", "模板", "推荐用", "是几", "能上", "可以上", "用的", "写的") || anyOf(strings.ToLower(m.clean.text),
		"i use", "we use", "can i", "may we", "may i", "still on", "do we use", "new ")
}

// languages are the everyday words that are languages and frameworks before all else where a word for a kind stands behind:
// "experimental go services".
var languages = map[string]bool{"go": true, "rust": true, "swift": true, "dart": true, "node": true, "spring": true, "rails": true, "flask": true, "express": true, "next": true}

// latinAmongHan reports whether the name of a language stands in a Chinese message, where nobody writes an English word
// that means nothing else.
func (m *message) latinAmongHan(s techSpan) bool {
	return m.lang == lang.Chinese && s.to == s.from+1 && languages[m.toks[s.from].norm]
}

// beforeKind reports whether the name of a language stands right before a word for a kind.
func (u *Understander) beforeKind(m *message, s techSpan) bool {
	return s.to == s.from+1 && languages[m.toks[s.from].norm] && s.from > 0 && slices.ContainsFunc(m.units, func(o unit) bool {
		return o.from == s.to && o.entry != nil && o.entry.kind > 0 && u.lex.kinds[o.entry.kind-1].kind == "component"
	})
}

// besideNumber reports whether what looks like a version stands behind a name: "node 14", "go below 1.21", but not
// "room 204".
func (m *message) besideNumber(s techSpan) bool {
	const digits = 2
	i := s.to
	for i < len(m.toks) && comparing[m.toks[i].norm] {
		i++
	}
	if i >= len(m.toks) || m.toks[i].class != num {
		return false
	}
	dotted := strings.Contains(m.toks[i].norm, ".")
	return dotted || i == s.to && len(m.toks[i].norm) <= digits
}

// comparing holds the words between a name and a version that is compared with.
var comparing = map[string]bool{"below": true, "under": true, "before": true, "above": true, "older": true, "newer": true, "than": true, "<": true, ">": true, "=": true}

// alone reports whether a message is nothing but a name: "rust?"
func (m *message) alone(s techSpan) bool {
	return !slices.ContainsFunc(m.toks[:s.from], func(t token) bool { return t.class != punct }) &&
		!slices.ContainsFunc(m.toks[s.to:], func(t token) bool { return t.class != punct && t.norm != "呢" })
}

// askedWhich reports whether "which", "what", "same" or "written in" stands right before a name, or "uses" and nothing behind it.
func (m *message) askedWhich(s techSpan) bool {
	if s.from == 0 {
		return false
	}
	switch m.toks[s.from-1].norm {
	case "which", "what", "same", "our":
		return true
	case "in", "with":
		return s.from > 1 && slices.Contains([]string{"written", "coded", "built", "implemented", "developed", "programmed"}, m.toks[s.from-2].norm)
	case "use", "uses", "using":
		return !slices.ContainsFunc(m.toks[s.to:], func(t token) bool { return t.class != punct })
	}
	return false
}

// known reports whether a message asks who knows something, so that an everyday word can be a technology: "who knows rust",
// 谁会 go, "anyone good with express?" The word stands at the end, or right behind the one that says so.
func (m *message) known(s techSpan) bool {
	end := !slices.ContainsFunc(m.toks[s.to:], func(t token) bool {
		return t.class != punct && t.norm != "的" && t.norm != "吗" && t.norm != "呢" && t.norm != "here"
	})
	if s.from == 0 {
		return false
	}
	switch m.toks[s.from-1].norm {
	case "knows", "know", "speaks", "knowing", "writes":
		return end
	case "with", "at", "in":
		return end && anyOf(strings.ToLower(m.clean.text), "good ", "great ", "fluent ", "skilled ", "expert", "experience")
	case "会", "懂", "熟", "悉":
		return end || m.toks[s.to].norm == "的" || m.toks[s.to].norm == "找"
	}
	return false
}
