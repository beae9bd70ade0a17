package web

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/catalog/search/searchtest"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// expect asks for a page and looks for what must and must not be on it.
func expect(t *testing.T, w *Web, path string, has, lacks []string) {
	t.Helper()
	rec := call(t, w, http.MethodGet, path, "")
	body := rec.Body.String()
	for _, s := range has {
		if !strings.Contains(body, s) {
			t.Errorf("%s (%d): no %s in\n%s", path, rec.Code, s, clipTest(body))
		}
	}
	for _, s := range lacks {
		if strings.Contains(body, s) {
			t.Errorf("%s: has %s", path, s)
		}
	}
}

func TestTeamsAndPeople(t *testing.T) {
	w := site(t)
	expect(t, w, "/catalog/default/group/checkout-crew", []string{
		"<h2>1 person</h2>", `href="/catalog/default/user/mei">Mei Lin</a> <a class="mail" href="mailto:mei@example.com"`, "<h2>Owns</h2>", "<b>1</b> Component", `href="/catalog?kind=api&amp;owner=group%3Adefault%2Fcheckout-crew"`,
		">Commerce</a>", "who is in checkout-crew?", "#checkout",
	}, []string{"This is me"})
	expect(t, w, "/catalog/default/group/commerce", []string{"<h2>Teams below</h2>", "<h2>1 person</h2>", `<span class="note">Checkout Crew</span>`, "Nothing in the catalog belongs here."}, nil)
	expect(t, w, "/catalog/default/user/mei", []string{"<h2>Teams</h2>", "This is me", `value="user:default/mei"`, "mei@example.com"}, nil)
}

// TestTrail: what a page is part of stands between its signs, with none behind the last.
func TestTrail(t *testing.T) {
	expect(t, site(t), "/catalog/default/component/checkout", []string{`>storefront</a></nav>`}, []string{`›</span> </nav>`, `›</span></nav>`})
}

func TestCards(t *testing.T) {
	say := func(text string) card.Message {
		return card.Message{Blocks: []card.Block{card.Text{Spans: []card.Span{card.T(text), {Kind: card.Link, Text: "x", URL: "javascript:alert(1)"}}}}}
	}
	source := func(title string, m card.Message, err error) CardSource {
		return CardSource{Title: title, Card: func(context.Context, search.View, *catalog.Entity, lang.Lang) (card.Message, error) { return m, err }}
	}
	w := site(t, func(c *Config) {
		c.Cards = []CardSource{source("Scores", say("100 <of> 100"), nil), source("Quiet", card.Message{}, nil), source("Broken", say("never"), errors.New("away"))}
	})
	expect(t, w, "/catalog/default/component/checkout", []string{"<h2>Scores</h2>", "100 &lt;of&gt; 100", "<h2>Broken</h2>", "could not be read just now"}, []string{"<h2>Quiet</h2>", "never", "javascript:"})
}

func TestProblemsSayWhere(t *testing.T) {
	expect(t, site(t), "/catalog/default/component/payments", []string{`id="problems"`, "group:default/ghosts", "1 data problem"}, nil)
	w := site(t, func(c *Config) {
		c.Worst = func(context.Context, search.View) []Cause {
			return []Cause{{Message: "group:ghosts is not in the catalog", Owner: searchtest.Ref("group:checkout-crew"), File: `C:\data\all.yaml`, Line: 7, Count: 12}, {Message: "b", File: "https://x.example/a.yaml"}}
		}
	})
	expect(t, w, "/", []string{"What is most wrong with the data", "group:ghosts is not in the catalog", "×12", "all.yaml:7", ">Checkout Crew</a>", `href="https://x.example/a.yaml"`}, nil)
}

func TestCausesAreKept(t *testing.T) {
	asked := 0
	w := site(t, func(c *Config) {
		c.Worst = func(context.Context, search.View) []Cause { asked++; return make([]Cause, 99) }
	})
	for range 3 {
		if n := len(w.worst(t.Context(), w.cfg.View())); n != homeCauses {
			t.Errorf("%d causes", n)
		}
	}
	if asked != 1 {
		t.Errorf("the data is judged %d times", asked)
	}
}

func TestTemplatesPage(t *testing.T) {
	expect(t, site(t), "/templates", []string{"The catalog has no templates."}, []string{`href="/templates"`})
	r := search.NewReader(catalog.Changes{Generation: 1, Full: true, Upserts: []*catalog.Entity{
		searchtest.Entity("template:go-service", searchtest.Title("Go service"), searchtest.Type("service"), searchtest.About("With <everything> set up"), searchtest.Tags("go"), searchtest.Owner("group:nobody")),
	}}, nil, search.Options{})
	t.Cleanup(func() { _ = r.Close() })
	w := site(t, func(c *Config) { c.View = func() search.View { return r.For(catalog.Viewer{}) } })
	expect(t, w, "/templates", []string{"Go service", "With &lt;everything&gt; set up", `value="new go-service"`, `href="/catalog?tag=go"`, `<span class="gone">group:nobody</span>`, `href="/templates" aria-current="page"`}, nil)
}

