package bot

import "time"

// Rhythm says when subscribers are told of changes.
type Rhythm struct {
	// QuietFrom and QuietTo are times of the day in the reader's zone, since midnight. Between them nothing is told; a
	// QuietTo before QuietFrom is of the next day. Equal ones mean that there are no quiet hours.
	QuietFrom, QuietTo time.Duration
	// Daily is how many posts a place gets a day; what is more is told together at Digest on the next. 0: no limit.
	Daily  int
	Digest time.Duration  // time of the day in the reader's zone, since midnight
	Zone   *time.Location // of readers whose zone is not known; nil: UTC
}

// maxAtOnce is how many subjects are told of one by one when they changed together; more are one post.
const maxAtOnce = 5

// zone is the reader's zone of a subscription.
func (r Rhythm) zone(name string) *time.Location {
	if name != "" {
		if z, err := time.LoadLocation(name); err == nil {
			return z
		}
	}
	if r.Zone != nil {
		return r.Zone
	}
	return time.UTC
}

// quiet reports whether a moment, in the reader's zone, lies in the quiet hours.
func (r Rhythm) quiet(now time.Time) bool {
	at := ofDay(now)
	if r.QuietFrom <= r.QuietTo {
		return r.QuietFrom <= at && at < r.QuietTo
	}
	return at >= r.QuietFrom || at < r.QuietTo
}

// ofDay is the time that a wall clock shows.
func ofDay(t time.Time) time.Duration {
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute + time.Duration(t.Second())*time.Second
}

// midnight is when the day of a moment began, so many days before.
func midnight(t time.Time, before int) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day()-before, 0, 0, 0, 0, t.Location())
}

// bundle are news that one post tells.
type bundle struct {
	subject string // "" where it is a digest
	news    []News
}

// ids are those of the news.
func (b bundle) ids() []string {
	out := make([]string, len(b.news))
	for i, n := range b.news {
		out[i] = n.ID
	}
	return out
}

// plan says what is told at a place now, out of what waits there. now is in the zone of the place; told are its posts
// since the midnight before the last one.
func (r Rhythm) plan(now time.Time, waiting []News, told []NewsPost) []bundle {
	today, yesterday := 0, 0
	last := midnight(now, 0)
	for _, p := range told {
		if p.Told.Before(last) {
			yesterday++
		} else {
			today++
		}
	}
	var late, fresh []News // what waited for a new day, and the rest
	for _, n := range waiting {
		if r.Daily > 0 && yesterday >= r.Daily && n.Found.Before(last) {
			late = append(late, n)
		} else {
			fresh = append(fresh, n)
		}
	}
	var out []bundle
	room := func() bool { return r.Daily == 0 || today+len(out) < r.Daily }
	if len(late) > 0 && ofDay(now) >= r.Digest && room() {
		out = append(out, digest(late))
	}
	groups := bySubject(fresh)
	if len(groups) > maxAtOnce && room() {
		return append(out, digest(fresh))
	}
	for _, g := range groups {
		if !room() {
			break
		}
		out = append(out, g)
	}
	return out
}

// digest is one post about all of it; about one subject it is like any other.
func digest(news []News) bundle {
	if groups := bySubject(news); len(groups) == 1 {
		return groups[0]
	}
	return bundle{news: news}
}

// bySubject groups news in the order of their first.
func bySubject(news []News) []bundle {
	var out []bundle
	at := map[string]int{}
	for _, n := range news {
		i, known := at[n.Subject]
		if !known {
			i = len(out)
			at[n.Subject] = i
			out = append(out, bundle{subject: n.Subject})
		}
		out[i].news = append(out[i].news, n)
	}
	return out
}
