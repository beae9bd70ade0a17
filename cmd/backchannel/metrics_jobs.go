package main

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/backchannel-portal/backchannel/internal/job"
)

// jobsTimeout bounds how long a look at the metrics waits for the queue.
const jobsTimeout = time.Second

// jobStats counts jobs; job.Queue does.
type jobStats interface {
	Stats(ctx context.Context) ([]job.Stat, error)
}

// jobs reports the state of the queue, when somebody looks. Kinds of jobs are those of the program.
func (m *eventMetrics) jobs(queue jobStats) { m.registry.MustRegister(jobCollector{queue}) }

// jobCollector asks the queue anew for every look; while it does not answer, its metrics are absent.
type jobCollector struct{ queue jobStats }

func jobsKept() *prometheus.Desc {
	return prometheus.NewDesc("backchannel_jobs", "Background jobs that are kept, by kind and state; the same on every replica.", []string{"kind", "state"}, nil)
}

func jobsOverdue() *prometheus.Desc {
	return prometheus.NewDesc("backchannel_job_overdue_seconds", "For how long the job of a kind that waits longest has been due; 0 when none is.", []string{"kind"}, nil)
}

// Describe implements prometheus.Collector.
func (c jobCollector) Describe(out chan<- *prometheus.Desc) {
	out <- jobsKept()
	out <- jobsOverdue()
}

// Collect implements prometheus.Collector.
func (c jobCollector) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), jobsTimeout)
	defer cancel()
	stats, err := c.queue.Stats(ctx)
	if err != nil {
		return
	}
	for _, s := range stats {
		for state, n := range s.Counts {
			out <- prometheus.MustNewConstMetric(jobsKept(), prometheus.GaugeValue, float64(n), s.Kind, string(state))
		}
		out <- prometheus.MustNewConstMetric(jobsOverdue(), prometheus.GaugeValue, s.Overdue.Seconds(), s.Kind)
	}
}
