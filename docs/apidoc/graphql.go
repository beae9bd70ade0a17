package apidoc

import (
	"errors"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// maxTokens bounds the work on a GraphQL schema.
const maxTokens = 500_000

// graphQL writes a schema: a section for each query, mutation and subscription, then the types.
func (w *writer) graphQL(text, title string) error {
	doc, err := parser.ParseSchemaWithLimit(&ast.Source{Name: "schema", Input: text}, maxTokens)
	if err != nil {
		at := fault.Position{Field: "spec.definition"}
		if e, ok := errors.AsType[*gqlerror.Error](err); ok && len(e.Locations) > 0 {
			at.Line = e.Locations[0].Line
			return fault.At(at, "the schema is not GraphQL: %s", e.Message)
		}
		return fault.At(at, "the schema is not GraphQL: %v", err)
	}
	g := &graph{writer: w, anchors: map[string]string{}, roots: roots(doc)}
	definitions := append(append(ast.DefinitionList{}, doc.Definitions...), doc.Extensions...)
	for _, d := range definitions {
		if g.roots[d.Name] == "" && g.anchors[d.Name] == "" {
			g.anchors[d.Name] = w.anchor("type", d.Name)
		}
	}
	w.line("# %s\n", plain(title))
	for _, s := range doc.Schema {
		w.prose(s.Description)
	}
	g.operations(definitions)
	g.types(definitions)
	return nil
}

// roots are the names of the types that hold operations, and what their fields are called.
func roots(doc *ast.SchemaDocument) map[string]string {
	out := map[string]string{"Query": "query", "Mutation": "mutation", "Subscription": "subscription"}
	for _, s := range doc.Schema {
		for _, op := range s.OperationTypes {
			out[op.Type] = string(op.Operation)
		}
	}
	return out
}

type graph struct {
	*writer
	anchors map[string]string
	roots   map[string]string
}

func (g *graph) operations(definitions ast.DefinitionList) {
	count := 0
	for _, d := range definitions {
		kind := g.roots[d.Name]
		if kind == "" {
			continue
		}
		for _, f := range d.Fields {
			if count++; count > maxOperations || strings.HasPrefix(f.Name, "__") {
				continue
			}
			g.line("## %s %s {#%s}\n", kind, plain(f.Name), g.anchor(kind, f.Name))
			g.prose(f.Description)
			g.deprecated(f.Directives)
			var rows [][]string
			for _, a := range f.Arguments {
				rows = append(rows, []string{code(a.Name), g.typeName(a.Type), g.value(a.DefaultValue), short(a.Description)})
			}
			if len(rows) > 0 {
				g.line("**%s**\n", g.say(lang.PageParameters))
			}
			g.table([]string{g.say(lang.PageName), g.say(lang.PageType), g.say(lang.PageDefault), g.say(lang.PageDescription)}, rows)
			g.line("**%s** %s\n", g.say(lang.PageReturns), g.typeName(f.Type))
		}
	}
}

func (g *graph) types(definitions ast.DefinitionList) {
	first := true
	count := 0
	for _, d := range definitions {
		if g.roots[d.Name] != "" {
			continue
		}
		if count++; count > maxTypes {
			return
		}
		if first {
			g.line("## %s {#%s}\n", g.say(lang.PageTypes), g.anchor("types"))
			first = false
		}
		g.line("### %s {#%s}\n", plain(d.Name), g.anchors[d.Name])
		g.line("%s\n", strings.ToLower(string(d.Kind)))
		g.prose(d.Description)
		var rows [][]string
		for _, f := range d.Fields {
			if len(rows) < maxFields {
				rows = append(rows, []string{code(f.Name), g.typeName(f.Type), short(f.Description)})
			}
		}
		for _, v := range d.EnumValues {
			if len(rows) < maxFields {
				rows = append(rows, []string{code(v.Name), "", short(v.Description)})
			}
		}
		for _, t := range d.Types {
			if len(rows) < maxFields {
				rows = append(rows, []string{"", g.link(t), ""})
			}
		}
		g.table([]string{g.say(lang.PageName), g.say(lang.PageType), g.say(lang.PageDescription)}, rows)
	}
}

func (g *graph) deprecated(directives ast.DirectiveList) {
	d := directives.ForName("deprecated")
	if d == nil {
		return
	}
	g.line("!!! warning \"%s\"", g.say(lang.PageDeprecated))
	if reason := d.Arguments.ForName("reason"); reason != nil && reason.Value != nil {
		g.line("    %s", plain(reason.Value.Raw))
	}
	g.blank()
}

// typeName is a type with a link to where it is described.
func (g *graph) typeName(t *ast.Type) string {
	if t == nil {
		return ""
	}
	mark := ""
	if t.NonNull {
		mark = "\\!"
	}
	if t.Elem != nil {
		return "\\[" + g.typeName(t.Elem) + "\\]" + mark
	}
	return g.link(t.NamedType) + mark
}

func (g *graph) link(name string) string {
	if id := g.anchors[name]; id != "" {
		return "[" + plain(name) + "](#" + id + ")"
	}
	return plain(name)
}

func (g *graph) value(v *ast.Value) string {
	if v == nil {
		return ""
	}
	return code(v.String())
}
