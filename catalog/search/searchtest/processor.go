//go:build unix

package searchtest

import (
	"syscall"
	"time"
)

// ProcessorTime is what this process has used of the processors so far: what a benchmark can count on a machine that
// does other work as well.
func ProcessorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0 // of one's own process it does not fail
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
