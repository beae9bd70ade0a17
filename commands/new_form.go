package commands

import (
	"context"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
	"github.com/backchannel-portal/backchannel/scaffold"
)

// handleNew opens the form of a template.
func (c *Commands) handleNew(ctx context.Context, ev *bot.Event) (bot.Reply, error) {
	in, _ := ev.Input.(bot.Pressed)
	q := c.question(ev)
	q.Private, q.Lang = true, ev.Locale
	t := c.talk(ctx, c.deps.View(q.Viewer), q, understand.Reading{Intent: intentMaking, Lang: ev.Locale, Confidence: 1})
	var ref catalog.Ref
	if len(in.Intent.Args) > 0 {
		ref, _ = catalog.ParseRef(in.Intent.Args[0], "template", "")
	}
	e, ok := t.view.Entity(ref)
	if !ok {
		return nil, fault.New(fault.NotFound, "there is no template %s", ref).Say(string(lang.BotButtonExpired), nil)
	}
	return c.openNew(ctx, ev, t, e)
}

// openNew opens the form of a template, or says why not.
func (c *Commands) openNew(ctx context.Context, ev *bot.Event, t *talk, e *catalog.Entity) (bot.Reply, error) {
	t.entities = []catalog.Ref{e.Ref}
	if why := t.unmakeable(ev, e); why != nil {
		return why, nil
	}
	m, err := c.draw(ctx, ev, t, e)
	if err != nil {
		if kind := fault.KindOf(err); kind == fault.Internal || kind == fault.Upstream || kind == fault.Forbidden {
			return nil, err
		}
		return t.only(bot.Refused, lang.NewBroken, lang.Args{"what": t.named(e), "text": clipTo(err.Error(), maxDetail)}), nil
	}
	f, err := m.form()
	if err != nil {
		return nil, err
	}
	if m.of.Page == len(f.Pages) {
		return m.review(), nil
	}
	if !ev.Forms {
		return t.only(bot.Refused, lang.BotNoForms, nil), nil
	}
	return bot.Open{Form: m.page(f, m.of.Page, nil)}, nil
}

// unmakeable is why somebody cannot make something from a template here; nil where they can.
func (t *talk) unmakeable(ev *bot.Event, e *catalog.Entity) bot.Reply {
	switch {
	case t.c.deps.Scaffold == nil:
		return t.only(bot.Refused, lang.NewNowhere, nil)
	case e.Ref.Kind != "template":
		return t.only(bot.Refused, lang.NewNoTemplate, lang.Args{"what": t.named(e)})
	case deprecated(e):
		if next := t.takesOver(e); next != nil {
			t.actions = append(t.actions, t.newButton(next))
			return t.only(bot.Refused, lang.NewDeprecatedFor, lang.Args{"what": t.named(e), "next": t.named(next)})
		}
		return t.only(bot.Refused, lang.NewDeprecated, lang.Args{"what": t.named(e)})
	case !t.c.may(ev, ActNew, e.Ref):
		return t.forbidden(e)
	}
	return nil
}

// forbidden says whom to ask for a template that one may not run here.
func (t *talk) forbidden(e *catalog.Entity) bot.Reply {
	args := lang.Args{"what": t.named(e)}
	if owner, ok := t.view.Entity(e.Owner); ok {
		args["owner"] = t.named(owner)
		return t.only(bot.Refused, lang.NewForbiddenAsk, args)
	}
	return t.only(bot.Refused, lang.NewForbidden, args)
}

// handleNewForm takes what is filled in: a page that is handed in, or a field that others depend on.
func (c *Commands) handleNewForm(ctx context.Context, ev *bot.Event) (bot.Reply, error) {
	switch in := ev.Input.(type) {
	case bot.Changed:
		m, err := c.making(ctx, ev, in.Draft)
		if err != nil || m.of.Again != "" {
			return bot.Nothing{}, err
		}
		if !card.Stamped(in.Values, m.stamp()) {
			return m.late()
		}
		return m.changed(ctx, in)
	case bot.Submitted:
		m, err := c.making(ctx, ev, in.Draft)
		if err != nil {
			return nil, err
		}
		if m.of.Again != "" {
			return m.resubmitted(ctx, ev, in.Values)
		}
		if why := m.unmakeable(ev, m.template); why != nil {
			return why, nil
		}
		if !card.Stamped(in.Values, m.stamp()) {
			return m.late()
		}
		return m.submitted(ctx, in.Values)
	}
	return bot.Nothing{}, nil
}

