package markdown

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
)

// samplePage is a page of documentation of some 8 kB: text, links, a table and six blocks of code.
func samplePage(n int) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "# Service %d\n\nThe service keeps **orders** and answers *questions* about them.\n\n", n)
	for i := range 6 {
		fmt.Fprintf(&b, "## Step %d of %d\n\nRead [the guide](page-%d.md) before you start, then look at [the runbook](page-%d.md#step-%d-of-%d) and `config.yaml`.\n", i, n, (n+i)%500, (n+2*i)%500, i, n)
		for j := range 4 {
			fmt.Fprintf(&b, "Paragraph %d says what happens when the queue of [shard %d](https://example.org/shards/%d) is full, and who is asked about it.\nNobody likes to wait, so the limit is low.\n\n", j, j, j)
		}
		code := []string{"go\nfunc step(ctx context.Context, n int) error {\n\tif n > %d {\n\t\treturn fmt.Errorf(\"too many: %%d\", n)\n\t}\n\treturn store.Put(ctx, \"key\", n)\n}",
			"yaml\napiVersion: v1\nkind: Service\nmetadata:\n  name: orders-%d\nspec:\n  ports:\n    - port: 80\n      targetPort: http", "bash\nkubectl rollout undo deployment/orders-%d\nkubectl get pods | grep Running"}[i%3]
		fmt.Fprintf(&b, "```"+code+"\n```\n\n", n)
	}
	b.WriteString("| Name | Meaning | Default |\n|------|---------|---------|\n")
	for i := range 12 {
		fmt.Fprintf(&b, "| key%d | what it does in case %d | %d |\n", i, i, n)
	}
	return []byte(b.String())
}

func bareGoldmark() goldmark.Markdown {
	return goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithParserOptions(parser.WithAutoHeadingID()))
}

// BenchmarkBare is the floor: goldmark alone.
func BenchmarkBare(b *testing.B) {
	md := bareGoldmark()
	page := samplePage(1)
	b.SetBytes(int64(len(page)))
	b.ReportAllocs()
	for b.Loop() {
		var out bytes.Buffer
		if err := md.Convert(page, &out); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkPage parses and renders a page, code without colours.
func BenchmarkPage(b *testing.B) {
	e := New(Options{})
	page := samplePage(1)
	b.SetBytes(int64(len(page)))
	b.ReportAllocs()
	for b.Loop() {
		d := e.Parse("page.md", page, nil)
		var out bytes.Buffer
		if err := d.WriteTo(&out, func(int) (string, bool) { return "x", true }, plainCode{}); err != nil {
			b.Fatal(err)
		}
	}
}
