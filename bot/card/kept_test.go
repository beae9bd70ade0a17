package card

import (
	"strconv"
	"sync"
	"testing"
)

// TestMade: what was made of a message is found again by who made it, for that message only, and no more than a few.
func TestMade(t *testing.T) {
	m := Message{Lang: "en", Summary: []Span{T("a")}, Blocks: []Block{Text{Spans: []Span{T("a")}}, Rule{}}}
	if m.Keep("p", 1); m.Made("p") != nil {
		t.Error("a message that is given once keeps something")
	}
	m.Kept = new(Kept)
	if m.Made("p") != nil {
		t.Error("something was made by nobody")
	}
	m.Keep("p", 1)
	again := m
	if got := again.Made("p"); got != 1 {
		t.Errorf("made %v", got)
	}
	if got := again.Made("q"); got != nil {
		t.Errorf("made by another: %v", got)
	}
	for name, change := range map[string]func(*Message){
		"language":      func(m *Message) { m.Lang = "zh" },
		"fewer blocks":  func(m *Message) { m.Blocks = m.Blocks[:1] },
		"more blocks":   func(m *Message) { m.Blocks = append(m.Blocks, Rule{}) },
		"other blocks":  func(m *Message) { m.Blocks = []Block{m.Blocks[0], m.Blocks[1]} },
		"other summary": func(m *Message) { m.Summary = []Span{T("b")} },
		"no summary":    func(m *Message) { m.Summary = nil },
	} {
		other := m
		if change(&other); other.Made("p") != nil {
			t.Errorf("%s: what was made of the message before is shown", name)
		}
	}
	var all sync.WaitGroup
	for i := range 50 {
		all.Go(func() {
			m := m
			m.Keep(strconv.Itoa(i), i)
			if got := m.Made("p"); got != 1 {
				t.Errorf("made %v", got)
			}
		})
	}
	all.Wait()
	kept := 0
	for i := range 50 {
		if m.Made(strconv.Itoa(i)) != nil {
			kept++
		}
	}
	if kept == 0 || kept >= maxMade {
		t.Errorf("%d more are kept", kept)
	}
}
