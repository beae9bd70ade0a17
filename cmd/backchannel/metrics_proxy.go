package main

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/backchannel-portal/backchannel/plugins/proxy"
)

// proxyMetrics count what upstreams are asked. It implements proxy.Observer. Names of upstreams are the configuration's.
type proxyMetrics struct {
	requests  *prometheus.CounterVec
	seconds   *prometheus.HistogramVec
	upstreams func() []*proxy.Upstream
}

func newProxyMetrics() *proxyMetrics {
	return &proxyMetrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "backchannel_upstream_requests_total", Help: "Requests to upstreams by method and how they ended; a hit was answered from what is kept.",
		}, []string{"upstream", "method", "outcome"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "backchannel_upstream_seconds", Help: "How long upstreams took, attempts and waits included.", Buckets: []float64{.01, .05, .1, .5, 1, 3, 10, 30, 60},
		}, []string{"upstream"}),
	}
}

// Observe implements proxy.Observer.
func (m *proxyMetrics) Observe(e proxy.Exchange) {
	m.requests.WithLabelValues(e.Upstream, e.Method, string(e.Outcome)).Inc()
	if e.Took > 0 {
		m.seconds.WithLabelValues(e.Upstream).Observe(e.Took.Seconds())
	}
}

// register has them reported.
func (m *proxyMetrics) register(r *prometheus.Registry) { r.MustRegister(m.requests, m.seconds, m) }

func upstreamUp() *prometheus.Desc {
	return prometheus.NewDesc("backchannel_upstream_up", "Whether an upstream answered when it was last asked (1) or not (0).", []string{"upstream"}, nil)
}

// Describe implements prometheus.Collector.
func (m *proxyMetrics) Describe(out chan<- *prometheus.Desc) { out <- upstreamUp() }

// Collect implements prometheus.Collector.
func (m *proxyMetrics) Collect(out chan<- prometheus.Metric) {
	for _, u := range m.upstreams() {
		up := 1.0
		if _, _, ok := u.Well(); !ok {
			up = 0
		}
		out <- prometheus.MustNewConstMetric(upstreamUp(), prometheus.GaugeValue, up, u.Name())
	}
}
