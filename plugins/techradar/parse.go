package techradar

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/plugins"
)

// Bounds of a radar.
const (
	maxEntries     = 5000
	maxDescription = 20_000 // bytes; what is longer is cut
	maxLinks       = 50
	maxTimeline    = 1000
	maxSkipped     = 20 // reported at once
)

// radar is a parsed file.
type radar struct {
	rings     []plugins.RadarName
	quadrants []plugins.RadarName
	entries   []entry // by ring, quadrant and title
	skipped   []error // entries that could not be used
}

// entry is an entry with the folded forms it is found by.
type entry struct {
	plugins.RadarEntry
	names []string // of every name
	bare  []string // of every name that has a version, without it
}

// The JSON as Backstage's plugin defines it. Unknown keys are ignored, as Backstage does.
type (
	jsonName struct {
		ID    string `json:"id"`
		Name  string `json:"name"`
		Color string `json:"color"`
	}
	jsonEntry struct {
		Key         string         `json:"key"`
		ID          string         `json:"id"`
		Quadrant    string         `json:"quadrant"`
		Title       string         `json:"title"`
		URL         string         `json:"url"`
		Description string         `json:"description"`
		Links       []jsonLink     `json:"links"`
		Timeline    []jsonTimeline `json:"timeline"`
	}
	jsonLink struct {
		URL   string `json:"url"`
		Title string `json:"title"`
	}
	jsonTimeline struct {
		Date        any     `json:"date"`
		RingID      string  `json:"ringId"`
		Description string  `json:"description"`
		Moved       float64 `json:"moved"`
	}
)

// parse reads a radar. The file as a whole must be JSON with the three lists; an entry that cannot be used is left
// out and noted.
func parse(name string, data []byte) (*radar, error) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	d := &decoder{file: name, data: data, dec: json.NewDecoder(bytes.NewReader(data))}
	r, entries, err := d.document()
	if err != nil {
		return nil, err
	}
	known, err := aliases()
	if err != nil {
		return nil, err
	}
	for _, raw := range entries {
		e, err := r.entry(raw.jsonEntry)
		if err != nil {
			d.skip(r, raw.line, err)
			continue
		}
		e.Line = raw.line
		r.entries = append(r.entries, e)
	}
	r.name(known)
	r.sort()
	return r, nil
}

// entry resolves rings, quadrant and dates. A ring or quadrant that is not listed keeps its id as its name.
func (r *radar) entry(j jsonEntry) (entry, error) {
	var e entry
	title := strings.TrimSpace(j.Title)
	switch {
	case title == "":
		return e, errors.New("it has no title")
	case len(title) > maxName:
		return e, errors.New("its title is longer than " + strconv.Itoa(maxName) + " bytes")
	case len(j.Timeline) == 0:
		return e, errors.New("its timeline is empty, so it has no ring")
	case len(j.Timeline) > maxTimeline:
		return e, errors.New("its timeline has more than " + strconv.Itoa(maxTimeline) + " elements")
	}
	e.ID, e.Title = cmp.Or(j.ID, j.Key, title), title
	e.Quadrant = find(r.quadrants, j.Quadrant)
	e.Description = clip(j.Description)
	e.URL = webAddress(j.URL)
	for _, l := range j.Links[:min(len(j.Links), maxLinks)] {
		if u := webAddress(l.URL); u != "" {
			e.Links = append(e.Links, plugins.RadarLink{URL: u, Title: cmp.Or(strings.TrimSpace(l.Title), u)})
		}
	}
	for _, name := range append(namesIn(title), j.ID, j.Key) {
		if len(name) <= maxName {
			e.also(name)
		}
	}
	return e, e.assess(r, j.Timeline)
}

