package lighthouse

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
)

// budgetKey begins the keys of facts about categories that are below their budget.
const budgetKey = "budget."

// TopicName is what people subscribe with to hear of websites that fall below their budgets.
const TopicName = "lighthouse"

// tell writes what the last audits of a website say as facts about its entities.
func (p *Plugin) tell(ctx context.Context, address string) {
	for _, e := range p.sites()[same(address)] {
		sites, err := p.Sites(ctx, e)
		if err != nil || len(sites) != 1 {
			continue
		}
		last := p.decisive(sites[0])
		if last == nil {
			continue
		}
		facts := p.facts(e.Ref, *last)
		if err := p.host.Facts.Write(ctx, []catalog.Ref{e.Ref}, facts); err != nil {
			p.host.Log.Warn("what an audit found is not kept as facts", "entity", e.Ref.String(), "err", err)
		}
	}
}

// decisive is the newest audit in the form that scores and budgets are about.
func (p *Plugin) decisive(s plugins.Site) *plugins.Audit {
	for i := range s.Audits {
		if a := &s.Audits[i]; a.State == plugins.AuditCompleted && (a.Form == p.cfg.Form || a.Form == "") {
			return a
		}
	}
	return nil
}

// facts are the scores of an audit, and which of them are below their budgets. What was below stays as it was first
// found: that a score goes on changing below its budget is no news.
func (p *Plugin) facts(ref catalog.Ref, a plugins.Audit) []catalog.Fact {
	source := p.host.BaseURL + cmp.Or(a.Report, pageOf(ref))
	if p.host.BaseURL == "" {
		source = a.URL
	}
	var out []catalog.Fact
	add := func(key, value string) {
		out = append(out, catalog.Fact{Entity: ref, Key: key, Value: value, Source: source, AsOf: a.Ended})
	}
	before := p.host.Facts.Of(ref)
	for _, s := range a.Scores {
		if s.Value == plugins.NoScore {
			continue
		}
		add(s.ID, strconv.Itoa(s.Value))
		i := slices.IndexFunc(p.cfg.Budgets, func(b plugins.Budget) bool { return b.Category == s.ID })
		if i < 0 || s.Value >= p.cfg.Budgets[i].Least {
			continue
		}
		key, value := budgetKey+s.ID, strconv.Itoa(s.Value)+"/"+strconv.Itoa(p.cfg.Budgets[i].Least)
		was := slices.IndexFunc(before, func(f catalog.Fact) bool { return f.Key == key && sameBudget(f.Value, value) })
		if was >= 0 {
			f := before[was]
			out = append(out, catalog.Fact{Entity: ref, Key: f.Key, Value: f.Value, Source: f.Source, AsOf: f.AsOf})
			continue
		}
		add(key, value)
	}
	return out
}

// sameBudget reports whether two values are about one budget.
func sameBudget(a, b string) bool {
	_, x, _ := strings.Cut(a, "/")
	_, y, _ := strings.Cut(b, "/")
	return x == y
}

// Topics implements plugins.HasTopics: what falls below its budget, and what comes back.
func (p *Plugin) Topics() []plugins.Topic {
	title := plugins.Text{}
	for _, l := range lang.Languages() {
		title[l] = lang.Text(l, lang.LightTopic, nil)
	}
	return []plugins.Topic{{Name: TopicName, Title: title, Items: broken, Say: sayBudget}}
}

// broken are the budgets that a website does not keep.
func broken(facts []catalog.Fact) []plugins.Item {
	var out []plugins.Item
	for _, f := range facts {
		if category, ok := strings.CutPrefix(f.Key, budgetKey); ok {
			out = append(out, plugins.Item{Key: category, Value: f.Value, Where: f.Source})
		}
	}
	return out
}

func sayBudget(l lang.Lang, c plugins.Change, what []card.Span) []card.Span {
	key, value := lang.LightBelow, c.To
	if c.To == "" {
		key, value = lang.LightBack, c.From
	}
	score, least, _ := strings.Cut(value, "/")
	return card.Say(l, key, lang.Args{"what": what, "category": plugins.AuditCategory(l, plugins.Score{ID: c.Key, Title: c.Key}), "score": score, "least": least})
}
