package lang

import (
	"fmt"
	"time"
)

// Age says how long ago something was, never below "just now": minutes under an hour, hours under two days, then days.
func Age(l Lang, d time.Duration) string {
	switch {
	case d < time.Minute:
		return Text(l, TimeJustNow, nil)
	case d < time.Hour:
		return Text(l, TimeMinutesAgo, Args{"n": int(d / time.Minute)})
	case d < 48*time.Hour:
		return Text(l, TimeHoursAgo, Args{"n": int(d / time.Hour)})
	default:
		return Text(l, TimeDaysAgo, Args{"n": int(d / (24 * time.Hour))})
	}
}

// In says how far ahead something is: "in 20 min", "in 3 h", "in 5 days". A moment that has passed is "now".
func In(l Lang, d time.Duration) string {
	switch {
	case d <= 0:
		return Text(l, TimeNow, nil)
	case d < time.Hour:
		return Text(l, TimeInMinutes, Args{"n": max(1, int(d/time.Minute))})
	case d < 48*time.Hour:
		return Text(l, TimeInHours, Args{"n": int(d / time.Hour)})
	default:
		return Text(l, TimeInDays, Args{"n": int(d / (24 * time.Hour))})
	}
}

// Clock writes the time of day, 24 hours, in t's zone.
func Clock(t time.Time) string { return t.Format("15:04") }

// Date writes a date as "Mon 23 Nov" or "11月23日 周一"; the year is added when it differs from now's.
func Date(l Lang, t, now time.Time) string {
	now = now.In(t.Location())
	year := t.Year() != now.Year()
	if l == Chinese {
		s := fmt.Sprintf("%d月%d日 周%s", int(t.Month()), t.Day(), [...]string{"日", "一", "二", "三", "四", "五", "六"}[t.Weekday()])
		if year {
			s = fmt.Sprintf("%d年", t.Year()) + s
		}
		return s
	}
	if year {
		return t.Format("Mon 2 Jan 2006")
	}
	return t.Format("Mon 2 Jan")
}

// Moment writes a moment as people say it: the time of day on the same day, weekday and time within a week, else
// date and time.
func Moment(l Lang, t, now time.Time) string {
	now = now.In(t.Location())
	if t.Year() == now.Year() && t.YearDay() == now.YearDay() {
		return Clock(t)
	}
	if d := t.Sub(now); d > 0 && d < 6*24*time.Hour {
		if l == Chinese {
			return "周" + [...]string{"日", "一", "二", "三", "四", "五", "六"}[t.Weekday()] + " " + Clock(t)
		}
		return t.Format("Mon 15:04")
	}
	return Date(l, t, now) + " " + Clock(t)
}
