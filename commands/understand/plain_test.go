package understand

import (
	"slices"
	"testing"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/catalog/search/searchtest"
)

// FuzzPlain checks that a plain text read word by word comes to the same as its tokens and units do.
func FuzzPlain(f *testing.F) {
	for _, s := range []string{
		"Sends receipts to customers, late at night", "HTTPServer for iOS; eBay-style carts (beta)", "looking for a lost card? money back!",
		"kebab-case snake_case dotted.name path/to/x a:b", "whos there", "v1.2 and node 14.x", "don't", "C# & c++", "a\nb\n\nc", "x", "",
		"the owner of the thing is who owns it", "customer support. money, back", "fooBarBaz v2 99 bottles 3rd",
	} {
		f.Add(s)
	}
	l, err := builtin()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, q := range []int{qTitle, qText} {
			fast := newBuilder(keyer{lex: l}, newIndex(keyer{lex: l}).words.edit(), nil)
			if !fast.plain(s, maxWords*3, q) {
				return
			}
			slow := newBuilder(keyer{lex: l}, fast.words, nil)
			ts := tokenise(l.plainText(s))
			slow.units(l.analyse(ts[:min(len(ts), maxWords*3)]), q)
			if got, want := fast.take(nil), slow.take(nil); !slices.Equal(got, want) {
				t.Errorf("%q: %v, want %v", s, got, want)
			}
		}
		k := keyer{lex: l}
		if got, want := k.nameWords(s), plainWords(tokenise(l.plainText(s))); !slices.Equal(got, want) {
			t.Errorf("%q: words %q, want %q", s, got, want)
		}
	})
}

func TestTally(t *testing.T) {
	var tl tally[int]
	for round := range 3 {
		want := map[uint32]int{}
		for i := range uint32(500) {
			row := i * i % uint32(97+round*1000)
			*tl.at(row)++
			want[row]++
		}
		if len(tl.items) != len(want) {
			t.Fatalf("%d rows, want %d", len(tl.items), len(want))
		}
		for _, it := range tl.items {
			if want[it.row] != it.value {
				t.Errorf("row %d: %d, want %d", it.row, it.value, want[it.row])
			}
		}
		tl.clear()
	}
	for row := range uint32(8) { // few of many slots are emptied one by one
		*tl.at(row * 64) = 1
	}
	tl.clear()
	if *tl.at(64) != 0 || slices.Max(tl.slots) != 1 {
		t.Error("something is left")
	}
}

// TestSharedHash makes sure that a name is compared with the entity before anything is answered.
func TestSharedHash(t *testing.T) {
	r := search.NewReader(catalog.Changes{Generation: 1, Full: true, Upserts: []*catalog.Entity{searchtest.Entity("component:freight-desk")}}, nil, search.Options{})
	t.Cleanup(func() { _ = r.Close() })
	u := New(Vocabulary{Catalog: r.For(catalog.Viewer{})})
	x := u.index
	if r := u.Understand(x.view, Question{Text: "who owns freight-desk"}); len(r.Entities) != 1 {
		t.Fatalf("not found: %+v", r)
	}
	x.named.base = packHashes([]entry{{keyHash("zanzibar"), 0, keyName}})
	if r := u.Understand(x.view, Question{Text: "who owns zanzibar"}); len(r.Entities)+len(r.Candidates) != 0 {
		t.Errorf("answered with what only shares a hash: %+v", r)
	}
}
