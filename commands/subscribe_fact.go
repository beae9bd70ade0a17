package commands

import (
	"cmp"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// FactTopic is a Topic of the facts that a producer writes about entities: what a plugin finds out can be subscribed
// to by saying where it is.
type FactTopic struct {
	Word     string               // what people subscribe with
	Titles   map[lang.Lang]string // what people call it; English stands in for the others
	Producer string
	Keys     []string // the keys that count; one that ends in "/" stands for all below it
}

var _ Topic = FactTopic{}

// Name implements Topic.
func (f FactTopic) Name() string { return f.Word }

// Title implements Topic.
func (f FactTopic) Title(l lang.Lang) string {
	return cmp.Or(f.Titles[l], f.Titles[lang.English], f.Word)
}

// Look implements Topic.
func (f FactTopic) Look(at *Looking, e *catalog.Entity) []Item {
	var out []Item
	for _, key := range f.Keys {
		for _, fact := range at.View.Facts(e.Ref, f.Producer, key) {
			if fact.Key == key || strings.HasSuffix(key, "/") {
				where, line := cutLine(fact.Source)
				out = append(out, Item{Key: fact.Key, Value: fact.Value, Where: where, Line: line})
			}
		}
	}
	slices.SortFunc(out, func(a, b Item) int { return cmp.Compare(a.Key, b.Key) })
	return slices.CompactFunc(out, func(a, b Item) bool { return a.Key == b.Key })
}

// Say implements Topic.
func (f FactTopic) Say(l lang.Lang, c Change, what []card.Span, _ func(catalog.Ref) card.Span) []card.Span {
	none := lang.Text(l, lang.SubNothing, nil)
	from, to := cmp.Or(clipTo(c.From, maxDetail), none), cmp.Or(clipTo(c.To, maxDetail), none)
	return card.Say(l, lang.SubFact, lang.Args{"what": what, "title": f.Title(l), "from": card.M(from), "to": card.M(to)})
}

// cutLine takes the line off a place such as "pom.xml:12".
func cutLine(source string) (where string, line int) {
	where, digits, ok := cutLast(source, ":")
	if !ok || digits == "" || len(digits) > 7 {
		return source, 0
	}
	for _, d := range digits {
		if d < '0' || d > '9' {
			return source, 0
		}
		line = line*10 + int(d-'0')
	}
	return where, line
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}
