package commands

import (
	"slices"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
)

// The acts of paging and of auditing.
const (
	ActPage  Act = "page"  // call somebody who is on call
	ActAudit Act = "audit" // have a website audited
)

// The buttons of paging. Their arguments are the entity, the vendor's service and the reason, as far as they are known.
const (
	intentPage    = "page"     // pages: it was confirmed
	intentPageAsk = "page.ask" // shows whom, how and why
	intentPageWhy = "page.why" // asks for the reason
	intentPageNot = "page.not" // nobody is paged
)

// formPage asks for the reason.
const formPage = "page"

// maxReason is how long a reason may be, in characters.
const maxReason = 500

// pageCommands are the sub-commands, where something can page.
func (c *Commands) pageCommands() []subCommand {
	if !c.pages() {
		return nil
	}
	return []subCommand{{"page", nil, intentPage, takesReason, (*Commands).page}}
}

// pages reports whether somebody can be paged at all.
func (c *Commands) pages() bool {
	_, none := c.cap.Paging.(plugins.None)
	return !none && c.deps.Tasks != nil
}

// cutReason parts what is to be paged for from the reason behind it: at a mark, else behind the longest name that means
// something.
func cutReason(view search.View, args string) (name, why string) {
	for _, mark := range []string{": ", "：", " because ", " - ", " – ", " — ", "，因为", "因为"} {
		if name, why, ok := strings.Cut(args, mark); ok && strings.TrimSpace(name) != "" {
			return strings.TrimSpace(name), strings.TrimSpace(why)
		}
	}
	words := strings.Fields(args)
	for n := min(len(words), 8); n > 0; n-- {
		name := strings.Join(words[:n], " ")
		if found := view.Resolve(name, search.ResolveOptions{Deepest: search.MatchName, Limit: 1}); len(found) > 0 {
			return name, strings.Join(words[n:], " ")
		}
	}
	return args, ""
}

// page shows whom a page would reach, how and why, before anybody is called.
func (c *Commands) page(ev *bot.Event, t *talk) bot.Reply {
	var e *catalog.Entity
	if len(t.r.Entities) == 1 {
		e, _ = t.view.Entity(t.r.Entities[0])
	} else {
		e = t.subject()
	}
	if e == nil {
		return t.only(bot.NotFound, lang.PageUsage, lang.Args{"example": card.M("/backchannel page payments: cards are declined")})
	}
	return c.pageFor(ev, t, e, "", t.r.Topic)
}

// pageFor is page for an entity, and for one service of the vendor where that is known already.
func (c *Commands) pageFor(ev *bot.Event, t *talk, e *catalog.Entity, service, why string) bot.Reply {
	t.r.Intent, t.entities = understand.OnCall, []catalog.Ref{e.Ref}
	if c.pages() && !c.may(ev, ActPage, e.Ref) {
		return t.only(bot.Refused, lang.PageForbidden, lang.Args{"what": t.named(e)})
	}
	routes, err := t.pageRoutes(e)
	if i := slices.IndexFunc(routes, func(r plugins.PageRoute) bool { return r.Service == service }); i >= 0 {
		routes = routes[i : i+1]
	}
	switch {
	case err != nil || len(routes) == 0 || !c.pages():
		t.noPage(e)
	case len(routes) > 1:
		t.pageWhich(e, routes, why)
	case why == "" && ev.Forms:
		return bot.Open{Form: t.pageForm(e, routes[0], "")}
	default:
		t.pagePlan(ev, e, routes[0], why)
	}
	t.q.Private = false // a plan is for the asker; there is nothing to share
	a, m := t.finish()
	return bot.Whisper{Answer: a, Message: m}
}

// pageRoutes are the ways to page for an entity: by what it names itself, else by the services of the schedules that
// answer for it, else by its team.
func (t *talk) pageRoutes(e *catalog.Entity) ([]plugins.PageRoute, error) {
	q := t.onCallQuery(e)
	groups := q.Groups
	q.Groups = nil
	if len(q.Services)+len(q.Keys) > 0 {
		if routes, err := t.c.cap.Paging.Routes(t.ctx, q); err != nil || len(routes) > 0 {
			return t.seenRoutes(routes), err
		}
	}
	shifts, err := t.shifts(e)
	if err != nil {
		return nil, err
	}
	for _, s := range shifts {
		q.Services = append(q.Services, s.Services...)
	}
	if len(q.Services) > 0 {
		if routes, err := t.c.cap.Paging.Routes(t.ctx, q); err != nil || len(routes) > 0 {
			return t.seenRoutes(routes), err
		}
	}
	routes, err := t.c.cap.Paging.Routes(t.ctx, plugins.OnCallQuery{At: t.now, Groups: groups})
	return t.seenRoutes(routes), err
}

// seenRoutes are routes without the people whom the viewer may not see.
func (t *talk) seenRoutes(routes []plugins.PageRoute) []plugins.PageRoute {
	hidden := search.Hides(t.view)
	for i := range routes {
		if hidden != nil {
			routes[i].Who = slices.DeleteFunc(slices.Clone(routes[i].Who), func(w plugins.PageTarget) bool { return hidden(w.Shift.Person) })
		}
		for _, w := range routes[i].Who {
			t.meet(w.Shift)
		}
	}
	return routes
}

