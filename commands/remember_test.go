package commands

import (
	"fmt"
	"runtime"
	"testing"
	"time"
	"weak"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/catalog/search/searchtest"
	"github.com/backchannel-portal/backchannel/commands/understand"
)

func TestReadingsAreBounded(t *testing.T) {
	var m readings
	reading := understand.Reading{Intent: understand.Owner, Entities: []catalog.Ref{catalog.MakeRef("component", "", "pay")}}
	first := questionKey{text: "who owns pay"}
	m.put(first, reading)
	got, ok := m.get(first)
	if !ok || got.Intent != understand.Owner {
		t.Fatalf("got %+v, %v", got, ok)
	}
	got.Entities[0].Name = "changed"
	if again, _ := m.get(first); again.Entities[0].Name != "pay" {
		t.Error("a caller changed what is remembered")
	}
	for i := range 3 * rememberedHalf {
		m.put(questionKey{text: fmt.Sprint(i)}, reading)
		if i%100 == 0 {
			m.get(first)
		}
	}
	if _, ok := m.get(first); !ok {
		t.Error("a reading that is asked for again was forgotten")
	}
	if n := len(m.new) + len(m.old); n > 2*rememberedHalf {
		t.Errorf("%d readings are kept", n)
	}
}

// TestTheLanguageOfBeforeIsLetGo: it takes as much memory as the names of a company, and nobody speaks it any more.
func TestTheLanguageOfBeforeIsLetGo(t *testing.T) {
	view := search.NewReader(catalog.Changes{Generation: 1, Full: true, Upserts: searchtest.Generate(50)}, nil, search.Options{}).For(catalog.Viewer{})
	c := New(Deps{View: func(catalog.Viewer) search.View { return view }, Now: time.Now})
	c.Ask(t.Context(), Question{Text: "who owns pay?"})
	before := weak.Make(c.everything.reader.Load().understand)
	c.DocsChanged()
	c.Prepare(t.Context())
	runtime.GC()
	if before.Value() != nil {
		t.Error("it is still there")
	}
}

func TestOnlyCommonQuestionsAreRemembered(t *testing.T) {
	offered := []understand.Turn{{FromBot: true, Intent: understand.Owner, Candidates: []catalog.Ref{{}, {}}}}
	unread := []understand.Turn{{FromBot: true, Text: "1. a 2. b"}}
	answered := []understand.Turn{{FromBot: true, Intent: understand.Owner}}
	for _, tt := range []struct {
		q    Question
		want bool
	}{
		{Question{Text: "who owns pay"}, true},
		{Question{Text: "who owns pay", Thread: answered}, true},
		{Question{Text: "who owns pay", Thread: offered}, false},
		{Question{Text: "who owns pay", Thread: unread}, false},
		{Question{Text: "who owns pay", Viewer: catalog.Viewer{Actor: "a"}}, false},
		{Question{Text: string(make([]byte, 1000))}, false},
	} {
		if _, ok := keyOf(&tt.q); ok != tt.want {
			t.Errorf("%+v: %v, want %v", tt.q, ok, tt.want)
		}
	}
}

func TestAnswersAreOfSomeSecondsAndOneGeneration(t *testing.T) {
	var m answers
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	k := answerKey{questionKey: questionKey{text: "who owns pay"}}
	m.put(7, now, k, answered{answer: bot.Answer{Intent: "owner"}})
	if a, ok := m.get(7, now.Add(answerLives-1), k); !ok || a.answer.Intent != "owner" {
		t.Errorf("within its seconds: %+v, %v", a, ok)
	}
	if _, ok := m.get(7, now.Add(answerLives), k); ok {
		t.Error("an old answer was given")
	}
	if _, ok := m.get(7, now.Add(-1), k); ok {
		t.Error("an answer of a later time was given")
	}
	shift := answerKey{questionKey: questionKey{text: "who is on call for pay"}}
	m.put(7, now, shift, answered{answer: bot.Answer{Intent: "oncall"}})
	if _, ok := m.get(7, now.Add(momentLives), shift); ok {
		t.Error("who was on call a second ago was given")
	}
	if _, ok := m.get(8, now, k); ok {
		t.Error("an answer of the generation before was given")
	}
	if m.forget(); m.given != nil {
		t.Error("an answer was not forgotten")
	}
	m.put(7, now, k, answered{})
	private := k
	private.private = true
	if _, ok := m.get(7, now, private); ok {
		t.Error("a public answer was given in private, without Share")
	}
	for i := range 3 * rememberedHalf {
		m.put(7, now, answerKey{questionKey: questionKey{text: fmt.Sprint(i)}}, answered{})
	}
	if len(m.given) > rememberedHalf {
		t.Errorf("%d answers are kept", len(m.given))
	}
}
