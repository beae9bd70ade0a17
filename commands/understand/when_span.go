package understand

import "time"

// The hours at which parts of a day begin and end.
const (
	morningFrom   = 6
	noonHour      = 12
	eveningFrom   = 18
	nightFrom     = 20
	dayHours      = 24
	nightUntil    = 30 // six of the next day
	officeFrom    = 8  // an hour before this that says neither is of the afternoon
	daysInWeek    = 7
	minutesOfHour = 60
)

// Span returns what a time stands for when it is asked for at now, in now's zone: a moment where both are equal.
func (w When) Span(now time.Time) (from, to time.Time) {
	if w.Minutes != 0 {
		at := now.Add(time.Duration(w.Minutes) * time.Minute)
		return at, at
	}
	y, m, d := now.Date()
	hour := func(days, h int) time.Time { return time.Date(y, m, d+days, h, 0, 0, 0, now.Location()) }
	monday := 1 - isoDay(now)
	switch {
	case w.Weekend:
		sat := monday + 5 + daysInWeek*w.Weeks
		return hour(sat, 0), hour(sat+2, 0)
	case w.Week && w.Weekday == 0:
		first := monday + daysInWeek*w.Weeks
		return hour(first, 0), hour(first+daysInWeek, 0)
	}
	days := w.days(now)
	if w.Clock > 0 {
		at := w.at(now, days)
		return at, at
	}
	switch w.Part {
	case Early:
		return hour(days, 0), hour(days, morningFrom)
	case Morning:
		return hour(days, morningFrom), hour(days, noonHour)
	case Afternoon:
		return hour(days, noonHour), hour(days, eveningFrom)
	case Evening:
		return hour(days, eveningFrom), hour(days, dayHours)
	case Night:
		return hour(days, nightFrom), hour(days, nightUntil)
	}
	return hour(days, 0), hour(days+1, 0)
}

// On returns the same time with a date in place of "yesterday" or "friday", so that it can be asked for on another day as
// well. What is counted in weeks or minutes stays.
func (w When) On(now time.Time) When {
	if w.IsZero() || w.Minutes != 0 || w.Weekend || w.Week && w.Weekday == 0 {
		return w
	}
	if w.Days == 0 && w.Weekday == 0 && w.Month == 0 && !w.Today {
		return w
	}
	day := now.AddDate(0, 0, w.days(now))
	return When{Month: int(day.Month()), Date: day.Day(), Part: w.Part, Clock: w.Clock}
}

// isoDay is the weekday with Monday as 1 and Sunday as 7.
func isoDay(t time.Time) int { return (int(t.Weekday())+6)%daysInWeek + 1 }

// days is how many days from today the day lies that is named.
func (w When) days(now time.Time) int {
	today := isoDay(now)
	switch {
	case w.Month > 0:
		return w.dateFrom(now)
	case w.Weekday > 0 && (w.InWeek || w.Weeks != 0):
		return w.Weekday - today + daysInWeek*w.Weeks
	case w.Weekday > 0 && w.Past:
		return -((today-w.Weekday+daysInWeek-1)%daysInWeek + 1)
	case w.Weekday > 0:
		return (w.Weekday - today + daysInWeek) % daysInWeek
	}
	return w.Days
}

// dateFrom is how many days from today a date lies: the nearest of its kind, or the last one.
func (w When) dateFrom(now time.Time) int {
	y, m, d := now.Date()
	today := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	best, found := 0, false
	for year := y - 1; year <= y+1; year++ {
		n := int(time.Date(year, time.Month(w.Month), w.Date, 0, 0, 0, 0, time.UTC).Sub(today).Hours() / dayHours)
		if w.Past && n > 0 {
			continue
		}
		if !found || max(n, -n) < max(best, -best) {
			best, found = n, true
		}
	}
	return best
}

// at is the moment of a time of day so many days from today.
func (w When) at(now time.Time, days int) time.Time {
	minute := w.Clock - 1
	hour := minute / minutesOfHour
	switch {
	case hour >= noonHour || hour == 0:
	case w.Part == Night && hour < morningFrom:
		days++
	case w.Part == Afternoon || w.Part == Evening || w.Part == Night || w.Part == 0 && hour < officeFrom:
		minute += noonHour * minutesOfHour
	}
	y, m, d := now.Date()
	at := time.Date(y, m, d+days, 0, minute, 0, 0, now.Location())
	if named := w.Days != 0 || w.Weekday > 0 || w.Month > 0 || w.Weeks != 0; !named {
		switch {
		case w.Past && at.After(now):
			at = at.AddDate(0, 0, -1)
		case !w.Past && at.Before(now):
			at = at.AddDate(0, 0, 1)
		}
	}
	return at
}
