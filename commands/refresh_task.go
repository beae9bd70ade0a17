package commands

import (
	"context"
	"encoding/json"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// RefreshData is what a task of kind TaskRefresh is about.
type RefreshData struct {
	Ref      string // of the entity
	Origin   string // which source
	Location string // of its descriptor
	Name     string // of the entity, for when it is gone
	Before   []field
}

// The events of a TaskRefresh, in their order, before the last.
const (
	RefreshAsked = "asked" // a replica was asked to read the source
	RefreshRead  = "read"  // what was read is stored
	refreshSteps = 3       // the last is that questions are answered from it
)

// ofEntity is the entity that a task is about, where it is about one.
func ofEntity(t bot.Task) catalog.Ref {
	var d struct{ Ref string }
	if json.Unmarshal(t.Data, &d) != nil {
		return catalog.Ref{}
	}
	ref, err := catalog.ParseRef(d.Ref, "", "")
	if err != nil {
		return catalog.Ref{}
	}
	return ref
}

// followRefresh has an entity's source read again, and shows it in one message.
func (c *Commands) followRefresh(ev *bot.Event, t *talk, e *catalog.Entity) bot.Reply {
	data, err := json.Marshal(RefreshData{e.Ref.String(), e.Source.Origin, e.Source.Location, e.DisplayName(), fieldsOf(e)})
	if err != nil {
		return t.only(bot.NotFound, lang.RefreshFailed, lang.Args{"what": t.named(e)})
	}
	key, err := c.deps.Tasks.Start(t.ctx, TaskRefresh, data, ev)
	if err != nil {
		return t.only(bot.NotFound, lang.TaskNotNow, lang.Args{"what": t.named(e)})
	}
	return t.following(key)
}

// refreshCard shows a task of kind TaskRefresh.
func (c *Commands) refreshCard(ctx context.Context, task bot.Task, log []bot.TaskEvent, l lang.Lang) card.Message {
	t := c.ofTask(ctx, task, l)
	t.r.Intent = intentRefresh
	var d RefreshData
	_ = json.Unmarshal(task.Data, &d) // what a later version keeps and this one does not know is left out
	was := &catalog.Entity{Ref: ofEntity(task), Name: d.Name, Title: d.Name}
	if e, ok := t.view.Entity(was.Ref); ok {
		was = e
	}
	if !task.Over {
		steps := map[string]lang.Key{RefreshAsked: lang.RefreshStepRead, RefreshRead: lang.RefreshStepKnown}
		step, done := lang.RefreshStepAsk, 0
		for _, e := range log {
			if key, known := steps[e.Kind]; known {
				step, done = key, done+1
			}
		}
		t.progress(t.say(lang.RefreshTask, lang.Args{"what": t.named(was)}), step, done, refreshSteps, task.Stop)
		t.actions = append(t.actions, t.stopButton(task.Key))
		_, m := t.finish()
		return m
	}
	if last := log[len(log)-1]; last.Kind == bot.TaskStopped {
		t.outcome = bot.Answered
		t.line(lang.RefreshStopped, lang.Args{"what": t.named(was)})
		t.actions = append(t.actions, t.ask(lang.ActShow, understand.Show, was.Ref))
	} else {
		t.refreshed(was, d.Before, failure(last))
	}
	_, m := t.finish()
	return m
}

// failure is the error that a last event tells of, nil where the task is done.
func failure(e bot.TaskEvent) error {
	if e.Kind == bot.TaskDone {
		return nil
	}
	var f bot.TaskFailure
	_ = json.Unmarshal(e.Data, &f)
	kind := fault.Upstream
	if f.Kind == fault.NotFound.String() {
		kind = fault.NotFound
	}
	return fault.New(kind, "%s", f.Text)
}
