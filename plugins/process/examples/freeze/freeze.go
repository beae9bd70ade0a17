package main

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
	"github.com/backchannel-portal/backchannel/plugins/process"
)

// window is a time in which nothing is deployed.
type window struct {
	From, To time.Time
	Why      string
	Types    []string // of components; empty: all
}

func (w window) holds(e *catalog.Entity, at time.Time) bool {
	if at.Before(w.From) || !at.Before(w.To) {
		return false
	}
	return e == nil || len(w.Types) == 0 || slices.ContainsFunc(w.Types, func(t string) bool { return strings.EqualFold(t, e.Type) })
}

// freeze implements plugins.Plugin.
type freeze struct {
	windows []window
	host    plugins.Host
}

var (
	_ plugins.Starter     = (*freeze)(nil)
	_ plugins.HasViews    = (*freeze)(nil)
	_ plugins.HasChecks   = (*freeze)(nil)
	_ plugins.HasTopics   = (*freeze)(nil)
	_ plugins.HasPages    = (*freeze)(nil)
	_ plugins.HasFields   = (*freeze)(nil)
	_ plugins.HasMeasures = (*freeze)(nil)
	_ process.Matcher     = (*freeze)(nil)
)

// newFreeze reads the configuration strictly: a misspelt key would be a freeze that never comes.
func newFreeze(config json.RawMessage) (plugins.Plugin, error) {
	var c struct{ Freezes []window }
	dec := json.NewDecoder(bytes.NewReader(config))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&c); err != nil {
		return nil, fault.New(fault.Invalid, "config: %v", err)
	}
	for i, w := range c.Freezes {
		if !w.To.After(w.From) {
			return nil, fault.New(fault.Invalid, "config: freezes[%d] ends before it begins", i)
		}
	}
	return &freeze{windows: c.Freezes}, nil
}

// About implements plugins.Plugin.
func (*freeze) About() plugins.About {
	return plugins.About{Name: "freeze", Title: "Freezes", Description: "The calendar of deployment freezes.", Version: "1.0.0", API: plugins.API}
}

// Start implements plugins.Starter.
func (f *freeze) Start(_ context.Context, h plugins.Host) error {
	f.host = h.Whole()
	return nil
}

// Match implements process.Matcher.
func (*freeze) Match(string) *process.Match { return &process.Match{Kinds: []string{"component"}} }

// Views implements plugins.HasViews.
func (f *freeze) Views() []plugins.View {
	title := plugins.Text{lang.English: "Freeze", lang.Chinese: "封网"}
	return []plugins.View{
		{
			Name: "now", Title: title, Card: true, Fresh: time.Minute, Show: f.show,
			Phrases: []plugins.Phrase{
				{Lang: lang.English, Pattern: "(can|may) (i|we) (deploy|release|ship) @"}, {Lang: lang.Chinese, Pattern: "@ (现在)? (能|可以) (部署|发布|上线) 吗"},
			},
		},
		{
			Name: "calendar", Title: title, Command: "freezes", Fleet: true, Fresh: time.Minute, Show: f.calendar,
			Phrases: []plugins.Phrase{
				{Lang: lang.English, Pattern: "is there (a|any) .. freeze"}, {Lang: lang.Chinese, Pattern: "(什么时候|现在) 封网"},
			},
		},
	}
}

// show says whether an entity may be deployed.
func (f *freeze) show(_ context.Context, q plugins.Query) (plugins.Card, error) {
	if q.Entity == nil || q.Entity.Ref.Kind != "component" {
		return plugins.Card{}, nil
	}
	for _, w := range f.windows {
		if w.holds(q.Entity, q.Now) {
			return message(q.Lang, said(q.Lang, "Frozen until ", "封网至 "), moment(w.To), said(q.Lang, ": ", "："), card.T(w.Why)), nil
		}
	}
	for _, w := range f.windows {
		if w.From.After(q.Now) && w.holds(q.Entity, w.From) {
			return message(q.Lang, said(q.Lang, "May be deployed; the next freeze begins on ", "可以部署；下次封网始于 "), moment(w.From)), nil
		}
	}
	return message(q.Lang, said(q.Lang, "May be deployed; no freeze is planned", "可以部署；没有封网计划")), nil
}

// calendar lists what is planned.
func (f *freeze) calendar(_ context.Context, q plugins.Query) (plugins.Card, error) {
	list := card.List{}
	for _, w := range f.windows {
		if w.To.After(q.Now) {
			list.Items = append(list.Items, []card.Span{moment(w.From), card.T(" – "), moment(w.To), said(q.Lang, ": ", "："), card.T(w.Why)})
		}
	}
	if len(list.Items) == 0 {
		return message(q.Lang, said(q.Lang, "No freeze is planned", "没有封网计划")), nil
	}
	c := message(q.Lang, said(q.Lang, "Freezes", "封网安排"))
	c.Message.Blocks = append(c.Message.Blocks, list)
	return c, nil
}

