package understand

import (
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/catalog/search/searchtest"
)

func TestGuesses(t *testing.T) {
	t.Parallel()
	g, err := builtinGuesses()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		in    Intent
		words string
	}{
		{Owner, "^ which team do i turn to for @ $"},
		{OnCall, "^ 今 晚 @ 谁 盯 着 $"},
		{Docs, "^ is there a guide on how to reset @ $"},
		{Radar, "^ is it ok to use # $"},
	} {
		in, p := g.guess(strings.Fields(tt.words))
		if in != tt.in || p < guessSure || p > 1 {
			t.Errorf("%q: %s %.2f, want %s", tt.words, in, p, tt.in)
		}
	}
	if _, p := g.guess(nil); p > 0.5 {
		t.Errorf("nothing is taken for something: %.2f", p)
	}
}

// TestGuessesCount: a wording decides where phrases say little, never against them.
func TestGuessesCount(t *testing.T) {
	t.Parallel()
	all := catalog.Changes{Generation: 1, Full: true, Upserts: []*catalog.Entity{searchtest.Entity("component:lamp-post", searchtest.Type("service"))}}
	reader := search.NewReader(all, nil, search.Options{})
	t.Cleanup(func() { _ = reader.Close() })
	view := reader.For(catalog.Viewer{})
	u := New(Vocabulary{Catalog: view})
	for _, tt := range []struct {
		text    string
		in      Intent
		guessed bool
	}{
		{"who owns lamp-post", Owner, false},
		{"backup person for lamp-post tonight?", OnCall, true},
		{"does lamp-post expose anything", API, true},
	} {
		r := u.Understand(view, Question{Text: tt.text, Explain: true})
		guessed := strings.Contains(strings.Join(r.Why, "\n"), "wording: ")
		if r.Intent != tt.in || guessed != tt.guessed {
			t.Errorf("%q: %s, guessed %t: %q", tt.text, r.Intent, guessed, r.Why)
		}
	}
}

// FuzzReadGuesses: a damaged file is refused, whatever is in it.
func FuzzReadGuesses(f *testing.F) {
	g := &guesses{intents: []Intent{Owner, Docs}, grams: []uint32{1, 7}, weights: []int8{1, -1, 0, 9}, scale: 0.5}
	f.Add(g.write())
	f.Add([]byte(guessMagic))
	f.Add([]byte(guessMagic + "\x02\x05owner"))
	f.Fuzz(func(t *testing.T, data []byte) {
		g, err := readGuesses(data)
		if err != nil {
			return
		}
		if got := g.write(); len(got) != len(data) {
			t.Fatalf("%d bytes are written as %d", len(data), len(got))
		}
		g.guess([]string{atStart, aName, atEnd})
	})
}
