package commands

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/scaffold"
)

// handleAgain tries a run again that failed or was stopped, from the step where it ended. Secrets that are no longer
// kept are asked for first.
func (c *Commands) handleAgain(ctx context.Context, ev *bot.Event) (bot.Reply, error) {
	t, task, d, _, err := c.run(ctx, ev)
	if err != nil {
		return nil, err
	}
	if !task.Over {
		return c.updated(ctx, t, task.Key)
	}
	if why := c.notAgain(ctx, ev, t, task, d); why != nil {
		return why, nil
	}
	missing, err := c.missing(ctx, task, d)
	switch {
	case err != nil:
		return nil, err
	case len(missing) == 0:
		return c.again(t, ev, task, d), nil
	case task.By.Key() != ev.Actor.Key():
		return t.only(bot.Refused, lang.RunAgainTheirs, lang.Args{"title": card.S(d.Title), "who": card.S(orText(d.ByName, task.By.Name))}), nil
	case !ev.Forms:
		return t.only(bot.Refused, lang.BotNoForms, nil), nil
	}
	return c.askAgain(ctx, t, ev, task, d, missing)
}

// notAgain is why a run is not tried again for whoever asks; nil where it is.
func (c *Commands) notAgain(ctx context.Context, ev *bot.Event, t *talk, task bot.Task, d RunData) bot.Reply {
	mine := task.By.Key() == ev.Actor.Key() || c.deps.May != nil && len(t.entities) == 1 && c.may(ev, ActStop, t.entities[0])
	if !mine {
		return t.only(bot.Refused, lang.RunAgainOthers, nil)
	}
	if ref := t.entities; len(ref) == 1 && !c.may(ev, ActNew, ref[0]) {
		return t.only(bot.Refused, lang.NewForbidden, lang.Args{"what": card.S(d.Template.Name)})
	}
	if _, ok := decidedFor(ctx, c, task); len(d.Approvers) > 0 && !ok {
		return t.only(bot.Refused, lang.RunAgainNot, nil)
	}
	return nil
}

// again begins the next attempt at a run.
func (c *Commands) again(t *talk, ev *bot.Event, task bot.Task, d RunData) bot.Reply {
	d.Attempt++
	d.Approvers = nil // they have spoken for this run
	from := *ev
	from.Actor, from.Address = task.By, task.Address
	if from.Address.Channel != ev.Address.Channel {
		from.Channel = bot.Channel{Direct: true}
	}
	return bot.Work{Note: c.note(t, d), Run: func(ctx context.Context) (bot.Reply, error) {
		reply, err := c.launch(ctx, t, &from, d, ev.Address)
		if _, instead := reply.(bot.Update); instead && err == nil { // the message of the run stays as it is
			if m, a, ok := bot.MessageOf(reply); ok {
				return bot.Whisper{Answer: a, Message: m}, nil
			}
		}
		return reply, err
	}}
}

func (c *Commands) note(t *talk, d RunData) card.Message {
	return card.Message{Lang: t.l, Blocks: []card.Block{card.Text{Spans: t.say(lang.RunAgainNote, lang.Args{"title": card.S(d.Title)})}}}
}

// decidedFor reports whether the run of a task was approved.
func decidedFor(ctx context.Context, c *Commands, task bot.Task) (bot.TaskEvent, bool) {
	_, log, err := c.deps.Tasks.Since(ctx, task.Key, 0)
	if err != nil {
		return bot.TaskEvent{}, false
	}
	e, ok := decision(log)
	return e, ok && e.Kind == runApproved
}

// missing are the names of the secrets that a run was given and that are no longer kept.
func (c *Commands) missing(ctx context.Context, task bot.Task, d RunData) ([]string, error) {
	if len(d.Secrets) == 0 || c.deps.Scaffold.Secrets == nil {
		return nil, nil
	}
	kept, err := c.deps.Scaffold.Secrets.Values(ctx, secretsOf(d.Run), c.deps.Now())
	return slices.DeleteFunc(slices.Clone(d.Secrets), func(name string) bool { _, ok := kept[name]; return ok }), err
}

// askAgain asks for the secrets of a run that are no longer kept.
func (c *Commands) askAgain(ctx context.Context, t *talk, ev *bot.Event, task bot.Task, d RunData, missing []string) (bot.Reply, error) {
	e, err := d.Template.entity()
	if err != nil {
		return nil, err
	}
	m, err := c.described(ctx, d, task, e)
	if err != nil {
		return nil, err
	}
	m.talk = t
	m.draft = bot.Draft{ID: d.Run, Form: formNew, Actor: ev.Actor, Address: ev.Address}
	m.of = newDraft{Template: d.Template.Ref, State: d.Values, Again: task.Key, Channel: ev.Channel}
	if err := m.save(ctx); err != nil {
		return nil, err
	}
	form, err := m.secretsForm(d, missing)
	return bot.Open{Form: form}, err
}

// secretsForm asks for some secrets of a run.
func (m *making) secretsForm(d RunData, names []string) (card.Form, error) {
	out := card.Form{
		ID: formNew, Draft: m.draft.ID, Title: m.text(lang.RunAgainSecrets, nil), Submit: m.text(lang.RunAgain, nil),
		Intro: m.say(lang.RunAgainForgotten, lang.Args{"title": card.S(d.Title)}),
	}
	f, err := m.form()
	if err != nil {
		return out, err
	}
	for _, p := range f.Pages {
		for i := range p.Fields {
			if q := &p.Fields[i]; q.Unseen() && slices.Contains(names, q.Name) {
				field := templateField(q, m.l, "")
				field.Required = true
				out.Fields = append(out.Fields, field)
			}
		}
	}
	return out, nil
}

// resubmitted takes secrets that a run had forgotten, and tries it again.
func (m *making) resubmitted(ctx context.Context, ev *bot.Event, v card.Values) (bot.Reply, error) {
	task, _, err := m.c.deps.Tasks.Since(ctx, m.of.Again, bot.MaxTaskEvents)
	if err != nil {
		return nil, err
	}
	var d RunData
	if err := json.Unmarshal(task.Data, &d); err != nil {
		return nil, fault.Wrap(fault.Internal, err, "read a run")
	}
	m.entities = append(m.entities, m.template.Ref)
	if why := m.c.notAgain(ctx, ev, m.talk, task, d); why != nil {
		return why, nil
	}
	given, wrong := map[string]string{}, map[string]string{}
	for _, name := range d.Secrets {
		if _, kept := m.secrets[name]; kept {
			continue
		}
		if given[name] = ""; len(v[name]) > 0 {
			given[name] = v[name][0]
		}
		if given[name] == "" {
			wrong[name] = m.text(lang.FormRequired, nil)
		}
	}
	if len(wrong) > 0 {
		return bot.Invalid{Fields: wrong}, nil
	}
	if err := m.keep(ctx, given); err != nil {
		return nil, err
	}
	return m.c.again(m.talk, ev, task, d), nil
}

// forget drops what a run that is over for good kept secret.
func (c *Commands) forget(ctx context.Context, run string) error {
	if c.deps.Scaffold == nil || c.deps.Scaffold.Secrets == nil {
		return nil
	}
	return c.deps.Scaffold.Secrets.Drop(ctx, secretsOf(run))
}

// given are the names of the fields of a form whose values are kept apart.
func (m *making) given(f *scaffold.Form) []string {
	var out []string
	for _, p := range f.Pages {
		for _, q := range p.Fields {
			if _, ok := m.secrets[q.Name]; ok && q.Unseen() {
				out = append(out, q.Name)
			}
		}
	}
	return out
}
