package commands

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/job"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
	"github.com/backchannel-portal/backchannel/scaffold"
)

// How long a run waits for what it made to be in the catalog before it says that it is done.
const (
	arriveFor  = 8 * time.Second
	arriveLook = 100 * time.Millisecond
)

// RunTask does a task of kind TaskRun. It is what bot.TaskHandler calls.
func (c *Commands) RunTask(ctx context.Context, l *bot.TaskLog) (any, error) {
	var d RunData
	if err := json.Unmarshal(l.Task.Data, &d); err != nil || c.deps.Scaffold == nil {
		return nil, job.Permanent(fault.New(fault.Internal, "this is no run that can be done here"))
	}
	r, err := c.runRequest(ctx, d, l.Task)
	if err != nil {
		return nil, c.runFailed(ctx, l.Task, d, err)
	}
	result, err := c.deps.Scaffold.Engine.Run(ctx, r, runLog{l})
	if err != nil {
		return nil, c.runFailed(ctx, l.Task, d, err)
	}
	c.runAudit(l.Task, d, result.Entities, "")
	c.made(ctx, l.Task, d, result)
	if err := c.tellDone(ctx, l.Task, d, result); err != nil {
		return nil, err
	}
	return result, c.forget(ctx, d.Run)
}

// runFailed is the error with which a task ends for good, told to whoever asked; or the one after which it is taken up
// again: the process ends, or somebody stopped it.
func (c *Commands) runFailed(ctx context.Context, task bot.Task, d RunData, err error) error {
	if ctx.Err() != nil || fault.Is(err, fault.Upstream) && errors.Is(err, errTryAgain) {
		return err
	}
	c.runAudit(task, d, nil, fault.KindOf(err).String())
	why := clipTo(stepPlace.ReplaceAllString(oneLine(err.Error()), ""), maxDetail)
	if e, ok := asFault(err); ok && e.Key != "" {
		why = lang.Text(c.langOf(ctx, task), lang.Key(e.Key), e.Args)
	}
	c.tellAsker(ctx, task, d, lang.RunFailedTold, lang.Args{"title": card.S(d.Title), "text": why})
	return job.Permanent(err)
}

// runAudit notes how a run ended: of which template, what it made, and for whom.
func (c *Commands) runAudit(task bot.Task, d RunData, made []string, failure string) {
	if c.deps.Scaffold.Audit == nil {
		return
	}
	now := c.deps.Now()
	c.deps.Scaffold.Audit(bot.Entry{
		Time: now, Event: task.Key, Actor: task.By, Address: task.Address, What: "run of a template", Took: now.Sub(task.Begun), Failure: failure,
		Answer: bot.Answer{Intent: string(intentMaking), Outcome: bot.Answered, Entities: append([]string{d.Template.Ref}, made...)},
	})
}

// errTryAgain marks errors of engines after which a run goes on by itself.
var errTryAgain = errors.New("the run goes on later")

// TryAgain marks an error of a Scaffolder: the run has not ended, and is taken up again.
func TryAgain(err error) error {
	return fault.Wrap(fault.Upstream, errors.Join(errTryAgain, err), "the run goes on later")
}

// runLog writes what happens in a run to the log of its task.
type runLog struct{ l *bot.TaskLog }

// Event implements RunLog.
func (r runLog) Event(ctx context.Context, e RunEvent) error {
	e.Text = clipTo(e.Text, maxLogText)
	return r.l.Event(ctx, e.ID, string(e.Kind), e)
}

// maxLogText bounds one line of a log, in characters.
const maxLogText = 2000

// entity is the template as it was when the run was planned.
func (r RunTemplate) entity() (*catalog.Entity, error) {
	ref, err := catalog.ParseRef(r.Ref, "", "")
	return &catalog.Entity{
		Ref: ref, Kind: "Template", Name: ref.Name, Namespace: ref.Namespace, Title: r.Name, Document: catalog.NewDocument(r.Document), Source: r.Source,
	}, err
}

// runRequest is what the engine is asked for.
func (c *Commands) runRequest(ctx context.Context, d RunData, task bot.Task) (RunRequest, error) {
	e, err := d.Template.entity()
	if err != nil {
		return RunRequest{}, err
	}
	r := RunRequest{ID: d.Run, Template: e, Values: d.Values, ByName: d.ByName, Actor: task.By.Key(), Attempt: d.Attempt}
	if d.By != "" {
		if r.By, err = catalog.ParseRef(d.By, "", ""); err != nil {
			return r, err
		}
	}
	m, err := c.described(ctx, d, task, e)
	if err != nil {
		return r, err
	}
	f, _, err := m.whole()
	if err != nil {
		return r, err
	}
	whole := m.request(f, d.Run)
	r.Hidden, r.Secrets = whole.Hidden, whole.Secrets
	return r, nil
}

// described is what a run was asked for with, and what is still kept of its secrets.
func (c *Commands) described(ctx context.Context, d RunData, task bot.Task, e *catalog.Entity) (*making, error) {
	entity, err := yamldoc.Parse(e.Document.JSON(), yamldoc.Limits{})
	if err != nil {
		return nil, err
	}
	m := &making{talk: &talk{c: c}, template: e, draft: bot.Draft{ID: d.Run, Actor: task.By}, of: newDraft{State: d.Values}}
	if m.source, err = scaffold.ReadForm(e.Ref.String(), entity); err != nil || c.deps.Scaffold.Secrets == nil {
		return m, err
	}
	m.secrets, err = c.deps.Scaffold.Secrets.Values(ctx, secretsOf(d.Run), c.deps.Now())
	return m, err
}

