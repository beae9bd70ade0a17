package template_test

import (
	"fmt"
	"io"
	"strings"
	"testing"
	gotemplate "text/template"
	"time"

	"github.com/backchannel-portal/backchannel/scaffold/template"
)

// skeleton makes 200 files of 177 kB together, for both engines.
func skeleton() (ours, bare []string) {
	const part = "name: %s-%d\nowner: %s\n# a line of text that is copied as it stands, as most of a skeleton is\n"
	for i := range 200 {
		var a, b strings.Builder
		for j := 0; a.Len() < 850; j++ {
			fmt.Fprintf(&a, part, "${{ values.name }}", j, "${{ values.owner }}")
			fmt.Fprintf(&b, part, "{{ .values.name }}", j, "{{ .values.owner }}")
			if i%2 == 0 && j == 2 {
				a.WriteString("{% for t in values.tags %}- ${{ t }}\n{% endfor %}{% if values.public %}public\n{% endif %}")
				b.WriteString("{{ range .values.tags }}- {{ . }}\n{{ end }}{{ if .values.public }}public\n{{ end }}")
			}
		}
		ours, bare = append(ours, a.String()), append(bare, b.String())
	}
	return ours, bare
}

// BenchmarkSkeleton parses and renders a skeleton, in turn with text/template on the same files.
func BenchmarkSkeleton(b *testing.B) {
	ours, bare := skeleton()
	e := engine()
	ctx := context(b, `{"values": {"name": "shop", "owner": "team-a", "tags": ["a", "b", "c"], "public": true}}`)
	data := map[string]any{"values": map[string]any{"name": "shop", "owner": "team-a", "tags": []string{"a", "b", "c"}, "public": true}}
	var spent, floor time.Duration
	for b.Loop() {
		start := time.Now()
		for _, src := range ours {
			t, err := e.Parse("f", src, template.Options{})
			if err != nil {
				b.Fatal(err)
			}
			if _, err := t.Render(ctx); err != nil {
				b.Fatal(err)
			}
		}
		spent += time.Since(start)
		start = time.Now()
		for _, src := range bare {
			t, err := gotemplate.New("f").Parse(src)
			if err != nil {
				b.Fatal(err)
			}
			if err := t.Execute(io.Discard, data); err != nil {
				b.Fatal(err)
			}
		}
		floor += time.Since(start)
	}
	b.ReportMetric(spent.Seconds()*1000/float64(b.N), "ms/skeleton")
	b.ReportMetric(floor.Seconds()*1000/float64(b.N), "ms/floor")
	b.ReportMetric(float64(spent)/float64(floor), "ratio")
}

// BenchmarkParsed renders a small parsed template.
func BenchmarkParsed(b *testing.B) {
	ctx := context(b, `{"values": {"name": "shop", "owner": "team-a"}}`)
	t, err := engine().Parse("f", "https://github.com/${{ values.owner }}/${{ values.name | lower }}{% if values.owner == 'x' %}!{% endif %}", template.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := t.Render(ctx); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "renders/s")
}
