package commands

import (
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// Run is a piece of long work that somebody has begun, such as a run of a template.
type Run struct {
	Title string     // what it makes or does
	URL   string     // its page; "" for none
	State card.State // how it stands
	At    time.Time  // since when
}

// Runs knows what people have begun.
type Runs interface {
	// Recent returns at most n runs of an actor, the latest first. It must not block.
	Recent(by bot.Actor, n int) []Run
}

// maxHomeRuns is how many runs the home page shows.
const maxHomeRuns = 5

// recentRuns lists what somebody has begun lately; nothing where there is none.
func (t *talk) recentRuns(by bot.Actor) {
	if t.c.deps.Runs == nil {
		return
	}
	all := t.c.deps.Runs.Recent(by, maxHomeRuns)
	if len(all) == 0 {
		return
	}
	t.add(card.Text{Spans: []card.Span{card.S(t.text(lang.HomeRuns, nil))}})
	var list card.List
	for _, r := range all[:min(len(all), maxHomeRuns)] {
		title := card.T(r.Title)
		if r.URL != "" {
			title = card.L(r.Title, r.URL)
		}
		list.Items = append(list.Items, dotted([]card.Span{title}, t.say(runState(r.State), nil), []card.Span{card.T(lang.Age(t.l, t.now.Sub(r.At)))}))
	}
	t.add(list, card.Rule{})
}

func runState(s card.State) lang.Key {
	switch s {
	case card.StateRunning:
		return lang.HomeRunRunning
	case card.StateDone:
		return lang.HomeRunDone
	case card.StateFailed:
		return lang.HomeRunFailed
	default:
		return lang.HomeRunPending
	}
}
