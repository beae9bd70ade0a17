package commands

import (
	"slices"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// scaffold names the template that fits what somebody wants to start; or those there are.
func (t *talk) scaffold() {
	fit := slices.DeleteFunc(t.lookup(t.r.Entities), func(e *catalog.Entity) bool { return e.Ref.Kind != "template" })
	all := t.makeable()
	if len(fit) == 0 && t.r.Topic != "" {
		fit = t.fittingTemplates()
	}
	switch {
	case len(all) == 0:
		t.no()
		t.line(lang.MakeNone, nil)
	case len(fit) > 0:
		t.template(fit[0], all)
	default:
		t.templates(all)
	}
}

// fittingTemplates are the templates that have most of the words of what is wanted.
func (t *talk) fittingTemplates() []*catalog.Entity {
	var out []*catalog.Entity
	hits := t.view.Search(search.Query{Text: t.r.Topic, Kinds: []string{"template"}, Any: true, Limit: 5})
	for _, h := range hits {
		if h.Terms*2 >= h.Of && !deprecated(h.Entity) {
			out = append(out, h.Entity)
		}
	}
	return out
}

func (t *talk) template(e *catalog.Entity, all []*catalog.Entity) {
	t.from(e)
	t.yes()
	t.entities = []catalog.Ref{e.Ref}
	if deprecated(e) {
		t.replaced(e)
		return
	}
	t.line(lang.MakeWith, lang.Args{"template": t.named(e)})
	t.describe(e)
	if t.c.deps.Scaffold != nil && t.q.at.Platform != "" {
		t.actions = append(t.actions, t.newButton(e))
	}
	var others []catalog.Ref
	for _, o := range all {
		if o.Ref != e.Ref {
			others = append(others, o.Ref)
		}
	}
	if len(others) > 0 {
		t.line(lang.MakeOther, lang.Args{"list": t.refs(others, t.inline())})
	}
	if u := t.c.links.entity(e.Ref); u != "" {
		t.actions = append(t.actions, card.Action{Label: t.text(lang.ActOpen, nil), URL: u})
	}
}

func (t *talk) templates(all []*catalog.Entity) {
	t.outcome = bot.Answered
	t.line(lang.MakeChoose, lang.Args{"n": len(all)})
	list := card.List{MoreURL: t.c.links.own("catalog")}
	for _, e := range all {
		t.from(e)
		var about []card.Span
		if e.Description != "" {
			about = []card.Span{card.T(clipTo(oneLine(e.Description), 100))}
		}
		list.Items = append(list.Items, dotted(t.listed(e), about))
		if t.c.deps.Scaffold != nil && t.q.at.Platform != "" && len(t.actions) < maxChoices {
			b := t.newButton(e)
			b.Label, b.Style, b.Choice = displayName(t.l, e), card.Default, true
			t.actions = append(t.actions, b)
		}
	}
	t.add(list)
}
