package commands

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
	"github.com/backchannel-portal/backchannel/scaffold"
)

// newDraft is what is known of something new while it is being described.
type newDraft struct {
	Template string          // full reference
	Digest   string          // of the template as the form was made from it
	State    json.RawMessage // what was filled in, typed; no secret
	Page     int             // the page that is asked
	Whole    bool            // every page was answered
	Channel  bot.Channel     // where it was begun
	Again    string          `json:",omitempty"` // key of the task of a run that is to be tried again
	Arranged int             `json:",omitempty"` // how often elements of its lists came, went or moved
	// Unchecked are digests of values that plugins could not check, by field: whoever answers was told.
	Unchecked map[string]string `json:",omitempty"`
}

// making is the describing of something new, as one event finds it.
type making struct {
	*talk
	draft    bot.Draft
	of       newDraft
	template *catalog.Entity
	source   *scaffold.FormSource
	secrets  map[string]string // by name of the field
}

// digestOf tells versions of a template from each other.
func digestOf(e *catalog.Entity) string { return short(string(e.Document.JSON())) }

// draw starts the description of something new.
func (c *Commands) draw(ctx context.Context, ev *bot.Event, t *talk, e *catalog.Entity) (*making, error) {
	source, err := c.deps.Scaffold.Engine.Form(ctx, e)
	if err != nil {
		return nil, err
	}
	now := c.deps.Now()
	m := &making{talk: t, template: e, source: source, of: newDraft{Template: e.Ref.String(), Digest: digestOf(e), Channel: ev.Channel}}
	m.draft = bot.Draft{ID: bot.NewID(now), Form: formNew, Actor: ev.Actor, Address: ev.Address, Expires: now.Add(draftLife)}
	f, err := m.form()
	if err != nil {
		return nil, err
	}
	m.of.State = m.prefilled(f)
	m.of.Page = nextPage(f, -1)
	return m, m.save(ctx)
}

// making finds the description that an event is about. What is gone, somebody else's, or of a template that may not be
// seen any more is an error with a sentence.
func (c *Commands) making(ctx context.Context, ev *bot.Event, id string) (*making, error) {
	gone := func(why string) error {
		return fault.New(fault.NotFound, "the draft %s is %s", id, why).Say(string(lang.BotFormGone), nil)
	}
	if c.deps.Scaffold == nil {
		return nil, gone("of a service that runs no templates")
	}
	d, err := c.deps.Scaffold.Drafts.Load(ctx, id, c.deps.Now())
	m := &making{draft: d}
	switch {
	case fault.Is(err, fault.NotFound):
		return nil, gone("gone")
	case err != nil:
		return nil, err
	case d.Form != formNew || d.Actor.Key() != ev.Actor.Key() || json.Unmarshal(d.Data, &m.of) != nil:
		return nil, gone("not of who asks")
	}
	q := c.question(ev)
	q.Private, q.Lang = true, ev.Locale
	m.talk = c.talk(ctx, c.deps.View(q.Viewer), q, understand.Reading{Intent: intentMaking, Lang: ev.Locale, Confidence: 1})
	ref, err := catalog.ParseRef(m.of.Template, "", "")
	e, ok := m.view.Entity(ref)
	if err != nil || !ok {
		return nil, gone("of a template that is not there")
	}
	m.template = e
	if m.source, err = c.deps.Scaffold.Engine.Form(ctx, e); err != nil {
		return nil, err
	}
	if c.deps.Scaffold.Secrets != nil {
		m.secrets, err = c.deps.Scaffold.Secrets.Values(ctx, secretsOf(id), c.deps.Now())
	}
	return m, err
}

// secretsOf is the key of what a description or a run keeps secret.
func secretsOf(id string) string { return "new:" + id }

func (m *making) save(ctx context.Context) error {
	data, err := json.Marshal(m.of)
	if err != nil {
		return fault.Wrap(fault.Internal, err, "keep a draft")
	}
	m.draft.Data, m.draft.Expires = data, m.c.deps.Now().Add(draftLife)
	return m.c.deps.Scaffold.Drafts.Save(ctx, m.draft)
}

// state is what was filled in so far; nil for nothing.
func (m *making) state() (*yamldoc.Node, error) {
	if len(m.of.State) == 0 {
		return nil, nil
	}
	return yamldoc.Parse(m.of.State, yamldoc.Limits{})
}

// form is what is asked for what was filled in so far.
func (m *making) form() (*scaffold.Form, error) {
	state, err := m.state()
	if err != nil {
		return nil, err
	}
	return m.source.Form(state, scaffold.FormOptions{})
}

// takeRounds is how often answers may bring up fields that have answers too.
const takeRounds = 4

// take adds what was filled in, and puts the elements of lists into the order that it says. The problems are those of
// all pages.
func (m *making) take(ctx context.Context, v card.Values) (*scaffold.Form, []scaffold.FormProblem, error) {
	before, err := m.form()
	if err != nil {
		return nil, nil, err
	}
	f := before
	var problems []scaffold.FormProblem
	for range takeRounds {
		was := f
		if f, problems, err = m.submit(ctx, was, v); err != nil {
			return nil, nil, err
		}
		if !bringsUp(was, f, v) {
			break
		}
	}
	if f, err = m.arranged(f, v); err != nil {
		return nil, nil, err
	}
	if err := m.keep(ctx, m.wholes(f)); err != nil {
		return nil, nil, err
	}
	m.of.State = yamldoc.AppendJSON(nil, withoutGone(before, f, m.public(f, f.State)))
	return f, problems, nil
}

