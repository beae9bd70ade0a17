package main

import (
	"net/http"

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
			func() float64 { return float64(view(catalog.Viewer{}).Generation()) }))
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

// handler serves the metrics in Prometheus' text format.
func (m *eventMetrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4})
}
