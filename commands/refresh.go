package commands

import (
	"context"
	"slices"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// intentRefresh is the sub-command that reads an entity's source again. It is nobody's question.
const intentRefresh understand.Intent = "refresh"

// Refresher reads sources again on demand.
type Refresher interface {
	// Refresh asks the source of an origin to read a descriptor again now, or all it has where it cannot read one, and
	// returns when what it read can be asked about. The context bounds the wait. An origin that nobody reads any more is
	// an error of kind NotFound, one that does not answer of kind Upstream.
	Refresh(ctx context.Context, origin, location string) error
}

// refresh reads an entity's descriptor again and says what changed.
func (c *Commands) refresh(ev *bot.Event, t *talk) bot.Reply {
	e, ok := t.view.Entity(t.r.Entities[0])
	if !ok {
		return t.only(bot.NotFound, lang.CmdNotFound, lang.Args{"name": t.r.Entities[0].Name})
	}
	t.entities = []catalog.Ref{e.Ref}
	if !c.may(ev, ActRefresh, e.Ref) {
		return t.only(bot.Refused, lang.RefreshForbidden, lang.Args{"what": t.named(e)})
	}
	note := card.Message{Lang: t.l, Blocks: []card.Block{card.Text{Spans: t.say(lang.RefreshWorking, lang.Args{"what": t.named(e)})}}}
	return bot.Work{Note: note, Run: func(ctx context.Context) (bot.Reply, error) {
		err := c.deps.Refresher.Refresh(ctx, e.Source.Origin, e.Source.Location)
		after := c.talk(ctx, c.deps.View(t.q.Viewer), t.q, t.r)
		after.now = c.deps.Now()
		after.refreshed(e, err)
		a, m := after.finish()
		return say(t.q, a, m), nil
	}}
}

// only is a reply of one sentence.
func (t *talk) only(o bot.Outcome, key lang.Key, args lang.Args) bot.Reply {
	t.outcome = o
	t.line(key, args)
	a, m := t.finish()
	return say(t.q, a, m)
}

// refreshed says what reading again led to.
func (t *talk) refreshed(before *catalog.Entity, err error) {
	t.outcome = bot.Answered
	t.entities = []catalog.Ref{before.Ref}
	what := t.named(before)
	e, there := t.view.Entity(before.Ref)
	switch {
	case fault.Is(err, fault.NotFound) || err == nil && !there:
		t.line(lang.RefreshGone, lang.Args{"what": what})
		return
	case err != nil:
		t.outcome = bot.NotFound
		t.line(lang.RefreshFailed, lang.Args{"what": what})
	case t.trouble(e) != "":
		t.line(lang.RefreshBroken, lang.Args{"what": what, "text": t.trouble(e)})
	default:
		if list := t.changes(before, e); len(list) > 0 {
			t.line(lang.RefreshChanged, lang.Args{"what": t.named(e), "list": t.join(list, 0)})
		} else {
			t.line(lang.RefreshSame, lang.Args{"what": what})
		}
	}
	if there {
		t.from(e)
		t.actions = append(t.actions, t.ask(lang.ActShow, understand.Show, e.Ref))
	}
}

// trouble is what is wrong with the descriptor that was read, or "".
func (t *talk) trouble(e *catalog.Entity) string {
	stale := slices.IndexFunc(e.Problems, func(p catalog.Problem) bool {
		return p.Code == catalog.ProblemStale || p.Code == catalog.ProblemOrphaned
	})
	if stale < 0 {
		return ""
	}
	for _, p := range t.view.FileProblems() {
		if p.File == e.Source.Location {
			return fault.Position{File: baseName(p.File), Line: p.Line}.String() + ": " + clipTo(p.Message, maxDetail)
		}
	}
	return clipTo(e.Problems[stale].Message, maxDetail)
}

// changes names the fields of an entity that differ, with the new value where it is short.
func (t *talk) changes(a, b *catalog.Entity) [][]card.Span {
	var out [][]card.Span
	value := func(field, was, is string) {
		if was == is {
			return
		}
		if is == "" {
			is = "-"
		}
		out = append(out, t.say(lang.RefreshField, lang.Args{"field": card.M(field), "value": card.M(clipTo(is, 60))}))
	}
	name := func(field string, changed bool) {
		if changed {
			out = append(out, []card.Span{card.M(field)})
		}
	}
	short := func(r catalog.Ref) string {
		if r.IsZero() {
			return ""
		}
		return r.Short("group")
	}
	value("spec.owner", short(a.Owner), short(b.Owner))
	value("spec.lifecycle", a.Lifecycle, b.Lifecycle)
	value("spec.type", a.Type, b.Type)
	value("metadata.title", a.Title, b.Title)
	name("metadata.description", a.Description != b.Description)
	name("metadata.tags", !slices.Equal(a.Tags, b.Tags))
	name("metadata.labels", !slices.Equal(a.Labels, b.Labels))
	name("metadata.annotations", !slices.Equal(a.Annotations, b.Annotations))
	name("metadata.links", !slices.Equal(a.Links, b.Links))
	if len(out) == 0 {
		name("spec", !a.Document.Equal(b.Document))
	}
	return out
}

// cameFrom counts the entities of an origin.
func cameFrom(v search.View, origin string) int {
	n := 0
	for e := range v.Entities(search.Filter{}) {
		if e.Source.Origin == origin {
			n++
		}
	}
	return n
}
