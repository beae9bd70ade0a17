package plugins

import (
	"context"
	"time"
)

// Radar knows what the organisation thinks of a technology.
type Radar interface {
	// Lookup finds a technology by name, id, key or alias, without regard to case, spaces and punctuation.
	Lookup(ctx context.Context, name string) (RadarMatch, error)
	// List returns the entries a filter selects, in the order of rings, then quadrants, then titles.
	List(ctx context.Context, f RadarFilter) ([]RadarEntry, error)
	// Shape returns rings and quadrants. An empty Source means that there is no radar.
	Shape(ctx context.Context) (RadarShape, error)
}

// RadarMatch is the outcome of a Lookup.
type RadarMatch struct {
	Entries []RadarEntry // the technology; more than one only when the radar has namesakes
	Near    []RadarEntry // similar names, best first, at most five; only when Entries is empty
}

// RadarFilter selects entries. Empty fields select everything. Ring and Quadrant are ids or names and compare as
// Lookup does.
type RadarFilter struct {
	Ring     string
	Quadrant string
	Since    time.Time // only entries whose newest move is at or after it
}

// RadarName is a ring or a quadrant.
type RadarName struct {
	ID    string
	Name  string
	Color string // "#rrggbb", or empty
}

// RadarMove says how an entry's last assessment changed its ring.
type RadarMove int8

// The directions of a move: Backstage's -1, 0 and 1.
const (
	RadarMovedOut  RadarMove = -1
	RadarUnmoved   RadarMove = 0
	RadarMovedInto RadarMove = 1
)

// RadarEntry is one technology.
type RadarEntry struct {
	ID          string
	Title       string
	Aliases     []string // other names it is found by
	Ring        RadarName
	Quadrant    RadarName
	Since       time.Time // date of the newest assessment; zero when it has none
	Moved       RadarMove
	Previous    RadarName   // the ring before the newest assessment that changed it; zero when there was none
	Past        []RadarStep // all assessments, newest first
	Description string      // plain text or Markdown as written
	Links       []RadarLink
	URL         string // the entry's own page, http or https, or empty
	Line        int    // in the source, 0 when not known
}

// RadarStep is one assessment of a technology.
type RadarStep struct {
	Ring RadarName
	At   time.Time // zero: nobody wrote when
}

// RingAt is the ring that a technology was in at a moment; ok is false when it was not on the radar yet.
func (e RadarEntry) RingAt(at time.Time) (ring RadarName, ok bool) {
	for _, s := range e.Past {
		if !s.At.After(at) {
			return s.Ring, true
		}
	}
	return RadarName{}, false
}

// RadarLink is a link of an entry.
type RadarLink struct{ URL, Title string }

// RadarShape is the radar without its entries.
type RadarShape struct {
	Rings     []RadarName
	Quadrants []RadarName
	Source    string // file or URL it was read from
	AsOf      time.Time
}
