package plugins

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// The bounds of the chart of a website's scores.
const (
	leastTrend = 3
	mostTrend  = 12
)

// AuditCategory is what a category is called.
func AuditCategory(l lang.Lang, s Score) string {
	key, ok := map[string]lang.Key{
		"performance": lang.LightPerformance, "accessibility": lang.LightAccessibility, "best-practices": lang.LightPractices,
		"seo": lang.LightSEO, "pwa": lang.LightPWA,
	}[s.ID]
	if ok {
		return lang.Text(l, key, nil)
	}
	return cmp.Or(s.Title, s.ID)
}

// AuditForm is what a website was looked at with, in words.
func AuditForm(l lang.Lang, form string) string {
	switch form {
	case FormMobile:
		return lang.Text(l, lang.LightMobile, nil)
	case FormDesktop:
		return lang.Text(l, lang.LightDesktop, nil)
	}
	return ""
}

// AuditScore is a score with how much it changed since the audit before, and whether it is below its budget.
func AuditScore(l lang.Lang, s Score, before *Audit, budgets []Budget) []card.Span {
	if s.Value == NoScore {
		return []card.Span{card.T("–")}
	}
	out := []card.Span{card.S(lang.Number(s.Value))}
	if before != nil {
		if was := before.Score(s.ID); was != NoScore && was != s.Value {
			sign := "+"
			if s.Value < was {
				sign = "−"
			}
			out = append(out, card.T(" ("+sign+strconv.Itoa(max(s.Value-was, was-s.Value))+")"))
		}
	}
	i := slices.IndexFunc(budgets, func(b Budget) bool { return b.Category == s.ID })
	if i >= 0 && s.Value < budgets[i].Least {
		out = append(out, card.T(" "))
		out = append(out, card.Say(l, lang.LightUnder, lang.Args{"least": budgets[i].Least})...)
	}
	return out
}

// AuditBlocks are the scores of a website as fields, and how its performance went as a chart.
func AuditBlocks(l lang.Lang, s Site, now time.Time) []card.Block {
	last, before := s.Last("")
	if last == nil {
		return nil
	}
	fields := card.Fields{}
	for _, sc := range last.Scores {
		if sc.Value == NoScore && (before == nil || before.Score(sc.ID) == NoScore) {
			continue // what Lighthouse does not look at, or does no longer
		}
		fields.Items = append(fields.Items, card.Field{Label: AuditCategory(l, sc), Value: AuditScore(l, sc, before, s.Budgets)})
	}
	out := []card.Block{fields}
	if c, ok := AuditTrend(l, s, "performance", now); ok {
		out = append(out, c)
	}
	return out
}

// AuditTrend is a chart of one category over the last audits in one form, oldest first; ok is false where there are too
// few for one.
func AuditTrend(l lang.Lang, s Site, category string, now time.Time) (c card.Chart, ok bool) {
	last, _ := s.Last("")
	if last == nil {
		return c, false
	}
	c = card.Chart{Kind: card.ChartBar, Title: AuditCategory(l, Score{ID: category}), Unit: lang.Text(l, lang.LightPoints, nil)}
	seen := map[string]int{}
	for _, a := range s.Audits {
		v := a.Score(category)
		if a.State != AuditCompleted || a.Form != last.Form || v == NoScore {
			continue
		}
		label := lang.Date(l, a.Ended, now)
		if seen[label]++; seen[label] > 1 {
			label += " " + a.Ended.UTC().Format("15:04")
			if seen[label]++; seen[label] > 1 {
				continue
			}
		}
		if c.Points = append(c.Points, card.Point{Label: label, Value: float64(v)}); len(c.Points) == mostTrend {
			break
		}
	}
	slices.Reverse(c.Points)
	return c, len(c.Points) >= leastTrend
}
