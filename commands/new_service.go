package commands

import (
	"context"
	"strings"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// handleNewService is the slash command: with the name of a template it opens its form, else it says which there are.
func (c *Commands) handleNewService(ctx context.Context, ev *bot.Event) (bot.Reply, error) {
	in, _ := ev.Input.(bot.Invoked)
	if c.deps.Scaffold != nil && strings.TrimSpace(in.Args) != "" {
		q := c.question(ev)
		q.Text, q.Private, q.Lang = in.Args, !in.Said, ev.Locale
		view := c.deps.View(q.Viewer)
		entities, _ := settle(view, understand.Scaffold, strings.TrimSpace(in.Args))
		if len(entities) == 1 {
			t := c.talk(ctx, view, q, understand.Reading{Intent: intentMaking, Lang: ev.Locale, Confidence: 1})
			if e, ok := view.Entity(entities[0]); ok && (ev.Forms || t.unmakeable(ev, e) != nil) {
				return c.openNew(ctx, ev, t, e)
			}
		}
	}
	return c.slash(understand.Scaffold).Handle(ctx, ev)
}

// newButton opens the form of a template. Anybody may press it; it opens their own.
func (t *talk) newButton(e *catalog.Entity) card.Action {
	return card.Action{Label: t.text(lang.NewBegin, nil), Style: card.Primary, Anyone: true, Choice: true, Intent: card.Intent{Name: intentNew, Args: []string{e.Ref.String()}}}
}

// makeable are the templates from which things should be made.
func (t *talk) makeable() []*catalog.Entity {
	var out []*catalog.Entity
	for e := range t.view.Entities(search.Filter{Kinds: []string{"template"}}) {
		if !deprecated(e) {
			out = append(out, e)
		}
	}
	return out
}

// deprecated reports whether a template should not be used any more.
func deprecated(e *catalog.Entity) bool {
	if strings.EqualFold(e.Lifecycle, "deprecated") || annotation(e, annotationSuccessor) != "" {
		return true
	}
	for _, tag := range e.Tags {
		if strings.EqualFold(tag, "deprecated") {
			return true
		}
	}
	return false
}

// takesOver is the template that takes the place of a deprecated one, itself not deprecated; nil for none.
func (t *talk) takesOver(e *catalog.Entity) *catalog.Entity {
	const most = 10 // one may be replaced several times
	for range most {
		ref, err := catalog.ParseRef(annotation(e, annotationSuccessor), "template", e.Ref.Namespace)
		if err != nil {
			return nil
		}
		next, ok := t.view.Entity(ref)
		if !ok {
			return nil
		}
		if !deprecated(next) {
			return next
		}
		e = next
	}
	return nil
}

// replaced says that a template is deprecated, and what to use instead.
func (t *talk) replaced(e *catalog.Entity) {
	args := lang.Args{"what": t.named(e)}
	next := t.takesOver(e)
	if next == nil {
		t.line(lang.NewDeprecated, args)
		return
	}
	args["next"] = t.named(next)
	t.line(lang.NewDeprecatedFor, args)
	if t.c.deps.Scaffold != nil && t.q.at.Platform != "" {
		t.actions = append(t.actions, t.newButton(next))
	}
}

// suggestField suggests what a field of a template's form offers. It reports false where the field is not known.
func (c *Commands) suggestField(ctx context.Context, ev *bot.Event, in bot.Asked) (bot.Suggest, bool) {
	if in.Form != formNew || in.Draft == "" || c.deps.Scaffold == nil {
		return bot.Suggest{}, false
	}
	m, err := c.making(ctx, ev, in.Draft)
	if err != nil {
		return bot.Suggest{}, false
	}
	f, err := m.form()
	if err != nil {
		return bot.Suggest{}, false
	}
	for q := range f.All() {
		if q.Name != in.Field {
			continue
		}
		if own, ok := c.custom(q); ok {
			return m.suggestCustom(ctx, f, q, own, in.Query), true
		}
		kinds, keep := m.wanted(q)
		return m.suggestions(in.Query, kinds, keep), true
	}
	return bot.Suggest{}, false
}

// suggestions are entities for what was typed so far.
func (t *talk) suggestions(typed string, kinds []string, keep func(*catalog.Entity) bool) bot.Suggest {
	var out bot.Suggest
	seen := map[catalog.Ref]bool{}
	t.suggest(strings.TrimSpace(typed), kinds, func(e *catalog.Entity) bool {
		if !seen[e.Ref] && keep(e) {
			seen[e.Ref] = true
			out.Options = append(out.Options, t.offer(e))
		}
		return len(out.Options) < maxSuggested
	})
	return out
}

// offer is an entity as a choice.
func (t *talk) offer(e *catalog.Entity) card.FormOption {
	return card.FormOption{Value: e.Ref.String(), Label: t.nameOf(e.Ref), Hint: e.Ref.Short("") + " · " + t.what(e)}
}
