package cardtest

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"unicode"

	"github.com/backchannel-portal/backchannel/bot/card"
)

func TestPlainGoldens(t *testing.T) {
	Golden(t, "testdata/plain", func(m card.Message) []byte { return []byte(card.Plain(m) + "\n") })
}

// A narrow chat: no tables, charts, pictures or fields, five buttons a row.
func narrow() card.Limits {
	return card.Limits{
		Unit: card.UTF16, Blocks: 20, Total: 4000, Text: 2000, Note: 500, Code: 1900, Width: 56, URL: 512, Messages: 5,
		List: card.ListLimits{Items: 10, Item: 300, Total: 2000}, Actions: card.ActionLimits{PerMessage: 25, PerRow: 5, Rows: 5, MenuAlone: true, Label: 80, Options: 25, Option: 100, Hint: 100},
	}
}

func TestFittedGoldens(t *testing.T) {
	Golden(t, "testdata/fitted", func(m card.Message) []byte {
		var b strings.Builder
		for i, p := range card.Fit(m, narrow()) {
			for _, err := range card.Check(p, narrow()) {
				t.Error(err)
			}
			fmt.Fprintf(&b, "=== message %d: %s\n%s\n", i+1, card.PlainText(p.Summary), card.Plain(p))
		}
		return []byte(b.String())
	})
}

func TestSamplesCoverEveryKind(t *testing.T) {
	blocks, spans := map[string]bool{}, map[card.SpanKind]bool{}
	names := map[string]bool{}
	for _, s := range Samples() {
		if names[s.Name] {
			t.Errorf("two samples are called %s", s.Name)
		}
		names[s.Name] = true
		for _, b := range s.Message.Blocks {
			blocks[reflect.TypeOf(b).Name()] = true
			if text, ok := b.(card.Text); ok {
				for _, sp := range text.Spans {
					spans[sp.Kind] = true
				}
			}
		}
	}
	if len(blocks) != 11 || len(spans) != int(card.Time)+1 {
		t.Errorf("samples have %d kinds of blocks and %d of spans", len(blocks), len(spans))
	}
}

func TestPlainIsPrintable(t *testing.T) {
	for _, s := range Samples() {
		for _, r := range card.Plain(s.Message) {
			if r != '\n' && r != '\t' && unicode.Is(unicode.Cc, r) || r == 0x202E || r == 0x200B {
				t.Errorf("%s: plain text has %U", s.Name, r)
			}
		}
	}
}
