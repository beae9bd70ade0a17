package web

import (
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/bot/card/cardtest"
)

func testToken(_ card.Action, i card.Intent) string {
	return "signed:" + i.Name + ":" + strings.Join(i.Args, ",")
}

func TestGoldens(t *testing.T) {
	cardtest.Golden(t, "testdata/html", func(m card.Message) []byte {
		return []byte(Render(m, "https://portal.example.com/", testToken))
	})
}

// unsafe is what no message may bring into a page.
var unsafe = regexp.MustCompile(`(?i)<(script|style|iframe|img|object|base|meta)|\son\w+=|\sstyle=|javascript:|data:`)

func TestMessagesAreWellFormedAndHarmless(t *testing.T) {
	for _, s := range cardtest.Samples() {
		out := string(Render(s.Message, "", testToken))
		depth := []string{}
		z := html.NewTokenizer(strings.NewReader(out))
		for {
			kind := z.Next()
			if kind == html.ErrorToken {
				break
			}
			tok := z.Token()
			if kind != html.TextToken && unsafe.MatchString(strings.SplitN(tok.String(), "value=", 2)[0]) {
				t.Errorf("%s: %s", s.Name, tok)
			}
			void := map[string]bool{"br": true, "hr": true}[tok.Data]
			switch {
			case kind == html.StartTagToken && !void:
				depth = append(depth, tok.Data)
			case kind == html.EndTagToken:
				if n := len(depth); n == 0 || depth[n-1] != tok.Data {
					t.Fatalf("%s: </%s> closes %v", s.Name, tok.Data, depth)
				}
				depth = depth[:len(depth)-1]
			}
		}
		if len(depth) > 0 {
			t.Errorf("%s: left open: %v", s.Name, depth)
		}
	}
}

func TestButtonsWithoutATokenAreLeftOut(t *testing.T) {
	m := card.Message{Blocks: []card.Block{card.Actions{Items: []card.Action{
		{Label: "Owner", Intent: card.Intent{Name: "owner"}}, {Label: "Open", URL: "https://x.dev/p"},
		{Label: "Pick", Options: []card.Option{{Label: "a", Intent: card.Intent{Name: "pick"}}}},
	}}}}
	out := string(Render(m, "", nil))
	if strings.Contains(out, "<button") || strings.Contains(out, "<select") || !strings.Contains(out, "https://x.dev/p") {
		t.Error(out)
	}
}

func TestOwnLinksAreRelative(t *testing.T) {
	m := card.Message{Blocks: []card.Block{card.Text{Spans: []card.Span{
		card.L("a", "https://me.dev/catalog/x"), card.L("b", "https://me.dev.evil.org/x"), {Kind: card.Person, Text: "Mei", Ref: "user:default/mei"},
	}}}}
	out := string(Render(m, "https://me.dev", nil))
	for _, want := range []string{`href="/catalog/x"`, `href="https://me.dev.evil.org/x" rel="noreferrer"`, `href="/catalog/default/user/mei"`} {
		if !strings.Contains(out, want) {
			t.Errorf("no %s in %s", want, out)
		}
	}
}
