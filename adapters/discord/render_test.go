package discord

import (
	"bytes"
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"

	"github.com/backchannel-portal/backchannel/adapters/discord/discordtest"
	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/bot/card/cardtest"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// plainTokens makes tokens that can be read in goldens, longTokens the longest there are.
type plainTokens struct{}

func (plainTokens) Token(i card.Intent, _ bot.Actor, anyone bool, limit int) string {
	t := strings.Join(append([]string{i.Name}, i.Args...), "|")
	if anyone {
		t = "anyone|" + t
	}
	return t[:min(len(t), limit)]
}

func (t plainTokens) AppendToken(dst []byte, i card.Intent, to bot.Actor, anyone bool, limit int) []byte {
	return append(dst, t.Token(i, to, anyone, limit)...)
}

type longTokens struct{}

func (longTokens) Token(_ card.Intent, _ bot.Actor, _ bool, limit int) string {
	return strings.Repeat("t", limit)
}

func (t longTokens) AppendToken(dst []byte, i card.Intent, to bot.Actor, anyone bool, limit int) []byte {
	return append(dst, t.Token(i, to, anyone, limit)...)
}

// renderBody renders a message, decodes it strictly, checks Discord's limits, and has the SDK read its components.
func renderBody(t *testing.T, m card.Message, tokens bot.TokenMaker) []byte {
	t.Helper()
	raw, err := json.Marshal(render(m, tokens, bot.Actor{ID: "1"}).message)
	if err != nil {
		t.Fatal(err)
	}
	body, err := discordtest.Parse(raw)
	if err != nil {
		t.Fatalf("%v\n%.2000s", err, raw)
	}
	for _, bad := range discordtest.Check(body) {
		t.Errorf("%s\n%.3000s", bad, raw)
	}
	var theirs discordgo.Message
	if err := json.Unmarshal(raw, &theirs); err != nil || len(theirs.Components) != len(body.Components) {
		t.Errorf("the SDK cannot read the message: %v\n%.2000s", err, raw)
	}
	return raw
}

func TestRenderGoldens(t *testing.T) {
	cardtest.Golden(t, "testdata", func(m card.Message) []byte {
		var out bytes.Buffer
		for _, part := range card.Fit(m, limits()) {
			var text bytes.Buffer
			enc := json.NewEncoder(&text)
			enc.SetEscapeHTML(false)
			enc.SetIndent("", "  ")
			if err := enc.Encode(json.RawMessage(renderBody(t, part, plainTokens{}))); err != nil {
				t.Fatal(err)
			}
			out.Write(text.Bytes())
		}
		return out.Bytes()
	})
}

func TestMarkdown(t *testing.T) {
	at := time.Unix(1764000000, 0)
	for _, tt := range []struct {
		span card.Span
		want string
	}{
		{card.T("read 2 min ago"), "read 2 min ago"},
		{card.T("snake_case *x* ~y~ `z` |w|"), `snake\_case \*x\* \~y\~ \` + "`z\\`" + ` \|w\|`},
		{card.T("> a\n# b\n- c\n-# d\n12. e\n  # f"), "\\> a\n\\# b\n\\- c\n\\-# d\n12\\. e\n  \\# f"},
		{card.T("a # b - c 1. d"), "a # b - c 1. d"},
		{card.T("<@1> <@&2> <#3> <t:1> </x:1> @everyone"), `\<\@1> \<\@&2> \<#3> \<t:1> \</x:1> \@everyone`},
		{card.T("[x](https://evil.example)"), `\[x\](https\://evil.example)`},
		{card.M("a`b"), "`aˋb`"},
		{card.M("a\nb"), "`a b`"},
		{card.S(" *x* "), `**\*x\***`},
		{card.L("a]b", "https://x.example/(1)?a=_"), `[a\]b](https://x.example/%281%29?a=_)`},
		{card.L("no", "javascript:alert(1)"), "no"},
		{card.L("mail", "mailto:a@b.example"), "mail"},
		{card.Span{Kind: card.Entity, Text: "Checkout", URL: "https://x.example"}, "**[Checkout](https://x.example)**"},
		{card.Span{Kind: card.Time, Text: "10:00", At: at}, "<t:1764000000:t>"},
		{card.Span{Kind: card.Time, Text: "Mon 10:00", At: at}, "<t:1764000000:f>"},
		{card.Span{Kind: card.Person, Text: "Mei", User: "123456789012345678"}, "<@123456789012345678>"},
		{card.Span{Kind: card.Person, Text: "Mei", User: "1> @everyone"}, "Mei"},
		{card.T(" "), " "},
	} {
		if got := string((&renderer{}).span(nil, &tt.span)); got != tt.want {
			t.Errorf("%+v: %q, want %q", tt.span, got, tt.want)
		}
	}
}

func TestMentionsAreOptIn(t *testing.T) {
	who := card.Span{Kind: card.Person, Text: "Mei Lin", Ref: "user:default/mei.lin"}
	m := card.Message{Blocks: []card.Block{card.Text{Spans: []card.Span{who}}}}
	if got := render(m, nil, bot.Actor{}); len(got.Mentions.Users) != 0 || got.Mentions.Parse == nil {
		t.Errorf("%+v", got.Mentions)
	}
	who.User = "123456789012345678"
	m = card.Message{Blocks: []card.Block{card.Text{Spans: []card.Span{who}}}}
	if got := render(m, nil, bot.Actor{}); !slices.Equal(got.Mentions.Users, []string{who.User}) || len(got.Mentions.Parse) != 0 {
		t.Errorf("%+v", got.Mentions)
	}
}

func TestNothingPings(t *testing.T) {
	evil := []string{"@everyone", "@here", "<@123456789012345678>", "<@&123456789012345678>", "<#1>", "</a:1>", "<t:1:R>", "<:a:1>",
		"[bank](https://evil.example)", "https://evil.example", "||x||", "# big", "-# small", "> quote", "```\nx", "`", "\\"}
	for _, text := range evil {
		for kind := card.Words; kind <= card.Time; kind++ {
			spans := []card.Span{{Kind: kind, Text: text, URL: text, User: text, Ref: text}}
			m := card.Message{Summary: spans, Blocks: []card.Block{
				card.Text{Spans: spans}, card.Note{Spans: spans}, card.Fields{Items: []card.Field{{Label: text, Value: spans}}},
				card.List{Items: [][]card.Span{spans}}, card.Table{Columns: []card.Column{{Title: text}}, Rows: [][][]card.Span{{spans}}},
				card.Code{Text: text}, card.Image{URL: "https://ok.example/x.png", Alt: text, Title: text},
				card.Actions{Items: []card.Action{{Label: text, Intent: card.Intent{Name: text}, Confirm: text}}},
			}}
			if kind != card.Person && len(render(m, nil, bot.Actor{}).Mentions.Users) > 0 {
				t.Errorf("%q as %d pings", text, kind)
			}
			renderBody(t, m, plainTokens{})
		}
	}
}

func TestClip(t *testing.T) {
	for _, tt := range []struct {
		in   string
		n    int
		want string
	}{{"abc", 3, "abc"}, {"abcd", 3, "ab…"}, {"支付服务", 3, "支付…"}, {"ab", 1, "…"}, {"😀😀😀", 4, "😀…"}} {
		if got := clip(tt.in, tt.n); got != tt.want {
			t.Errorf("clip(%q, %d) = %q, want %q", tt.in, tt.n, got, tt.want)
		}
	}
}

func TestSplitID(t *testing.T) {
	for id, want := range map[string]string{"0.a.b.c": ".a.b.c", "1z?u1.x": "?u1.x", "": "", "token": "", "12345.x": "", ".x": ""} {
		mark, token := splitID(id)
		got := ""
		if mark != 0 {
			got = string(mark) + token
		}
		if got != want {
			t.Errorf("splitID(%q) = %q, want %q", id, got, want)
		}
	}
}

// FuzzRender builds messages at random: whatever comes, with Fit before or without, Discord takes the result.
func FuzzRender(f *testing.F) {
	for seed := range uint64(40) {
		f.Add(seed, 1_000, "支付 @everyone")
	}
	f.Fuzz(func(t *testing.T, seed uint64, size int, text string) {
		g := &generator{r: rand.New(rand.NewPCG(seed, 1)), size: min(max(size, 1), 8_000), extra: text[:min(len(text), 4_000)]}
		m := g.message()
		renderBody(t, m, longTokens{})
		for _, part := range card.Fit(m, limits()) {
			renderBody(t, part, longTokens{})
		}
	})
}

// FuzzFitLosesNothing holds that what Fit lets through is shown: the renderer's own clamps are for what Fit never saw.
func FuzzFitLosesNothing(f *testing.F) {
	for seed := range uint64(40) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		g := &generator{r: rand.New(rand.NewPCG(seed, 2)), size: 400}
		for _, part := range card.Fit(g.message(), limits()) {
			got := render(part, plainTokens{}, bot.Actor{})
			buttons := 0
			count(got.Components, func(c component) {
				if c.Type == typeButton || c.Type == typeSelect {
					buttons++
				}
			})
			want := 0
			for _, b := range part.Blocks {
				if a, ok := b.(card.Actions); ok {
					for i := range a.Items {
						if usable(&a.Items[i]) {
							want++
						}
					}
				}
			}
			if buttons != want {
				t.Errorf("%d of %d buttons and menus are shown", buttons, want)
			}
		}
	})
}

