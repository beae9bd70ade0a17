package commands

import (
	"regexp"
	"strings"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// lifecycle says how far in its life an entity is, and what took a deprecated one's place.
func (t *talk) lifecycle(e *catalog.Entity) {
	t.from(e)
	if e.Lifecycle == "" {
		t.no()
		t.line(lang.LifeNone, lang.Args{"what": t.named(e)})
		return
	}
	t.yes()
	t.line(lang.LifeIs, lang.Args{"what": t.named(e), "state": t.lifeWord(e.Lifecycle)})
	t.successorLine(e)
}

// successorLine says what took the place of an entity, if its descriptor states it. For one that is deprecated
// without stating a successor it says so.
func (t *talk) successorLine(e *catalog.Entity) {
	next, raw := t.successor(e)
	switch {
	case next != nil:
		t.line(lang.LifeReplaced, lang.Args{"who": t.named(next)})
	case raw != "":
		t.line(lang.LifeReplacedRaw, lang.Args{"text": raw})
	case strings.EqualFold(e.Lifecycle, "deprecated"):
		t.line(lang.LifeNoSuccessor, nil)
	}
}

// replacedBy finds what a sentence names as the successor, in English and in Chinese.
var replacedBy = regexp.MustCompile(`(?i)(?:(?:replaced|superseded|succeeded|obsoleted)\s+(?:by|with)|in\s+favou?r\s+of|successor(?:\s+is)?:?|(?:migrate|move|moved|migrated|switch)\s+to|use\s+instead:?|` +
	`(?:已?被|由)|请(?:改用|迁移到|使用)|改用|迁移(?:到|至)|替代(?:者|品)(?:是|为)?[:：]?)\s*["“'` + "`" + `]?([\p{L}\p{N}][\p{L}\p{N} ._:/-]*)`)

// insteadOf finds "use X instead".
var insteadOf = regexp.MustCompile(`(?i)\buse\s+(?:the\s+)?["“'` + "`" + `]?([\p{L}\p{N}][\p{L}\p{N} ._:/-]*?)["”'` + "`" + `]?\s+instead\b`)

// successor returns what an entity's descriptor states as its successor; when the name fits nothing in the catalog,
// the sentence that states it.
func (t *talk) successor(e *catalog.Entity) (next *catalog.Entity, raw string) {
	for _, pairs := range [][]catalog.Pair{e.Annotations, e.Labels} {
		for _, p := range pairs {
			if isSuccessorKey(p.Key) && p.Value != "" {
				if next = t.byName(p.Value, e); next != nil {
					return next, ""
				}
				raw = p.Value
			}
		}
	}
	texts := []string{e.Description}
	for _, l := range e.Links {
		texts = append(texts, l.Title)
	}
	for _, text := range texts {
		for _, re := range []*regexp.Regexp{insteadOf, replacedBy} {
			for _, m := range re.FindAllStringSubmatchIndex(text, 4) {
				if next = t.longestName(text[m[2]:m[3]], e); next != nil {
					return next, ""
				}
				if strings.EqualFold(e.Lifecycle, "deprecated") && raw == "" {
					raw = sentenceAround(text, m[0])
				}
			}
		}
	}
	return nil, raw
}

func isSuccessorKey(key string) bool {
	key = strings.ToLower(key[strings.LastIndexByte(key, '/')+1:])
	for _, w := range []string{"replaced-by", "replacedby", "superseded-by", "successor", "replacement"} {
		if key == w {
			return true
		}
	}
	return false
}

// longestName finds the longest run of leading words that names an entity.
func (t *talk) longestName(words string, not *catalog.Entity) *catalog.Entity {
	fields := strings.Fields(words)
	for n := min(len(fields), 5); n > 0; n-- {
		if e := t.byName(strings.TrimRight(strings.Join(fields[:n], " "), ".,;:"), not); e != nil {
			return e
		}
	}
	return nil
}

// byName is the one entity a name means exactly: of the same kind where several do.
func (t *talk) byName(name string, not *catalog.Entity) *catalog.Entity {
	found := t.view.Resolve(name, search.ResolveOptions{Namespace: not.Ref.Namespace, Deepest: search.MatchNormalised, Limit: 5})
	var other *catalog.Entity
	for _, c := range found {
		switch {
		case c.Entity.Ref == not.Ref:
		case c.Entity.Ref.Kind == not.Ref.Kind:
			return c.Entity
		case other == nil:
			other = c.Entity
		}
	}
	return other
}

// sentenceAround is the sentence of a text that holds a position, shortened.
func sentenceAround(text string, at int) string {
	start := strings.LastIndexAny(text[:at], ".。;；\n") + 1
	for start > 0 && start < len(text) && text[start]&0xC0 == 0x80 {
		start++
	}
	end := strings.IndexAny(text[at:], ".。;；\n")
	if end < 0 {
		end = len(text)
	} else {
		end += at
	}
	return clipTo(strings.TrimSpace(text[start:end]), 160)
}

// clipTo shortens a text for a sentence.
func clipTo(s string, most int) string {
	runes := []rune(s)
	if len(runes) <= most {
		return s
	}
	return strings.TrimSpace(string(runes[:most])) + "…"
}

// lifeSpan is an entity's lifecycle as a part of a line; nil when it has none.
func (t *talk) lifeSpan(e *catalog.Entity) []card.Span {
	if e.Lifecycle == "" {
		return nil
	}
	return []card.Span{card.T(t.lifeWord(e.Lifecycle))}
}
