package slack

import (
	"bytes"
	"encoding/json"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	slackapi "github.com/slack-go/slack"

	"github.com/backchannel-portal/backchannel/adapters/slack/slacktest"
	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/bot/card/cardtest"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// plainTokens makes tokens that can be read in goldens.
type plainTokens struct{}

func (plainTokens) Token(i card.Intent, to bot.Actor, anyone bool, limit int) string {
	t := strings.Join(append([]string{i.Name}, i.Args...), "|")
	if anyone {
		t = "anyone|" + t
	}
	return t
}

func (t plainTokens) AppendToken(dst []byte, i card.Intent, to bot.Actor, anyone bool, limit int) []byte {
	return append(dst, t.Token(i, to, anyone, limit)...)
}

// longTokens answers with the longest token allowed.
type longTokens struct{}

func (longTokens) Token(_ card.Intent, _ bot.Actor, _ bool, limit int) string {
	return strings.Repeat("t", limit)
}

func (t longTokens) AppendToken(dst []byte, i card.Intent, to bot.Actor, anyone bool, limit int) []byte {
	return append(dst, t.Token(i, to, anyone, limit)...)
}

// body renders a message as the acknowledgement of a slash command.
func renderBody(m card.Message, tokens bot.TokenMaker) []byte {
	r := &renderer{}
	r.start(m.Lang, tokens, bot.Actor{ID: "U1"})
	r.response(ephemeral, false, "", m)
	return r.dst
}

// checkBody decodes a body strictly, checks its limits and compares it with what the SDK's types make of it.
func checkBody(t *testing.T, body []byte) slacktest.Message {
	t.Helper()
	m, err := slacktest.ParseResponse(bytes.NewReader(body))
	if err != nil {
		t.Fatalf("%v\n%.2000s", err, body)
	}
	for _, bad := range slacktest.Check(m.Blocks) {
		t.Errorf("%s\n%s", bad, body)
	}
	var blocks slackapi.Blocks
	if err := json.Unmarshal(m.Blocks, &blocks); err != nil {
		t.Fatalf("the SDK cannot read the blocks: %v\n%.2000s", err, m.Blocks)
	}
	again, err := json.Marshal(blocks)
	if err != nil {
		t.Fatalf("the SDK cannot write the blocks: %v", err)
	}
	if len(blocks.BlockSet) == 0 {
		again = []byte("[]")
	}
	var ours, theirs any
	json.Unmarshal(m.Blocks, &ours)
	json.Unmarshal(again, &theirs)
	if at := differ("blocks", ours, theirs); at != "" {
		t.Errorf("the SDK reads %s differently:\n%.2000s\n%.2000s", at, m.Blocks, again)
	}
	for _, b := range blocks.BlockSet {
		if chart, ok := b.(*slackapi.DataVisualizationBlock); ok {
			if err := chart.Validate(); err != nil {
				t.Errorf("chart: %v", err)
			}
		}
	}
	return m
}

// differ returns where ours has something that theirs lacks or has otherwise, "" if nowhere. Members that theirs adds
// are the SDK's defaults.
func differ(at string, ours, theirs any) string {
	switch ours := ours.(type) {
	case map[string]any:
		other, ok := theirs.(map[string]any)
		if !ok {
			return at
		}
		for k, v := range ours {
			if v == false || v == 0.0 {
				continue
			}
			if d := differ(at+"."+k, v, other[k]); d != "" {
				return d
			}
		}
		return ""
	case []any:
		other, ok := theirs.([]any)
		if !ok || len(ours) != len(other) {
			return at
		}
		for i := range ours {
			if d := differ(at+"[]", ours[i], other[i]); d != "" {
				return d
			}
		}
		return ""
	default:
		if !reflect.DeepEqual(ours, theirs) {
			return at
		}
		return ""
	}
}

// goldenBody is a message as the bodies it becomes, indented.
func goldenBody(t *testing.T, m card.Message) []byte {
	var out bytes.Buffer
	for _, part := range card.Fit(m, limits()) {
		body := renderBody(part, plainTokens{})
		checkBody(t, body)
		if err := json.Indent(&out, body, "", "  "); err != nil {
			t.Fatal(err)
		}
		out.WriteByte('\n')
	}
	return out.Bytes()
}

func TestRenderGoldens(t *testing.T) {
	cardtest.Golden(t, "testdata", func(m card.Message) []byte { return goldenBody(t, m) })
}

// The Web API gets the same blocks as the body of a response.
func TestRenderAgrees(t *testing.T) {
	for _, sample := range cardtest.Samples() {
		name, m := sample.Name, card.Fit(sample.Message, limits())[0]
		body, err := slacktest.ParseResponse(bytes.NewReader(renderBody(m, plainTokens{})))
		if err != nil {
			t.Fatal(err)
		}
		out := render(m, plainTokens{}, bot.Actor{ID: "U1"})
		joined := append(append([]byte("["), bytes.Join(out.blocks, []byte(","))...), ']')
		if !bytes.Equal(joined, body.Blocks) || out.text != body.Text {
			t.Errorf("%s:\n%s %s\n%s %s", name, out.text, joined, body.Text, body.Blocks)
		}
	}
}

func TestNothingPings(t *testing.T) {
	evil := []string{
		"<!channel>", "<!here|x>", "<@U0EVERYONE>", "<#C1|x>", "<https://evil.example|bank>", "<!subteam^S1>", "<!date^1^{date}|x>",
		"@channel", "*bold* _it_ ~no~ `code`", "> quote", "a\n> quote", "```\nx", "&lt;!channel&gt;", "https://evil.example", "a|b>c", ":boom:",
	}
	for _, name := range evil {
		for kind := card.Words; kind <= card.Time; kind++ {
			s := card.Span{Kind: kind, Text: name, URL: name, User: name, Ref: name}
			spans := []card.Span{card.T("a "), s, card.L(name, "https://ok.example/?q=<!here>|x"), card.M(name), s}
			m := card.Message{Summary: spans, Blocks: []card.Block{
				card.Text{Spans: spans}, card.Note{Spans: spans}, card.Note{Spans: []card.Span{s}},
				card.Fields{Items: []card.Field{{Label: name, Value: spans}}}, card.List{Items: [][]card.Span{spans}},
				card.Table{Caption: name, Columns: []card.Column{{Title: name}}, Rows: [][][]card.Span{{spans}}},
				card.Code{Text: name}, card.Image{URL: "https://ok.example/x.png", Alt: name, Title: name},
				card.Progress{Label: name, Total: 1, State: card.StateRunning},
				card.Actions{Items: []card.Action{{Label: name, Intent: card.Intent{Name: name}, Confirm: name}}},
				card.Chart{Title: name, Unit: name, Points: []card.Point{{Label: name, Value: 1}}},
			}}
			body := renderBody(m, plainTokens{})
			got := checkBody(t, body)
			if strings.Contains(got.Text, "<") || bytes.Contains(body, []byte(`"broadcast"`)) || bytes.Contains(body, []byte(`"usergroup"`)) {
				t.Errorf("%q as %d: %s", name, kind, body)
			}
			if bytes.Contains(body, []byte(`"url":"https://evil`)) && s.URL != "https://evil.example" {
				t.Errorf("%q as %d became a link: %s", name, kind, body)
			}
		}
	}
}

func TestMentionsAreOptIn(t *testing.T) {
	who := card.Span{Kind: card.Person, Text: "Mei Lin", User: "U123"}
	m := card.Message{Blocks: []card.Block{card.Text{Spans: []card.Span{who}}, card.Note{Spans: []card.Span{who}}}}
	body := string(renderBody(m, plainTokens{}))
	if !strings.Contains(body, `{"type":"user","user_id":"U123"}`) || !strings.Contains(body, `<@U123>`) {
		t.Error(body)
	}
	who.User = ""
	m.Blocks = []card.Block{card.Text{Spans: []card.Span{who}}, card.Note{Spans: []card.Span{who}}}
	if body := string(renderBody(m, plainTokens{})); strings.Contains(body, "U123") || !strings.Contains(body, "Mei Lin") {
		t.Error(body)
	}
}

func TestMrkdwn(t *testing.T) {
	for _, tt := range []struct {
		span card.Span
		want string
	}{
		{card.T("read 2 min ago"), "read 2 min ago"},
		{card.T("snake_case_name *x* a*b"), "snake_case_name ∗x∗ a*b"},
		{card.T("_x_ ~y~ `z`"), "ˍxˍ ∼y∼ ˋzˋ"},
		{card.T("> a\n> b > c"), "› a\n› b &gt; c"},
		{card.T("a & <b>"), "a &amp; &lt;b&gt;"},
		{card.M("a`b<c"), "`aˋb&lt;c`"},
		{card.M("a\nb"), "`a b`"},
		{card.S(" *x* "), "*∗x∗*"},
		{card.L("a|b>c", "https://x.example/?a=1&b=<2>|3"), "<https://x.example/?a=1&amp;b=%3C2%3E%7C3|a|b&gt;c>"},
		{card.L("no", "javascript:alert(1)"), "no"},
		{card.L("mail", "mailto:a@b.example"), "<mailto:a@b.example|mail>"},
		{card.T(" "), " "},
	} {
		if got := string(appendSpan(nil, &tt.span)); got != tt.want {
			t.Errorf("%+v: %q, want %q", tt.span, got, tt.want)
		}
	}
}

func TestClip(t *testing.T) {
	for _, tt := range []struct {
		in   string
		n    int
		want string
	}{{"abc", 3, "abc"}, {"abcd", 3, "ab…"}, {"支付服务", 4, "支付服务"}, {"支付服务", 3, "支付…"}, {"ab", 1, "…"}, {"", 0, ""}, {"a", 0, ""}, {"😀😀😀", 2, "😀…"}} {
		if got := clip(tt.in, tt.n); got != tt.want {
			t.Errorf("clip(%q, %d) = %q, want %q", tt.in, tt.n, got, tt.want)
		}
	}
}

func FuzzJSON(f *testing.F) {
	f.Add("plain")
	f.Add("a\"b\\c\n\t\x00\x1f\x7f\xff\xc3 支付 😀 \u2028")
	f.Fuzz(func(t *testing.T, s string) {
		var got string
		if err := json.Unmarshal(appendJSON(nil, s), &got); err != nil || got != strings.ToValidUTF8(s, "\uFFFD") && utf8.ValidString(s) {
			t.Errorf("%q became %q: %v", s, got, err)
		}
	})
}

// FuzzRender builds messages at random, without Fit before: whatever comes, Slack takes the result.
func FuzzRender(f *testing.F) {
	for seed := range uint64(24) {
		f.Add(seed, 2_000)
	}
	f.Fuzz(func(t *testing.T, seed uint64, size int) {
		g := &generator{r: rand.New(rand.NewPCG(seed, 1)), size: min(max(size, 1), 20_000)}
		m := g.message()
		checkBody(t, renderBody(m, longTokens{}))
		for _, part := range card.Fit(m, limits()) {
			checkBody(t, renderBody(part, longTokens{}))
		}
	})
}

// generator makes messages, most of them unreasonable.
type generator struct {
	r    *rand.Rand
	size int
}

func (g *generator) text() string {
	words := []string{"", " ", "checkout", "支付", "<!channel>", "`", "*", "\n", "&", ">", "😀", "\xff", "\x00", "a_b", "https://x.example", "\"", "\\"}
	var b strings.Builder
	n := 1 << g.r.IntN(4)
	if g.r.IntN(20) == 0 {
		n = g.r.IntN(g.size + 1)
	}
	for range n {
		b.WriteString(words[g.r.IntN(len(words))])
	}
	return b.String()
}

func (g *generator) spans() []card.Span {
	out := make([]card.Span, g.r.IntN(5))
	urls := []string{"", "https://x.example/a", "javascript:x", "mailto:a@b.example", g.text()}
	for i := range out {
		out[i] = card.Span{Kind: card.SpanKind(g.r.IntN(9)), Text: g.text(), URL: urls[g.r.IntN(len(urls))], User: []string{"", "U1", "U<>"}[g.r.IntN(3)]}
	}
	return out
}

func (g *generator) message() card.Message {
	m := card.Message{Lang: lang.English, Summary: append(g.spans(), card.T("x"))}
	for range g.r.IntN(12) {
		m.Blocks = append(m.Blocks, g.block())
	}
	if g.r.IntN(20) == 0 {
		for range 55 {
			m.Blocks = append(m.Blocks, g.block())
		}
	}
	return m
}

func (g *generator) block() card.Block {
	switch g.r.IntN(12) {
	case 0:
		b := card.Fields{Items: make([]card.Field, g.r.IntN(25))}
		for i := range b.Items {
			b.Items[i] = card.Field{Label: g.text(), Value: g.spans()}
		}
		return b
	case 1:
		b := card.List{Ordered: g.r.IntN(2) == 0, More: g.r.IntN(3) - 1, MoreURL: "https://x.example", Items: make([][]card.Span, g.r.IntN(30))}
		for i := range b.Items {
			b.Items[i] = g.spans()
		}
		return b
	case 2:
		return g.table()
	case 3:
		return g.chart()
	case 4:
		return card.Progress{Label: g.text(), Done: g.r.IntN(9) - 3, Total: g.r.IntN(9) - 3, State: []card.State{card.StatePending, card.StateRunning, card.StateDone, card.StateFailed, ""}[g.r.IntN(5)]}
	case 5:
		return card.Code{Text: g.text()}
	case 6:
		return card.Image{URL: []string{"", "https://x.example/i.png", "data:x"}[g.r.IntN(3)], Alt: g.text(), Title: g.text()}
	case 7:
		return card.Rule{}
	case 8, 9:
		return g.actions()
	case 10:
		return card.Note{Spans: g.spans()}
	default:
		return card.Text{Spans: g.spans()}
	}
}

func (g *generator) table() card.Block {
	b := card.Table{Caption: g.text(), More: g.r.IntN(3), Columns: make([]card.Column, g.r.IntN(25))}
	for i := range b.Columns {
		b.Columns[i] = card.Column{Title: g.text(), Right: i%2 == 1}
	}
	for range g.r.IntN(130) {
		row := make([][]card.Span, g.r.IntN(len(b.Columns)+2))
		for i := range row {
			row[i] = g.spans()
		}
		b.Rows = append(b.Rows, row)
	}
	return b
}

func (g *generator) chart() card.Block {
	b := card.Chart{Kind: []card.ChartKind{card.ChartBar, card.ChartPie, ""}[g.r.IntN(3)], Title: g.text(), Unit: g.text()}
	for range g.r.IntN(25) {
		v := []float64{1, 0, -1, 1e300, math.NaN(), math.Inf(1), 0.5, 3}[g.r.IntN(8)]
		b.Points = append(b.Points, card.Point{Label: g.text(), Value: v})
	}
	return b
}

func (g *generator) actions() card.Block {
	b := card.Actions{Items: make([]card.Action, g.r.IntN(30))}
	for i := range b.Items {
		a := card.Action{Label: g.text(), Style: []card.Style{card.Default, card.Primary, card.Danger, "odd"}[g.r.IntN(4)], Confirm: g.text()}
		switch g.r.IntN(4) {
		case 0:
			a.URL = []string{"https://x.example", "nope", "mailto:a@b.example"}[g.r.IntN(3)]
		case 1:
			a.Options = make([]card.Option, 1<<g.r.IntN(4)*g.r.IntN(9))
			for j := range a.Options {
				a.Options[j] = card.Option{Label: g.text(), Hint: g.text(), Intent: card.Intent{Name: "x"}}
			}
		case 2:
			a.Intent = card.Intent{Name: "x", Args: []string{g.text()}}
		}
		b.Items[i] = a
	}
	return b
}