func count(all []component, see func(component)) {
	for _, c := range all {
		see(c)
		if c.Accessory != nil {
			see(*c.Accessory)
		}
		count(c.Components, see)
	}
}

// generator makes messages, most of them unreasonable.
type generator struct {
	r     *rand.Rand
	size  int
	extra string
}

func (g *generator) text() string {
	words := []string{"", " ", "checkout", "支付", "<@123456789012345678>", "`", "*", "\n", "# ", "😀", "\xff", "\x00", "a_b", "https://x.example", "\\", g.extra}
	n := 1 << g.r.IntN(4)
	if g.r.IntN(20) == 0 {
		n = g.r.IntN(g.size + 1)
	}
	var b strings.Builder
	for range n {
		if b.Len() > g.size { // however long the extra text is
			break
		}
		b.WriteString(words[g.r.IntN(len(words))])
	}
	return b.String()
}

func (g *generator) spans() []card.Span {
	out := make([]card.Span, g.r.IntN(5))
	urls := []string{"", "https://x.example/a", "javascript:x", "https://x.example/" + strings.Repeat("y", g.r.IntN(700))}
	for i := range out {
		out[i] = card.Span{
			Kind: card.SpanKind(g.r.IntN(9)), Text: g.text(), URL: urls[g.r.IntN(len(urls))],
			User: []string{"", "123456789012345678", "x"}[g.r.IntN(3)], At: time.Unix(g.r.Int64N(2), 0),
		}
	}
	return out
}

