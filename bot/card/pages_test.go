package card

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/internal/lang"
)

func TestPages(t *testing.T) {
	f := Form{ID: "scaffold", Title: "New Go service", Submit: "Create", Draft: "d1", Intro: []Span{T("Asks what cannot be derived.")}}
	for _, n := range []string{"name", "owner", "repo", "tags", "lang", "size", "note"} {
		f.Fields = append(f.Fields, FormField{Name: n, Label: strings.ToUpper(n), Kind: FieldLine})
	}
	out := Pages(f, FormLimits{Fields: 3, Title: 24, Label: 45}, lang.English)
	if len(out) != 3 {
		t.Fatalf("%d pages", len(out))
	}
	for i, want := range []struct{ title, submit, first string }{
		{"New Go service (1/3)", "Next", "name"}, {"New Go service (2/3)", "Next", "tags"}, {"New Go service (3/3)", "Create", "note"},
	} {
		p := out[i]
		if p.Title != want.title || p.Submit != want.submit || p.Fields[0].Name != want.first || p.ID != "scaffold" || p.Draft != "d1" {
			t.Errorf("page %d is %+v", i, p)
		}
	}
	if got := Pages(Form{Title: "A very long title of a form"}, FormLimits{Fields: 1, Title: 16}, lang.English); len(got) != 1 || got[0].Title != "A very long tit…" {
		t.Errorf("got %+v", got)
	}
}

func TestPagesAskOtherwise(t *testing.T) {
	many := FormField{Name: "region", Label: "Region", Kind: FieldChoice}
	for _, v := range []string{"eu", "us", "ap"} {
		many.Options = append(many.Options, FormOption{Value: v})
	}
	f := Form{Fields: []FormField{many, {Name: "n", Kind: FieldNumber}, {Name: "text", Kind: FieldParagraph, Value: []string{strings.Repeat("x", 50)}, Help: "Why."}}}
	got := Pages(f, FormLimits{Options: 2, Value: 40, Instead: map[FieldKind]FieldKind{FieldNumber: FieldLine}}, lang.English)[0].Fields
	if got[0].Kind != FieldLine || got[0].Help != "One of: eu, us, ap" || len(got[0].Options) != 0 {
		t.Errorf("choice became %+v", got[0])
	}
	if got[1].Kind != FieldLine || got[1].Label != "n" {
		t.Errorf("number became %+v", got[1])
	}
	if len(got[2].Value) != 0 || !strings.HasSuffix(got[2].Help, " Why.") {
		t.Errorf("long value became %+v", got[2])
	}
}

func TestPagesHoldForRandomForms(t *testing.T) {
	for seed := range uint64(300) {
		g := generator{rand.New(rand.NewPCG(seed, 4))}
		f := Form{Title: g.text(), Submit: g.text(), Intro: g.spans()}
		for range g.many() {
			q := FormField{Name: "f", Label: g.text(), Help: g.text(), Placeholder: g.text(), Kind: []FieldKind{FieldChoice, FieldChoices, FieldLine}[g.IntN(3)], Value: []string{g.text()}}
			for range g.many() {
				q.Options = append(q.Options, FormOption{g.text(), g.text(), g.text()})
			}
			f.Fields = append(f.Fields, q)
		}
		l := FormLimits{Unit: Unit(g.IntN(2)), Fields: g.upTo(6), Title: g.upTo(46), Submit: g.upTo(30), Intro: g.upTo(400), Label: g.upTo(46), Help: g.upTo(101), Placeholder: g.upTo(100), Value: g.upTo(200), Options: g.upTo(26), Option: g.upTo(80), Hint: g.upTo(80)}
		m := Limits{Unit: l.Unit}
		within := func(what, s string, n int) {
			if n > 0 && m.Len(s) > max(n, floorLabel) {
				t.Fatalf("seed %d: %s is %d of %d", seed, what, m.Len(s), n)
			}
		}
		total := 0
		for _, p := range Pages(f, l, lang.Chinese) {
			within("title", p.Title, l.Title)
			within("submit", p.Submit, l.Submit)
			if total += len(p.Fields); l.Fields > 0 && len(p.Fields) > l.Fields {
				t.Fatalf("seed %d: %d fields", seed, len(p.Fields))
			}
			for _, q := range p.Fields {
				within("label", q.Label, l.Label)
				within("help", q.Help, l.Help)
				if l.Options > 0 && len(q.Options) > l.Options {
					t.Fatalf("seed %d: %d options", seed, len(q.Options))
				}
			}
		}
		if total != len(f.Fields) {
			t.Fatalf("seed %d: %d fields of %d", seed, total, len(f.Fields))
		}
	}
}
