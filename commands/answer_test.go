package commands_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/catalog/search/searchtest"
	"github.com/backchannel-portal/backchannel/commands"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
)

func TestAsk(t *testing.T) {
	t.Parallel()
	c := nordwind(t)
	for _, tt := range []struct {
		text    string
		outcome bot.Outcome
		l       lang.Lang
		want    string
	}{
		{"who owns parcels?", bot.Answered, lang.English, "Tracing Team"},
		{"parcels 谁负责", bot.Answered, lang.Chinese, "由 Tracing Team 负责"},
		{"who is on call for till", bot.Answered, lang.English, "Ada Berg"},
		{"which version of spring boot is everyone on", bot.Answered, lang.English, "3.3.4"},
		{"who owns zzqqxx", bot.NotFound, lang.English, `Nothing is called "zzqqxx"`},
		{"help", bot.HelpGiven, lang.English, "who owns"},
		{"write me a poem about the sea", bot.Refused, lang.English, "outside what I know"},
	} {
		a, m := c.Ask(t.Context(), commands.Question{Text: tt.text})
		if a.Outcome != tt.outcome || a.Lang != tt.l || m.Lang != tt.l {
			t.Errorf("%s: %s in %s, want %s in %s", tt.text, a.Outcome, a.Lang, tt.outcome, tt.l)
		}
		if text := card.Plain(m); !strings.Contains(text, tt.want) {
			t.Errorf("%s: %q is not in\n%s", tt.text, tt.want, text)
		}
	}
}

func TestHugeQuestion(t *testing.T) {
	t.Parallel()
	c := nordwind(t)
	for _, text := range []string{strings.Repeat("who owns parcels ", 2500), strings.Repeat("谁", 40_000), strings.Repeat("\x00\xff", 20_000), ""} {
		_, m := c.Ask(t.Context(), commands.Question{Text: text})
		if n := len(card.Plain(m)); n == 0 || n > 4000 {
			t.Errorf("a question of %d bytes is answered with %d", len(text), n)
		}
	}
}

func TestSourcesAndAge(t *testing.T) {
	t.Parallel()
	c := nordwind(t)
	a, _ := c.Answer(t.Context(), commands.Question{}, about(understand.Owner, "parcels"))
	if len(a.Sources) != 2 {
		t.Fatalf("sources = %+v", a.Sources)
	}
	if s := a.Sources[0]; s.Where != "testdata/catalog.yaml" || s.Line != 78 || !s.AsOf.Equal(now.Add(-2*time.Minute)) {
		t.Errorf("descriptor = %+v", s)
	}
	if s := a.Sources[1]; s.Where != "testdata/oncall.yaml" || s.Line != 3 || !s.AsOf.Equal(now) {
		t.Errorf("schedule = %+v", s)
	}
	past := commands.Question{Now: now.Add(-time.Hour)} // read after the time answers speak of
	if _, m := c.Answer(t.Context(), past, about(understand.Owner, "parcels")); !strings.Contains(card.Plain(m), "read just now") {
		t.Errorf("an age below zero:\n%s", card.Plain(m))
	}
}

func TestZones(t *testing.T) {
	t.Parallel()
	c := nordwind(t)
	toronto, err := time.LoadLocation("America/Toronto")
	check(t, err)
	for zone, want := range map[*time.Location]string{nil: "Mon 30 Nov 10:00 UTC+1", toronto: "Mon 30 Nov 04:00.", time.UTC: "Mon 30 Nov 09:00."} {
		_, m := c.Answer(t.Context(), commands.Question{Zone: zone}, about(understand.OnCall, "parcels"))
		if text := card.Plain(m); !strings.Contains(text, want) {
			t.Errorf("%v: %q is not in\n%s", zone, want, text)
		}
	}
}

// broken is a source that does not answer.
type broken struct{ plugins.None }

var errAway = errors.New("away")

func (broken) Shifts(context.Context, plugins.OnCallQuery) ([]plugins.Shift, error) {
	return nil, errAway
}
func (broken) ShiftsOf(context.Context, catalog.Ref, time.Time) ([]plugins.Shift, error) {
	return nil, errAway
}
func (broken) All(context.Context, time.Time) ([]plugins.Shift, error) { return nil, errAway }
func (broken) Pipelines(context.Context, *catalog.Entity) ([]plugins.Pipeline, error) {
	return nil, errAway
}
func (broken) Sites(context.Context, *catalog.Entity) ([]plugins.Site, error) { return nil, errAway }
func (broken) Shape(context.Context) (plugins.RadarShape, error) {
	return plugins.RadarShape{}, errAway
}

