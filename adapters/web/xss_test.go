//go:build browser

package web

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/catalog/search/searchtest"
	"github.com/backchannel-portal/backchannel/docs"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/internal/scm"
	"github.com/backchannel-portal/backchannel/plugins"
)

// vectors are ways to run a script.
func vectors(t *testing.T) []string {
	t.Helper()
	raw, err := os.ReadFile("testdata/xss.txt")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for line := range strings.Lines(string(raw)) {
		if line = strings.TrimSuffix(line, "\n"); !strings.HasPrefix(line, "# Ways") {
			out = append(out, strings.ReplaceAll(line, `\n`, "\n"))
		}
	}
	if len(out) < 100 {
		t.Fatalf("only %d vectors", len(out))
	}
	return out
}

// listen is run before any page: whatever calls XSS is counted.
const listen = `window.hits = 0; window.XSS = () => { window.hits++; }; window.alert = window.confirm = window.prompt = window.XSS;`

// inert looks at everything on the page for what could run a script, and returns what it finds. It presses and points
// at what a reader would press and point at.
const inert = `(async () => {
  const found = [];
  const say = (el, why) => found.push(why + ": " + el.outerHTML.slice(0, 200));
  const bad = /^[\s\x00-\x20]*(javascript|vbscript|data:(?!image\/(png|gif|jpeg|webp)))/i;
  const ours = (s) => new URL(s.src).pathname.startsWith("/static/");
  for (const el of document.querySelectorAll("*")) {
    const tag = el.tagName.toLowerCase();
    if (["iframe", "frame", "object", "embed", "applet", "base", "style", "foreignobject", "animate", "set", "template", "dialog"].includes(tag)) say(el, "element");
    if (tag === "script" && !(el.src && ours(el))) say(el, "script");
    if (tag === "meta" && el.httpEquiv) say(el, "meta");
    if (tag === "link" && new URL(el.href).origin !== location.origin) say(el, "link");
    if (tag === "form" && new URL(el.getAttribute("action"), location.href).origin !== location.origin) say(el, "form");
    for (const a of el.attributes) {
      if (/^on/i.test(a.name) || a.name === "style" || a.name === "srcdoc" || a.name === "ping") say(el, "attribute " + a.name);
      if (["href", "src", "xlink:href", "action", "formaction", "poster", "background", "data", "srcset"].includes(a.name) && bad.test(a.value)) say(el, "address");
    }
    if (tag !== "a" && tag !== "button" && tag !== "form") {
      el.dispatchEvent(new MouseEvent("mouseover", { bubbles: true }));
      el.dispatchEvent(new Event("toggle"));
    }
  }
  if (document.querySelectorAll("#bc-main").length !== 1) found.push("the id of the page's own part is taken");
  await new Promise((done) => setTimeout(done, 5));
  if (window.hits) found.push("XSS was called " + window.hits + " times");
  return found;
})()`

type hostileRadar struct {
	plugins.None
	titles []string
}

func (r hostileRadar) Shape(context.Context) (plugins.RadarShape, error) {
	return plugins.RadarShape{Source: r.titles[0], Rings: []plugins.RadarName{{ID: "a", Name: r.titles[1]}}, Quadrants: []plugins.RadarName{{ID: "q", Name: r.titles[2]}}}, nil
}

func (r hostileRadar) List(context.Context, plugins.RadarFilter) ([]plugins.RadarEntry, error) {
	var out []plugins.RadarEntry
	for _, v := range r.titles {
		out = append(out, plugins.RadarEntry{ID: v, Title: v, Description: v, URL: v, Links: []plugins.RadarLink{{URL: v, Title: v}}, Ring: plugins.RadarName{ID: "a"}, Quadrant: plugins.RadarName{ID: "q"}})
	}
	return out, nil
}

