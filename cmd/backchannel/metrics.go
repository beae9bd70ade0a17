package main

import (
	"net/http"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
)

// eventMetrics counts handled events. No label holds a person or an entity: their number has no bound.
type eventMetrics struct {
	registry *prometheus.Registry
	events   *prometheus.CounterVec
	seconds  prometheus.Histogram
}

func newMetrics(view func(catalog.Viewer) search.View) *eventMetrics {
	m := &eventMetrics{
		registry: prometheus.NewRegistry(),
		events: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "backchannel_events_total", Help: "Handled events by platform, intent, outcome and kind of failure.",
		}, []string{"platform", "intent", "outcome", "failure"}),
		seconds: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "backchannel_event_seconds", Help: "Time from the event to its reply.",
			Buckets: []float64{.0001, .0005, .001, .005, .01, .05, .1, .5, 1, 3, 10, 60},
		}),
	}
	m.registry.MustRegister(m.events, m.seconds, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "backchannel_catalog_entities", Help: "Entities in the catalog."},
			func() float64 { return float64(view(catalog.Viewer{}).Count(search.Filter{})) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "backchannel_catalog_generation", Help: "Generation of the catalog being served."},
			func() float64 { return float64(view(catalog.Viewer{}).Generation()) }),
		&problemCollector{view: view})
	return m
}

// Observe implements bot.Observer.
func (m *eventMetrics) Observe(e bot.Entry) {
	failure := e.Failure
	if e.Limited {
		failure = "limited"
	}
	m.events.WithLabelValues(e.Actor.Platform, e.Answer.Intent, string(e.Answer.Outcome), failure).Inc()
	m.seconds.Observe(e.Took.Seconds())
}

// parts reports for each part of /readyz whether it is well, when somebody looks. Parts are those of the configuration.
func (m *eventMetrics) parts(list func() []part) { m.registry.MustRegister(partCollector{list}) }

// partCollector reads the parts anew for every look.
type partCollector struct{ list func() []part }

// Describe implements prometheus.Collector.
func (c partCollector) Describe(out chan<- *prometheus.Desc) { out <- partUp() }

func partUp() *prometheus.Desc {
	return prometheus.NewDesc("backchannel_part_up", "Whether a part of /readyz is well (1) or not (0).", []string{"part"}, nil)
}

// Collect implements prometheus.Collector. Of two parts of one name the sick one counts.
func (c partCollector) Collect(out chan<- prometheus.Metric) {
	well := map[string]bool{}
	for _, p := range c.list() {
		before, seen := well[p.Name]
		well[p.Name] = p.OK && (before || !seen)
	}
	for name, ok := range well {
		up := 0.0
		if ok {
			up = 1
		}
		out <- prometheus.MustNewConstMetric(partUp(), prometheus.GaugeValue, up, strings.ToValidUTF8(name, "\uFFFD"))
	}
}

// handler serves the metrics in Prometheus' text format.
func (m *eventMetrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4})
}
