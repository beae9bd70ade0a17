package commands

import (
	"context"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
)

// maxLines bounds how many views "show" names, and maxCards how many an answer shows whole.
const (
	maxLines = 8
	maxCards = 4
)

// pending are cards that are worth asking for again, of one entity or of everything.
type pending struct {
	entity *catalog.Entity
	refs   []plugins.ViewRef
	look   func(context.Context) // something else that takes a while; nil: nothing
}

// query asks for the cards of an entity, nil for those about everything.
func (t *talk) query(e *catalog.Entity) plugins.Query {
	return plugins.Query{Entity: e, Lang: t.l, Now: t.now}
}

// answering are the views that belong to answers of the question's intent about an entity.
func (t *talk) answering(e *catalog.Entity) []plugins.ViewRef {
	in := t.r.Intent
	if in == "" || in == understand.Show {
		return nil
	}
	return t.c.deps.Views.Select(e, func(v plugins.View) bool { return v.Answers == string(in) })
}

// withViews adds what plugins know of an entity to what its command said, whose blocks begin at from. Where the command
// had found nothing and a plugin has something, that takes its place.
func (t *talk) withViews(e *catalog.Entity, from int, before bool) {
	if t.c.deps.Views == nil {
		return
	}
	if t.r.Intent == understand.Show && t.r.Trait == "" {
		t.viewLines(e)
		return
	}
	refs := t.answering(e)
	if len(refs) == 0 {
		return
	}
	had := t.answered && !before
	blocks := len(t.blocks)
	if t.cards(e, refs, had) && !had && !before {
		t.blocks = slices.Delete(t.blocks, from, blocks)
	}
}

// cards shows views whole, and reports whether any of them has something.
func (t *talk) cards(e *catalog.Entity, refs []plugins.ViewRef, headed bool) (any bool) {
	q := t.query(e)
	var due []plugins.ViewRef
	for _, ref := range refs[:min(len(refs), maxCards)] {
		k := t.known(ref, q)
		if k.Due {
			due = append(due, ref)
		}
		blocks := k.Blocks(t.l, t.now)
		if len(blocks) == 0 {
			continue
		}
		if headed || len(refs) > 1 {
			t.add(card.Text{Spans: t.viewTitle(k)})
		}
		t.add(t.own(k.Plugin, e, blocks)...)
		if k.Seen && !k.Card.Empty() {
			any = true
			t.yes()
			for _, s := range k.Card.Sources {
				t.source(s.Where, s.Line, s.AsOf)
			}
		}
	}
	t.wait(e, due)
	return any
}

// known is what is known of a card. One that was waited for, and did not come, is late.
func (t *talk) known(ref plugins.ViewRef, q plugins.Query) plugins.Known {
	k := t.c.deps.Views.Known(ref, q)
	if t.q.waited {
		if k.Due && k.Err == nil {
			k.Err = plugins.ErrLate
		}
		k.Due = false
	}
	return k
}

func (t *talk) viewTitle(k plugins.Known) []card.Span {
	if name := k.Alone(); name != "" {
		return []card.Span{card.S(name)}
	}
	return t.say(lang.PlugTitle, lang.Args{"plugin": card.S(k.About.Title), "view": k.Title})
}

// wait notes that cards are worth waiting for.
func (t *talk) wait(e *catalog.Entity, due []plugins.ViewRef) {
	if len(due) > 0 {
		t.pending = append(t.pending, pending{entity: e, refs: due})
	}
}

// viewLines says in one line each what plugins know of an entity, with buttons to the cards.
func (t *talk) viewLines(e *catalog.Entity) {
	views := t.c.deps.Views
	refs := views.Select(e, func(v plugins.View) bool { return v.Card })
	var lines [][]card.Span
	var due []plugins.ViewRef
	for _, ref := range refs[:min(len(refs), maxLines)] {
		k := t.known(ref, t.query(e))
		if k.Due {
			due = append(due, ref)
		}
		if k.Seen && k.Card.Empty() && k.Err == nil {
			continue
		}
		line := t.viewTitle(k)
		if head := t.seenSpans(k.Card.Message.Headline()); k.Seen && len(head) > 0 {
			line = t.say(lang.PlugLine, lang.Args{"view": line, "what": head})
		}
		if n := k.Notice(t.l, t.now); !k.Fresh && len(n) > 0 {
			line = t.say(lang.PlugLineNote, lang.Args{"line": line, "note": n})
		}
		lines = append(lines, line)
		if len(t.actions) < maxButtons-1 {
			t.actions = append(t.actions, t.viewButton(k, e.Ref))
		}
	}
	if len(lines) > 0 {
		t.add(card.List{Items: lines})
	}
	t.wait(e, due)
}