// hostileCard has a vector wherever a plugin can put text or an address.
func hostileCard(v string) card.Message {
	spans := []card.Span{card.T(v), card.S(v), {Kind: card.Mono, Text: v}, {Kind: card.Link, Text: v, URL: v}, {Kind: card.Entity, Text: v, URL: v, Ref: v}, {Kind: card.Person, Text: v, Ref: v}}
	return card.Message{Blocks: []card.Block{
		card.Text{Spans: spans}, card.Note{Spans: spans}, card.Fields{Items: []card.Field{{Label: v, Value: spans}}}, card.List{Items: [][]card.Span{spans}, More: 3, MoreURL: v},
		card.Table{Caption: v, Columns: []card.Column{{Title: v}}, Rows: [][][]card.Span{{spans}}}, card.Code{Text: v}, card.Image{URL: v, Alt: v, Title: v},
		card.Chart{Kind: card.ChartBar, Title: v, Points: []card.Point{{Label: v, Value: 1}}}, card.Progress{Label: v, Total: 2, Done: 1},
		card.Actions{Items: []card.Action{{Label: v, URL: v}, {Label: v, Confirm: v, Intent: card.Intent{Name: "x"}}}},
	}}
}

// hostileSite has an entity for each vector, with the vector in all its fields, on a page of its documentation, in a
// card, and in the radar.
func hostileSite(t *testing.T, all []string) *Web {
	dir := t.TempDir()
	put := func(name, text string) {
		path := filepath.Join(dir, "hostile", filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	nav := "site_name: " + fmt.Sprintf("%q", all[0]) + "\nmarkdown_extensions: [admonition, attr_list, md_in_html, footnotes, abbr, def_list, pymdownx.superfences, pymdownx.tabbed, pymdownx.snippets, pymdownx.arithmatex, pymdownx.magiclink]\nnav:\n  - index.md\n"
	put("docs/index.md", "# Hostile\n")
	documented := searchtest.Entity("component:site", searchtest.Title("Site"))
	documented.Annotations = []catalog.Pair{{Key: "backstage.io/source-location", Value: "url:https://git.example.com/acme/hostile/tree/main/"}, {Key: "backstage.io/techdocs-ref", Value: "dir:."}}
	entities := []*catalog.Entity{documented}
	for i, v := range all {
		put(fmt.Sprintf("docs/v%03d.md", i), v+"\n")
		nav += fmt.Sprintf("  - %q: v%03d.md\n", strings.ReplaceAll(v, "\n", " "), i)
		e := searchtest.Entity(fmt.Sprintf("component:v%03d", i), searchtest.Title(v), searchtest.About(v), searchtest.Type(v), searchtest.Lifecycle(v), searchtest.Tags(v), searchtest.Owner("group:default/crew"), searchtest.Rel("dependsOn", "component:site"))
		e.Links = []catalog.Link{{URL: v, Title: v}, {URL: "https://a.example/" + v, Title: v}}
		e.Annotations = []catalog.Pair{{Key: "github.com/project-slug", Value: v}, {Key: "backstage.io/source-location", Value: "url:" + v}}
		e.Source.Location = v
		e.Problems = []catalog.Problem{{Code: "x", Field: v, Message: v}}
		entities = append(entities, e)
	}
	put("mkdocs.yml", nav)
	trees, err := scm.New([]scm.Mirror{{URL: "https://git.example.com/acme/", Dir: dir}}, dir)
	if err != nil {
		t.Fatal(err)
	}
	library := docs.NewLibrary(trees, noon)
	var sections []search.Doc
	if err := library.Load(t.Context(), entities, func(_ catalog.Ref, d []search.Doc) { sections = append(sections, d...) }); err != nil {
		t.Fatal(err)
	}
	reader := search.NewReader(catalog.Changes{Generation: 1, Full: true, Upserts: entities}, sections, search.Options{})
	t.Cleanup(func() { _ = reader.Close() })
	return site(t, func(c *Config) {
		c.BaseURL, c.Docs = "", library
		c.View = func() search.View { return reader.For(catalog.Viewer{}) }
		c.Plugins = plugins.Capabilities{Radar: hostileRadar{titles: all}}
		c.Worst = func(context.Context, search.View) []Cause { return []Cause{{Message: all[0], File: all[3], Count: 2}} }
		c.Cards = []CardSource{{Title: all[0], Card: func(_ context.Context, _ search.View, e *catalog.Entity, _ lang.Lang) (card.Message, error) {
			return hostileCard(e.Title), nil
		}}}
	})
}

// TestNothingRuns visits every page that shows a vector, without the policy that would stop a script: what is on the
// page itself must be harmless. A second round keeps the policy and sees that nothing even tries.
func TestNothingRuns(t *testing.T) {
	all := vectors(t)
	s := httptest.NewServer(hostileSite(t, all).Handler())
	t.Cleanup(s.Close)
	paths := []string{"/", "/catalog", "/catalog?page=2", "/catalog?page=3", "/catalog?page=4", "/radar", "/templates", "/docs/default/component/site", "/catalog/default/component/site"}
	for i, v := range all {
		paths = append(paths, fmt.Sprintf("/docs/default/component/site/v%03d", i)) // each has a parser of its own to fool
		if i%4 == 0 {
			paths = append(paths, fmt.Sprintf("/catalog/default/component/v%03d", i))
		}
		if i%12 == 0 {
			paths = append(paths, "/search?q="+escapePath(v), fmt.Sprintf("/catalog/default/component/v%03d/descriptor", i), "/catalog?tag="+escapePath(v))
		}
	}
	for _, bypass := range []bool{true, false} {
		p := open(t)
		if _, err := chromedp.Call(p.ctx, cdppage.SetBypassCSP, cdppage.SetBypassCSPParams{Enabled: bypass}); err != nil {
			t.Fatal(err)
		}
		p.control()
		if _, err := chromedp.Call(p.ctx, cdppage.AddScriptToEvaluateOnNewDocument, cdppage.AddScriptToEvaluateOnNewDocumentParams{Source: listen}); err != nil {
			t.Fatal(err)
		}
		round := paths
		if !bypass {
			round = paths[:40]
		}
		for _, path := range round {
			p.visit(s.URL + path)
		}
		p.do(chromedp.Navigate(s.URL + "/chat"))
		for i := range 24 {
			p.ask(strings.ReplaceAll(all[i*len(all)/24], "\n", " "))
			p.answers(i + 1)
		}
		p.harmless("the chat")
		p.do(chromedp.Navigate(s.URL + "/chat")) // what was kept comes back
		p.harmless("the chat as it was kept")
	}
	t.Logf("%d vectors on %d pages", len(all), len(paths))
}

// control makes sure that what is looked for would be found.
func (p tab) control() {
	p.Helper()
	const page = `data:text/html,<main id=bc-main></main><main id=bc-main></main><a href="javascript:0">x</a><p onclick="0">x</p><iframe></iframe><script>window.hits=1</script>`
	p.do(chromedp.Navigate(page))
	found := get(p, chromedp.Evaluate[[]string](inert, chromedp.EvalAwaitPromise))
	if len(found) != 6 {
		p.Fatalf("of six harmful things %q were found", found)
	}
}

// visit looks at a page, which must show what it is about.
func (p tab) visit(address string) {
	p.Helper()
	p.do(chromedp.Navigate(address))
	for part, css := range map[string]string{"/docs/": ".text .doc", "/catalog/": ".title h1", "/radar": ".radar .blip", "/search": ".bigfind"} {
		if strings.Contains(address, part) && !get(p, chromedp.Evaluate[bool](`!!document.querySelector("`+css+`")`)) {
			p.Errorf("%s has no %s", address, css)
		}
	}
	p.harmless(address)
}

func (p tab) harmless(what string) {
	p.Helper()
	ctx, stop := context.WithTimeout(p.ctx, patience)
	defer stop()
	found, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](inert, chromedp.EvalAwaitPromise))
	if err != nil {
		p.Fatalf("%s: %v", what, err)
	}
	for _, f := range found {
		p.Errorf("%s: %s", what, f)
	}
}
