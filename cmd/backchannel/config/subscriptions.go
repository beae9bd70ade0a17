package config

import (
	"regexp"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// Subscriptions say when people are told of what they subscribe to.
type Subscriptions struct {
	Quiet  Quiet // when nothing is told, in the reader's zone; written 20:00-08:00, or off
	Zone   Zone  // of readers of whom none is known; default UTC
	Daily  Count // posts a place gets a day, or off; what is more comes together at Digest
	Digest Clock // of the day, in the reader's zone; written 09:00
}

// Clock is a time of the day since midnight, written 09:00.
type Clock time.Duration

var clockText = regexp.MustCompile(`^([01][0-9]|2[0-3]):([0-5][0-9])$`)

func parseClock(s string) (Clock, bool) {
	if !clockText.MatchString(s) {
		return 0, false
	}
	at, err := time.Parse("15:04", s)
	return Clock(time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute), err == nil
}

// UnmarshalNode implements yamldoc.Unmarshaler.
func (c *Clock) UnmarshalNode(n *yamldoc.Node, field string, d yamldoc.Decoder) error {
	at, ok := parseClock(strings.TrimSpace(n.Text))
	if !ok {
		return d.Errorf(n, field, "expected a time of the day such as %q, found %q", "09:00", n.Text)
	}
	*c = at
	return nil
}

// Quiet are the quiet hours; equal times mean none.
type Quiet struct{ From, To Clock }

// UnmarshalNode implements yamldoc.Unmarshaler.
func (q *Quiet) UnmarshalNode(n *yamldoc.Node, field string, d yamldoc.Decoder) error {
	text := strings.TrimSpace(n.Text)
	if text == "off" {
		*q = Quiet{}
		return nil
	}
	from, to, _ := strings.Cut(text, "-")
	var ok, also bool
	q.From, ok = parseClock(strings.TrimSpace(from))
	q.To, also = parseClock(strings.TrimSpace(to))
	if !ok || !also || q.From == q.To {
		return d.Errorf(n, field, "expected two times such as %q, or off, found %q", "20:00-08:00", text)
	}
	return nil
}

// Zone is a time zone by its IANA name; "" is UTC.
type Zone string

// Location is the zone.
func (z Zone) Location() *time.Location {
	l, err := time.LoadLocation(string(z))
	if err != nil {
		return time.UTC
	}
	return l
}

// UnmarshalNode implements yamldoc.Unmarshaler.
func (z *Zone) UnmarshalNode(n *yamldoc.Node, field string, d yamldoc.Decoder) error {
	if _, err := time.LoadLocation(n.Text); err != nil || n.Text == "" || n.Text == "Local" {
		return d.Errorf(n, field, "expected a time zone such as Europe/Berlin, found %q", n.Text)
	}
	*z = Zone(n.Text)
	return nil
}

// Count is a number of things, or off, which is 0.
type Count int

// maxCount bounds a Count.
const maxCount = 100_000

// UnmarshalNode implements yamldoc.Unmarshaler.
func (c *Count) UnmarshalNode(n *yamldoc.Node, field string, d yamldoc.Decoder) error {
	if strings.TrimSpace(n.Text) == "off" {
		*c = 0
		return nil
	}
	v := 0
	for _, r := range strings.TrimSpace(n.Text) {
		if r < '0' || r > '9' || v > maxCount {
			v = 0
			break
		}
		v = v*10 + int(r-'0')
	}
	if v < 1 || v > maxCount {
		return d.Errorf(n, field, "expected a number from 1 to %d, or off, found %q", maxCount, n.Text)
	}
	*c = Count(v)
	return nil
}