// Checks implements plugins.HasChecks.
func (f *freeze) Checks() []plugins.Check {
	return []plugins.Check{{Name: "facts", Every: time.Minute, Run: f.facts}}
}

// facts writes on every component whether it is frozen: a change of that is news.
func (f *freeze) facts(ctx context.Context) error {
	now := f.host.Now()
	var about []catalog.Ref
	var facts []catalog.Fact
	for e := range f.host.Catalog.Entities() {
		if e.Ref.Kind != "component" {
			continue
		}
		state := "open"
		if slices.ContainsFunc(f.windows, func(w window) bool { return w.holds(e, now) }) {
			state = "frozen"
		}
		about = append(about, e.Ref)
		facts = append(facts, catalog.Fact{Entity: e.Ref, Key: "deployments", Value: state, AsOf: now})
	}
	return f.host.Facts.Write(ctx, about, facts)
}

// Topics implements plugins.HasTopics.
func (*freeze) Topics() []plugins.Topic {
	return []plugins.Topic{{Name: "freezes", Title: plugins.Text{lang.English: "deployment freezes", lang.Chinese: "封网"}}}
}

// Measures implements plugins.HasMeasures: "which services are frozen".
func (*freeze) Measures() []plugins.Measure {
	return []plugins.Measure{{
		Name: "deployments", Fact: "deployments", Title: plugins.Text{lang.English: "freeze state", lang.Chinese: "封网状态"},
		Words: map[lang.Lang][]string{lang.English: {"freeze", "deployment freeze"}, lang.Chinese: {"封网", "封网状态"}},
		Good:  []string{"open"}, Bad: []string{"frozen"},
	}}
}

// fieldDays is how many days the field offers.
const fieldDays = 14

// Fields implements plugins.HasFields: a day on which something may go live, for templates that ask for one with
// "ui:field: DeployDayPicker".
func (f *freeze) Fields() []plugins.Field {
	return []plugins.Field{{Name: "DeployDayPicker", Options: f.days, Check: f.checkDay}}
}

// frozen is the freeze that a day lies in; nil for none.
func (f *freeze) frozen(day time.Time) *window {
	i := slices.IndexFunc(f.windows, func(w window) bool { return w.From.Before(day.AddDate(0, 0, 1)) && w.To.After(day) })
	if i < 0 {
		return nil
	}
	return &f.windows[i]
}

// days are the next ones without a freeze.
func (f *freeze) days(_ context.Context, q plugins.FieldQuery) ([]plugins.FieldOption, error) {
	var out []plugins.FieldOption
	today := f.host.Now().UTC().Truncate(24 * time.Hour)
	for i := range fieldDays {
		at := today.AddDate(0, 0, i)
		text := at.Format(time.DateOnly)
		if f.frozen(at) == nil && strings.HasPrefix(text, q.Typed) {
			out = append(out, plugins.FieldOption{Value: text, Label: text + at.Format(" Mon")})
		}
	}
	return out, nil
}

// checkDay says what is wrong with a day.
func (f *freeze) checkDay(_ context.Context, q plugins.FieldQuery) (string, error) {
	at, err := time.Parse(time.DateOnly, q.Typed)
	if err != nil {
		return said(q.Lang, "Use a date, for example 2026-12-01", "请使用日期，例如 2026-12-01").Text, nil
	}
	if w := f.frozen(at); w != nil {
		return said(q.Lang, "Frozen until ", "封网至 ").Text + day(w.To) + ": " + w.Why, nil
	}
	return "", nil
}

// WebPage implements plugins.HasPages.
func (f *freeze) WebPage(ctx context.Context, q plugins.WebQuery) (plugins.WebPage, error) {
	if q.Path != "" {
		return plugins.WebPage{}, fault.New(fault.NotFound, "there is no page %q", q.Path)
	}
	c, err := f.calendar(ctx, plugins.Query{Lang: q.Lang, Now: f.host.Now()})
	return plugins.WebPage{Title: said(q.Lang, "Deployment freezes", "封网日历").Text, Message: c.Message}, err
}

func message(l lang.Lang, spans ...card.Span) plugins.Card {
	return plugins.Card{Message: card.Message{Lang: l, Blocks: []card.Block{card.Text{Spans: spans}}}}
}

// said is a text in the reader's language. A plugin brings its own words.
func said(l lang.Lang, english, chinese string) card.Span {
	if l == lang.Chinese {
		return card.T(chinese)
	}
	return card.T(english)
}

// moment is shown in the reader's own time where the platform can.
func moment(t time.Time) card.Span { return card.Span{Kind: card.Time, At: t, Text: day(t)} }

func day(t time.Time) string { return t.Format("2006-01-02 15:04 MST") }
