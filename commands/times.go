package commands

import (
	"fmt"
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
		s = t.text(lang.CmdUTC, lang.Args{"time": s, "zone": offset(local)})
	}
	return card.Span{Kind: card.Time, Text: s, At: at}
}

// offset is the distance from UTC as "+8", "-3:30" or nothing: unlike "CST" it means one zone only.
func offset(at time.Time) string {
	_, seconds := at.Zone()
	sign := "+"
	if seconds < 0 {
		sign, seconds = "-", -seconds
	}
	switch h, m := seconds/3600, seconds/60%60; {
	case h == 0 && m == 0:
		return ""
	case m == 0:
		return fmt.Sprintf("%s%d", sign, h)
	default:
		return fmt.Sprintf("%s%d:%02d", sign, h, m)
	}
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
