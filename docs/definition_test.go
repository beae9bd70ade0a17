package docs_test

import (
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/docs"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// api is an API whose definition is the given text.
func api(name, kind, definition string, annotations ...string) *catalog.Entity {
	e := component(name, annotations...)
	e.Ref, e.Kind, e.Type, e.API.Format = catalog.MakeRef("api", "", name), "API", kind, "OpenAPI 3.0"
	quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(definition)
	e.Document = catalog.NewDocument([]byte(`{"spec":{"definition":"` + quoted + `"}}`))
	return e
}

const refunds = `openapi: 3.0.0
info: {title: Refunds, version: "1"}
paths:
  /refunds:
    post: {summary: Give money back, deprecated: true, parameters: [{name: n, in: query, schema: {type: integer, default: 1}}], responses: {"201": {description: Done}}}
`

// TestDefinitions reads the definitions of APIs as documentation.
func TestDefinitions(t *testing.T) {
	t.Parallel()
	l, _ := company(t, map[string]string{"both/docs/index.md": "# Both", "both/docs/x.png": "p"})
	alone, both := api("alone", "openapi", refunds), api("both", "openapi", refunds, refKey, "dir:.")
	broken, unknown := api("broken", "graphql", "type {"), api("odd", "openapi", "text")
	var found []search.Doc
	err := l.Load(t.Context(), []*catalog.Entity{alone, both, broken, unknown}, func(ref catalog.Ref, sections []search.Doc) {
		if ref == alone.Ref {
			found = sections
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(found) != 2 || found[1].Anchor != "post-refunds" || found[1].Heading != "POST /refunds" || !strings.Contains(found[1].Text, "Give money back") {
		t.Errorf("%+v", found)
	}
	if s, ok := l.Site(alone.Ref); !ok || !s.API || s.Title != "Refunds" || len(s.Nav) != 1 {
		t.Errorf("%+v", s)
	}
	body, err := l.HTML(alone.Ref, "", "/docs/default/api/alone/", "")
	if err != nil || !strings.Contains(string(body.HTML), `<h3 id="post-refunds">`) && !strings.Contains(string(body.HTML), `id="post-refunds"`) {
		t.Errorf("%s, %v", body.HTML, err)
	}
	zh, err := l.HTML(alone.Ref, "", "/docs/default/api/alone/", lang.Chinese)
	if err != nil || !strings.Contains(string(zh.HTML), "响应") || strings.Contains(string(zh.HTML), "Responses") || !strings.Contains(string(zh.HTML), "Give money back") {
		t.Errorf("to somebody who reads Chinese: %s, %v", zh.HTML, err)
	}
	for _, want := range []string{`<span lang="zh">响应</span>`, `<p class="admonition-title"><span lang="zh">已弃用</span></p>`, `<td><span lang="zh">默认值</span> <code>1</code>`} {
		if !strings.Contains(string(zh.HTML), want) {
			t.Errorf("no %s in %s", want, zh.HTML)
		}
	}
	if strings.Contains(string(zh.HTML), "&lt;span") {
		t.Errorf("markup that is shown: %s", zh.HTML)
	}
	if p, ok := l.Page(both.Ref, docs.DefinitionPage); !ok || p.Title != "Refunds" {
		t.Error("no page for the definition beside the pages")
	}
	if _, err := l.Asset(t.Context(), alone.Ref, "x.png"); err == nil {
		t.Error("a definition has no files")
	}
	problems(t, l, "broken: the definition cannot be shown", "odd: the definition cannot be shown")

	changed := api("both", "openapi", strings.Replace(refunds, "Give", "Get", 1), refKey, "dir:.")
	if got := load(t, l, alone, changed); len(got) != 1 || got["both"] == 0 {
		t.Errorf("a changed definition was not noticed, or an unchanged one was: %v", got)
	}
}

func TestIsOperation(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]bool{
		"GET /a": true, "POST /refunds": true, "query product": true, "Ledger.Post": true, "SUBSCRIBE orders.placed": true,
		"GET": false, "Get started": false, "Types": false, "e.g. this": false, "": false, ".": false,
	} {
		if docs.IsOperation(in) != want {
			t.Errorf("%q: %v", in, !want)
		}
	}
}
