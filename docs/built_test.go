package docs_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backchannel-portal/backchannel/docs"
	"github.com/backchannel-portal/backchannel/internal/scm"
)

// TestBuiltSite builds a site and reads what was built, as a portal does that only reads TechDocs' storage.
func TestBuiltSite(t *testing.T) {
	t.Parallel()
	l, dir := company(t, map[string]string{
		"src/mkdocs.yml":          "site_name: Cart\nsite_description: Keeps items.\nnav: [index.md, {Guides: [{Merging: guide/merge.md}]}]",
		"src/docs/index.md":       "# Cart\n\nSee [merging](guide/merge.md#rules) ![x](img/a.png).\n\n## Run it\n\n```go\nfunc main() {}\n```",
		"src/docs/guide/merge.md": "# Merging\n\n!!! note\n    Look out.\n\n## Rules\n\nThe newest wins. [Back](../index.md)",
		"src/docs/img/a.png":      "png",
	})
	static := docs.NewStatic(func() time.Time { return now }, 2)
	src := filepath.Join(dir, "src")
	site, err := static.Read(t.Context(), src, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := static.Write(t.Context(), site, src, filepath.Join(dir, "cart")); err != nil {
		t.Fatal(err)
	}
	e := component("cart", refKey, "dir:.")
	load(t, l, e)
	got, ok := l.Site(e.Ref)
	if !ok {
		t.Fatal(l.Problems())
	}
	var sections []string
	for _, p := range got.Pages {
		for _, s := range p.Sections {
			sections = append(sections, p.Path+"#"+s.Anchor+" "+s.Heading+": "+s.Text)
		}
	}
	want := []string{"# Cart: See merging .", "#run-it Run it: func main() {}", "guide/merge# Merging: Note\nLook out.", "guide/merge#rules Rules: The newest wins. Back"}
	if diff := cmp.Diff(want, sections); diff != "" {
		t.Error(diff)
	}
	if got.Title != "Cart" || got.About != "Keeps items." || len(l.Problems()) != 0 {
		t.Errorf("%q %q %v", got.Title, got.About, l.Problems())
	}
	body, err := l.HTML(e.Ref, "", "/docs/default/component/cart/", "")
	for _, part := range []string{`href="/docs/default/component/cart/guide/merge#rules"`, `src="/docs/default/component/cart/img/a.png"`, `<h2 id="run-it">`, `<span class="kd">func</span>`} {
		if err != nil || !strings.Contains(string(body.HTML), part) {
			t.Errorf("no %s in %s, %v", part, body.HTML, err)
		}
	}
	if a, err := l.Asset(context.Background(), e.Ref, "img/a.png"); err != nil || string(a.Data) != "png" {
		t.Errorf("%+v, %v", a, err)
	}
}

// TestPublished finds a site in TechDocs' storage before the source of it.
func TestPublished(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put(t, filepath.Join(dir, "store/default/component/cart/techdocs_metadata.json"), `{"site_name": "Published"}`)
	put(t, filepath.Join(dir, "store/default/component/cart/index.html"), "<article><h1>Published</h1></article>")
	put(t, filepath.Join(dir, "acme/cart/docs/index.md"), "# Source")
	put(t, filepath.Join(dir, "acme/pay/docs/index.md"), "# Pay")
	trees, err := scm.New([]scm.Mirror{{URL: "https://git.example/acme/", Dir: "acme"}}, dir)
	if err != nil {
		t.Fatal(err)
	}
	l := docs.NewLibrary(trees, func() time.Time { return now }, docs.WithPublished("dir:"+dir+"/store"))
	cart, pay := component("cart", refKey, "dir:."), component("pay", refKey, "dir:.")
	load(t, l, cart, pay)
	for ref, want := range map[string]string{"cart": "Published", "pay": "Pay"} {
		if p, ok := l.Page(component(ref).Ref, ""); !ok || p.Title != want {
			t.Errorf("%s: %+v, want %s: %v", ref, p, want, l.Problems())
		}
	}
}

// TestMaterialSite reads a page as mkdocs-material writes it.
func TestMaterialSite(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("testdata/material.html")
	if err != nil {
		t.Fatal(err)
	}
	l, _ := company(t, map[string]string{
		"cart/techdocs_metadata.json": `{"site_name": "Cart", "site_description": "None", "files": []}`,
		"cart/index.html":             string(page), "cart/guide/index.html": string(page), "cart/assets/evil.html": "<script>x</script>",
	})
	e := component("cart", refKey, "dir:.")
	load(t, l, e)
	site, ok := l.Site(e.Ref)
	if !ok || len(site.Pages) != 2 {
		t.Fatal(l.Problems())
	}
	if len(site.Nav) != 2 || site.Nav[1].Title != "Guides" || len(site.Nav[1].Items) != 1 || site.Nav[1].Items[0].Page != 1 {
		t.Errorf("%+v", site.Nav)
	}
	body, err := l.HTML(e.Ref, "", base, "")
	if err != nil || hostile.Match(body.HTML) || strings.Contains(string(body.HTML), "¶") || !strings.Contains(string(body.HTML), `<h2 id="merging">Merging</h2>`) {
		t.Errorf("%s, %v", body.HTML, err)
	}
}

// TestDiagramsOfABuiltSite: a diagram in Mermaid is the figure that pages draw, however the site was built, and its
// source is found.
func TestDiagramsOfABuiltSite(t *testing.T) {
	t.Parallel()
	const figure = `<figure class="diagram mermaid"><figcaption>%s</figcaption><pre tabindex="0"><code>%s` + "\n</code></pre></figure>"
	const source = "graph TD\n  A[\"a &lt;b&gt;\"] --&gt; B"
	for name, tt := range map[string]struct{ html, title, source string }{
		"superfences":  {`<pre class="mermaid"><code>` + source + `</code></pre>`, "Mermaid", source},
		"a div":        {`<div class="mermaid">` + "\n" + source + "\n</div>", "Mermaid", source},
		"highlighted":  {`<div class="language-mermaid highlight"><span class="filename">The way</span><pre><span></span><code><span class="n">graph TD</span>` + "\n" + `  A["a &lt;b&gt;"] --&gt; B</code></pre></div>`, "The way", source},
		"plain code":   {`<pre><code class="language-mermaid">` + source + `</code></pre>`, "Mermaid", source},
		"as we write":  {`<figure class="diagram mermaid"><figcaption>Mermaid: The way</figcaption><pre tabindex="0"><code>` + source + "\n</code></pre></figure>", "Mermaid: The way", source},
		"broken lines": {`<div class="mermaid">graph TD; A[one<br>two<br/>three]</div>`, "Mermaid", "graph TD; A[one&lt;br/&gt;two&lt;br/&gt;three]"},
		"hostile":      {`<pre class="mermaid"><code>A<script>x</script><img src=x onerror=y></code></pre>`, "Mermaid", "A"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, _ := company(t, map[string]string{
				"cart/techdocs_metadata.json": `{"site_name": "Cart"}`, "cart/index.html": "<article><h1>Cart</h1><p>before</p>" + tt.html + "<p>after</p></article>",
			})
			e := component("cart", refKey, "dir:.")
			load(t, l, e)
			body, err := l.HTML(e.Ref, "", base, "")
			want := strings.ReplaceAll(fmt.Sprintf(figure, tt.title, tt.source), `"a `, `&#34;a `)
			want = strings.ReplaceAll(want, `&gt;"]`, `&gt;&#34;]`)
			got := strings.ReplaceAll(strings.ReplaceAll(string(body.HTML), "&quot;", "&#34;"), `"a &lt;b&gt;"`, "&#34;a &lt;b&gt;&#34;")
			if err != nil || !strings.Contains(got, want) || hostile.MatchString(got) {
				t.Errorf("%v\n%s\nwithout\n%s", err, got, want)
			}
			site, _ := l.Site(e.Ref)
			if text := site.Pages[0].Sections[0].Text; !strings.Contains(text, "before") || !strings.Contains(text, "after") || tt.source == source && !strings.Contains(text, "graph TD\n  A") {
				t.Errorf("found is %q", text)
			}
		})
	}
}
