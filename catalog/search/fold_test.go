package search

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func TestFoldAndWords(t *testing.T) {
	for _, c := range []struct {
		in, folded string
		words      []string
	}{
		{"payment-ledger_api", "paymentledgerapi", []string{"payment", "ledger", "api"}},
		{"cartEngineWorker", "cartengineworker", []string{"cart", "engine", "worker"}},
		{"HTTPServer v2", "httpserverv2", []string{"http", "server", "v2"}},
		{"mei.lin", "meilin", []string{"mei", "lin"}},
		{"Ｃａｆé", "cafe", []string{"cafe"}},
		{"log4j", "log4j", []string{"log4j"}},
		{"支付API服务", "支付api服务", []string{"支付", "api", "服务"}},
		{"--", "", nil},
		{"", "", nil},
	} {
		if got := fold(c.in); got != c.folded {
			t.Errorf("fold(%q) = %q, want %q", c.in, got, c.folded)
		}
		if got := words(c.in); !slices.Equal(got, c.words) {
			t.Errorf("words(%q) = %q, want %q", c.in, got, c.words)
		}
	}
}

func TestScripts(t *testing.T) {
	for _, c := range []struct{ in, latin, han string }{
		{"Mei Lin 林梅", "Mei Lin", "林梅"},
		{"周健 (Zhou Jian)", "Zhou Jian", "周健"},
		{"周健（Zhou Jian）", "Zhou Jian", "周健"},
		{"Mei Lin", "", ""},
		{"林梅", "", ""},
	} {
		if latin, han := scripts(c.in); latin != c.latin || han != c.han {
			t.Errorf("scripts(%q) = %q, %q", c.in, latin, han)
		}
	}
}

func TestStem(t *testing.T) {
	for in, want := range map[string]string{
		"payments": "payment", "queries": "query", "boxes": "box", "access": "access", "dns": "dns", "ios": "ios",
		"cache": "cach", "caches": "cach", "batches": "batch", "accesses": "access", "status": "statu", "服务": "服务",
	} {
		if got := stem(in); got != want {
			t.Errorf("stem(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestAnalyzer(t *testing.T) {
	a := newAnalyzer()
	for _, c := range []struct {
		in   string
		want []string
	}{
		{"The orders we're shipping", []string{"order", "re", "ship"}},
		{"用户下单", []string{"用户", "户下", "下单"}},
		{"付", []string{"付"}},
		{"gRPC接口 v2", []string{"grpc", "接口", "v2"}},
	} {
		if got := a.terms(nil, c.in); !slices.Equal(got, c.want) {
			t.Errorf("terms(%q) = %q, want %q", c.in, got, c.want)
		}
	}
	ts := a.queryTerms("用户下单后")
	kept, _ := dropJoints(ts, []bool{true, false, true, false})
	if len(kept) != 3 || kept[2].text != "单后" {
		t.Errorf("joints: %v", kept)
	}
}

// TestPlainWords: the short way of texts in ASCII is the same as the long one.
func TestPlainWords(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 7))
	for range 20_000 {
		b := make([]byte, rnd.IntN(14))
		for i := range b {
			b[i] = "abzABZ019-_ .\x00"[rnd.IntN(14)]
		}
		s := string(b)
		long := words("漢" + s) // one character that is no part of the rest
		if got := plainWords(s); !slices.Equal(got, long[1:]) {
			t.Fatalf("plainWords(%q) = %q, not %q", s, got, long[1:])
		}
	}
}
