package bottest

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

func (b *stateBench) task(id string) bot.Task {
	return bot.Task{
		Key: "refresh:" + id, By: bot.Actor{Platform: "p", Workspace: "W", ID: "alice"}, Address: bot.Address{Platform: "p", Workspace: "W", Channel: "C"},
		Data: json.RawMessage(`{"what":"x"}`), Begun: b.now,
	}
}

func (b *stateBench) event(n int64, id string, last bool) bot.TaskEvent {
	return bot.TaskEvent{N: n, ID: id, Kind: "read", Data: json.RawMessage(`1`), At: b.now.Add(time.Second), Last: last}
}

// tasks: a log is read by all from any place, and ends.
func (b *stateBench) tasks() {
	t := b.task("1")
	b.once(func(s bot.State) (bool, error) { return s.Tasks.Begin(b.ctx, t) })
	for i, want := range []bool{true, true, false} {
		id := fmt.Sprint(min(i, 1)) // the last one is known
		if added, err := b.a.Tasks.Append(b.ctx, t.Key, b.event(0, id, false)); added != want || err != nil {
			b.Errorf("Append %d: %v, %v", i, added, err)
		}
	}
	got, events, err := b.b.Tasks.Since(b.ctx, t.Key, 0)
	b.ok(err)
	b.same("the task", t, got)
	b.same("its log", []bot.TaskEvent{b.event(1, "0", false), b.event(2, "1", false)}, events)
	_, events, err = b.b.Tasks.Since(b.ctx, t.Key, 1)
	b.ok(err)
	b.same("the rest of its log", []bot.TaskEvent{b.event(2, "1", false)}, events)
	for _, want := range []bool{true, false} {
		if first, err := b.b.Tasks.Cancel(b.ctx, t.Key); first != want || err != nil {
			b.Errorf("Cancel: %v, %v", first, err)
		}
	}
	for i, want := range []bool{true, false} {
		if added, err := b.b.Tasks.Append(b.ctx, t.Key, b.event(0, fmt.Sprint("last", i), true)); added != want || err != nil {
			b.Errorf("the last: %v, %v", added, err)
		}
	}
	got, events, err = b.a.Tasks.Since(b.ctx, t.Key, 2)
	b.ok(err)
	t.Stop, t.Over = true, true
	b.same("the task at its end", t, got)
	b.same("its last event", []bot.TaskEvent{b.event(3, "last0", true)}, events)
	if first, err := b.a.Tasks.Cancel(b.ctx, t.Key); first || err != nil {
		b.Errorf("Cancel behind the end: %v, %v", first, err)
	}
	b.unknownTask()
	b.sweeps(b.a.Tasks, b.now, 0)
	b.sweeps(b.a.Tasks, b.now.Add(time.Second), 1)
	_, _, err = b.b.Tasks.Since(b.ctx, t.Key, 0)
	b.missing("a swept task", err)
}

func (b *stateBench) unknownTask() {
	_, _, err := b.a.Tasks.Since(b.ctx, "refresh:2", 0)
	b.missing("an unknown task", err)
	_, err = b.a.Tasks.Append(b.ctx, "refresh:2", b.event(0, "1", false))
	b.missing("the log of an unknown task", err)
	_, err = b.a.Tasks.Cancel(b.ctx, "refresh:2")
	b.missing("cancelling an unknown task", err)
	bad := b.task("3")
	bad.Data = json.RawMessage(`{`)
	if _, err := b.a.Tasks.Begin(b.ctx, bad); !fault.Is(err, fault.Invalid) {
		b.Errorf("data that is no JSON: %v", err)
	}
	bad.Data = json.RawMessage(`"` + strings.Repeat("x", bot.MaxTaskData) + `"`)
	if _, err := b.a.Tasks.Begin(b.ctx, bad); !fault.Is(err, fault.Invalid) {
		b.Errorf("too much data: %v", err)
	}
}

