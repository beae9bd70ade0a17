package main

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/plugins"
)

// pluginMetrics count what plugins are asked for. Their names are those of the configuration.
type pluginMetrics struct {
	calls   *prometheus.CounterVec
	seconds *prometheus.HistogramVec
}

func newPluginMetrics() *pluginMetrics {
	return &pluginMetrics{
		calls: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "backchannel_plugin_calls_total", Help: "Calls of plugins by what was asked for and how it ended.",
		}, []string{"plugin", "what", "outcome"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "backchannel_plugin_call_seconds", Help: "How long plugins took.", Buckets: []float64{.01, .05, .1, .5, 1, 3, 10, 40},
		}, []string{"plugin"}),
	}
}

// observe is a plugins.GateOptions.Observe.
func (m *pluginMetrics) observe(o plugins.Observation) {
	outcome := "ok"
	switch {
	case errors.Is(o.Err, plugins.ErrLate):
		outcome = "late"
	case o.Err != nil:
		outcome = fault.KindOf(o.Err).String()
	}
	m.calls.WithLabelValues(o.Plugin, o.What, outcome).Inc()
	m.seconds.WithLabelValues(o.Plugin).Observe(o.Took.Seconds())
}

// register has them reported.
func (m *pluginMetrics) register(r *prometheus.Registry) { r.MustRegister(m.calls, m.seconds) }
