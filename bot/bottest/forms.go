package bottest

import (
	"context"
	"maps"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
)

// FormDriver is a Driver of a platform that shows forms. The suite runs its cases about forms on these.
type FormDriver interface {
	Driver
	// Form returns what can be read on the form on a user's screen, "" while there is none.
	Form(user string) string
	// Fill fills the form on a user's screen in, by label, and sends it; equal ids are repeated deliveries of one
	// submission. It goes through every page.
	Fill(id, user string, values map[string]string)
}

// FormSuggester is a FormDriver of a platform that suggests while somebody types into a field. Elsewhere a name is
// settled after the form was sent.
type FormSuggester interface {
	// Suggest types into a field of the form on a user's screen and returns the labels that are suggested.
	Suggest(user, label, typed string) []string
}

// sampleForm is the form that the suite opens.
func sampleForm() card.Form {
	return card.Form{ID: "sample", Title: "A sample", Draft: "draft", Submit: "Send", Fields: []card.FormField{
		{Name: "name", Label: "Name", Kind: card.FieldLine, Required: true},
		{Name: "part.of", Label: "Part of", Kind: card.FieldEntity},
	}}
}

// Forms are sample events about forms and surfaces, for handlers to be tested with: each kind of input that is no
// question, of one actor.
func Forms(at time.Time) []bot.Event {
	who := bot.Actor{Platform: "p", Workspace: "W", ID: "alice"}
	inputs := []bot.Input{
		bot.Changed{Form: "sample", Draft: "draft", Field: "name", Values: card.Values{"name": {"x"}}},
		bot.Submitted{Form: "sample", Draft: "draft", Values: card.Values{"name": {"x"}}},
		bot.Asked{Form: "sample", Draft: "draft", Field: "part.of", What: card.FieldEntity, Query: "pay"},
		bot.Opened{Surface: bot.SurfaceHome},
		bot.Linked{URLs: []string{"https://portal.example/catalog/default/component/pay"}},
		bot.Lifecycle{What: bot.Installed},
		bot.Lifecycle{What: bot.Removed},
		bot.Lifecycle{What: bot.Revoked},
	}
	out := make([]bot.Event, len(inputs))
	for i, in := range inputs {
		out[i] = bot.Event{
			ID: "p:W:" + bot.NewID(at), Time: at, Actor: who, Input: in,
			Address: bot.Address{Platform: "p", Workspace: "W", Channel: "C"},
		}
	}
	return out
}

// forms: a form is opened by a command, refused with what was typed kept, mended, and sent once.
func (b *bench) forms() {
	d, ok := b.driver.(FormDriver)
	if !ok {
		return
	}
	b.set(func(_ context.Context, ev *bot.Event) (bot.Reply, error) {
		switch in := ev.Input.(type) {
		case bot.Invoked:
			if !ev.Forms {
				b.Error("a command cannot open a form")
			}
			return bot.Open{Form: sampleForm()}, nil
		case bot.Asked:
			return bot.Suggest{Options: []card.FormOption{{Value: "system:default/pay", Label: "Pay of " + in.Query}}}, nil
		case bot.Submitted:
			if name := strings.Join(in.Values["name"], ""); name != "good" {
				return bot.Invalid{Fields: map[string]string{"name": name + " is taken"}}, nil
			}
			return bot.Whisper{Message: message("sent " + in.Draft)}, nil
		}
		return bot.Nothing{}, nil
	})
	d.Ask(Slash, "forms", "alice", "general", "form")
	b.until("the form", func() bool { return strings.Contains(d.Form("alice"), "Name") })
	if s, ok := d.(FormSuggester); ok {
		if got := s.Suggest("alice", "Part of", "p"); len(got) != 1 || got[0] != "Pay of p" {
			b.Errorf("suggested %q", got)
		}
	}
	d.Fill("forms-1", "alice", map[string]string{"Name": "bad"})
	b.until("what is wrong", func() bool { return strings.Contains(d.Form("alice"), "bad is taken") })
	values := map[string]string{"Name": "good", "Part of": "system:default/pay"}
	d.Fill("forms-2", "alice", maps.Clone(values))
	b.shows("alice", "general", "sent draft")
	d.Fill("forms-2", "alice", values)
	b.until("the form to go", func() bool { return !strings.Contains(d.Form("alice"), "Name") })
	n := 0
	for _, ev := range b.seen() {
		if in, ok := ev.Input.(bot.Submitted); ok && strings.Join(in.Values["name"], "") == "good" {
			n++
			if strings.Join(in.Values["part.of"], "") != "system:default/pay" {
				b.Errorf("submitted %v", in.Values)
			}
		}
	}
	if n != 1 {
		b.Errorf("one form was handed in %d times", n)
	}
}
