package commands

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// registerCard shows a task of kind TaskRegister.
func (c *Commands) registerCard(ctx context.Context, task bot.Task, log []bot.TaskEvent, l lang.Lang) card.Message {
	t := c.ofTask(ctx, task, l)
	t.r.Intent = intentRegister
	var d registerData
	_ = json.Unmarshal(task.Data, &d) // what a later version keeps and this one does not know is left out
	args := lang.Args{"location": card.M(clipTo(d.Address, maxDetail))}
	if !task.Over {
		steps := map[string]lang.Key{registerTried: lang.RegisteringKeep, registerKept: lang.RegisteringKnown}
		step, done := lang.RegisteringRead, 0
		for _, e := range log {
			if key, known := steps[e.Kind]; known {
				step, done = key, done+1
			}
		}
		t.progress(t.say(lang.RegisteringTask, args), step, done, registerSteps, task.Stop)
		t.actions = append(t.actions, t.stopButton(task.Key))
		_, m := t.finish()
		return m
	}
	t.registerEnded(log, args)
	_, m := t.finish()
	return m
}

// registerEnded says what registering led to.
func (t *talk) registerEnded(log []bot.TaskEvent, args lang.Args) {
	place, last := placeOf(log), log[len(log)-1]
	var end registerEnd
	switch {
	case last.Kind == bot.TaskDone && json.Unmarshal(last.Data, &end) == nil && end.How != "":
		t.registered(end)
	case place != nil: // it was stopped, or failed, when it was registered already
		t.registered(registerEnd{How: howLater, Place: *place})
	case last.Kind == bot.TaskStopped:
		t.outcome = bot.Answered
		t.line(lang.RegisteringStopped, args)
	default:
		var f bot.TaskFailure
		_ = json.Unmarshal(last.Data, &f)
		t.outcome = bot.NotFound
		args["text"] = t.text(lang.RegisteringBroken, nil)
		t.line(lang.RegisterFailed, args)
	}
}

// registered says how registering ended: what came from the location, what is defined elsewhere already, and what is
// wrong with it.
func (t *talk) registered(end registerEnd) {
	p := end.Place
	args := lang.Args{"location": card.M(clipTo(p.Origin, maxDetail)), "n": p.N}
	t.outcome = bot.Answered
	switch end.How {
	case howConfigured:
		t.outcome = bot.Refused
		t.line(lang.RegisterConfigured, args)
	case howAlready:
		t.line(lang.RegisterAlready, args)
	case howNothing:
		t.outcome = bot.NotFound
		t.line(lang.RegisterNothing, args)
		t.troubles(p)
	case howRefused:
		t.outcome = bot.NotFound
		args["text"] = t.refusal(end.Why)
		t.line(lang.RegisterFailed, args)
	case howDone:
		t.came(end, args)
		t.troubles(p)
	default:
		t.line(lang.RegisterLater, args)
		t.troubles(p)
	}
}

// came lists what came from a location, and what is defined elsewhere.
func (t *talk) came(end registerEnd, args lang.Args) {
	here := readRefs(end.Here)
	elsewhere := slices.DeleteFunc(readRefs(end.Place.Refs), func(r catalog.Ref) bool { return slices.Contains(here, r) })
	args["n"] = end.HereN
	t.line(lang.RegisterDone, args)
	t.entities = here[:min(len(here), maxEntities)]
	if len(here) > 0 {
		t.line(lang.RegisterList, lang.Args{"list": t.some(here, end.HereN)})
		t.actions = append(t.actions, t.ask(lang.ActShow, understand.Show, here[0]))
	}
	if n := end.Place.N - end.HereN; n > 0 && len(elsewhere) > 0 {
		t.line(lang.RegisterElsewhere, lang.Args{"n": n, "list": t.some(elsewhere, n)})
	}
}

// some names the first of n entities.
func (t *talk) some(refs []catalog.Ref, n int) []card.Span {
	items := make([][]card.Span, 0, t.inline())
	for _, r := range refs[:min(len(refs), t.inline())] {
		items = append(items, t.refs([]catalog.Ref{r}, 1))
	}
	return t.join(items, max(n-len(items), 0))
}

// troubles lists what is wrong with the files of a location.
func (t *talk) troubles(p newPlace) {
	if p.Problems == 0 {
		return
	}
	t.line(lang.RegisterTroubles, lang.Args{"n": p.Problems})
	var list card.List
	for _, is := range p.Troubles {
		list.Items = append(list.Items, []card.Span{card.M(is.At), card.T(": " + is.Text)})
	}
	t.add(list)
}

// refusal says why a location was not read: in the reader's language what an error or its kind stands for, and in
// English where in a file something is wrong.
func (t *talk) refusal(w whyNot) string {
	switch {
	case w.Key != "":
		return t.text(lang.Key(w.Key), lang.Args{"n": w.N})
	case w.Kind == fault.NotFound.String():
		return t.text(lang.RegisterMissing, nil)
	case w.Kind == fault.Forbidden.String():
		return t.text(lang.RegisterDenied, nil)
	case w.Kind == fault.Invalid.String():
		return w.Text
	}
	return t.text(lang.RegisterUnanswered, lang.Args{"text": cmp.Or(w.Text, w.Kind)})
}
