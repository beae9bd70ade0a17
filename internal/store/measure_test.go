package store

import (
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/catalog/search/searchtest"
)

// cost is what some work took by the clock, and of this process's processors. The clock counts what other programs on
// the machine do as well; the processors do not count what a database server does.
type cost struct{ wall, cpu time.Duration }

func (c *cost) add(do func()) {
	start, used := time.Now(), searchtest.ProcessorTime()
	do()
	c.wall += time.Since(start)
	c.cpu += searchtest.ProcessorTime() - used
}

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
