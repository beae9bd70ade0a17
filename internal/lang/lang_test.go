package lang

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"
)

// constants reads the typed keys from this package's source, so that a key nobody translated cannot hide.
func constants(t *testing.T) map[Key]string {
	t.Helper()
	names, err := filepath.Glob("keys_*.go")
	if err != nil {
		t.Fatal(err)
	}
	keys := map[Key]string{}
	for _, name := range names {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok {
				return true
			}
			for i, v := range spec.Values {
				lit, ok := v.(*ast.BasicLit)
				if !ok {
					continue
				}
				s, err := strconv.Unquote(lit.Value)
				if err != nil {
					t.Fatal(err)
				}
				if old, ok := keys[Key(s)]; ok {
					t.Errorf("%s: %s and %s are both %q", name, old, spec.Names[i].Name, s)
				}
				keys[Key(s)] = spec.Names[i].Name
			}
			return true
		})
	}
	return keys
}

func TestCataloguesAreCompleteAndAlike(t *testing.T) {
	c := Builtin()
	keys := constants(t)
	for _, l := range Languages() {
		for k := range keys {
			if _, ok := c.messages[l][k]; !ok {
				t.Errorf("%s has no message for %s", l, k)
			}
		}
		for k := range c.messages[l] {
			if _, ok := keys[k]; !ok {
				t.Errorf("%s has %s, which no constant names", l, k)
			}
		}
	}
	for k := range keys {
		want := map[string]bool{}
		c.messages[English][k].arguments(want)
		got := map[string]bool{}
		c.messages[Chinese][k].arguments(got)
		if !maps.Equal(want, got) {
			t.Errorf("%s: English uses %v, Chinese %v", k, slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(got)))
		}
	}
}

func TestMessages(t *testing.T) {
	for _, tt := range []struct {
		in   string
		l    Lang
		args Args
		want string
	}{
		{"plain", English, nil, "plain"},
		{"{who} owns {what}", English, Args{"who": "A", "what": "B"}, "A owns B"},
		{"{n, plural, =0 {none} one {# team} other {# teams}}!", English, Args{"n": 0}, "none!"},
		{"{n, plural, =0 {none} one {# team} other {# teams}}!", English, Args{"n": 1}, "1 team!"},
		{"{n, plural, =0 {none} one {# team} other {# teams}}!", English, Args{"n": 1200}, "1,200 teams!"},
		{"{n, plural, one {x} other {# 个}}", Chinese, Args{"n": 1}, "1 个"},
		{"it''s '{'fine'}' # 1", English, nil, "it's {fine} # 1"},
		{"{n, plural, other {{who} has #}}", English, Args{"n": 3, "who": "A"}, "A has 3"},
	} {
		m, err := parse(tt.in)
		if err != nil {
			t.Errorf("parse(%q): %v", tt.in, err)
			continue
		}
		c := &Catalogue{messages: map[Lang]map[Key]message{tt.l: {"x": m}}}
		if got := c.Text(tt.l, "x", tt.args); got != tt.want {
			t.Errorf("%q with %v = %q, want %q", tt.in, tt.args, got, tt.want)
		}
	}
	for _, bad := range []string{"{", "{}", "a}", "{n, select, other {x}}", "{n, plural, one {x}}", "{n, plural, other {x}", "{n, plural, other}"} {
		if _, err := parse(bad); err == nil {
			t.Errorf("parse(%q) gave no error", bad)
		}
	}
}

func TestOfGuessesTheLanguage(t *testing.T) {
	for text, want := range map[string]Lang{
		"who owns checkout?": English, "checkout 谁负责": Chinese, "谁负责 payments-api 这个服务": Chinese,
		"is 周健 on call for the checkout service": English, "": English, "???": English, "支付": Chinese,
	} {
		if got := Of(text); got != want {
			t.Errorf("Of(%q) = %s, want %s", text, got, want)
		}
	}
}

func TestTimes(t *testing.T) {
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	for _, tt := range []struct{ got, want string }{
		{Age(English, -time.Hour), "just now"},
		{Age(English, 2*time.Minute), "2 min ago"},
		{Age(Chinese, 3*time.Hour), "3 小时前"},
		{Age(English, 50*time.Hour), "2 days ago"},
		{In(English, 30*time.Second), "in 1 min"},
		{In(Chinese, 2*time.Hour), "还有 2 小时"},
		{Moment(English, now.Add(3*time.Hour), now), "13:00"},
		{Moment(English, now.Add(50*time.Hour), now), "Wed 12:00"},
		{Moment(Chinese, now.Add(50*time.Hour), now), "周三 12:00"},
		{Moment(English, now.AddDate(0, 1, 0), now), "Wed 23 Dec 10:00"},
		{Date(Chinese, now, now), "11月23日 周一"},
		{Date(English, now.AddDate(1, 0, 0), now), "Tue 23 Nov 2027"},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}