// viewButton leads to a whole card.
func (t *talk) viewButton(k plugins.Known, ref catalog.Ref) card.Action {
	r := understand.Reading{Intent: ownIntent(k.ViewRef), Lang: t.l, Entities: []catalog.Ref{ref}}
	label := k.Title
	if !strings.Contains(label, k.About.Title) && len(label) < 12 {
		label = k.About.Title + ": " + label
	}
	return t.button(clipTo(label, maxDetail), intentAsk, r, false)
}

// ownIntent is the intent of a question for one view of a plugin.
func ownIntent(ref plugins.ViewRef) understand.Intent {
	return understand.Own(ref.Plugin + "/" + ref.View)
}

// ownView returns the view that an intent asks for.
func ownView(in understand.Intent) (plugins.ViewRef, bool) {
	name, ok := understand.OwnName(in)
	if !ok {
		return plugins.ViewRef{}, false
	}
	plugin, view, _ := strings.Cut(name, "/")
	return plugins.ViewRef{Plugin: plugin, View: view}, true
}

// ownAnswer answers a question for one view of a plugin.
func (t *talk) ownAnswer() {
	ref, _ := ownView(t.r.Intent)
	v, ok := t.c.deps.Views.View(ref)
	switch {
	case !ok: // the plugin is gone, and the button older
		t.outcome = bot.NotFound
		t.line(lang.PlugGone, lang.Args{"plugin": ref.Plugin})
	case v.Fleet:
		if !t.cards(nil, []plugins.ViewRef{ref}, false) {
			t.no()
			t.nothingOwn(v, nil)
		}
	default:
		t.each(func(t *talk, e *catalog.Entity) {
			t.from(e)
			has := t.c.deps.Views.Select(e, func(o plugins.View) bool { return o.Name == v.Name })
			use := ref
			if !slices.Contains(has, ref) && len(has) > 0 {
				use = has[0] // the same question, of another plugin: two hosts of code, two trackers
			}
			if !slices.Contains(has, use) || !t.cards(e, []plugins.ViewRef{use}, false) {
				t.no()
				t.nothingOwn(v, e)
			}
		})
	}
}

// nothingOwn says that there is nothing to show, unless something was said already.
func (t *talk) nothingOwn(v plugins.View, e *catalog.Entity) {
	if len(t.pending) > 0 || len(t.blocks) > 0 {
		return
	}
	if e == nil {
		t.line(lang.PlugNothing, lang.Args{"view": v.Title.In(t.l)})
		return
	}
	t.line(lang.PlugNothingOf, lang.Args{"view": v.Title.In(t.l), "what": t.named(e)})
}

// hidden reports what the asker may not see; nil: nothing is hidden.
func (t *talk) hidden() func(catalog.Ref) bool { return search.Hides(t.view) }

// own makes the blocks of a plugin's card the answer's: its buttons lead back to the plugin, and what the asker may not
// see is named nowhere.
func (t *talk) own(plugin string, e *catalog.Entity, blocks []card.Block) []card.Block {
	blocks = plugins.ToldCard(blocks, t.hidden(), t.text(lang.SubHidden, nil))
	for i, b := range blocks {
		a, ok := b.(card.Actions)
		if !ok {
			continue
		}
		items := make([]card.Action, 0, len(a.Items))
		for _, it := range a.Items {
			if it.URL == "" {
				if it, ok = t.pluginButton(plugin, e, it); !ok {
					continue
				}
			}
			items = append(items, it)
		}
		blocks[i] = card.Actions{Items: items}
	}
	return slices.DeleteFunc(blocks, func(b card.Block) bool {
		a, ok := b.(card.Actions)
		return ok && len(a.Items) == 0
	})
}

// seenSpans are spans as the asker may read them.
func (t *talk) seenSpans(spans []card.Span) []card.Span {
	told := plugins.ToldCard([]card.Block{card.Text{Spans: spans}}, t.hidden(), t.text(lang.SubHidden, nil))
	text, _ := told[0].(card.Text)
	return text.Spans
}