// noPage says that nobody was paged, and who is on call: they can be reached otherwise.
func (t *talk) noPage(e *catalog.Entity) {
	t.from(e)
	t.line(lang.PageNoRoute, lang.Args{"what": t.named(e)})
	t.onCallFor(e)
}

// pageWhich asks which of several services to page for.
func (t *talk) pageWhich(e *catalog.Entity, routes []plugins.PageRoute, why string) {
	t.outcome = bot.Choose
	t.line(lang.PageWhich, lang.Args{"what": t.named(e)})
	for _, r := range routes[:min(len(routes), maxChoices)] {
		t.actions = append(t.actions, card.Action{
			Label: clipTo(r.Title, 60), Choice: true, Intent: card.Intent{Name: intentPageAsk, Args: []string{e.Ref.Short(""), r.Service, why}},
		})
	}
}

// pagePlan shows whom, how and why, and asks for the last word.
func (t *talk) pagePlan(ev *bot.Event, e *catalog.Entity, r plugins.PageRoute, why string) {
	t.outcome = bot.Answered
	args := lang.Args{"what": t.named(e), "vendor": r.Vendor, "who": t.pagedPeople(r)}
	sure := t.text(lang.PageSureNobody, nil)
	if len(r.Who) > 0 {
		t.line(lang.PageAsk, args)
		sure = t.text(lang.PageSure, lang.Args{"who": plainSpans(t.pagedPeople(r))})
	} else {
		t.line(lang.PageAskNobody, args)
	}
	if why == "" {
		t.line(lang.PageUsage, lang.Args{"example": card.M("/backchannel page " + e.Ref.Name + ": …")})
		return
	}
	t.add(card.Fields{Items: t.pageFields(r, why)})
	if r.Asleep {
		t.line(lang.PageAsleep, args)
	}
	if r.Silent {
		t.line(lang.PageQuiet, lang.Args{"vendor": r.Vendor, "when": t.moment(r.AsOf, time.UTC)})
	}
	button := []string{e.Ref.Short(""), r.Service, why}
	if ev.Forms {
		t.actions = append(t.actions, card.Action{Label: t.text(lang.PageChange, nil), Intent: card.Intent{Name: intentPageWhy, Args: button}})
	}
	t.actions = append(t.actions,
		card.Action{Label: t.text(lang.PageNow, nil), Style: card.Danger, Confirm: sure, Intent: card.Intent{Name: intentPage, Args: button}},
		card.Action{Label: t.text(lang.PageCancel, nil), Intent: card.Intent{Name: intentPageNot, Args: button[:1]}})
	t.source(r.URL, 0, r.AsOf)
}

// pagedPeople are the names of those who are called first.
func (t *talk) pagedPeople(r plugins.PageRoute) []card.Span {
	var items [][]card.Span
	for _, w := range r.Who {
		items = append(items, []card.Span{t.duty(w.Shift.Person)})
	}
	return t.join(items, 0)
}

// pageFields are whom, how and why.
func (t *talk) pageFields(r plugins.PageRoute, why string) []card.Field {
	var whom [][]card.Span
	for _, w := range r.Who {
		args := lang.Args{"who": t.duty(w.Shift.Person)}
		key := lang.PageWhoOpen
		if !w.Shift.Until.IsZero() {
			key, args["when"] = lang.PageWhoUntil, t.momentAhead(w.Shift.Until, w.Shift.Zone)
		}
		whom = append(whom, t.say(key, args))
	}
	how := lang.PageBy
	if r.Policy != "" {
		how = lang.PageByPolicy
	}
	out := []card.Field{{Label: t.text(lang.PageHow, nil), Value: t.say(how, lang.Args{"vendor": r.Vendor, "service": card.S(r.Title), "policy": card.S(r.Policy)})}}
	if len(whom) > 0 {
		out = slices.Insert(out, 0, card.Field{Label: t.text(lang.PageWhom, nil), Value: t.join(whom, 0)})
	}
	if why != "" {
		out = append(out, card.Field{Label: t.text(lang.PageWhy, nil), Value: []card.Span{card.T(why)}})
	}
	return out
}

// plainSpans is how spans read without their meaning.
func plainSpans(spans []card.Span) string {
	var b strings.Builder
	for _, s := range spans {
		b.WriteString(s.Text)
	}
	return b.String()
}

// pageForm asks for the reason.
func (t *talk) pageForm(e *catalog.Entity, r plugins.PageRoute, why string) card.Form {
	f := card.Form{
		ID: formPage, Draft: e.Ref.String() + " " + r.Service, Title: t.text(lang.PageForm, nil), Submit: t.text(lang.PageFormSubmit, nil),
		Fields: []card.FormField{{
			Name: fieldWhy, Label: t.text(lang.PageFormWhy, nil), Help: t.text(lang.PageFormHelp, nil), Kind: card.FieldParagraph, Required: true,
		}},
	}
	for i, field := range t.pageFields(r, "") {
		if i > 0 {
			f.Intro = append(f.Intro, card.T(" · "))
		}
		f.Intro = append(f.Intro, field.Value...)
	}
	if why != "" {
		f.Fields[0].Value = []string{why}
	}
	return f
}
