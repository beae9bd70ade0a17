package markdown

import (
	"strings"
	"testing"
)

// TestSyntax has a page and what its body must hold, parts separated by "|||".
func TestSyntax(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"==a== ^^b^^ ~~c~~ H~2~O x^2^":                                      `<mark>a</mark>|||<ins>b</ins>|||<del>c</del>|||H<sub>2</sub>O|||x<sup>2</sup>`,
		"~5 of ~10, 2^8 or 3^":                                              `~5 of ~10, 2^8 or 3^`,
		"{++new++}{--old--}{~~a~>b~~}{==m==}{>>why<<}":                      `<ins>new</ins><del>old</del><del>a</del><ins>b</ins><mark>m</mark><span class="critic comment">why</span>`,
		":rocket: :material-check: :octicons-x-24: :no_no:":                 `title="rocket">🚀</span>|||✓|||✗|||:no_no:`,
		":fontawesome-brands-x:":                                            `<span class="icon" title="fontawesome-brands-x"></span>`,
		"(c) (tm) --> <-- <--> +/- =/= 1/2 c/o 1/20":                        `© ™ → ← ↔ ± ≠ ½ ℅ 1/20`,
		"`#!go func f()` `:::sh ls`":                                        `<code class="highlight">func f()</code>|||<code class="highlight">ls</code>`,
		"*[API]: An interface\n\nThe API and APIs":                          `The <abbr title="An interface">API</abbr> and APIs`,
		"# T {: #own .x }\n\n## U {#bc-menu}":                               `<h1 id="own">|||<h2 id="doc-bc-menu">`,
		"#Close\n#5: five":                                                  `<h1 id="close">Close|||<h1 id="5-five">5: five`,
		"text\n{: #p .center }":                                             `<p id="doc-p" class="center">text</p>`,
		"[a](b.md){ .md-button .evil onclick=x title=y }":                   `<a href="b.md" class="md-button">a</a>`,
		"![p](x.png){ width=30 align=left style=x }":                        `<img src="x.png" alt="p" loading="lazy" width="30" align="left">`,
		"**b**{ #here }":                                                    `<strong id="doc-here">b</strong>`,
		"- item {: .center }":                                               `<li class="center">item`,
		"a { b } {c}":                                                       `a { b } {c}`,
		"!!! tip inline end \"*T* `c`\"\n    x\ny":                          `<div class="admonition tip inline end">|||<em>T</em> <code>c</code></p>|||<p>x</p>` + "\n</div>\n<p>y</p>",
		"!!! note \"\"\n    x":                                              `<div class="admonition note">` + "\n<p>x</p>",
		"!!! tip \"[a b] and [c][d]\"\n    x\n\n[a b]: x.md\n[d]: y.md":     `admonition-title"><a href="x.md">a b</a> and <a href="y.md">c</a></p>`,
		"???+ bug\n    x":                                                   `<details class="bug" open><summary>Bug</summary>`,
		"!!! bad title here\" x":                                            `!!! bad title`,
		"> [!CAUTION]\n> Hot":                                               `<div class="admonition danger">|||>Caution</p>|||<p>Hot</p>`,
		"> [!TIP] My *own*\n>\n> - a":                                       `>My <em>own</em></p>|||<li>a`,
		"=== \"A\"\n    a\n\n===+ \"B\"\n    b\n\n===! \"C\"\n    c":        `name="bc-tabs-1" id="bc-tabs-1-2" checked>|||<label for="bc-tabs-1-2">B</label></div>|||name="bc-tabs-2" id="bc-tabs-2-1" checked>`,
		"1. a\n  - b\n2. c":                                                 "<ol>\n<li>a\n<ul>\n<li>b</li>\n</ul>\n</li>\n<li>c</li>\n</ol>",
		"- a\n    - b\n        - c":                                         "<li>a\n<ul>\n<li>b\n<ul>\n<li>c</li>",
		"- a\n  - b\n    - c":                                               "<li>a\n<ul>\n<li>b\n<ul>\n<li>c</li>",
		"- a\n    - b\n  - c":                                               "<ul>\n<li>a\n<ul>\n<li>b</li>\n<li>c</li>\n</ul>\n</li>\n</ul>",
		"10. a\n\n    b\n\n        code":                                    "<p>b</p>\n|||<pre tabindex=\"0\"><code>code\n",
		"- a\n\n        code":                                               "<pre tabindex=\"0\"><code>code\n",
		"- [x] a\n- [ ] b":                                                  `<li class="task-list-item"><label><input type="checkbox" disabled checked> a</label>`,
		"```go title=\"a.go\" hl_lines=\"2-3 5\" linenums=\"7\"\nx\n```":    `<div class="highlight linenums"><span class="filename">a.go</span>`,
		"``` { .py .extra title=b }\nx\n```":                                `<span class="filename">b</span>|||class="language-py"`,
		"```mermaid\ngraph\n```":                                            `<figure class="diagram mermaid"><figcaption>Mermaid</figcaption>`,
		"```plantuml\n@startuml\n```":                                       `<figcaption>PlantUML</figcaption>`,
		"```dot\ndigraph\n```":                                              `<figcaption>Graphviz</figcaption>`,
		"```math\nx^2\n```":                                                 `<math display="block">`,
		"$a$ costs $5 or $6, \\(b\\)":                                       `<mi>a</mi>|||costs $5 or $6, |||<mi>b</mi>`,
		"$$\na + b\n$$":                                                     `<math display="block">`,
		"a[^n] b[^n]\n\n[^n]: The note.":                                    `<sup id="fnref:n">|||<sup id="fnref2:n">|||<li id="fn:n">`,
		"<div class=\"grid cards evil\" markdown>\n\n- **a**\n\n</div>":     `<div class="grid cards">|||<strong>a</strong>`,
		"<div markdown>\ntext\n</div>\nafter":                               "<p>text</p>\n</div>\n<p>after</p>",
		"<div markdown=\"1\">*a*</div>":                                     `<div>` + "\n<p><em>a</em></p>\n</div>",
		"<div>\n\n*a*\n\n</div>":                                            `<em>a</em>`,
		"<div>\n*a*\n\n    b\n</div>\nafter":                                `<div>` + "\n*a*\n\n    b\n</div>|||<p>after</p>",
		"<details>\n<summary>S</summary>\n\n**b**\n\n</details>":            `<details>|||<summary>S</summary>|||<strong>b</strong>`,
		"x <b>bold *em*</b> <kbd>K</kbd> <script>no</script> <i>open":       `<b>bold <em>em</em></b> <kbd>K</kbd>  <i>open</i></p>`,
		"<a id=\"x\"></a>[to](#x)":                                          `<a id="doc-x"></a>`,
		"<picture><source srcset=a><img src=b.png></picture>":               `<img src="b.png" loading="lazy">`,
		"<https://a.example> https://b.example me@c.example":                `href="https://a.example" rel="nofollow noreferrer"|||href="https://b.example"|||href="mailto:me@c.example"`,
		"[a](b c.md) ![d](e f.png)":                                         `href="b c.md"|||src="e f.png"`,
		"text\n[r]: https://a.example\n[r]":                                 `<p>text</p>|||<a href="https://a.example"`,
		"[x](java&#115;cript:alert(1))":                                     `<a data-broken="">x</a>`,
		"/// note | My *title*\ntext\n///\nafter":                           `<div class="admonition note">|||<em>title</em>|||<p>text</p>` + "\n</div>\n<p>after</p>",
		"/// details | More\n    type: warning\n    open: true\n\n- a\n///": `<details class="warning" open><summary>More</summary>|||<li>a</li>`,
		"/// tab | A\na\n///\n\n/// tab | B\nb\n///":                        `<label for="bc-tabs-1-2">B</label>|||<p>b</p>`,
		"//// tip\n/// danger\nx\n///\ny\n////":                             `<div class="admonition tip">|||<div class="admonition danger">|||<p>y</p>`,
		"/// unknown\nx\n///":                                               `/// unknown`,
		"{% dot a.svg\ndigraph {}\n%}\n\nb":                                 `<figcaption>Graphviz</figcaption>|||digraph {}|||<p>b</p>`,
		"::uml:: format=png\nA -> B\n::end-uml::":                           `<figcaption>PlantUML</figcaption>|||A -&gt; B`,
		"a  \nb\\\nc":                                                       "a<br>\nb<br>\nc",
		"Term\n:   One\n:   Two":                                            "<dl>\n<dt>Term</dt>\n<dd>",
		"先看，\n再说。":                                                          "<p>先看，再说。</p>",
	} {
		got := rendered(New(Options{Math: true}).Parse("page.md", []byte(in), nil))
		for part := range strings.SplitSeq(want, "|||") {
			if !strings.Contains(got, part) {
				t.Errorf("%q\n gives %s\n without %s", in, got, part)
			}
		}
	}
}

