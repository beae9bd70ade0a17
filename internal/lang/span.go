package lang

import "time"

// Span says how long something took or lasts: "45 s", "12 min", "2 h 5 min", "3 days". What is negative is nothing.
func Span(l Lang, d time.Duration) string {
	switch d = max(d, 0); {
	case d < time.Minute:
		return Text(l, RunsSeconds, Args{"n": int(d / time.Second)})
	case d < 10*time.Minute && d%time.Minute >= time.Second:
		return Text(l, RunsMinutesSeconds, Args{"n": int(d / time.Minute), "s": int(d % time.Minute / time.Second)})
	case d < time.Hour:
		return Text(l, RunsMinutes, Args{"n": int(d / time.Minute)})
	case d < 48*time.Hour:
		return Text(l, RunsHours, Args{"n": int(d / time.Hour), "m": int(d % time.Hour / time.Minute)})
	default:
		return Text(l, RunsDays, Args{"n": int(d / (24 * time.Hour))})
	}
}
