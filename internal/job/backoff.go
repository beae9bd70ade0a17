package job

import "time"

// The bounds of the time between two attempts.
const (
	MinBackoff = 2 * time.Second
	MaxBackoff = time.Hour
)

// Backoff returns how long to wait after an attempt (the first is 1) that failed: twice as long each time, within the
// bounds, less up to a quarter by jitter, a number from 0 up to 1, so that what failed together does not return
// together.
func Backoff(attempt int, jitter float64) time.Duration {
	d := MaxBackoff
	if n := max(attempt-1, 0); n < 11 {
		d = min(MinBackoff<<n, MaxBackoff)
	}
	return d - time.Duration(float64(d)*jitter/4)
}
