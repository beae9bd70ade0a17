package commands

import (
	"context"
	"encoding/json"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// Tasks begins long work and knows how far it has come. bot.Follows is one.
type Tasks interface {
	// Start begins a task of a kind that an event asks for, and returns its key.
	Start(ctx context.Context, kind string, data json.RawMessage, ev *bot.Event) (key string, err error)
	// Since returns a task and its events behind a number; see bot.Tasks.
	Since(ctx context.Context, key string, n int64) (bot.Task, []bot.TaskEvent, error)
	// Cancel asks a task to end and reports whether this was the first to do so.
	Cancel(ctx context.Context, key string) (first bool, err error)
	// Card is the message that shows a task as it stands now.
	Card(ctx context.Context, key string, l lang.Lang) (card.Message, error)
}

// intentStop is the button that ends long work; its argument is the task's key.
const intentStop = "stop"

// TaskRefresh is the kind of task that reads an entity's source again. Its data is a RefreshData.
const TaskRefresh = "refresh"

// TaskCards are what shows the tasks of the commands, by kind.
func (c *Commands) TaskCards() map[string]bot.TaskCard {
	return map[string]bot.TaskCard{TaskRefresh: c.refreshCard, TaskPage: c.pageCard, TaskAudit: c.auditCard, TaskRun: c.runCard, TaskRegister: c.registerCard}
}

// following is the reply that shows a task in one message, as privately as the question was asked.
func (t *talk) following(key string) bot.Reply {
	t.outcome = bot.Answered
	a, _ := t.finish()
	return bot.Follow{Key: key, Answer: a, Private: t.q.Private}
}

// stopButton ends a task.
func (t *talk) stopButton(key string) card.Action {
	return card.Action{Label: t.text(lang.TaskStop, nil), Intent: card.Intent{Name: intentStop, Args: []string{key}}, Anyone: true}
}

// progress adds how far a task has come: the sentence with the step, and a bar.
func (t *talk) progress(what []card.Span, step lang.Key, done, total int, stopping bool) {
	if stopping {
		t.line(lang.TaskStopping, lang.Args{"what": what})
	} else {
		t.line(lang.TaskProgress, lang.Args{"what": what, "done": done, "total": total, "step": t.text(step, nil)})
	}
	t.add(card.Progress{Label: t.text(step, nil), Done: done, Total: total, State: card.StateRunning})
}

// ofTask is the talk in whose words a task is shown: on behalf of whoever began it.
func (c *Commands) ofTask(ctx context.Context, task bot.Task, l lang.Lang) *talk {
	ev := &bot.Event{Time: task.Begun, Address: task.Address, Actor: task.By, Locale: l}
	t := c.aroundTalk(ctx, ev)
	t.l, t.now = l, c.deps.Now()
	return t
}

// handleStop asks a task to end, for whoever began it and those who may.
func (c *Commands) handleStop(ctx context.Context, ev *bot.Event) (bot.Reply, error) {
	in, _ := ev.Input.(bot.Pressed)
	if c.deps.Tasks == nil || len(in.Intent.Args) != 1 {
		return nil, fault.New(fault.NotFound, "no such task").Say(string(lang.BotButtonUnknown), nil)
	}
	key := in.Intent.Args[0]
	task, _, err := c.deps.Tasks.Since(ctx, key, bot.MaxTaskEvents)
	if fault.Is(err, fault.NotFound) {
		return nil, fault.New(fault.NotFound, "there is no task %q", key).Say(string(lang.BotButtonExpired), nil)
	}
	if err != nil {
		return nil, err
	}
	mine := task.By.Key() == ev.Actor.Key() || c.deps.May != nil && c.may(ev, ActStop, ofEntity(task))
	if !mine {
		return bot.Whisper{Message: card.Message{Lang: ev.Locale, Blocks: []card.Block{card.Text{Spans: card.Say(ev.Locale, lang.TaskOthers, nil)}}}}, nil
	}
	waited, err := c.stopWaiting(ctx, task)
	if err == nil && !waited {
		_, err = c.deps.Tasks.Cancel(ctx, key)
	}
	if err != nil {
		return nil, err
	}
	m, err := c.deps.Tasks.Card(ctx, key, ev.Locale)
	if err != nil {
		return nil, err
	}
	return bot.Update{Message: m}, nil
}