func TestSourcesThatAreAway(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]plugins.Capabilities{
		"broken":        {OnCall: broken{}, Builds: broken{}, Audits: broken{}, Radar: broken{}},
		"not connected": {},
	} {
		want := map[string]string{"broken": "does not answer", "not connected": "is not connected here"}[name]
		c := nordwind(t, func(d *commands.Deps) { d.Plugins = p })
		for _, r := range []understand.Reading{
			about(understand.OnCall, "till"), about(understand.OnCall), about(understand.Builds, "till"),
			about(understand.Lighthouse, "till"), with(about(understand.Radar), tech("go", "")),
		} {
			a, m := c.Answer(t.Context(), commands.Question{}, r)
			if text := card.Plain(m); a.Outcome != bot.NotFound || !strings.Contains(text, want) {
				t.Errorf("%s, %s: %s\n%s", name, r.Intent, a.Outcome, text)
			}
		}
		if a, m := c.Answer(t.Context(), commands.Question{}, about(understand.Owner, "till")); a.Outcome != bot.Answered {
			t.Errorf("%s: the owner is not told:\n%s", name, card.Plain(m))
		}
	}
}

func TestOddCatalogs(t *testing.T) {
	t.Parallel()
	var es []*catalog.Entity
	const many = 10_000
	hub := searchtest.Entity("component:default/hub", searchtest.Owner("group:default/hub-team"))
	for i := range many {
		es = append(es, searchtest.Entity(fmt.Sprintf("component:default/c%05d", i), searchtest.Rel("dependsOn", "component:default/hub")))
	}
	es = append(es, hub, searchtest.Entity("group:default/a", searchtest.Rel("childOf", "group:default/a")))
	es = append(es, searchtest.Entity("system:default/s", searchtest.Rel("partOf", "system:default/s")), &catalog.Entity{Ref: ref("user:void")})
	reader := search.NewReader(catalog.Changes{Generation: 1, Full: true, Upserts: es}, nil, search.Options{})
	c := commands.New(commands.Deps{View: func(v catalog.Viewer) search.View { return reader.For(v) }, Now: clock})
	for _, i := range understand.Intents() {
		for _, e := range []string{"hub", "group:a", "system:s", "user:void", "c00001"} {
			for _, q := range []commands.Question{{}, {Full: true}} {
				r := with(about(i, e), all)
				a, m := c.Answer(t.Context(), q, r)
				if len(card.Plain(m)) == 0 || a.Outcome == "" {
					t.Errorf("%s %s: no answer", i, e)
				}
			}
		}
	}
	_, m := c.Answer(t.Context(), commands.Question{}, about(understand.Dependents, "hub"))
	if text := card.Plain(m); !strings.Contains(text, "10,000 components") || strings.Count(text, "\n") > 20 {
		t.Errorf("a long list is not cut:\n%.300s", text)
	}
	_, m = c.Answer(t.Context(), commands.Question{Full: true}, about(understand.Dependents, "hub"))
	if got := strings.Count(card.Plain(m), "\n- "); got != many {
		t.Errorf("%d rows, want all", got)
	}
}

// TestNothingFromTheCatalogIsMarkup walks every span of every answer about the hostile entity.
func TestNothingFromTheCatalogIsMarkup(t *testing.T) {
	t.Parallel()
	c := nordwind(t)
	for _, i := range understand.Intents() {
		for _, q := range []commands.Question{{Full: true, Private: true}, {}} {
			_, m := c.Answer(t.Context(), q, about(i, "evil"))
			for _, s := range spans(m) {
				if s.User != "" {
					t.Errorf("%s: a mention of %q", i, s.User)
				}
				if s.URL != "" && !strings.HasPrefix(s.URL, "http://localhost:7007/") && !strings.HasPrefix(s.URL, "https://") && !strings.HasPrefix(s.URL, "mailto:") {
					t.Errorf("%s: a link to %q", i, s.URL)
				}
			}
		}
	}
}

func spans(m card.Message) []card.Span {
	var out []card.Span
	for _, b := range m.Blocks {
		switch b := b.(type) {
		case card.Text:
			out = append(out, b.Spans...)
		case card.Note:
			out = append(out, b.Spans...)
		case card.Fields:
			for _, f := range b.Items {
				out = append(out, f.Value...)
			}
		case card.List:
			for _, i := range b.Items {
				out = append(out, i...)
			}
		case card.Table:
			for _, r := range b.Rows {
				for _, cell := range r {
					out = append(out, cell...)
				}
			}
		}
	}
	return out
}

func TestAnswersAreDeterministic(t *testing.T) {
	t.Parallel()
	c, d := nordwind(t), nordwind(t)
	for name, cases := range readings() {
		for _, g := range cases {
			_, m := c.Answer(t.Context(), commands.Question{Full: true}, g.r)
			_, n := d.Answer(t.Context(), commands.Question{Full: true}, g.r)
			if a, b := card.Plain(m), card.Plain(n); a != b {
				t.Errorf("%s, %s: answers differ:\n%s\n%s", name, g.name, a, b)
			}
		}
	}
}