// assess takes ring and move from the newest element of the timeline, and the ring before it from the older ones.
func (e *entry) assess(r *radar, timeline []jsonTimeline) error {
	type moment struct {
		jsonTimeline
		at time.Time
	}
	var ms []moment
	for _, t := range timeline {
		at, err := date(t.Date)
		if err != nil {
			return err
		}
		ms = append(ms, moment{t, at})
	}
	slices.SortStableFunc(ms, func(a, b moment) int { return b.at.Compare(a.at) })
	newest := ms[0]
	e.Ring, e.Since = find(r.rings, newest.RingID), newest.at
	e.Moved = plugins.RadarMove(cmp.Compare(newest.Moved, 0))
	if e.Ring.ID == "" {
		return errors.New("its newest timeline element has no ringId")
	}
	for _, m := range ms {
		if m.RingID != "" {
			e.Past = append(e.Past, plugins.RadarStep{Ring: find(r.rings, m.RingID), At: m.at})
		}
	}
	if e.Description == "" {
		e.Description = clip(newest.Description)
	}
	for _, older := range ms[1:] {
		if older.RingID != "" && older.RingID != newest.RingID {
			e.Previous = find(r.rings, older.RingID)
			break
		}
	}
	return nil
}

// also makes e findable by one more name.
func (e *entry) also(name string) {
	f := fold(name)
	if f == "" || slices.Contains(e.names, f) {
		return
	}
	e.names = append(e.names, f)
	if bare := unversioned(name); bare != strings.Join(strings.Fields(name), " ") {
		e.bare = append(e.bare, fold(bare))
	}
	if name != e.Title && f != fold(e.Title) {
		e.Aliases = append(e.Aliases, name)
	}
}

// name gives every entry the names that its technology has everywhere, but none that is another entry's own.
func (r *radar) name(known map[string][]string) {
	own := map[string]bool{}
	for _, e := range r.entries {
		for _, n := range e.names {
			own[n] = true
		}
	}
	for i := range r.entries {
		e := &r.entries[i]
		for _, n := range slices.Clone(e.names) {
			for _, alias := range known[n] {
				if !own[fold(alias)] {
					e.also(alias)
				}
			}
		}
	}
}

func (r *radar) sort() {
	place := func(names []plugins.RadarName, n plugins.RadarName) int {
		if i := slices.IndexFunc(names, func(o plugins.RadarName) bool { return o.ID == n.ID }); i >= 0 {
			return i
		}
		return len(names)
	}
	slices.SortStableFunc(r.entries, func(a, b entry) int {
		return cmp.Or(
			cmp.Compare(place(r.rings, a.Ring), place(r.rings, b.Ring)),
			cmp.Compare(place(r.quadrants, a.Quadrant), place(r.quadrants, b.Quadrant)),
			strings.Compare(fold(a.Title), fold(b.Title)),
		)
	})
}

func find(names []plugins.RadarName, id string) plugins.RadarName {
	for _, n := range names {
		if n.ID == id {
			return n
		}
	}
	return plugins.RadarName{ID: id, Name: id}
}

// date reads what JavaScript's Date would make of the usual forms. Zero when there is none.
func date(v any) (time.Time, error) {
	switch v := v.(type) {
	case nil:
		return time.Time{}, nil
	case float64: // milliseconds since 1970
		if v < 0 || v > 1e14 {
			return time.Time{}, errors.New("a date of its timeline is out of range")
		}
		return time.UnixMilli(int64(v)).UTC(), nil
	case string:
		for _, layout := range []string{
			time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02", "2006-01", "2006", "2006/01/02", "2006/1/2",
			"Jan 2, 2006", "January 2, 2006", "2 January 2006", "2 Jan 2006", "1/2/2006", time.RFC1123, time.RFC1123Z,
		} {
			if t, err := time.Parse(layout, strings.TrimSpace(v)); err == nil {
				return t.UTC(), nil
			}
		}
		return time.Time{}, errors.New("a date of its timeline is not a date: " + strconv.Quote(v[:min(len(v), 40)]))
	}
	return time.Time{}, errors.New("a date of its timeline is neither text nor number")
}

// webAddress returns s when it is an absolute http or https address, else "".
func webAddress(s string) string {
	u, err := url.Parse(strings.TrimSpace(s))
	if err != nil || len(s) > 2000 || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" {
		return ""
	}
	return u.String()
}

func clip(s string) string {
	s = strings.TrimSpace(s)
	if len(s) <= maxDescription {
		return s
	}
	return strings.ToValidUTF8(s[:maxDescription], "") + "…"
}
