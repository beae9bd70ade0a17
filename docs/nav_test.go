package docs_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backchannel-portal/backchannel/docs"
)

// drawn is a navigation in lines: "title -> page" or "title ->> address", sections in brackets.
func drawn(s *docs.Site, items []docs.NavItem) string {
	var out []string
	for _, n := range items {
		switch {
		case n.Href != "":
			out = append(out, n.Title+" ->> "+n.Href)
		case n.Page >= 0:
			out = append(out, n.Title+" -> "+s.Pages[n.Page].Path)
		default:
			out = append(out, n.Title+" ["+drawn(s, n.Items)+"]")
		}
	}
	return strings.Join(out, ", ")
}

func TestNavigation(t *testing.T) {
	t.Parallel()
	mono := map[string]string{
		"mkdocs.yml":                  "site_name: All\nnav:\n  - index.md\n  - Cart: '!include ./services/cart/mkdocs.yml'\n  - '*include ./libs/*/mkdocs.yml'\n  - Web: https://a.example/\n  - Empty:\n  - Bad: 'mailto:x@a.example'\n",
		"docs/index.md":               "# All\n\n[merge](cart-service/merge.md) [lib](one/index.md)",
		"services/cart/mkdocs.yml":    "site_name: Cart Service\ndocs_dir: doc\nnav: [Start: index.md, Merging: merge.md]\n",
		"services/cart/doc/index.md":  "# Cart\n\n[up](../../../docs/index.md)",
		"services/cart/doc/merge.md":  "# Merge\n\n![p](img/p.png)",
		"services/cart/doc/img/p.png": "png",
		"libs/one/mkdocs.yml":         "site_name: one",
		"libs/one/docs/index.md":      "# One",
		"libs/one/docs/sub/page.md":   "# Sub",
		"libs/two/mkdocs.yml":         "site_name: two",
		"libs/two/docs/README.md":     "# Two",
	}
	for name, c := range map[string]struct {
		files map[string]string
		want  string
	}{
		"monorepo": {mono, "All -> , Cart [Start -> cart-service, Merging -> cart-service/merge], one [One -> one, Sub [Sub -> one/sub/page]], two [Two -> two], Web ->> https://a.example/"},
		"folders": {map[string]string{"docs/index.md": "# Home", "docs/b.md": "text", "docs/a-b/z.md": "# Z", "docs/a-b/index.md": "# AB"},
			"Home -> , B -> b, A b [AB -> a-b, Z -> a-b/z]"},
		"excluded": {map[string]string{"mkdocs.yml": "exclude_docs: |\n  draft*\n  !draft-ok.md\n  /private/\n", "docs/index.md": "# H", "docs/draft.md": "# D", "docs/draft-ok.md": "# OK", "docs/private/x.md": "# P", "docs/.hidden.md": "# h"},
			"H -> , OK -> draft-ok"},
		"unlisted": {map[string]string{"mkdocs.yml": "nav: {One: a.md, Deep: {Deeper: [b.md]}}", "docs/a.md": "# A", "docs/b.md": "# B", "docs/c.md": "# C"},
			"One -> a, Deep [Deeper [B -> b]]"},
	} {
		dir := t.TempDir()
		for file, text := range c.files {
			put(t, filepath.Join(dir, file), text)
		}
		site, err := docs.NewStatic(func() time.Time { return now }, 2).Read(t.Context(), dir, nil)
		if err != nil {
			t.Fatal(name, err)
		}
		if diff := cmp.Diff(c.want, drawn(site, site.Nav)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		for _, w := range site.Warnings {
			if strings.Contains(w.Message, "leads nowhere") {
				t.Errorf("%s: %s", name, w)
			}
		}
		for i := range site.Pages {
			p := &site.Pages[i]
			if after := site.After(p.Path); after != nil && p.Listed && site.Before(after.Path) != p {
				t.Errorf("%s: before what comes after %q is %+v", name, p.Path, site.Before(after.Path))
			}
		}
	}
}

// TestLinksAcross has links to the source of another entity's page, and out of the documentation.
func TestLinksAcross(t *testing.T) {
	t.Parallel()
	l, _ := company(t, map[string]string{
		"cart/docs/index.md": "# Cart\n\n[a](https://git.example/acme/pay/blob/main/docs/refund.md#rules) [b](https://git.example/acme/pay/tree/main/docs/nope.md) [c](../main.go) [d](/docs/default/component/pay) [e](../gone.go)",
		"cart/main.go":       "package main",
		"pay/docs/refund.md": "# Refunds",
		"pay/docs/index.md":  "# Pay",
	})
	cart, pay := component("cart", refKey, "dir:."), component("pay", refKey, "dir:.")
	load(t, l, cart, pay)
	body, err := l.HTML(cart.Ref, "", "/docs/default/component/cart/", "")
	for _, want := range []string{
		`href="/docs/default/component/pay/refund#rules"`, `href="https://git.example/acme/pay/tree/main/docs/nope.md"`,
		`href="https://git.example/acme/cart/blob/main/main.go"`, `href="/docs/default/component/pay"`, `<a data-broken="">e</a>`,
	} {
		if err != nil || !strings.Contains(string(body.HTML), want) {
			t.Errorf("no %s in %s, %v", want, body.HTML, err)
		}
	}
}

// TestIncremental counts what is read again.
func TestIncremental(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for n := range 5 {
		put(t, filepath.Join(dir, "docs", fmt.Sprintf("p%d.md", n)), fmt.Sprintf("# P%d\n\n[next](p%d.md#x)", n, n+1))
	}
	put(t, filepath.Join(dir, "docs/inc.md"), "## Shared")
	put(t, filepath.Join(dir, "docs/p4.md"), "# P4\n\n--8<-- \"inc.md\"")
	s := docs.NewStatic(func() time.Time { return now }, 1)
	read := func(old *docs.Site) *docs.Site {
		site, err := s.Read(t.Context(), dir, old)
		if err != nil {
			t.Fatal(err)
		}
		return site
	}
	first := read(nil)
	if read(first) != first {
		t.Error("nothing changed, but the site is another")
	}
	put(t, filepath.Join(dir, "docs/p1.md"), "# P1 is new\n\n## X")
	second := read(first)
	if second.Mark() == first.Mark() || second.Pages[second.Nav[2].Page].Title != "P1 is new" {
		t.Errorf("%s", drawn(second, second.Nav))
	}
	for _, w := range second.Warnings {
		if w.File == "docs/p0.md" {
			t.Errorf("the link to what is there now is still broken: %s", w)
		}
	}
	put(t, filepath.Join(dir, "docs/inc.md"), "## Shared anew")
	p, _ := read(second).Page("p4")
	if len(p.Sections) != 2 || p.Sections[1].Heading != "Shared anew" {
		t.Errorf("a changed snippet was not noticed: %+v", p.Sections)
	}
}

func TestPreview(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put(t, filepath.Join(dir, "docs/index.md"), "# Home\n\n![x](x.svg) [a](sub/a.md)")
	put(t, filepath.Join(dir, "docs/sub/a.md"), "# A")
	put(t, filepath.Join(dir, "docs/x.svg"), "<svg/>")
	put(t, filepath.Join(dir, "docs/x.sh"), "x")
	var clock atomic.Int64
	tick := func() time.Time { return now.Add(time.Duration(clock.Add(1)) * time.Second) }
	reports := 0
	p, err := docs.NewPreview(t.Context(), docs.NewStatic(tick, 1), dir, func(*docs.Site) { reports++ })
	if err != nil {
		t.Fatal(err)
	}
	get := func(path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		p.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		return w
	}
	for path, want := range map[string]int{"/": 200, "/sub/a/": 200, "/sub/a": 301, "/x.svg": 200, "/x.sh": 404, "/nope/": 404, "/../docs.go": 404, "/assets/backchannel.css": 200, "/assets/live.js": 200} {
		if w := get(path); w.Code != want {
			t.Errorf("%s: %d, want %d", path, w.Code, want)
		}
	}
	if w := get("/"); !strings.Contains(w.Header().Get("Content-Security-Policy"), "default-src 'self'") || !strings.Contains(w.Body.String(), `href="./sub/a/"`) {
		t.Errorf("%v %s", w.Header(), w.Body)
	}
	seen := get("/assets/live").Body.String()
	put(t, filepath.Join(dir, "docs/index.md"), "# Changed")
	if again := get("/assets/live?seen=" + seen).Body.String(); again == seen || again == "" {
		t.Errorf("a change is not told: %q", again)
	}
	if !strings.Contains(get("/").Body.String(), "Changed") || reports != 2 {
		t.Errorf("%d reports", reports)
	}
	if err := os.RemoveAll(filepath.Join(dir, "docs")); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(get("/").Body.String(), "Changed") {
		t.Error("the last good state is gone")
	}
	w := httptest.NewRecorder()
	p.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", nil))
	if w.Code != http.StatusMethodNotAllowed {
		t.Error(w.Code)
	}
	if _, err := docs.NewPreview(context.Background(), docs.NewStatic(tick, 1), t.TempDir(), func(*docs.Site) {}); err == nil {
		t.Error("an empty folder is shown")
	}
}