// submit adds answers to the fields of a form to the state, which it leaves as it is.
func (m *making) submit(ctx context.Context, f *scaffold.Form, v card.Values) (*scaffold.Form, []scaffold.FormProblem, error) {
	answers := m.answers(f, v)
	kept := map[string]string{}
	for _, p := range f.Pages {
		for _, q := range p.Fields {
			if v := answers[q.Name]; q.Unseen() && len(v) > 0 && v[0] != "" {
				kept[q.Name] = v[0]
			}
		}
	}
	if err := m.keep(ctx, kept); err != nil {
		return nil, nil, err
	}
	for name, v := range m.secrets {
		answers[name] = []string{v}
	}
	state, err := m.state()
	if err != nil {
		return nil, nil, err
	}
	return m.source.Submit(state, answers, scaffold.FormOptions{})
}

// bringsUp reports whether a form has fields with answers that it did not have before.
func bringsUp(was, now *scaffold.Form, v card.Values) bool {
	had := map[string]bool{}
	for q := range was.All() {
		had[q.Name] = true
	}
	for q := range now.All() {
		if _, answered := v[q.Name]; answered && !had[q.Name] {
			return true
		}
	}
	return false
}

// keep keeps secrets beside the draft, which holds none.
func (m *making) keep(ctx context.Context, secrets map[string]string) error {
	if len(secrets) == 0 {
		return nil
	}
	if m.c.deps.Scaffold.Secrets == nil {
		return fault.New(fault.Invalid, "nothing keeps secrets here")
	}
	if m.secrets == nil {
		m.secrets = map[string]string{}
	}
	maps.Copy(m.secrets, secrets)
	return m.c.deps.Scaffold.Secrets.Keep(ctx, secretsOf(m.draft.ID), secrets, m.c.deps.Now().Add(draftLife))
}

// public are values of a form without what was typed unseen.
func (m *making) public(f *scaffold.Form, values *yamldoc.Node) *yamldoc.Node {
	return f.Apart(values).Open
}

// withoutGone are values without what was typed unseen into fields that answers have made go away.
func withoutGone(before, now *scaffold.Form, values *yamldoc.Node) *yamldoc.Node {
	asked := map[string]bool{}
	for _, p := range now.Pages {
		for _, q := range p.Fields {
			asked[q.Name] = true
		}
	}
	for _, p := range before.Pages {
		for _, q := range p.Fields {
			if q.Unseen() && !asked[q.Name] {
				values = withoutPath(values, q.Path)
			}
		}
	}
	return values
}

// request is the run that was described.
func (m *making) request(f *scaffold.Form, id string) RunRequest {
	parts := f.Apart(f.Values)
	r := RunRequest{ID: id, Template: m.template, Values: yamldoc.AppendJSON(nil, parts.Open), Secrets: map[string]string{}, By: m.q.Asker, ByName: m.draft.Actor.Name, Actor: m.draft.Actor.Key()}
	if parts.Hidden != nil {
		r.Hidden = yamldoc.AppendJSON(nil, parts.Hidden)
	}
	for name, v := range parts.Secrets {
		r.Secrets[name] = valueText(v)
	}
	for _, p := range f.Pages {
		for _, q := range p.Fields {
			if v, ok := m.secrets[q.Name]; ok && q.Kind == "secret" && q.Picker != nil {
				r.Secrets[q.Path[len(q.Path)-1]] = v
			}
		}
	}
	if len(r.Secrets) == 0 {
		r.Secrets = nil
	}
	return r
}

// whole is the form with everything filled in, secrets too, and what is still wrong with it.
func (m *making) whole() (*scaffold.Form, []scaffold.FormProblem, error) {
	answers := map[string][]string{}
	for name, v := range m.secrets {
		answers[name] = []string{v}
	}
	state, err := m.state()
	if err != nil {
		return nil, nil, err
	}
	return m.source.Submit(state, answers, scaffold.FormOptions{})
}

// withoutPath is an object without what is at a path.
func withoutPath(n *yamldoc.Node, path []string) *yamldoc.Node {
	if n == nil || n.Kind != yamldoc.Map || len(path) == 0 {
		return n
	}
	i := slices.IndexFunc(n.Fields, func(f yamldoc.Field) bool { return f.Key == path[0] })
	if i < 0 {
		return n
	}
	out := *n
	if len(path) == 1 {
		out.Fields = slices.Delete(slices.Clone(n.Fields), i, i+1)
		return &out
	}
	out.Fields = slices.Clone(n.Fields)
	out.Fields[i].Value = withoutPath(n.Fields[i].Value, path[1:])
	return &out
}

// nextPage is the first page behind another that asks anything; the number of pages where there is none.
func nextPage(f *scaffold.Form, page int) int {
	for page++; page < len(f.Pages); page++ {
		if slices.ContainsFunc(f.Pages[page].Fields, func(q scaffold.FormField) bool { return !q.Fixed }) {
			break
		}
	}
	return page
}
