package commands

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/job"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
)

// intentAudit has a website audited: a button, whose argument is the entity, and what people ask for in words.
const intentAudit = "audit"

// TaskAudit is the kind of task that audits a website. Its data is an AuditData.
const TaskAudit = "audit"

// AuditData is what a task of kind TaskAudit is about.
type AuditData struct {
	Ref  string // of the entity
	Name string // of it, for when it is gone
	URL  string // of the website
	Form string // plugins.FormMobile or FormDesktop; "": as configured
}

// auditCommands are the sub-commands, where something can audit.
func (c *Commands) auditCommands() []subCommand {
	if _, ok := c.cap.Audits.(plugins.Auditor); !ok || c.deps.Tasks == nil {
		return nil
	}
	return []subCommand{{"audit", nil, intentAudit, takesName, (*Commands).auditSite}}
}

// auditSite has the website of an entity audited, and shows it in one message.
func (c *Commands) auditSite(ev *bot.Event, t *talk) bot.Reply {
	e, ok := t.view.Entity(t.r.Entities[0])
	if !ok {
		return t.only(bot.NotFound, lang.CmdNotFound, lang.Args{"name": t.r.Entities[0].Name})
	}
	t.entities = []catalog.Ref{e.Ref}
	what := lang.Args{"what": t.named(e), "annotation": card.M(plugins.WebsiteURL)}
	if _, ok := c.cap.Audits.(plugins.Auditor); !ok || c.deps.Tasks == nil {
		return t.only(bot.NotFound, lang.LightNoTool, nil)
	}
	if !c.may(ev, ActAudit, e.Ref) {
		return t.only(bot.Refused, lang.LightForbidden, what)
	}
	sites, err := c.cap.Audits.Sites(t.ctx, e)
	if err != nil || len(sites) == 0 {
		return t.only(bot.NotFound, lang.LightNoSite, what)
	}
	data, err := json.Marshal(AuditData{e.Ref.String(), e.DisplayName(), sites[0].URL, t.r.Trait})
	if err != nil {
		return t.only(bot.NotFound, lang.LightNoSite, what)
	}
	key, err := c.deps.Tasks.Start(t.ctx, TaskAudit, data, ev)
	if err != nil {
		return t.only(bot.NotFound, lang.TaskNotNow, what)
	}
	return t.following(key)
}

// handleAudit is the button.
func (c *Commands) handleAudit(ctx context.Context, ev *bot.Event) (bot.Reply, error) {
	in, _ := ev.Input.(bot.Pressed)
	if len(in.Intent.Args) == 0 {
		return nil, fault.New(fault.NotFound, "nothing to audit").Say(string(lang.BotButtonUnknown), nil)
	}
	ref, err := catalog.ParseRef(in.Intent.Args[0], "", "")
	if err != nil {
		return nil, fault.New(fault.NotFound, "nothing to audit").Say(string(lang.BotButtonUnknown), nil)
	}
	q := c.question(ev)
	q.Private = in.Private
	return c.auditSite(ev, c.talk(ctx, c.deps.View(q.Viewer), q, understand.Reading{Intent: intentAudit, Lang: ev.Locale, Entities: []catalog.Ref{ref}})), nil
}

// WorkOnAudit works on a task of kind TaskAudit; see bot.TaskHandler.
func (c *Commands) WorkOnAudit(ctx context.Context, l *bot.TaskLog) (any, error) {
	var d AuditData
	if err := json.Unmarshal(l.Task.Data, &d); err != nil {
		return nil, job.Permanent(fault.Wrap(fault.Invalid, err, "read what is to be audited"))
	}
	auditor, ok := c.cap.Audits.(plugins.Auditor)
	if !ok {
		return nil, job.Permanent(fault.New(fault.Invalid, "nothing that audits websites is connected"))
	}
	var told error
	a, err := auditor.Audit(ctx, plugins.AuditRequest{Key: l.Task.Key, URL: d.URL, Form: d.Form}, func(s plugins.AuditStep) {
		told = errors.Join(told, l.Event(ctx, string(s), string(s), nil))
	})
	if err != nil && ctx.Err() == nil {
		return nil, job.Permanent(err) // whoever asked sees it and asks again
	}
	return a, errors.Join(err, told)
}

// auditCard shows a task of kind TaskAudit.
func (c *Commands) auditCard(ctx context.Context, task bot.Task, log []bot.TaskEvent, l lang.Lang) card.Message {
	t := c.ofTask(ctx, task, l)
	t.r.Intent = understand.Lighthouse
	var d AuditData
	_ = json.Unmarshal(task.Data, &d) // what a later version keeps and this one does not know is left out
	e := &catalog.Entity{Ref: ofEntity(task), Name: d.Name, Title: d.Name}
	if is, ok := t.view.Entity(e.Ref); ok {
		e = is
	}
	if !task.Over {
		steps := map[string]lang.Key{
			string(plugins.AuditWaits): lang.LightTaskWaits, string(plugins.AuditStarts): lang.LightTaskStarts,
			string(plugins.AuditMeasures): lang.LightTaskMeasures, string(plugins.AuditConcludes): lang.LightTaskConcludes,
		}
		step, done := lang.LightTaskQueue, 0
		for _, ev := range log {
			if key, known := steps[ev.Kind]; known {
				step = key
				if ev.Kind != string(plugins.AuditWaits) {
					done++
				}
			}
		}
		t.progress(t.say(lang.LightTask, lang.Args{"what": t.named(e)}), step, done, 4, task.Stop)
		t.actions = append(t.actions, t.stopButton(task.Key))
		_, m := t.finish()
		return m
	}
	t.entities = []catalog.Ref{e.Ref}
	switch last := log[len(log)-1]; last.Kind {
	case bot.TaskDone:
		t.lighthouse(e)
		t.outcome = bot.Answered
	case bot.TaskStopped:
		t.line(lang.LightStopped, lang.Args{"what": t.named(e)})
	default:
		var f bot.TaskFailure
		_ = json.Unmarshal(last.Data, &f)
		t.outcome = bot.NotFound
		t.line(lang.LightFailed, lang.Args{"what": t.named(e), "why": clipTo(f.Text, maxDetail)})
	}
	_, m := t.finish()
	return m
}

// auditByWords carries out what a message asks of audits; nil when it asks for something else.
func (c *Commands) auditByWords(ctx context.Context, ev *bot.Event, view search.View, q Question, d deed) bot.Reply {
	r := understand.Reading{Intent: intentAudit, Lang: q.Lang, Confidence: 1}
	if r.Lang == "" {
		r.Lang = lang.Of(q.Text)
	}
	name := d.name
	for _, form := range []struct{ word, form string }{
		{"desktop", plugins.FormDesktop}, {"mobile", plugins.FormMobile}, {"桌面", plugins.FormDesktop}, {"手机", plugins.FormMobile},
	} {
		if strings.Contains(strings.ToLower(q.Text), form.word) && !strings.Contains(strings.ToLower(name), form.word) {
			r.Trait = form.form
		}
	}
	if here(name) {
		r.Entities = c.around(ctx, view, q).Entities
	} else {
		r.Entities, _ = settle(view, intentAudit, bare(name))
	}
	if len(r.Entities) != 1 {
		return nil
	}
	return c.auditSite(ev, c.talk(ctx, view, q, r))
}
