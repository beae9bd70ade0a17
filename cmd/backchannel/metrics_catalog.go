package main

import (
	"slices"
	"sync"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
)

// problemCodes are what can be wrong with a file, or with an entity as its file says it.
func problemCodes() []string {
	return []string{
		catalog.ProblemUnreadable, catalog.ProblemInvalid, catalog.ProblemDuplicate, catalog.ProblemStale, catalog.ProblemOrphaned,
		catalog.ProblemUnknownKind, catalog.ProblemDoubtful, catalog.ProblemInferredOwner,
	}
}

// problemCollector counts the problems of the catalog, once for each of its generations.
type problemCollector struct {
	view func(catalog.Viewer) search.View

	mu     sync.Mutex
	at     catalog.Generation
	counts map[string]int // by code; nil: not counted yet
}

func problemsNow() *prometheus.Desc {
	return prometheus.NewDesc("backchannel_catalog_problems", "What is wrong with files and entities of the catalog, by code.", []string{"code"}, nil)
}

// Describe implements prometheus.Collector.
func (c *problemCollector) Describe(out chan<- *prometheus.Desc) { out <- problemsNow() }

// Collect implements prometheus.Collector. Codes that nobody has are there with 0.
func (c *problemCollector) Collect(out chan<- prometheus.Metric) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if view := c.view(catalog.Viewer{}); c.counts == nil || view.Generation() != c.at {
		c.at, c.counts = view.Generation(), countProblems(view)
	}
	for _, code := range problemCodes() {
		out <- prometheus.MustNewConstMetric(problemsNow(), prometheus.GaugeValue, float64(c.counts[code]), code)
	}
}

func countProblems(view search.View) map[string]int {
	counts := map[string]int{}
	for _, p := range view.FileProblems() {
		counts[p.Code]++
	}
	for e := range view.Entities(search.Filter{}) {
		for i, p := range e.Problems {
			if !slices.ContainsFunc(e.Problems[:i], func(o catalog.Problem) bool { return o.Code == p.Code }) {
				counts[p.Code]++ // an entity counts once for each thing that is wrong with it
			}
		}
	}
	return counts
}
