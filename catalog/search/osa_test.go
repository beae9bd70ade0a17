package search

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search/searchtest"
)

// plainOSA is the textbook definition.
func plainOSA(a, b []rune) int {
	d := make([][]int, len(a)+1)
	for i := range d {
		d[i] = make([]int, len(b)+1)
		d[i][0] = i
	}
	for j := range len(b) + 1 {
		d[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			d[i][j] = min(d[i-1][j]+1, d[i][j-1]+1, d[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d[i][j] = min(d[i][j], d[i-2][j-2]+1)
			}
		}
	}
	return d[len(a)][len(b)]
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b       string
		most, want int
	}{
		{"payments", "payments", 2, 0}, {"paymnets", "payments", 2, 1}, {"paymets", "payments", 2, 1},
		{"paymentsx", "payments", 1, 1}, {"paxments", "payments", 1, 1}, {"pyamnets", "payments", 2, 2},
		{"ledger", "payments", 2, 3}, {"", "ab", 2, 2}, {"", "abc", 2, 3}, {"支付服务", "支附服务", 1, 1}, {"ca", "abc", 3, 3},
	} {
		if got := Distance(c.a, c.b, c.most); got != c.want {
			t.Errorf("Distance(%q, %q, %d) = %d, want %d", c.a, c.b, c.most, got, c.want)
		}
	}
}

func FuzzDistance(f *testing.F) {
	f.Add("paymnets", "payments", uint8(2))
	f.Add("abcabc", "bacbca", uint8(3))
	f.Add("支付", "付支", uint8(1))
	f.Fuzz(func(t *testing.T, a, b string, most uint8) {
		x, y, m := []rune(a), []rune(b), int(most%5)
		if len(x) > osaLimit || len(y) > osaLimit {
			return
		}
		want := min(plainOSA([]rune(string(x)), []rune(string(y))), m+1)
		if got := osa(x, y, m); got != want {
			t.Errorf("osa(%q, %q, %d) = %d, want %d", a, b, m, got, want)
		}
	})
}

// TestSpellingsMissNothing compares the two look-ups with looking at every key.
func TestSpellingsMissNothing(t *testing.T) {
	ne := (&names{}).edit()
	all := searchtest.Generate(3000)
	for i, e := range all {
		ne.replace(uint32(i), nil, e)
	}
	n := ne.commit()
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 400 {
		text := fold(searchtest.Typo(rnd, all[rnd.IntN(len(all))].Name, 1+rnd.IntN(2)))
		for most := 1; most <= 2; most++ {
			var want, got []uint32
			for key := range uint32(n.posts.len()) {
				if Distance(n.posts.at(key).text, text, most) <= most {
					want = append(want, key)
				}
			}
			note := func(key uint32) {
				if Distance(n.posts.at(key).text, text, most) <= most {
					got = append(got, key)
				}
			}
			if most == 1 {
				n.base.one(text, note)
				if key, ok := n.find(swapMiddle(text)); ok {
					note(key)
				}
			} else {
				n.base.within(2, text, note)
			}
			slices.Sort(got)
			if got = slices.Compact(got); !slices.Equal(got, want) {
				t.Fatalf("%q within %d: got %v, want %v", text, most, got, want)
			}
		}
	}
}

// FuzzResolve checks that no text makes resolution or search fail, and that what they return is in the catalog.
func FuzzResolve(f *testing.F) {
	for _, s := range []string{"payment-ledger-api", "component:default/x", "a:b:c/d/e", "::", "//", "支付 服务的", "é\u0301\xff", "ＡＰＩ", "😀", "of the", "cartEngineWorker"} {
		f.Add(s)
	}
	r := NewReader(catalog.Changes{Generation: 1, Upserts: searchtest.Generate(200)}, nil, Options{})
	f.Cleanup(func() { _ = r.Close() })
	v := r.For(catalog.Viewer{})
	f.Fuzz(func(t *testing.T, text string) {
		for _, c := range v.Resolve(text, ResolveOptions{}) {
			if _, ok := v.Entity(c.Entity.Ref); !ok || c.Match < MatchRef || c.Match > MatchNear {
				t.Errorf("%q resolves to %v", text, c)
			}
		}
		for _, h := range v.Search(Query{Text: text, Any: true}) {
			if h.Terms < 1 || h.Terms > h.Of {
				t.Errorf("%q finds %s with %d of %d terms", text, h.Entity.Ref, h.Terms, h.Of)
			}
		}
	})
}