// tasksRace: events of many have numbers without gaps, and one of an id is there once.
func (b *stateBench) tasksRace() {
	t := b.task("race")
	_, err := b.a.Tasks.Begin(b.ctx, t)
	b.ok(err)
	for i := range 5 {
		b.once(func(s bot.State) (bool, error) { return s.Tasks.Append(b.ctx, t.Key, b.event(0, fmt.Sprint(i), false)) })
	}
	_, events, err := b.b.Tasks.Since(b.ctx, t.Key, 0)
	b.ok(err)
	for i, e := range events {
		if e.N != int64(i)+1 {
			b.Errorf("event %d has number %d", i, e.N)
		}
	}
	if len(events) != 5 {
		b.Errorf("%d events, want 5", len(events))
	}
}

func (b *stateBench) said(id, who string) bot.Feedback {
	return bot.Feedback{
		ID: id, Kind: bot.WrongFact, Intent: "owner", Entity: "component:default/x", Fact: "spec.owner", Was: "group:default/a",
		By: bot.Actor{Platform: "p", Workspace: "W", ID: who, Name: who}, Address: bot.Address{Platform: "p", Workspace: "W", Channel: "C"},
		Lang: lang.Chinese, At: b.now, State: bot.FeedbackOpen,
	}
}

// feedback: it is open until it is closed, once.
func (b *stateBench) feedback() {
	one, two := b.said("1", "alice"), b.said("2", "bob")
	two.At = b.now.Add(time.Second)
	for _, f := range []bot.Feedback{two, one} {
		if fresh, err := b.a.Feedback.Put(b.ctx, f); !fresh || err != nil {
			b.Errorf("Put: %v, %v", fresh, err)
		}
	}
	again := b.said("3", "alice")
	again.Right, again.At = "group:default/b", b.now.Add(time.Hour)
	if fresh, err := b.b.Feedback.Put(b.ctx, again); fresh || err != nil {
		b.Errorf("said again: %v, %v", fresh, err)
	}
	one.Right = again.Right
	open, err := b.b.Feedback.Open(b.ctx)
	b.ok(err)
	b.same("what is open", []bot.Feedback{one, two}, open)
	one.State, one.Outcome, one.Closed, one.ClosedBy = bot.FeedbackSettled, "group:default/c", b.now.Add(time.Minute), two.By
	b.once(func(s bot.State) (bool, error) { return s.Feedback.Close(b.ctx, one) })
	got, err := b.a.Feedback.Get(b.ctx, "1")
	b.ok(err)
	b.same("what was closed", one, got)
	if fresh, err := b.a.Feedback.Put(b.ctx, again); !fresh || err != nil {
		b.Errorf("said again when it was closed: %v, %v", fresh, err)
	}
	_, err = b.a.Feedback.Get(b.ctx, "4")
	b.missing("unknown feedback", err)
	_, err = b.a.Feedback.Close(b.ctx, b.said("4", "alice"))
	b.missing("closing unknown feedback", err)
	b.sweeps(b.a.Feedback, one.Closed, 0)
	b.sweeps(b.a.Feedback, one.Closed.Add(time.Second), 1)
	open, err = b.a.Feedback.Open(b.ctx)
	b.ok(err)
	if len(open) != 2 {
		b.Errorf("%d are open behind the sweep, want 2", len(open))
	}
}

// feedbackRace: what one person says many times at once is one.
func (b *stateBench) feedbackRace() {
	n := 0
	for _, id := range []string{"a", "b", "c"} {
		if fresh, err := b.a.Feedback.Put(b.ctx, b.said(id, "carol")); err != nil {
			b.Error(err)
		} else if fresh {
			n++
		}
	}
	b.once(func(s bot.State) (bool, error) { return s.Feedback.Put(b.ctx, b.said("same", "dave")) })
	if n != 1 {
		b.Errorf("one person's feedback was new %d times", n)
	}
}
