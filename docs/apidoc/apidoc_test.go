package apidoc_test

import (
	"flag"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/backchannel-portal/backchannel/docs/apidoc"
	"github.com/backchannel-portal/backchannel/docs/markdown"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

var update = flag.Bool("update", false, "rewrite golden files")

func render(t *testing.T, format, file string) apidoc.Page {
	t.Helper()
	in, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	p, err := apidoc.Render(format, string(in), "Fallback", "")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestGoldens(t *testing.T) {
	t.Parallel()
	for file, format := range map[string]string{
		"openapi3.yaml": "openapi", "swagger2.yaml": "openapi", "asyncapi2.yaml": "asyncapi", "asyncapi3.yaml": "asyncapi", "schema.graphql": "graphql", "ledger.proto": "grpc",
	} {
		got := string(render(t, format, file).Markdown)
		golden := "testdata/" + file + ".md"
		if *update {
			if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s differs; run with -update and look at the change:\n%s", golden, diff)
		}
	}
}

// TestOperations looks for the operations as sections with anchors of their own, and for links that lead somewhere.
func TestOperations(t *testing.T) {
	t.Parallel()
	for file, want := range map[string]string{
		"openapi3.yaml":  "get-payments-id GET /payments/{id}|post-refunds POST /refunds|type-payment Payment",
		"swagger2.yaml":  "post-things POST /things|type-thing Thing",
		"asyncapi2.yaml": "subscribe-orders.placed SUBSCRIBE orders.placed|publish-orders.ask PUBLISH orders.ask",
		"asyncapi3.yaml": "receive-user-signedup RECEIVE user/signedup",
		"schema.graphql": "query-product query product|mutation-rename mutation rename|type-product Product",
		"ledger.proto":   "ledger-post Ledger.Post|ledger-watch Ledger.Watch|type-entry.side Entry.Side",
	} {
		format := map[string]string{"schema.graphql": "graphql", "ledger.proto": "grpc"}[file]
		doc := markdown.New(markdown.Options{}).Parse(file, render(t, format, file).Markdown, nil)
		var have []string
		for _, s := range doc.Sections {
			have = append(have, s.Anchor+" "+s.Heading)
		}
		for w := range strings.SplitSeq(want, "|") {
			if !strings.Contains("|"+strings.Join(have, "|")+"|", "|"+w+"|") {
				t.Errorf("%s: no %q in %q", file, w, have)
			}
		}
		for _, l := range doc.Links {
			if id, ok := strings.CutPrefix(l.Ref, "#"); ok {
				if _, known := doc.Anchor(id); !known {
					t.Errorf("%s: %s leads nowhere", file, l.Ref)
				}
			}
		}
		if len(doc.Warnings) > 0 {
			t.Errorf("%s: %v", file, doc.Warnings)
		}
	}
}

func TestBadDefinitions(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ format, in, want string }{
		{"openapi", "openapi: 3.0.0\na: [", "2"},
		{"openapi", "just text", "no format"},
		{"openapi", "mention of openapi", "no format"},
		{"graphql", "type Query {\n  a: \n}", "3: spec.definition"},
		{"grpc", "syntax = \"proto3\";\nservice {", "2: spec.definition"},
		{"openapi", strings.Repeat("x", apidoc.MaxDefinition+1), "larger"},
	} {
		_, err := apidoc.Render(c.format, c.in, "x", "")
		if err == nil || fault.KindOf(err) == fault.Internal || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.40q: %v, want %s", c.in, err, c.want)
		}
	}
}

// TestEndless has references that lead to themselves.
func TestEndless(t *testing.T) {
	t.Parallel()
	for _, in := range []string{
		`{openapi: 3.0.0, paths: {/a: {get: {requestBody: {$ref: "#/x"}, responses: {"200": {$ref: "#/x"}}}}}, x: {$ref: "#/x"}}`,
		`{openapi: 3.0.0, components: {schemas: {A: {allOf: [{$ref: "#/components/schemas/A"}], properties: {a: {$ref: "#/components/schemas/A"}}}}}}`,
		`{asyncapi: 2.0.0, channels: {a: {$ref: "#/channels/a"}}}`,
		`{openapi: 3.0.0, paths: {/a: {$ref: "#/paths/~1a"}}}`,
	} {
		if _, err := apidoc.Render("", in, "x", ""); err != nil {
			t.Errorf("%s: %v", in, err)
		}
	}
}

func FuzzRender(f *testing.F) {
	for _, file := range []string{"openapi3.yaml", "swagger2.yaml", "asyncapi2.yaml", "asyncapi3.yaml", "schema.graphql", "ledger.proto"} {
		in, err := os.ReadFile("testdata/" + file)
		if err != nil {
			f.Fatal(err)
		}
		for _, format := range []string{"", "graphql", "grpc"} {
			f.Add(format, string(in))
		}
	}
	f.Fuzz(func(t *testing.T, format, in string) {
		p, err := apidoc.Render(format, in, "name", "")
		if err != nil {
			if fault.KindOf(err) == fault.Internal {
				t.Error(err)
			}
			return
		}
		if len(p.Markdown) == 0 {
			t.Error("nothing is shown")
		}
	})
}

// TestTongue: the words around a definition are in the reader's language, the definition's own and the anchors are not.
func TestTongue(t *testing.T) {
	t.Parallel()
	const text = "openapi: 3.0.0\ninfo: {title: Pay}\ntags: [{name: money}]\npaths:\n  /a: {get: {tags: [money], summary: Look, responses: {'200': {description: Fine}}}}\n  /b: {get: {}}\n" +
		"components: {schemas: {Sum: {type: object, properties: {n: {type: integer}}, required: [n]}}}\n"
	pages := map[lang.Lang]string{}
	anchors := regexp.MustCompile(`\{#[^}]*\}`)
	for _, l := range []lang.Lang{"", lang.English, lang.Chinese} {
		p, err := apidoc.Render("openapi", text, "x", l)
		if err != nil {
			t.Fatal(err)
		}
		pages[l] = string(p.Markdown)
	}
	if pages[""] != pages[lang.English] || strings.Contains(pages[""], "lang=") {
		t.Errorf("by itself it is in another language, or marked as such:\n%s", pages[""])
	}
	for _, s := range []string{"## <span lang=zh>其他操作</span> {#tag-other-operations}", "## <span lang=zh>类型</span> {#types}", "<span lang=zh>响应</span>", "Look", "Fine"} {
		if !strings.Contains(pages[lang.Chinese], s) {
			t.Errorf("no %s in\n%s", s, pages[lang.Chinese])
		}
	}
	if en, zh := anchors.FindAllString(pages[lang.English], -1), anchors.FindAllString(pages[lang.Chinese], -1); len(en) < 5 || !slices.Equal(en, zh) {
		t.Errorf("the anchors are %v and %v", en, zh)
	}
}
