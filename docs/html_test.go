package docs_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/docs"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

const base = "/docs/default/component/site/"

func render(t *testing.T, markdown string) string {
	t.Helper()
	l, _ := company(t, map[string]string{
		"site/docs/index.md": "# Home", "site/docs/guide/page.md": markdown, "site/docs/guide/other.md": "# Other", "site/docs/guide/index.md": "# Guide",
		"site/docs/img/a b.png": "png", "site/docs/img/x.svg": "<svg/>", "site/docs/img/run.exe": "MZ", "site/docs/img/.hidden.png": "x", "site/secret.png": "s",
	})
	e := component("site", refKey, "dir:.")
	load(t, l, e)
	out, err := l.HTML(e.Ref, "guide/page", base, "")
	if err != nil {
		t.Fatal(err)
	}
	return string(out.HTML)
}

func TestLinks(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"[x](other.md)":                                `href="` + base + `guide/other"`,
		"[x](other.md#a-b)":                            `href="` + base + `guide/other#a-b"`,
		"[x](../index.md)":                             `href="` + base + `"`,
		"[x](index.md)":                                `href="` + base + `guide"`,
		"[x](../other/)":                               `href="` + base + `guide/other"`,
		"[x](#here)":                                   `href="#here"`,
		"[x](gone.md)":                                 `<a data-broken="">x</a>`,
		"[x](../../secret.png)":                        `<a href="https://git.example/acme/site/blob/main/secret.png">x</a>`,
		"[x](/catalog)":                                `href="/catalog"`,
		"[x](https://a.example/?q=1)":                  `href="https://a.example/?q=1" rel="nofollow noreferrer"`,
		"[x](mailto:a@b.example)":                      `href="mailto:a@b.example"`,
		"[x](javascript:alert(1))":                     `x`,
		"[x](data:text/html;base64,eA==)":              `x`,
		"![x](<../img/a b.png>)":                       `src="` + base + `img/a%20b.png"`,
		"![x](../img/x.svg)":                           `src="` + base + `img/x.svg"`,
		"![x](../img/run.exe)":                         `<img data-broken="" alt="x" loading="lazy">`,
		"![x](../img/.hidden.png)":                     `<img data-broken="" alt="x" loading="lazy">`,
		"![x](/etc/passwd.png)":                        `<img data-broken="" alt="x" loading="lazy">`,
		"![x](http://a.example/p.png)":                 `<img data-broken="" alt="x" loading="lazy">`,
		"![x](https://a.example/p.png)":                `src="https://a.example/p.png"`,
		`<img src="../img/x.svg" width=20 onload=x()>`: `<img src="` + base + `img/x.svg" width="20" loading="lazy">`,
	} {
		if got := render(t, in); !strings.Contains(got, want) {
			t.Errorf("%s\n got %s\nwant %s", in, got, want)
		}
	}
}

// TestHostileHTML gives what must never reach a browser.
func TestHostileHTML(t *testing.T) {
	t.Parallel()
	for _, in := range []string{
		"<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<a href=\"jAvAsCrIpT:alert(1)\">x</a>", "<a href='&#106;avascript:alert(1)'>x</a>",
		"<iframe src=https://a.example></iframe>", "<style>*{}</style>", "<div style='background:url(x)'>x</div>", "<form action=/x><button>x</button></form>",
		"<svg><script>alert(1)</script></svg>", "<math><mi xlink:href='javascript:alert(1)'>x</mi></math>", "<base href=//evil>", "<meta http-equiv=refresh content=0>",
		"# x {onclick=alert(1)}", "# x {style=\"x\"}", "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">", "<object data=x></object>", "<a href=vbscript:x>x</a>",
		"<input type=text onfocus=alert(1) autofocus>", "```\"onload=x\nx\n```", "<!--><img src=x onerror=alert(1)>-->", "<p id=\"a b<\">x</p>", "[x](<javascript:alert(1)>)",
	} {
		if got := render(t, in); hostile.MatchString(got) {
			t.Errorf("%s\ngives %s", in, got)
		}
	}
}

var hostile = regexp.MustCompile(`(?i)<(script|iframe|style|form|svg|math|base|meta|object|button|link|embed)|<[^>]*\s(on\w+|style|xlink:href)\s*=|(href|src)="?\s*(javascript|vbscript|data):`)

func TestLinksOfTheREADME(t *testing.T) {
	t.Parallel()
	l, _ := company(t, map[string]string{"site/README.md": "[a](docs/guide.md) [b](guide.md) [c](docs/x.png)", "site/docs/guide.md": "# Guide", "site/docs/x.png": "png"})
	e := component("site", refKey, "dir:.")
	load(t, l, e)
	got, err := l.HTML(e.Ref, "", base, "")
	for _, want := range []string{base + `guide">a<`, base + `guide">b<`, base + `x.png"`} {
		if err != nil || !strings.Contains(string(got.HTML), want) {
			t.Errorf("no %s in %s, %v", want, got.HTML, err)
		}
	}
}

func TestHTMLOfNothing(t *testing.T) {
	t.Parallel()
	l, _ := company(t, map[string]string{"site/docs/index.md": "# Home"})
	e := component("site", refKey, "dir:.")
	if _, err := l.HTML(e.Ref, "", base, ""); !fault.Is(err, fault.NotFound) {
		t.Errorf("before Load: %v", err)
	}
	load(t, l, e)
	if _, err := l.HTML(e.Ref, "nope", base, ""); !fault.Is(err, fault.NotFound) {
		t.Errorf("no such page: %v", err)
	}
}

func TestAsset(t *testing.T) {
	t.Parallel()
	l, _ := company(t, map[string]string{
		"site/docs/index.md": "# Home", "site/docs/img/a.PNG": "png", "site/docs/x.svg": "<svg/>", "site/docs/.env": "x", "site/docs/.git/a.png": "x",
		"site/docs/run.sh": "x", "site/docs/page.html": "x", "site/secret.txt": "x", "site/docs/big.txt": strings.Repeat("x", docs.MaxAsset+1), "site/docs/api.yaml": "a: 1",
	})
	e := component("site", refKey, "dir:.")
	load(t, l, e)
	for name, media := range map[string]string{"img/a.PNG": "image/png", "x.svg": "image/svg+xml", "api.yaml": "text/plain; charset=utf-8"} {
		a, err := l.Asset(t.Context(), e.Ref, name)
		if err != nil || a.Type != media || len(a.Data) == 0 || !strings.Contains(a.Policy, "sandbox") {
			t.Errorf("%s: %+v, %v", name, a, err)
		}
	}
	for _, name := range []string{"", ".", "gone.png", ".env", ".git/a.png", "run.sh", "page.html", "../secret.txt", "img/../../secret.txt", "/x.svg", "index.md", "img"} {
		if _, err := l.Asset(t.Context(), e.Ref, name); !fault.Is(err, fault.NotFound) {
			t.Errorf("%q: %v", name, err)
		}
	}
	if _, err := l.Asset(t.Context(), e.Ref, "big.txt"); !fault.Is(err, fault.Invalid) {
		t.Errorf("big: %v", err)
	}
	if _, err := l.Asset(t.Context(), component("other").Ref, "x.svg"); !fault.Is(err, fault.NotFound) {
		t.Errorf("no documentation: %v", err)
	}
}