func (g *generator) message() card.Message {
	m := card.Message{Lang: lang.English, Summary: g.spans()}
	for range g.r.IntN(12) * (1 + g.r.IntN(20)/19*5) {
		m.Blocks = append(m.Blocks, g.block())
	}
	return m
}

func (g *generator) block() card.Block {
	switch g.r.IntN(10) {
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
		b := card.Table{Caption: g.text(), More: g.r.IntN(3), Columns: make([]card.Column, g.r.IntN(9))}
		for range g.r.IntN(40) {
			b.Rows = append(b.Rows, make([][]card.Span, len(b.Columns)))
			for i := range b.Columns {
				b.Rows[len(b.Rows)-1][i] = g.spans()
			}
		}
		return b
	case 3:
		b := card.Chart{Kind: card.ChartBar, Title: g.text()}
		for range g.r.IntN(25) {
			b.Points = append(b.Points, card.Point{Label: g.text(), Value: []float64{1, 0, -1, 1e300, math.NaN(), math.Inf(1)}[g.r.IntN(6)]})
		}
		return b
	case 4:
		return card.Progress{Label: g.text(), Done: g.r.IntN(30) - 3, Total: g.r.IntN(30) - 3, State: []card.State{card.StateRunning, card.StateDone, card.StateFailed, ""}[g.r.IntN(4)]}
	case 5:
		return card.Code{Text: g.text(), Language: g.text()}
	case 6:
		return card.Image{URL: []string{"", "https://x.example/i.png"}[g.r.IntN(2)], Alt: g.text(), Title: g.text()}
	case 7:
		return g.actions()
	case 8:
		return card.Note{Spans: g.spans()}
	default:
		return card.Text{Spans: g.spans()}
	}
}

func (g *generator) actions() card.Block {
	b := card.Actions{Items: make([]card.Action, g.r.IntN(12))}
	for i := range b.Items {
		a := card.Action{Label: g.text(), Style: []card.Style{card.Default, card.Primary, card.Danger}[g.r.IntN(3)], Confirm: g.text(), Intent: card.Intent{Name: "x"}}
		switch g.r.IntN(4) {
		case 0:
			a.URL, a.Intent = "https://x.example", card.Intent{}
		case 1:
			a.Options = make([]card.Option, 1+g.r.IntN(40))
			for j := range a.Options {
				a.Options[j] = card.Option{Label: g.text(), Hint: g.text(), Intent: card.Intent{Name: "x"}}
			}
		}
		b.Items[i] = a
	}
	return b
}
