package bottest

import (
	"encoding/json"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
)

// traces: what a person left is found wherever it lies, and nothing of others.
func (b *stateBench) traces() {
	alice, bob := bot.Actor{Platform: "p", Workspace: "W", ID: "alice"}, bot.Actor{Platform: "p", Workspace: "W", ID: "bob"}
	stranger := bot.Actor{Platform: "p", Workspace: "W2", ID: "alice"}
	thread := bot.Address{Platform: "p", Workspace: "W", Channel: "C", Thread: "1"}
	other := bot.Address{Platform: "p", Workspace: "W", Channel: "C", Thread: "2"}
	talk := func(key string) bot.Conversation {
		return bot.Conversation{Key: key, Turns: []bot.Turn{{Text: "who owns it", At: b.now}}}
	}
	own, shared := talk("p:W:C::alice"), talk(thread.Key())
	b.ok(b.a.Threads.Save(b.ctx, []bot.Conversation{own, shared, talk("p:W:C::bob"), talk("p:W2:C::alice"), talk(other.Key())}))
	draft := bot.Draft{ID: "d1", Form: "f", Actor: alice, Address: thread, Data: json.RawMessage(`{}`), Expires: b.now.Add(time.Hour)}
	b.ok(b.a.Drafts.Save(b.ctx, draft))
	for id, actor := range map[string]bot.Actor{"d2": bob, "d3": stranger} {
		b.ok(b.a.Drafts.Save(b.ctx, bot.Draft{ID: id, Form: "f", Actor: actor, Expires: b.now.Add(time.Hour)}))
	}
	subscription := bot.Subscription{Address: thread, Subject: "component:default/a", Topic: "ownership", By: alice, Since: b.now}
	theirs := bot.Subscription{Address: thread, Subject: "component:default/b", Topic: "ownership", By: bob, Since: b.now}
	for _, s := range []bot.Subscription{subscription, theirs} {
		_, err := b.a.Subscriptions.Put(b.ctx, s)
		b.ok(err)
	}
	said := b.said("f1", "alice")
	for _, f := range []bot.Feedback{said, b.said("f2", "bob")} {
		_, err := b.a.Feedback.Put(b.ctx, f)
		b.ok(err)
	}
	over := bot.Task{Key: "refresh:1", By: alice, Address: thread, Data: json.RawMessage(`"o"`), Begun: b.now}
	underWay := bot.Task{Key: "refresh:2", By: alice, Address: thread, Data: json.RawMessage(`"o"`), Begun: b.now}
	for _, task := range []bot.Task{over, underWay, {Key: "refresh:3", By: bob, Address: thread, Begun: b.now}} {
		_, err := b.a.Tasks.Begin(b.ctx, task)
		b.ok(err)
	}
	_, err := b.a.Tasks.Append(b.ctx, over.Key, bot.TaskEvent{ID: "end", Kind: bot.TaskDone, At: b.now, Last: true})
	b.ok(err)
	over.Over = true
	want := bot.Traces{
		Conversations: []bot.Conversation{shared, own}, Drafts: []bot.Draft{draft}, Subscriptions: []bot.Subscription{subscription},
		Feedback: []bot.Feedback{said}, Tasks: []bot.Task{over, underWay},
	}
	got, err := b.b.Traces.Of(b.ctx, alice, []bot.Address{thread, {Platform: "p", Workspace: "W", Channel: "C"}})
	b.ok(err)
	b.same("what is kept", want, got)
	got, err = b.b.Traces.Erase(b.ctx, alice, []bot.Address{thread})
	b.ok(err)
	b.same("what was erased", want, got)
	got, err = b.a.Traces.Of(b.ctx, alice, []bot.Address{thread})
	b.ok(err)
	b.same("what is left", bot.Traces{}, got)
	if _, _, err := b.a.Tasks.Since(b.ctx, over.Key, 0); err == nil {
		b.Error("a task that is over is left")
	}
	if task, _, err := b.a.Tasks.Since(b.ctx, underWay.Key, 0); err != nil || task.By != (bot.Actor{}) || task.Address != thread {
		b.Errorf("of a task that is under way there is left %+v, %v", task, err)
	}
	left, err := b.a.Traces.Of(b.ctx, bob, []bot.Address{other})
	b.ok(err)
	if len(left.Conversations) != 2 || len(left.Drafts) != 1 || len(left.Subscriptions) != 1 || len(left.Feedback) != 1 || len(left.Tasks) != 1 {
		b.Errorf("of somebody else there is left %+v", left)
	}
	if left, err = b.a.Traces.Of(b.ctx, stranger, nil); err != nil || len(left.Conversations) != 1 || len(left.Drafts) != 1 {
		b.Errorf("of a namesake elsewhere there is left %+v, %v", left, err)
	}
	if left, err = b.a.Traces.Of(b.ctx, bot.Actor{Platform: "p", Workspace: "W"}, nil); err != nil || len(left.Conversations) != 0 {
		b.Errorf("of nobody there is %+v, %v", left, err)
	}
	b.forget()
}