// files are what snippets take in.
type files map[string]string

func (f files) Include(name string) ([]byte, string, error) {
	if text, ok := f[name]; ok {
		return []byte(text), "inc/" + name, nil
	}
	return nil, "", errNotThere
}

type notThere struct{}

func (notThere) Error() string { return "it is not there" }

var errNotThere error = notThere{}

func TestSnippets(t *testing.T) {
	t.Parallel()
	have := files{
		"a.md": "from **a**\n", "lines": "1\n2\n3\n4\n", "self": "--8<-- \"self\"", "code.go": "// --8<-- [start:body]\nfunc f() {}\n// --8<-- [end:body]\nrest\n",
		"deep": "--8<-- \"a.md\"\n[bad](javascript:x)\n",
	}
	for in, want := range map[string]string{
		"a\n\n--8<-- \"a.md\"\n\nb":                   "<p>a</p>\n<p>from <strong>a</strong></p>\n<p>b</p>",
		"--8<-- \"lines:2:3\"":                        "<p>2\n3</p>",
		"--8<-- \"lines:-1\"":                         "<p>4</p>",
		"```\n--8<-- \"code.go:body\"\n```":           "<code>func f() {}\n</code>",
		"- x\n\n    --8<-- \"a.md\"":                  "<p>from <strong>a</strong></p>",
		"--8<--\na.md\nlines:1:1\n--8<--":             "<strong>a</strong>\n1",
		";--8<-- \"a.md\"":                            "--8← &quot;a.md&quot;",
		"cut along --8<-- here":                       "cut along --8← here",
		"--8<-- \"gone.md\"\n\nrest":                  "The snippet gone.md is left out: it is not there.",
		"```\n--8<-- \"gone.md\"\n```":                "The snippet gone.md is left out: it is not there.\n</code>",
		"--8<-- \"code.go:nope\"":                     "it is not there|||the file has no such section",
		"--8<-- \"self\"":                             "it takes itself in",
		"--8<-- \"https://a.example/x\"":              "snippets are not read from the web",
		"# --8<-- [start:x]\nshown\n# --8<-- [end:x]": "<p>shown</p>",
	} {
		got := rendered(New(Options{}).Parse("page.md", []byte(in), have))
		found := false
		for part := range strings.SplitSeq(want, "|||") {
			found = found || strings.Contains(got, part)
		}
		if !found {
			t.Errorf("%q\n gives %s\n without %s", in, got, want)
		}
	}
	d := New(Options{}).Parse("page.md", []byte("---\ntitle: x\n---\n# a\n\n--8<-- \"deep\"\n\n[late](y.md)\n--8<-- \"gone\"\n"), have)
	if len(d.Links) != 2 || d.Links[0].File != "inc/deep" || d.Links[0].Line != 2 || d.Links[1].File != "page.md" || d.Links[1].Line != 8 {
		t.Errorf("lines of links: %+v", d.Links)
	}
	if len(d.Warnings) != 1 || d.Warnings[0].Line != 9 || d.Warnings[0].File != "page.md" {
		t.Errorf("lines of warnings: %+v", d.Warnings)
	}
}
