package commands

import (
	"context"
	"slices"

	"github.com/backchannel-portal/backchannel/catalog/inventory"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/plugins"
)

// Vocabulary gathers the language of the company: the technologies of its inventory and its radar, its templates,
// and what its configuration and plugins add. The view must show everything.
func (c *Commands) Vocabulary(ctx context.Context, view search.View) understand.Vocabulary {
	phrases := slices.Concat(c.deps.Lexicon.Phrases, c.pluginPhrases())
	v := understand.Vocabulary{Phrases: phrases, Inventory: inventory.Producer, Catalog: view}
	v.Terms = append(v.Terms, c.deps.Lexicon.Terms...)
	v.Terms = append(v.Terms, c.technologies()...)
	v.Terms = append(v.Terms, c.radarTerms(ctx)...)
	for e := range view.Entities(search.Filter{Kinds: []string{"template"}}) {
		v.Terms = append(v.Terms, understand.Term{Class: "template", Text: e.DisplayName(), Aliases: []string{e.Name}, Value: e.Ref.String()})
	}
	return v
}

// technologies are the well-known technologies, whether anybody uses them or not: "does anybody use Elixir".
func (c *Commands) technologies() []understand.Term {
	all := c.deps.Technologies.Technologies()
	out := make([]understand.Term, len(all))
	for i, t := range all {
		out[i] = understand.Term{Class: "tech", Text: t.Name, Aliases: append([]string{t.ID}, t.Aliases...), Value: t.ID}
	}
	return out
}

func (c *Commands) radarTerms(ctx context.Context) []understand.Term {
	entries, err := c.cap.Radar.List(ctx, plugins.RadarFilter{})
	if err != nil {
		return nil
	}
	out := make([]understand.Term, len(entries))
	for i, e := range entries {
		out[i] = understand.Term{Class: "radar", Text: e.Title, Aliases: append([]string{e.ID}, e.Aliases...), Value: e.ID}
	}
	return out
}
