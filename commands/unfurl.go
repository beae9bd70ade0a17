package commands

import (
	"context"
	"strings"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/commands/understand"
)

// Preview is the handler of bot.Linked: what is behind addresses of our own pages, and of the portal that links lead
// to, as everybody may see it: an entity, or a page of its docs with how the section begins.
func (c *Commands) Preview() bot.Handler { return bot.HandlerFunc(c.handlePreview) }

func (c *Commands) handlePreview(ctx context.Context, ev *bot.Event) (bot.Reply, error) {
	in, _ := ev.Input.(bot.Linked)
	out := bot.Preview{Messages: map[string]card.Message{}}
	for _, u := range in.URLs {
		at, ok := c.links.read(u)
		if !ok {
			continue
		}
		t := c.aroundTalk(ctx, public(ev))
		e, there := t.view.Entity(at.ref)
		if !there {
			continue
		}
		r := understand.Reading{Intent: understand.Show, Lang: t.l, Entities: []catalog.Ref{at.ref}, Confidence: 1}
		if hit, ok := t.sectionAt(e, at); ok {
			r.Intent, r.Docs = understand.Docs, []search.DocHit{hit}
		}
		_, m := c.Answer(ctx, t.q, r)
		out.Messages[u] = m
	}
	return out, nil
}

// sectionAt is the section of an entity's docs that an address leads to: that of its anchor, else how its page begins.
// Of a start page that is nothing but a title, it is the first section with words.
func (t *talk) sectionAt(e *catalog.Entity, at linked) (search.DocHit, bool) {
	if !at.docs {
		return search.DocHit{}, false
	}
	_, sections := t.site(e)
	page := strings.Trim(strings.TrimSuffix(at.page, "/index.html"), "/")
	var best *search.Doc
	for _, d := range sections {
		switch {
		case d.Page != page:
			continue
		case at.anchor != "" && d.Anchor == at.anchor:
			return search.DocHit{Doc: d, Terms: 1, Of: 1}, true
		case best == nil, best.Text == "" && best.Anchor == "":
			best = d
		}
	}
	return search.DocHit{Doc: best, Terms: 1, Of: 1}, best != nil
}
