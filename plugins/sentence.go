package plugins

import (
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// ItemsOf is a Topic.Items that takes each fact with one of the keys as one item; without keys every fact.
func ItemsOf(keys []string) func([]catalog.Fact) []Item {
	return func(facts []catalog.Fact) []Item {
		var out []Item
		for _, f := range facts {
			if len(keys) == 0 || slices.Contains(keys, f.Key) {
				out = append(out, Item{Key: f.Key, Value: f.Value, Where: f.Source})
			}
		}
		return out
	}
}

// Sentence is a Topic.Say that fills {what}, {key}, {from} and {to} into a text. A value that there is none of is a dash.
func Sentence(text Text) func(lang.Lang, Change, []card.Span) []card.Span {
	return func(l lang.Lang, c Change, what []card.Span) []card.Span {
		var out []card.Span
		for rest := text.In(l); rest != ""; {
			before, after, found := strings.Cut(rest, "{")
			name, tail, closed := strings.Cut(after, "}")
			if !found || !closed {
				return append(out, card.T(rest))
			}
			if before != "" {
				out = append(out, card.T(before))
			}
			switch name {
			case "what":
				out = append(out, what...)
			case "key":
				out = append(out, card.T(c.Key))
			case "from":
				out = append(out, card.S(orDash(c.From)))
			case "to":
				out = append(out, card.S(orDash(c.To)))
			default:
				out = append(out, card.T("{"+name+"}"))
			}
			rest = tail
		}
		return out
	}
}

func orDash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}
