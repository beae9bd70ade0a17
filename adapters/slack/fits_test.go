package slack

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/bot/card/cardtest"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

func TestFits(t *testing.T) {
	answer := answerCard()
	if !fits(&answer) {
		t.Error("a usual answer does not pass")
	}
	passed := 0
	for _, s := range cardtest.Samples() {
		if fits(&s.Message) {
			passed++
			agreesWithFit(t, s.Message)
		}
	}
	if passed < 5 {
		t.Errorf("only %d samples pass", passed)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		m := nearlySmall(r)
		if fits(&m) {
			passed++
			agreesWithFit(t, m)
		}
	}
	if passed < 2_000 {
		t.Errorf("only %d random messages pass", passed)
	}
}

func agreesWithFit(t *testing.T, m card.Message) {
	t.Helper()
	parts := card.Fit(m, limits())
	if len(parts) != 1 {
		t.Fatalf("Fit makes %d of %+v", len(parts), m)
	}
	if got, want := renderBody(m, plainTokens{}), renderBody(parts[0], plainTokens{}); !bytes.Equal(got, want) {
		t.Fatalf("Fit changes %+v:\n%s\n%s", m, got, want)
	}
}

// nearlySmall makes messages at the edges of what fits takes.
func nearlySmall(r *rand.Rand) card.Message {
	texts := []string{"a", " b", "c ", "checkout", "支付 服务，", "x · y – z…", "“quoted”", "tab\tbed", "line\nbreak", "zero\u200bwidth", "soft\u00adhyphen", "é", "e\u0301", "😀", "\xff", "", "<!channel>", "*b*", "a  b", " ", string(bytes.Repeat([]byte("long "), 20))}
	urls := []string{"", "https://x.example", "http://x.example:8080/a/b?c=d#e", "https://x.example/#a#b", "https://x.example/a%20b", "https://-", "https://x.example./", "https://x:", "https://x:99999/", "https://a..b/", "javascript:x", "mailto:a@b.example", "https://x.example/支付", "https://x_y.example/"}
	pick := func(from []string) string { return from[r.IntN(len(from))] }
	text := func() string {
		if r.IntN(4) > 0 {
			return texts[r.IntN(7)]
		}
		return pick(texts)
	}
	url := func() string {
		if r.IntN(4) > 0 {
			return urls[1+r.IntN(2)]
		}
		return pick(urls)
	}
	spans := func() []card.Span {
		out := make([]card.Span, 1+r.IntN(3))
		for i := range out {
			out[i] = card.Span{Kind: card.SpanKind(r.IntN(7)), Text: text()}
			if out[i].Kind == card.Link || out[i].Kind == card.Entity {
				out[i].URL = url()
			}
		}
		return out
	}
	m := card.Message{Lang: lang.English}
	if r.IntN(3) == 0 {
		m.Summary = spans()
	}
	for range 1 + r.IntN(3) {
		switch r.IntN(5) {
		case 0:
			m.Blocks = append(m.Blocks, card.Note{Spans: spans()})
		case 1:
			m.Blocks = append(m.Blocks, card.Fields{Items: []card.Field{{Label: text(), Value: spans()}, {Label: "b", Value: spans()}}})
		case 2:
			m.Blocks = append(m.Blocks, card.List{Ordered: r.IntN(2) == 0, Items: [][]card.Span{spans(), spans()}})
		case 3:
			a := card.Action{Label: text(), Intent: card.Intent{Name: "x"}}
			if r.IntN(3) == 0 {
				a = card.Action{Label: text(), URL: url(), Style: card.Primary}
			}
			m.Blocks = append(m.Blocks, card.Actions{Items: []card.Action{a, {Label: "b", Intent: card.Intent{Name: "y"}}}})
		default:
			m.Blocks = append(m.Blocks, card.Text{Spans: spans()})
		}
	}
	return m
}
