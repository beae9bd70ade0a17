package commands

import (
	"fmt"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/commands/understand"
)

func TestReadingsAreBoundedAndOfOneUnderstander(t *testing.T) {
	var m readings
	a, b := understand.New(understand.Vocabulary{}), understand.New(understand.Vocabulary{})
	reading := understand.Reading{Intent: understand.Owner, Entities: []catalog.Ref{catalog.MakeRef("component", "", "pay")}}
	first := questionKey{text: "who owns pay"}
	m.put(a, first, reading)
	got, ok := m.get(a, first)
	if !ok || got.Intent != understand.Owner {
		t.Fatalf("got %+v, %v", got, ok)
	}
	got.Entities[0].Name = "changed"
	if again, _ := m.get(a, first); again.Entities[0].Name != "pay" {
		t.Error("a caller changed what is remembered")
	}
	for i := range 3 * rememberedHalf {
		m.put(a, questionKey{text: fmt.Sprint(i)}, reading)
		if i%100 == 0 {
			m.get(a, first)
		}
	}
	if _, ok := m.get(a, first); !ok {
		t.Error("a reading that is asked for again was forgotten")
	}
	if n := len(m.new) + len(m.old); n > 2*rememberedHalf {
		t.Errorf("%d readings are kept", n)
	}
	if _, ok := m.get(b, first); ok {
		t.Error("another understander's reading was returned")
	}
	m.put(b, first, reading)
	if len(m.new)+len(m.old) != 1 {
		t.Error("readings of before were kept")
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
