package understand_test

import (
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search/searchtest"
	"github.com/backchannel-portal/backchannel/commands/understand"
)

// FuzzQuestion reads anything as a question: it must not panic, and what it settles on must exist.
func FuzzQuestion(f *testing.F) {
	for _, w := range wants(f) {
		f.Add(w.question.Text, w.question.Channel, "")
	}
	for _, s := range []string{"", " ", "???", "\x00\xff", strings.Repeat("who owns ", 5000), strings.Repeat("谁", 40000), "((((((", "```", "<@U1> <!here> <#C1|x> <https://a.b|c>",
		"𝓌𝒽ℴ owns ｂooking", "who owns `", "👩‍👩‍👧", "a-b-c-d-e-f-g-h", "1", "第二个", "not", "not the", "http://[::1", "e\u0301\u0301\u0301"} {
		f.Add(s, "#inc-"+s, "who owns the gate")
	}
	view := voyagers(f)
	u := understand.New(understand.Vocabulary{Catalog: view})
	f.Fuzz(func(t *testing.T, text, channel, before string) {
		q := understand.Question{Text: text, Channel: channel}
		if before != "" {
			q.Thread = []understand.Turn{{Text: before}, {FromBot: true, Text: "Which one? 1. traffic-gate 2. partner-gate"}}
		}
		r := u.Understand(view, q)
		if r.Intent == "" || r.Confidence < 0 || r.Confidence > 1 {
			t.Fatalf("%q: intent %q, confidence %v", text, r.Intent, r.Confidence)
		}
		for _, ref := range append(append([]catalog.Ref{}, r.Entities...), r.Candidates...) {
			if _, ok := view.Entity(ref); !ok {
				t.Fatalf("%q: %s does not exist", text, ref)
			}
		}
		if len(r.Entities) > 0 && len(r.Candidates) > 0 {
			t.Fatalf("%q: settled and asking at once", text)
		}
	})
}

// TestViewer checks that what a viewer may not see is neither settled on nor offered.
func TestViewer(t *testing.T) {
	view := voyagers(t)
	u := understand.New(understand.Vocabulary{Catalog: view})
	hidden := hiding{view, searchtest.Ref("component:traffic-gate")}
	for _, q := range []string{"who owns traffic-gate", "who owns the gate", "first hop for requests from outside", "who owns trafic-gate"} {
		r := u.Understand(hidden, understand.Question{Text: q})
		for _, ref := range append(append([]catalog.Ref{}, r.Entities...), r.Candidates...) {
			if ref == hidden.ref {
				t.Errorf("%q names %s", q, ref)
			}
		}
	}
}

func BenchmarkUnderstand(b *testing.B) {
	view := voyagers(b)
	u := understand.New(understand.Vocabulary{Catalog: view})
	all := wants(b)
	for i := 0; b.Loop(); i++ {
		u.Understand(view, all[i%len(all)].question)
	}
}

func BenchmarkUnderstandLong(b *testing.B) {
	view := voyagers(b)
	u := understand.New(understand.Vocabulary{Catalog: view})
	q := understand.Question{Text: strings.Repeat("the booking-core thing is slow and nobody knows why 预订 ", 800)}
	for b.Loop() {
		u.Understand(view, q)
	}
}