// made notes which entities a run made, and waits a moment until they, and what made them, can be asked about.
func (c *Commands) made(ctx context.Context, task bot.Task, d RunData, r RunResult) {
	ref, err := catalog.ParseRef(d.Template.Ref, "", "")
	made := parseRefs(r.Entities)
	if err != nil || len(made) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, arriveFor)
	defer cancel()
	missing := func(e catalog.Ref) bool {
		_, ok := c.deps.View(catalog.Viewer{}).Entity(e)
		return !ok
	}
	for slices.ContainsFunc(made, missing) && bot.Sleep(ctx, arriveLook) {
	}
	if c.deps.Scaffold.Made != nil {
		var noted []catalog.Ref
		for _, e := range made {
			err := c.deps.Scaffold.Made(context.WithoutCancel(ctx), Making{
				Entity: e, Template: ref, Version: d.Template.Version, Commit: d.Template.Commit, Run: d.Run, By: task.By.Key(), At: c.deps.Now(),
			})
			if err == nil { // what made a thing is known from the run as well
				noted = append(noted, e)
			}
		}
		unnoted := func(e catalog.Ref) bool {
			return !missing(e) && len(c.deps.View(catalog.Viewer{}).Facts(e, MadeProducer, madeKey)) == 0
		}
		for slices.ContainsFunc(noted, unnoted) && bot.Sleep(ctx, arriveLook) {
		}
	}
	known := c.deps.View(catalog.Viewer{}).Generation()
	for !c.speaks(known) && bot.Sleep(ctx, arriveLook) {
	}
}

// tellDone tells in the thread of the run's messages what came of it, and in the channel where results are wished. An
// edited message notifies nobody.
func (c *Commands) tellDone(ctx context.Context, task bot.Task, d RunData, r RunResult) error {
	if c.deps.Post == nil || c.deps.Proposals == nil {
		return nil
	}
	l := c.langOf(ctx, task)
	t := c.ofTask(ctx, task, l)
	t.r.Intent = intentMaking
	t.runDone(d, r, 0)
	_, m := t.finish()
	to, ok := c.threadOf(ctx, task)
	if ok {
		if err := c.deps.Post(ctx, bot.Post{Key: "run-end:" + task.Key, To: to, Message: m}); err != nil {
			return err
		}
	}
	if d.Announce == "" || task.By.Platform == "" {
		return nil
	}
	at := bot.Address{Platform: task.Address.Platform, Workspace: task.Address.Workspace, Channel: d.Announce}
	if at.Channel == task.Address.Channel || !c.seenAt(ctx, at, task.Key) || c.deps.Messenger == nil || !c.deps.Messenger.Posts(at.Platform) {
		return nil
	}
	return c.deps.Post(ctx, bot.Post{Key: "run-announce:" + task.Key, To: at, Message: c.announcement(ctx, task, d, r, l)})
}

// announcement is the result of a run for those who did not ask for it.
func (c *Commands) announcement(ctx context.Context, task bot.Task, d RunData, r RunResult, l lang.Lang) card.Message {
	t := c.ofTask(ctx, task, l)
	t.r.Intent = intentMaking
	who := orText(d.ByName, task.By.Name)
	t.line(lang.RunAnnounce, lang.Args{"title": card.S(d.Title), "template": card.S(d.Template.Name), "who": card.S(orText(who, t.text(lang.RunSomebody, nil)))})
	t.outputs(r)
	_, m := t.finish()
	return m
}

// threadOf is the thread below the message that shows a run where it was asked for. Whoever alone sees the run is told
// directly.
func (c *Commands) threadOf(ctx context.Context, task bot.Task) (bot.Address, bool) {
	if c.deps.Messenger == nil || !c.deps.Messenger.Posts(task.By.Platform) {
		return bot.Address{}, false
	}
	all, err := c.deps.Proposals.Following(ctx, task.Key)
	if err != nil {
		return bot.Address{}, false
	}
	for _, f := range all {
		if f.Private || f.Address.Platform != task.Address.Platform || f.Address.Channel != task.Address.Channel && len(all) > 1 {
			continue
		}
		at := f.Address
		if at.Thread == "" {
			at.Thread = f.Message
		}
		return at, true
	}
	return task.By.Direct(), true
}

// langOf is the language in which a run is shown where it was asked for.
func (c *Commands) langOf(ctx context.Context, task bot.Task) lang.Lang {
	if all, err := c.deps.Proposals.Following(ctx, task.Key); err == nil && len(all) > 0 {
		return all[0].Lang
	}
	return lang.English
}

// tellAsker tells whoever asked for a run one sentence, in its thread.
func (c *Commands) tellAsker(ctx context.Context, task bot.Task, d RunData, key lang.Key, args lang.Args) {
	if c.deps.Post == nil || c.deps.Proposals == nil {
		return
	}
	to, ok := c.threadOf(ctx, task)
	if !ok {
		return
	}
	l := c.langOf(ctx, task)
	m := card.Message{Lang: l, Blocks: []card.Block{card.Text{Spans: append(mention(task.By), card.Say(l, key, args)...)}}}
	_ = c.deps.Post(ctx, bot.Post{Key: "run-end:" + task.Key, To: to, Message: m}) // the message of the run says it as well
}

// mention names whoever asked, so that they are told.
func mention(a bot.Actor) []card.Span {
	if a.ID == "" || a.Platform == "" {
		return nil
	}
	return []card.Span{{Kind: card.Person, Text: orText(a.Name, a.ID), User: a.ID}, card.T(" ")}
}
