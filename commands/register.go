package commands

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// intentRegister is the sub-command that adds a location. It is nobody's question.
const intentRegister understand.Intent = "register"

// maxTroubles bounds how many problems of a new location are listed.
const maxTroubles = 5

// Registrar reads locations that are about to be registered.
type Registrar interface {
	// Try reads what an address leads to, as the location that it would become would, and stores nothing. An address
	// that cannot be a location is an error of kind Invalid; one that does not answer, of kind Upstream.
	Try(ctx context.Context, address string) (Trial, error)
}

// Trial is what an address would be as a location.
type Trial struct {
	Location   catalog.Location // without who and when
	Configured bool             // the configuration reads it already, and nothing was tried
	Delta      catalog.Delta    // all that it holds
}

// looksLikeAddress reports whether a text may be meant as an address. Other words behind "register" are a question.
func looksLikeAddress(s string) bool {
	return !strings.ContainsAny(s, " \t\n") && strings.ContainsAny(s, "./")
}

// register tries an address, adds it as a location, waits until what it holds can be asked about, and says what came.
func (c *Commands) register(ev *bot.Event, t *talk) bot.Reply {
	args := lang.Args{"location": card.M(clipTo(t.r.Topic, maxDetail))}
	switch {
	case t.r.Topic == "":
		return t.only(bot.NotFound, lang.RegisterWhat, nil)
	case !c.may(ev, ActRegister, catalog.Ref{}):
		return t.only(bot.Refused, lang.RegisterForbidden, args)
	}
	note := card.Message{Lang: t.l, Blocks: []card.Block{card.Text{Spans: t.say(lang.RegisterWorking, args)}}}
	return bot.Work{Note: note, Run: func(ctx context.Context) (bot.Reply, error) {
		trial, err := c.deps.Registrar.Try(ctx, t.r.Topic)
		if err != nil {
			args["text"] = t.refusal(err)
			return t.only(bot.NotFound, lang.RegisterFailed, args), nil
		}
		args["location"] = card.M(trial.Location.Origin)
		switch {
		case trial.Configured:
			return t.only(bot.Refused, lang.RegisterConfigured, args), nil
		case len(defined(trial.Delta)) == 0:
			t.outcome = bot.NotFound
			t.line(lang.RegisterNothing, args)
			t.troubles(trial.Delta)
			return t.reply(), nil
		}
		l := trial.Location
		l.By, l.At = ev.Actor.Key(), c.deps.Now()
		added, err := c.deps.Locations.Register(ctx, l)
		if err != nil {
			return nil, fault.Wrap(fault.Upstream, err, "register %s", l.Origin)
		}
		if !added {
			return t.only(bot.Answered, lang.RegisterAlready, args), nil
		}
		err = c.arrive(ctx, l.Origin)
		after := c.talk(ctx, c.deps.View(t.q.Viewer), t.q, t.r)
		after.now = c.deps.Now()
		after.registered(trial, err == nil)
		return after.reply(), nil
	}}
}

// refusal says why a location was not read: in the reader's language what an error or its kind stands for, and in
// English where in a file something is wrong.
func (t *talk) refusal(err error) string {
	e, ok := errors.AsType[*fault.Error](err)
	switch {
	case ok && e.Key != "":
		return t.text(lang.Key(e.Key), e.Args)
	case fault.Is(err, fault.NotFound):
		return t.text(lang.RegisterMissing, nil)
	case fault.Is(err, fault.Forbidden):
		return t.text(lang.RegisterDenied, nil)
	case ok && e.Kind == fault.Invalid:
		return clipTo(err.Error(), maxDetail)
	}
	return t.text(lang.RegisterUnanswered, lang.Args{"text": clipTo(err.Error(), maxDetail)})
}

// arrive waits until a location that was just registered has been read.
func (c *Commands) arrive(ctx context.Context, origin string) error {
	if c.deps.Refresher == nil {
		return fault.New(fault.NotFound, "nothing is read on demand")
	}
	return c.deps.Refresher.Refresh(ctx, origin, "")
}

// registered says what came from a new location, what is defined elsewhere already, and what is wrong. read is false
// when it is only about to be read.
func (t *talk) registered(trial Trial, read bool) {
	t.outcome = bot.Answered
	all := defined(trial.Delta)
	args := lang.Args{"location": card.M(trial.Location.Origin), "n": len(all)}
	if !read {
		t.line(lang.RegisterLater, args)
		t.troubles(trial.Delta)
		return
	}
	var here, elsewhere []catalog.Ref
	for _, ref := range all {
		if e, ok := t.view.Entity(ref); ok && e.Source.Origin == trial.Location.Origin {
			here = append(here, ref)
		} else {
			elsewhere = append(elsewhere, ref)
		}
	}
	args["n"] = len(here)
	t.line(lang.RegisterDone, args)
	t.entities = here[:min(len(here), maxEntities)]
	if len(here) > 0 {
		t.line(lang.RegisterList, lang.Args{"list": t.refs(here, t.inline())})
		t.actions = append(t.actions, t.ask(lang.ActShow, understand.Show, here[0]))
	}
	if len(elsewhere) > 0 {
		t.line(lang.RegisterElsewhere, lang.Args{"n": len(elsewhere), "list": t.refs(elsewhere, t.inline())})
	}
	t.troubles(trial.Delta)
}

// troubles lists what is wrong with the files of a location.
func (t *talk) troubles(d catalog.Delta) {
	var list card.List
	n := 0
	for _, f := range d.Files {
		problems := slices.Clone(f.Problems)
		for _, e := range f.Entities {
			problems = append(problems, e.Problems...)
		}
		for _, p := range problems {
			if n++; n <= maxTroubles {
				at := fault.Position{File: baseName(f.Location), Line: p.Line, Field: p.Field}
				list.Items = append(list.Items, []card.Span{card.M(at.String()), card.T(": " + clipTo(p.Message, maxDetail))})
			}
		}
	}
	if n == 0 {
		return
	}
	t.line(lang.RegisterTroubles, lang.Args{"n": n})
	t.add(list)
}

// defined are the references of what a location holds, in order, each once.
func defined(d catalog.Delta) []catalog.Ref {
	var out []catalog.Ref
	seen := map[catalog.Ref]bool{}
	for _, f := range d.Files {
		for _, e := range f.Entities {
			if !seen[e.Ref] {
				seen[e.Ref] = true
				out = append(out, e.Ref)
			}
		}
	}
	return out
}

// reply is the finished answer as the question was asked.
func (t *talk) reply() bot.Reply {
	a, m := t.finish()
	return say(t.q, a, m)
}