// changed shows the page as it is for what is filled in now. Nothing is kept of it but what is typed unseen, and all of
// it where elements of a list come, go or move.
func (m *making) changed(ctx context.Context, in bot.Changed) (bot.Reply, error) {
	before, err := m.form()
	if err != nil {
		return nil, err
	}
	page := m.pageOf(before, in.Field)
	was := m.of.Arranged
	f, _, err := m.take(ctx, in.Values)
	if err != nil {
		return nil, err
	}
	typed := in.Values
	if m.of.Arranged != was { // what is shown from now on has to be what is kept
		if err := m.save(ctx); err != nil {
			return nil, err
		}
		typed = moved(before, typed)
	}
	if page >= len(f.Pages) {
		return bot.Nothing{}, nil
	}
	form := m.page(f, page, nil)
	return bot.Open{Form: form.Fill(stillTyped(form, typed))}, nil
}

// stillTyped are the values of what stays as somebody typed it while the form changes: all that may not be valid yet.
func stillTyped(f card.Form, v card.Values) card.Values {
	out := card.Values{}
	for q := range f.All() {
		given, ok := v[q.Name]
		switch {
		case !ok:
		case q.Rows != nil:
		case q.Kind == card.FieldChoice && !slices.ContainsFunc(q.Options, func(o card.FormOption) bool { return slices.Contains(given, o.Value) }):
		case q.Kind == card.FieldChoices:
		default:
			out[q.Name] = given
		}
	}
	return out
}

// pageOf is the page that has a field.
func (m *making) pageOf(f *scaffold.Form, field string) int {
	for i, p := range f.Pages {
		if slices.ContainsFunc(p.Fields, func(q scaffold.FormField) bool {
			return q.Name == field || strings.HasPrefix(field, q.Name+partOf) || card.InRow(field, q.Name)
		}) {
			return i
		}
	}
	return m.of.Page
}

// submitted takes the answers of a page and shows what comes next: what is to be mended, fields that the answers brought
// up, the next page, or the plan.
func (m *making) submitted(ctx context.Context, v card.Values) (bot.Reply, error) {
	before, err := m.form()
	if err != nil {
		return nil, err
	}
	page := min(m.of.Page, len(before.Pages)-1)
	f, problems, err := m.take(ctx, v)
	if err != nil {
		return nil, err
	}
	page = min(page, len(f.Pages)-1)
	if wrong := m.wrong(f, page, problems); len(wrong) > 0 {
		if fresh := m.fresh(before, f, page, v); slices.ContainsFunc(fresh, func(name string) bool { return wrong[name] != "" }) {
			return m.grown(ctx, f, page, wrong, fresh)
		}
		return bot.Invalid{Fields: wrong}, nil
	}
	if wrong := m.taken(ctx, f, page); len(wrong) > 0 {
		return bot.Invalid{Fields: wrong}, nil
	}
	switch wrong, err := m.unfit(ctx, f, page); {
	case err != nil:
		return nil, err
	case len(wrong) > 0:
		return bot.Invalid{Fields: wrong}, nil
	}
	if m.unasked(f, page, v) {
		if err := m.save(ctx); err != nil {
			return nil, err
		}
		return bot.Open{Form: m.page(f, page, nil)}, nil
	}
	if m.of.Page = nextPage(f, page); m.of.Page < len(f.Pages) {
		if err := m.save(ctx); err != nil {
			return nil, err
		}
		return bot.Open{Form: m.page(f, m.of.Page, nil)}, nil
	}
	m.of.Whole = true
	if err := m.save(ctx); err != nil {
		return nil, err
	}
	return m.review(), nil
}

