package commands_test

import (
	"fmt"
	"testing"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/catalog/search/searchtest"
	"github.com/backchannel-portal/backchannel/commands"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// big is a company of many entities behind the commands, and the names of its components.
func big(b *testing.B, n int) (*commands.Commands, search.View, []string) {
	b.Helper()
	es := searchtest.Generate(n)
	reader := search.NewReader(catalog.Changes{Generation: 1, Full: true, Upserts: es}, nil, search.Options{})
	view := reader.For(catalog.Viewer{})
	var names []string
	for e := range view.Entities(search.Filter{Kinds: []string{"component"}}) {
		if names = append(names, e.Name); len(names) == 1000 {
			break
		}
	}
	return commands.New(commands.Deps{View: func(catalog.Viewer) search.View { return view }, Now: clock}), view, names
}

// BenchmarkOwnerAnswer is the building of the answer alone: the question is understood.
func BenchmarkOwnerAnswer(b *testing.B) {
	for _, n := range []int{1000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			c, _, names := big(b, n)
			readings := make([]understand.Reading, len(names))
			for i, name := range names {
				readings[i] = about(understand.Owner, name)
				readings[i].Lang = lang.English
			}
			b.ReportAllocs()
			b.ResetTimer()
			for i := 0; b.Loop(); i++ {
				c.Answer(b.Context(), commands.Question{Private: true}, readings[i%len(readings)])
			}
		})
	}
}

// BenchmarkOwnerCommand is a sub-command by name, from the event to the reply.
func BenchmarkOwnerCommand(b *testing.B) {
	c, _, names := big(b, 100_000)
	m, err := bot.NewMux(bot.MuxConfig{Ask: c.Handler(), Commands: c.SubCommands(), Intents: c.Intents(), Now: clock})
	check(b, err)
	b.ReportAllocs()
	b.ResetTimer()
	for i := 0; b.Loop(); i++ {
		ev := bot.Event{ID: "b", Input: bot.Invoked{Path: []string{"backchannel"}, Args: "owner " + names[i%len(names)]}}
		if r, err := m.Handle(b.Context(), &ev); err != nil || r == nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkOwnerQuestion is a whole question in words.
func BenchmarkOwnerQuestion(b *testing.B) {
	c, _, names := big(b, 100_000)
	c.Ask(b.Context(), commands.Question{Text: "who owns " + names[0]})
	b.ReportAllocs()
	b.ResetTimer()
	for i := 0; b.Loop(); i++ {
		c.Ask(b.Context(), commands.Question{Text: "who owns " + names[i%len(names)]})
	}
}

// silent is feedback that nobody gives: what every answer pays for the way to give some.
type silent struct{ commands.Feedback }

func (silent) Of(string) []bot.Dispute { return nil }

// BenchmarkOwnerAnswerWithWrong is BenchmarkOwnerAnswer with the way in to say what is wrong.
func BenchmarkOwnerAnswerWithWrong(b *testing.B) {
	es := searchtest.Generate(1000)
	view := search.NewReader(catalog.Changes{Generation: 1, Full: true, Upserts: es}, nil, search.Options{}).For(catalog.Viewer{})
	for _, with := range []bool{false, true} {
		b.Run(fmt.Sprint(with), func(b *testing.B) {
			d := commands.Deps{View: func(catalog.Viewer) search.View { return view }, Now: clock}
			if with {
				d.Feedback = silent{}
			}
			c := commands.New(d)
			var r understand.Reading
			for e := range view.Entities(search.Filter{Kinds: []string{"component"}}) {
				r = about(understand.Owner, e.Name)
				break
			}
			r.Lang = lang.English
			b.ReportAllocs()
			for b.Loop() {
				c.Answer(b.Context(), commands.Question{Private: true}, r)
			}
		})
	}
}
