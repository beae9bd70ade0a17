package card

import (
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/backchannel-portal/backchannel/internal/lang"
)

// tame makes messages of ordinary texts, which the short way is for.
func (g generator) tame() Message {
	texts := []string{"Checkout", " is owned by ", "支付服务由", "components.yaml:5 · read 2 min ago", "é…–", "<b>&", "a  b", " x"}
	text := func() string { return texts[g.IntN(len(texts))] }
	url := func() string {
		return []string{"https://a.dev/x?y=1&z=2#t", "http://localhost:7007/catalog/default/component/x", "https://a", "https://a.dev:80", "https://-.x/", "https://a.dev/%zz"}[g.IntN(6)]
	}
	spans := func() []Span {
		out := make([]Span, 1+g.IntN(4))
		for i := range out {
			switch g.IntN(5) {
			case 0:
				out[i] = L(text(), url())
			case 1:
				out[i] = Span{Kind: Entity, Text: text(), Ref: "component:default/x"}
			default:
				out[i] = Span{Kind: SpanKind(g.IntN(3)), Text: text()}
			}
		}
		return out
	}
	m := Message{Lang: lang.English, Blocks: []Block{Text{spans()}}}
	if g.IntN(2) == 0 {
		m.Summary = spans()
	}
	for range g.IntN(5) {
		switch g.IntN(5) {
		case 0:
			m.Blocks = append(m.Blocks, Text{spans()})
		case 1:
			m.Blocks = append(m.Blocks, Note{spans()})
		case 2:
			m.Blocks = append(m.Blocks, Fields{[]Field{{text(), spans()}, {text(), spans()}}})
		case 3:
			m.Blocks = append(m.Blocks, List{Ordered: g.IntN(2) == 0, Start: g.IntN(2), Items: [][]Span{spans(), spans()}})
		case 4:
			m.Blocks = append(m.Blocks, Actions{[]Action{{Label: text(), Intent: Intent{Name: "x"}}, {Label: text(), URL: url()}, {Label: text(), Style: Danger, Confirm: text(), Intent: Intent{Name: "y"}}}})
		}
	}
	return m
}

func TestTheShortWayDoesWhatFitDoes(t *testing.T) {
	taken := 0
	for seed := range uint64(4000) {
		g := generator{rand.New(rand.NewPCG(seed, 6))}
		m, l := g.tame(), g.limits()
		if g.IntN(4) == 0 {
			m = g.message()
		}
		l = l.normal()
		if !unchanged(&m, &l) {
			continue
		}
		taken++
		if got, want := Fit(m, l), fit(m, l); !reflect.DeepEqual(got, want) {
			t.Fatalf("seed %d:\n got %+v\nwant %+v", seed, got, want)
		}
	}
	if taken < 200 {
		t.Errorf("only %d messages took the short way", taken)
	}
}

func TestSimpleURLsAreWebURLs(t *testing.T) {
	for u, want := range map[string]bool{
		"https://a.dev/x": true, "http://localhost:7007": true, "https://a.dev?x": true, "https://a.dev:": false, "https://a.dev:x": false, "https://": false,
		"https:///x": false, "https://a b": false, "https://a.dev/%2f": false, "javascript:alert(1)": false, "https://user@a.dev": false, "HTTPS://a.dev": false,
	} {
		if simpleURL(u) != want || want && !WebURL(u) {
			t.Errorf("%s: %v, %v", u, simpleURL(u), WebURL(u))
		}
	}
}