func TestDescriptor(t *testing.T) {
	for _, tt := range []struct{ json, want string }{
		{`{"kind":"Component","apiVersion":"backstage.io/v1alpha1","spec":{"type":"service"},"metadata":{"name":"a"}}`, "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: a\nspec:\n  type: service"},
		{`{"a":[],"b":{},"c":null,"d":true,"e":1.5,"f":"","g":"yes","h":"x: y","i":"- x","j":" x","k":"12"}`, "a: []\nb: {}\nc: null\nd: true\ne: 1.5\nf: \"\"\ng: \"yes\"\nh: \"x: y\"\ni: \"- x\"\nj: \" x\"\nk: \"12\""},
		{`{"a":[{"b":1,"c":[2,3]},"x",[4]]}`, "a:\n  - b: 1\n    c:\n      - 2\n      - 3\n  - x\n  - - 4"},
		{`{"text":"one\n\ntwo\n","cut":"one\ntwo","odd":" one\ntwo","名称":"值"}`, "text: |\n  one\n\n  two\ncut: |-\n  one\n  two\nodd: \" one\\ntwo\"\n名称: 值"},
		{`nonsense: [`, "nonsense: ["},
	} {
		got := asYAML([]byte(tt.json))
		if got != tt.want {
			t.Errorf("%s is shown as\n%s\nwant\n%s", tt.json, got, tt.want)
		}
		if strings.HasPrefix(tt.json, "{") { // what is shown means the same
			a, err1 := yamldoc.Parse([]byte(tt.json), yamldoc.DefaultLimits())
			b, err2 := yamldoc.Parse([]byte(got), yamldoc.DefaultLimits())
			if err1 != nil || err2 != nil {
				t.Fatal(err1, err2)
			}
			x, y := parts(a), parts(b)
			if x != y {
				t.Errorf("%s reads back as %s", x, y)
			}
		}
	}
	expect(t, site(t), "/catalog/default/component/checkout/descriptor", []string{"<h1>", `href="/api/catalog/entities/by-name/component/default/checkout"`}, nil)
	expect(t, site(t), "/catalog/default/component/nope/descriptor", []string{"Not found"}, nil)
}

// parts writes a value with its fields in order, so that two can be compared.
func parts(n *yamldoc.Node) string {
	out := n.Kind.String() + " " + n.Text
	for _, i := range n.Items {
		out += "[" + parts(i) + "]"
	}
	seen := map[string]string{}
	var keys []string
	for _, f := range n.Fields {
		seen[f.Key] = parts(f.Value)
		keys = append(keys, f.Key)
	}
	slices.Sort(keys)
	for _, k := range keys {
		out += "{" + k + "=" + seen[k] + "}"
	}
	return out
}

func TestHighlight(t *testing.T) {
	for _, tt := range []struct{ text, query, want string }{
		{"Rolling back a deploy", "roll back", "[Rolling] [back] a deploy"},
		{"Rollback, scroll, ROLL", "rolls", "[Rollback], scroll, [ROLL]"},
		{"如何回滚部署", "回滚", "如何[回滚]部署"},
		{"the end of the line", "the end", "the [end] of the line"},
		{"naïve café", "CAFÉ", "naïve [café]"},
		{"a<b>c", "b c", "a<[b]>[c]"},
		{"x\xffy", "y", "x\xff[y]"},
		{"", "x", ""},
		{"nothing", "", "nothing"},
	} {
		got := ""
		for _, p := range highlight(tt.text, words(tt.query)) {
			if p.Mark {
				got += "[" + p.Text + "]"
			} else {
				got += p.Text
			}
		}
		if got != tt.want {
			t.Errorf("%q in %q: %q, want %q", tt.query, tt.text, got, tt.want)
		}
	}
}

func FuzzHighlight(f *testing.F) {
	f.Add("Rolling back 回滚", "roll 回")
	f.Add("\xff\xfeİi", "i̇")
	f.Fuzz(func(t *testing.T, text, query string) {
		got := ""
		for _, p := range highlight(text, words(query)) {
			got += p.Text
		}
		if got != text {
			t.Errorf("%q became %q", text, got)
		}
	})
}

func FuzzDescriptor(f *testing.F) {
	f.Add(`{"kind":"x","metadata":{"a":[{"b":"\n"}]}}`)
	f.Add(`["\t","a\nb",{"":"\u0000"}]`)
	f.Fuzz(func(t *testing.T, text string) { asYAML([]byte(text)) })
}
