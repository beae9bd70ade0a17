package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/cmd/backchannel/config"
	"github.com/backchannel-portal/backchannel/internal/job"
)

func TestRetention(t *testing.T) {
	t.Parallel()
	if got := retention(config.Keep{}); got != bot.DefaultRetention() {
		t.Errorf("%+v", got)
	}
	got := retention(config.Keep{Audit: config.Span(time.Hour), Posts: config.Span(2 * time.Hour), Jobs: config.Span(3 * time.Hour)})
	if got.Audit != time.Hour || got.Posts != 2*time.Hour || got.Jobs != 3*time.Hour || got.Inbox != bot.DefaultRetention().Inbox {
		t.Errorf("%+v", got)
	}
}

type fixedStats struct {
	stats []job.Stat
	err   error
}

func (f fixedStats) Stats(context.Context) ([]job.Stat, error) { return f.stats, f.err }

func TestJobMetrics(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		queue fixedStats
		want  string
	}{
		{fixedStats{stats: []job.Stat{{Kind: "k", Counts: map[job.State]int{job.Done: 3}, Overdue: 2 * time.Second}}},
			"backchannel_job_overdue_seconds k=2 backchannel_jobs k done=3"},
		{fixedStats{err: errors.New("away")}, ""},
	} {
		r := prometheus.NewRegistry()
		r.MustRegister(jobCollector{tt.queue})
		families, err := r.Gather()
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		for _, f := range families {
			for _, m := range f.GetMetric() {
				b.WriteString(" " + f.GetName())
				for _, l := range m.GetLabel() {
					b.WriteString(" " + l.GetValue())
				}
				fmt.Fprintf(&b, "=%g", m.GetGauge().GetValue())
			}
		}
		if got := strings.TrimSpace(b.String()); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
}