// wrong is what is to be mended on a page and on those before it, by the names of the fields as they are asked.
func (m *making) wrong(f *scaffold.Form, page int, problems []scaffold.FormProblem) map[string]string {
	out := map[string]string{}
	here := map[string]*scaffold.FormField{}
	later := map[string]bool{}
	for i := range f.Pages {
		for q := range f.Pages[i].All() {
			if i > page {
				later[q.Name] = true
			} else {
				here[q.Name] = q
			}
		}
	}
	last := nextPage(f, page) == len(f.Pages)
	for _, p := range problems {
		q := here[p.Field]
		switch {
		case q == nil && (later[p.Field] || !last):
			continue
		case q != nil && q.Kind == "repo":
			out[p.Field+partOf+wrongPart(q, p)] = p.Text(m.l)
		default:
			out[p.Field] = p.Text(m.l)
		}
	}
	for i := range f.Pages[:page+1] {
		for _, q := range f.Pages[i].Fields {
			if _, given := m.secrets[q.Name]; q.Unseen() && q.Required && !given && q.Value == nil {
				out[q.Name] = m.text(lang.FormRequired, nil)
			}
		}
	}
	return out
}

// taken says which repositories on a page are there already. What cannot be found out in time is no problem: the run
// looks again.
func (m *making) taken(ctx context.Context, f *scaffold.Form, page int) map[string]string {
	if m.c.deps.Scaffold.Repos == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, repoCheck)
	defer cancel()
	out := map[string]string{}
	for _, q := range f.Pages[page].Fields {
		if q.Kind != "repo" || q.Fixed || q.Value == nil || q.Value.Kind != yamldoc.String || q.Value.Text == "" {
			continue
		}
		if taken, err := m.c.deps.Scaffold.Repos.Taken(ctx, q.Value.Text); err == nil && taken {
			out[q.Name+partOf+partRepo] = m.text(lang.NewRepoTaken, lang.Args{"name": parseRepoURL(q.Value.Text).label()})
		}
	}
	return out
}

// unasked reports whether a page has fields now that whoever answered could not see.
func (m *making) unasked(f *scaffold.Form, page int, v card.Values) bool {
	for _, q := range m.page(f, page, nil).Fields {
		if _, answered := v[q.Name]; !answered && !q.Elsewhere() && len(q.Value) == 0 {
			return true
		}
		if unaskedRow(q, v) {
			return true
		}
	}
	return false
}

// handleChange opens the form again, with everything that was filled in.
func (c *Commands) handleChange(ctx context.Context, ev *bot.Event) (bot.Reply, error) {
	in, _ := ev.Input.(bot.Pressed)
	m, err := c.making(ctx, ev, argument(in, 0))
	if err != nil {
		return nil, err
	}
	f, err := m.form()
	if err != nil {
		return nil, err
	}
	m.of.Page, m.of.Again = nextPage(f, -1), ""
	if m.of.Page == len(f.Pages) {
		return m.review(), nil
	}
	if err := m.save(ctx); err != nil {
		return nil, err
	}
	if !ev.Forms {
		return m.only(bot.Refused, lang.BotNoForms, nil), nil
	}
	return bot.Open{Form: m.page(f, m.of.Page, nil)}, nil
}

// handleDrop forgets what was filled in.
func (c *Commands) handleDrop(ctx context.Context, ev *bot.Event) (bot.Reply, error) {
	in, _ := ev.Input.(bot.Pressed)
	m, err := c.making(ctx, ev, argument(in, 0))
	if err != nil {
		return nil, err
	}
	if _, err := c.deps.Scaffold.Drafts.Take(ctx, m.draft.ID, c.deps.Now()); err != nil && !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	if err := c.forget(ctx, m.draft.ID); err != nil {
		return nil, err
	}
	m.line(lang.NewDropped, lang.Args{"what": m.named(m.template)})
	return m.instead(), nil
}

// argument is the nth argument of a button; "" where it has none.
func argument(in bot.Pressed, n int) string {
	if n < len(in.Intent.Args) {
		return in.Intent.Args[n]
	}
	return ""
}
