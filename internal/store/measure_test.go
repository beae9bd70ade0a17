package store

import (
	"syscall"
	"testing"
	"time"
)

// cost is what some work took by the clock, and of this process's processors. The clock counts what other programs on
// the machine do as well; the processors do not count what a database server does.
type cost struct{ wall, cpu time.Duration }

func (c *cost) add(do func()) {
	start, used := time.Now(), used()
	do()
	c.wall += time.Since(start)
	c.cpu += used.since()
}

type cpuTime time.Duration

func used() cpuTime {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0 // of one's own process it does not fail
	}
	return cpuTime(u.Utime.Nano() + u.Stime.Nano())
}

func (c cpuTime) since() time.Duration { return time.Duration(used() - c) }

// report prints what a subject took beside a floor measured in the same run, an iteration.
func report(b *testing.B, subject, floor cost) {
	n := float64(b.N)
	b.ReportMetric(float64(subject.wall.Milliseconds())/n, "ms")
	b.ReportMetric(float64(floor.wall.Milliseconds())/n, "floor-ms")
	b.ReportMetric(subject.wall.Seconds()/floor.wall.Seconds(), "ratio")
	b.ReportMetric(subject.cpu.Seconds()/n, "cpu-s")
	b.ReportMetric(floor.cpu.Seconds()/n, "floor-cpu-s")
	b.ReportMetric(subject.cpu.Seconds()/floor.cpu.Seconds(), "cpu-ratio")
	b.ReportMetric(0, "ns/op")
}
