package card

import (
	"testing"

	"github.com/backchannel-portal/backchannel/internal/lang"
)

// BenchmarkFit fits a short answer as a chat shows it: the usual case, which must cost next to nothing.
func BenchmarkFit(b *testing.B) {
	m := Message{Lang: lang.English, Blocks: []Block{
		Text{[]Span{S("Checkout"), T(" is owned by "), S("Checkout Crew"), T(".")}},
		Text{[]Span{L("#checkout", "https://chat.example.com/c/1"), T(" · on call: "), {Kind: Person, Text: "Mei Lin"}, T(" until 10:00 (in 2 h)")}},
		Actions{[]Action{{Label: "On call", Intent: Intent{"oncall", []string{"component:default/checkout"}}}, {Label: "Share", Intent: Intent{Name: "share"}}}},
		Note{[]Span{M("components-commerce.yaml:5"), T(" · read 2 min ago")}},
	}}
	l := Limits{
		Escapes: map[rune]int{'&': 5, '<': 4, '>': 4}, Blocks: 50, Total: 12000, Text: 3000, Note: 3000, Code: 3000, Summary: 3000, URL: 3000,
		Fields: FieldLimits{10, 200, 2000}, List: ListLimits{10, 500, 3000}, Actions: ActionLimits{PerMessage: 25, PerRow: 5, Label: 75, Confirm: 300},
	}
	b.ReportAllocs()
	for b.Loop() {
		Fit(m, l)
	}
}
