package commands

import (
	"time"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// moment is a moment as people say it, in the reader's zone; when that is not known in the given one, which is named.
func (t *talk) moment(at time.Time, zone *time.Location) card.Span {
	reader := t.zone
	if reader == nil {
		reader = zone
	}
	if reader == nil {
		reader = time.UTC
	}
	local := at.In(reader)
	s := lang.Moment(t.l, local, t.now)
	if t.zone == nil {
		abbreviation, _ := local.Zone()
		s = t.text(lang.CmdUTC, lang.Args{"time": s, "zone": abbreviation})
	}
	return card.Span{Kind: card.Time, Text: s, At: at}
}

// momentAhead is moment, with how far ahead it is when that is under a day.
func (t *talk) momentAhead(at time.Time, zone *time.Location) []card.Span {
	m := t.moment(at, zone)
	d := at.Sub(t.now)
	if d <= 0 || d >= 24*time.Hour {
		return []card.Span{m}
	}
	return t.say(lang.CmdRelated, lang.Args{"time": m, "when": lang.In(t.l, d)})
}
