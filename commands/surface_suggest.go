package commands

import (
	"context"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
)

// maxSuggested is how many suggestions are made: what people read of a menu, and less than any platform takes.
const maxSuggested = 25

// Suggest is the handler of bot.Asked: entities by name while somebody types.
func (c *Commands) Suggest() bot.Handler { return bot.HandlerFunc(c.handleSuggest) }

func (c *Commands) handleSuggest(ctx context.Context, ev *bot.Event) (bot.Reply, error) {
	in, _ := ev.Input.(bot.Asked)
	var kinds []string
	switch in.What {
	case card.FieldEntity, card.FieldEntities:
		if slices.Equal(in.Path, []string{"new-service"}) {
			kinds = []string{"template"}
		}
	case card.FieldOwner:
		kinds = []string{"group", "user"}
	default:
		return bot.Suggest{}, nil
	}
	if out, known := c.suggestField(ctx, ev, in); known {
		return out, nil
	}
	return c.aroundTalk(ctx, ev).suggestions(in.Query, kinds, func(*catalog.Entity) bool { return true }), nil
}

// suggest finds entities for what was typed so far: what it may mean as a name, names that begin with it, then what
// words find. Nothing typed yet: the first of what the asker's teams own, then of all.
func (t *talk) suggest(typed string, kinds []string, add func(*catalog.Entity) bool) {
	if typed == "" {
		t.suggestFirst(kinds, add)
		return
	}
	low := strings.ToLower(typed)
	for _, c := range t.view.Resolve(typed, search.ResolveOptions{Kinds: kinds}) {
		if c.Match != search.MatchNear && !add(c.Entity) {
			return
		}
	}
	for e := range t.view.Entities(search.Filter{Kinds: kinds}) {
		if e.Ref.Kind != "location" && (strings.HasPrefix(e.Ref.Name, low) || foldedPrefix(e.Title, low)) && !add(e) {
			return
		}
	}
	for _, h := range t.view.Search(search.Query{Text: typed, Kinds: kinds, Any: true, Limit: maxSuggested}) {
		if !add(h.Entity) {
			return
		}
	}
}

// foldedPrefix reports whether s begins with prefix in any case, without a copy: it is asked of every entity.
func foldedPrefix(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

func (t *talk) suggestFirst(kinds []string, add func(*catalog.Entity) bool) {
	if kinds == nil {
		for _, g := range t.asking() {
			for _, e := range t.existing(targets(t.view, g.Ref, "ownerOf")) {
				if !add(e) {
					return
				}
			}
		}
		kinds = []string{"component"}
	} else if slices.Contains(kinds, "group") {
		kinds = []string{"group"} // people are too many to begin with
	}
	for e := range t.view.Entities(search.Filter{Kinds: kinds}) {
		if !add(e) {
			return
		}
	}
}
