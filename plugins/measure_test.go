package plugins

import (
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/internal/lang"
)

func words(en ...string) map[lang.Lang][]string { return map[lang.Lang][]string{lang.English: en} }

func TestMeasuresJudge(t *testing.T) {
	m := Measure{Fact: "state/", Good: []string{"passed"}, Bad: []string{"failed", "*"}, Number: true}
	for value, want := range map[string]Verdict{"Passed": Good, "failed": Bad, "odd": Bad} {
		if got := m.Judge(value); got != want {
			t.Errorf("%s is %v", value, got)
		}
	}
	if got := (Measure{Good: []string{"a"}}).Judge("b"); got != Neither {
		t.Errorf("b is %v", got)
	}
	if !m.Holds("state/main") || m.Holds("state") || m.Holds("states") || !(Measure{Fact: "gate"}).Holds("gate") {
		t.Error("keys")
	}
	for s, want := range map[string]float64{"41": 41, " 80.5% ": 80.5} {
		if n, ok := m.Value(s); !ok || n != want {
			t.Errorf("%q is %v %v", s, n, ok)
		}
	}
	if _, ok := m.Value("many"); ok {
		t.Error("a word is no number")
	}
}

func TestMeasuresHoldTogether(t *testing.T) {
	good := Measure{Name: "a", Fact: "a", Title: english("a"), Words: words("aa"), Good: []string{"x"}}
	for want, change := range map[string]func(*Measure){
		"":                       func(*Measure) {},
		"is of no fact":          func(m *Measure) { m.Fact = "/" },
		"needs a title":          func(m *Measure) { m.Title = nil },
		"needs words in English": func(m *Measure) { m.Words = nil },
		"good or bad values, or": func(m *Measure) { m.Good = nil },
		"without bad values":     func(m *Measure) { m.Broken = true },
		"no spaces around it":    func(m *Measure) { m.Words = words(" a ") },
		"more than 30 words":     func(m *Measure) { m.Words = words(strings.Split(strings.Repeat("aa ", 31)[:92], " ")...) },
		"a value has between":    func(m *Measure) { m.Bad = []string{""} },
	} {
		m := good
		change(&m)
		p := &measuring{thing: named("good"), all: []Measure{m}}
		_, err := NewEntry(p)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	if _, err := NewEntry(&measuring{thing: named("good"), all: []Measure{good, good}}); err == nil {
		t.Error("a name twice")
	}
}

type measuring struct {
	*thing
	all []Measure
}

func (m *measuring) Measures() []Measure { return m.all }
