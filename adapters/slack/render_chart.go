package slack

import (
	"math"
	"strconv"

	"github.com/backchannel-portal/backchannel/bot/card"
)

// chart appends a native chart where Slack draws it, else its figures as a table.
func (r *renderer) chart(c card.Chart) {
	if len(c.Points) == 0 {
		return
	}
	labels, ok := chartLabels(c)
	title := c.Title
	if title == "" {
		title = c.Unit
	}
	if !ok || title == "" || r.charts == maxCharts || !r.open() {
		r.table(chartTable(c))
		return
	}
	r.charts++
	r.dst = append(r.dst, `{"type":"data_visualization","title":`...)
	r.str(title, maxChartTitle)
	if c.Kind == card.ChartPie {
		r.dst = append(r.dst, `,"chart":{"type":"pie","segments":`...)
		r.points(c, labels)
	} else {
		r.dst = append(r.dst, `,"chart":{"type":"bar","series":[{"name":`...)
		name := c.Unit
		if name == "" {
			name = title
		}
		r.str(name, maxChartLabel)
		r.dst = append(r.dst, `,"data":`...)
		r.points(c, labels)
		r.dst = append(r.dst, `}],"axis_config":{"categories":[`...)
		for i, l := range labels {
			if i > 0 {
				r.dst = append(r.dst, ',')
			}
			r.dst = appendJSON(r.dst, l)
		}
		r.dst = append(r.dst, ']')
		if c.Unit != "" {
			r.dst = append(r.dst, `,"y_label":`...)
			r.str(c.Unit, 50)
		}
		r.dst = append(r.dst, '}')
	}
	r.dst = append(r.dst, `}}`...)
	r.close()
}

func (r *renderer) points(c card.Chart, labels []string) {
	r.dst = append(r.dst, '[')
	for i, p := range c.Points {
		if i > 0 {
			r.dst = append(r.dst, ',')
		}
		r.dst = append(r.dst, `{"label":`...)
		r.str(labels[i], maxChartLabel)
		r.dst = append(r.dst, `,"value":`...)
		r.dst = appendNumber(r.dst, p.Value)
		r.dst = append(r.dst, '}')
	}
	r.dst = append(r.dst, ']')
}

// chartLabels returns the points' labels as short as Slack wants them, and false when the chart cannot be drawn:
// too many points, labels that are alike or empty, values that a chart has no room for.
func chartLabels(c card.Chart) ([]string, bool) {
	most := maxBars
	if c.Kind == card.ChartPie {
		most = maxSlices
	}
	if len(c.Points) > most {
		return nil, false
	}
	labels := make([]string, len(c.Points))
	for i, p := range c.Points {
		labels[i] = clip(p.Label, maxChartLabel)
		if labels[i] == "" || math.IsNaN(p.Value) || math.IsInf(p.Value, 0) || p.Value < 0 {
			return nil, false
		}
		if c.Kind == card.ChartPie && p.Value == 0 {
			return nil, false
		}
		for _, other := range labels[:i] {
			if other == labels[i] {
				return nil, false
			}
		}
	}
	return labels, true
}

// chartTable is a chart as figures.
func chartTable(c card.Chart) card.Table {
	t := card.Table{Caption: c.Title, Columns: []card.Column{{Title: " "}, {Title: orBlank(c.Unit), Right: true}}}
	for _, p := range c.Points {
		value := strconv.FormatFloat(p.Value, 'f', -1, 64)
		t.Rows = append(t.Rows, [][]card.Span{{card.T(p.Label)}, {card.T(value)}})
	}
	return t
}
