package commands

import (
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
)

func sample() []measure {
	m := plugins.Measure{Name: "a", Fact: "a", Title: plugins.Text{lang.English: "gate (x)"}, Good: []string{"in sync."}, Bad: []string{"A+B"}, Words: map[lang.Lang][]string{lang.English: {"gate (x)", "c++ gate"}}}
	return []measure{{Measure: m}}
}

func TestFactsFileIsReadable(t *testing.T) {
	t.Parallel()
	b, err := newFactBook(factsText, sample())
	if err != nil || len(b.forms) < 25 {
		t.Fatalf("%v", err)
	}
	for text, want := range map[string]string{"good = green\nwhat": "facts.txt:2: expected a head", "is = (": "facts.txt:1"} {
		if _, err := newFactBook(text, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestFactAskSurvivesAButton(t *testing.T) {
	t.Parallel()
	for _, a := range []factAsk{{op: factsNone, subject: "build"}, {op: factsCmp, subject: "score", cmp: "<=", n: 49.5}, {op: factsIs, state: stateBad}} {
		if got, ok := parseFactAsk(a.String()); !ok || got != a {
			t.Errorf("%+v became %+v", a, got)
		}
	}
	for _, s := range []string{"", "a|b", "cmp|x||<|many"} {
		if _, ok := parseFactAsk(s); ok {
			t.Errorf("%q is read", s)
		}
	}
}

// FuzzAboutFacts: no question breaks the reading.
func FuzzAboutFacts(f *testing.F) {
	for _, s := range []string{"which services have no c++ gate", "哪些服务的 gate (x) 低于 5", "what is broken", "services with a gate (x) below 99999999999999999999"} {
		f.Add(s)
	}
	b, err := newFactBook(factsText, sample())
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, form := range b.forms {
			if m := form.words.FindStringSubmatch(s); m != nil {
				a := factAsk{op: form.op, subject: group(form.words, m, "subject")}
				a.bound(form.words, m)
				if got, ok := parseFactAsk(a.String()); ok && got.op != a.op {
					t.Errorf("%q: %+v", s, a)
				}
			}
		}
	})
}
