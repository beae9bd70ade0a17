package docs_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/formatters/html"
	"github.com/alecthomas/chroma/v2/lexers"
	"github.com/alecthomas/chroma/v2/styles"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"

	"github.com/backchannel-portal/backchannel/docs"
)

const benchPages = 500

// benchPage is a page of some 8 kB: text, 25 links, a table and six blocks of code, no two alike.
func benchPage(n int) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "# Service %d\n\nThe service keeps **orders** and answers *questions* about them.\n\n", n)
	for i := range 6 {
		fmt.Fprintf(&b, "## Step %d of %d\n\nRead [the guide](page-%d.md) before you start, then [the runbook](page-%d.md) and `config.yaml`.\n", i, n, (n+i)%benchPages, (n+2*i)%benchPages)
		for j := range 5 {
			fmt.Fprintf(&b, "Paragraph %d of page %d says what happens when the queue of [shard %d](https://example.org/shards/%d) is full, who is asked about it and what they do.\nNobody likes to wait, so the limit is low.\n\n", j, n, j, j)
		}
		code := []string{"go\nfunc step%[2]d(ctx context.Context, n int) error {\n\tif n > %[1]d {\n\t\treturn fmt.Errorf(\"too many: %%d\", n) // as agreed\n\t}\n\treturn store.Put(ctx, \"key\", n)\n}",
			"yaml\napiVersion: v1\nkind: Service\nmetadata:\n  name: orders-%[1]d-%[2]d\nspec:\n  ports:\n    - port: 80\n      targetPort: http", "bash\nkubectl rollout undo deployment/orders-%[1]d-%[2]d\nkubectl get pods | grep Running"}[i%3]
		b.WriteString("```" + fmt.Sprintf(code, n, i) + "\n```\n\n")
	}
	b.WriteString("| Name | Meaning | Default |\n|------|---------|---------|\n")
	for i := range 12 {
		fmt.Fprintf(&b, "| key%d | what it does in case %d | %d |\n", i, i, n)
	}
	return []byte(b.String())
}

// bareCode highlights fenced code with chroma, and nothing else.
type bareCode struct{ formatter *html.Formatter }

func (c bareCode) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(ast.KindFencedCodeBlock, func(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		f := n.(*ast.FencedCodeBlock)
		lexer := chroma.Coalesce(lexers.Get(string(f.Language(source))))
		tokens, err := lexer.Tokenise(nil, string(f.Lines().Value(source)))
		if err != nil {
			return ast.WalkStop, err
		}
		return ast.WalkSkipChildren, c.formatter.Format(w, styles.Get("github"), tokens)
	})
}

func bareMarkdown(code bool) goldmark.Markdown {
	options := []goldmark.Option{goldmark.WithExtensions(extension.GFM), goldmark.WithParserOptions(parser.WithAutoHeadingID())}
	if code {
		options = append(options, goldmark.WithRendererOptions(renderer.WithNodeRenderers(util.Prioritized(bareCode{html.New(html.WithClasses(true))}, 100))))
	}
	return goldmark.New(options...)
}

// cpu is the processor time of this process so far. Wall time would count what else runs on the machine.
func cpu() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func timed(f func()) time.Duration {
	start := cpu()
	f()
	return cpu() - start
}

// BenchmarkSite compares the building of a site of 500 pages, files written, with goldmark alone on the same pages: the
// first time (cold) with goldmark and chroma, again with highlighted code known (warm) with goldmark. Floor and site take
// turns; the ratios are of processor time.
func BenchmarkSite(b *testing.B) {
	dir := b.TempDir()
	var pages [][]byte
	if err := os.Mkdir(filepath.Join(dir, "docs"), 0o755); err != nil {
		b.Fatal(err)
	}
	for n := range benchPages {
		pages = append(pages, benchPage(n))
		if err := os.WriteFile(filepath.Join(dir, "docs", fmt.Sprintf("page-%d.md", n)), pages[n], 0o600); err != nil {
			b.Fatal(err)
		}
	}
	bare := func(md goldmark.Markdown) func() {
		return func() {
			for _, p := range pages {
				var out bytes.Buffer
				if err := md.Convert(p, &out); err != nil {
					b.Fatal(err)
				}
			}
		}
	}
	out := filepath.Join(b.TempDir(), "site")
	build := func(s *docs.Static) func() {
		return func() {
			site, err := s.Read(b.Context(), dir, nil)
			if err == nil {
				err = s.Write(b.Context(), site, dir, out)
			}
			if err != nil || len(site.Pages) != benchPages {
				b.Fatal(err)
			}
		}
	}
	var floorCold, floorWarm, cold, warm time.Duration
	for b.Loop() {
		s := docs.NewStatic(time.Now, 1)
		floorCold += timed(bare(bareMarkdown(true)))
		cold += timed(build(s))
		floorWarm += timed(bare(bareMarkdown(false)))
		warm += timed(build(s))
	}
	b.ReportMetric(float64(cold)/float64(floorCold), "cold/floor-ratio")
	b.ReportMetric(float64(warm)/float64(floorWarm), "warm/floor-ratio")
	b.ReportMetric(float64(floorCold.Milliseconds())/float64(b.N), "floor-cold-ms")
	b.ReportMetric(float64(floorWarm.Milliseconds())/float64(b.N), "floor-warm-ms")
}
