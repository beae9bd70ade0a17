package slack

import (
	"context"
	"encoding/json"
	"time"
	"unicode/utf8"

	slackapi "github.com/slack-go/slack"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// suggest answers a request for suggestions, in the acknowledgement. What takes too long is no suggestion.
func (s *session) suggest(in *interaction) ([]byte, error) {
	ev, ok, err := in.asked(s.a.deps.Now())
	if err != nil {
		return nil, err
	}
	if !ok {
		return suggestions(nil)
	}
	s.ofForm(in, &ev)
	ar := arrival{event: ev}
	ar.fill(s.people.lookup(ev.Address.Workspace, ev.Actor.ID))
	found := make(chan bot.Reply, 1)
	if err := s.in.Begin(func() { found <- s.handle(&ar.event) }); err != nil {
		return nil, err
	}
	t := time.NewTimer(s.a.tune.budget)
	defer t.Stop()
	select {
	case reply := <-found:
		r, _ := reply.(bot.Suggest)
		return suggestions(r.Options)
	case <-t.C:
		return suggestions(nil)
	}
}

// ofForm adds to a request for suggestions of which draft its form is: what a field offers may depend on it.
func (s *session) ofForm(in *interaction, ev *bot.Event) {
	asked, _ := ev.Input.(bot.Asked)
	if asked.Form == "" || in.View == nil {
		return
	}
	meta, ok := parseMetadata(in.View.Metadata)
	if !ok {
		return
	}
	ctx, cancel := context.WithTimeout(s.ctx, s.a.tune.budget/2)
	defer cancel()
	o, err := s.a.desk.Load(ctx, meta.Key, in.by())
	if err != nil {
		return // what everything of its kind offers is suggested
	}
	asked.Draft = o.Form.Draft
	asked.Field = fieldOf(o.Form, in.Block)
	ev.Input = asked
}

// suggestions are options as Slack takes them: at most a hundred, each of a value of its own that is not too long.
func suggestions(all []card.FormOption) ([]byte, error) {
	out := struct {
		Options []*slackapi.OptionBlockObject `json:"options"`
	}{Options: []*slackapi.OptionBlockObject{}}
	seen := map[string]bool{}
	for _, o := range all {
		if len(out.Options) == maxSuggestions {
			break
		}
		if o.Value == "" || seen[o.Value] || utf8.RuneCountInString(o.Value) > maxOptionValue {
			continue
		}
		seen[o.Value] = true
		out.Options = append(out.Options, option(o.Value, o))
	}
	raw, err := json.Marshal(out)
	return raw, fault.Wrap(fault.Internal, err, "write suggestions")
}
