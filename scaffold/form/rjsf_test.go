package form

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

func parse(t testing.TB, text string) *node {
	t.Helper()
	n, err := yamldoc.Parse([]byte(text), yamldoc.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func jsonOf(n *node) string { return string(yamldoc.AppendJSON(nil, sortKeys(n))) }

// sortKeys is n with the keys of every object in order.
func sortKeys(n *node) *node {
	if n == nil {
		return nil
	}
	out := *n
	out.Items, out.Fields = nil, slices.Clone(n.Fields)
	for _, item := range n.Items {
		out.Items = append(out.Items, sortKeys(item))
	}
	slices.SortFunc(out.Fields, func(a, b yamldoc.Field) int { return strings.Compare(a.Key, b.Key) })
	for i := range out.Fields {
		out.Fields[i].Value = sortKeys(out.Fields[i].Value)
	}
	return &out
}

// withUI puts a uiSchema where templates have its keys: among the schema's.
func withUI(s, ui *node) *node {
	for _, f := range fields(ui) {
		if strings.HasPrefix(f.Key, "ui:") {
			s = with(s, f.Key, f.Value)
			continue
		}
		if f.Key == "items" && s.Get("items") != nil {
			s = with(s, "items", withUI(s.Get("items"), f.Value))
			continue
		}
		props := s.Get("properties")
		s = with(s, "properties", with(props, f.Key, withUI(props.Get(f.Key), f.Value)))
	}
	return s
}

func templateOf(pages ...*node) *node {
	t := with(nil, "kind", textNode("Template"))
	return with(t, "spec", with(nil, "parameters", listOf(nil, pages)))
}

// inDots writes the names of fields as @rjsf/core does: the numbers of elements in dots.
var inDots = strings.NewReplacer("[", ".", "]", "")

// TestRJSF: fields, defaults and what is dropped are as @rjsf/core has them. testdata/rjsf.json holds what it says;
// .ci/oracle/forms.mjs asks it again.
func TestRJSF(t *testing.T) {
	data, err := os.ReadFile("testdata/rjsf.json")
	if err != nil {
		t.Fatal(err)
	}
	cases := parse(t, string(data)).Items
	if len(cases) < 40 {
		t.Fatalf("only %d cases", len(cases))
	}
	for _, c := range cases {
		t.Run(c.Get("name").Str(), func(t *testing.T) {
			schema := withUI(c.Get("schema"), c.Get("ui"))
			tmpl, err := Read("t.yaml", templateOf(schema))
			if err != nil {
				t.Fatal(err)
			}
			f, err := tmpl.Form(c.Get("values"), Options{})
			if err != nil {
				t.Fatal(err)
			}
			var shown, rows []string
			for field := range f.All() {
				name := inDots.Replace(field.Name)
				if field.Required {
					name += "*"
				}
				if strings.Contains(field.Name, "[") {
					rows = append(rows, name)
				} else {
					shown = append(shown, name)
				}
			}
			if diff := cmp.Diff(texts(c.Get("shown")), shown); diff != "" {
				t.Errorf("fields, -theirs +ours:\n%s", diff)
			}
			wantRows := c.Get("rows")
			if ours := c.Get("ours").Get("rows"); ours != nil {
				wantRows = ours
			}
			if diff := cmp.Diff(texts(wantRows), rows); diff != "" {
				t.Errorf("fields of elements, -theirs +ours:\n%s", diff)
			}
			src := tmpl.pages[0]
			state := newEngine(src.schema, "", "").settle(src.schema, c.Get("values"))
			if diff := cmp.Diff(jsonOf(c.Get("state")), jsonOf(state)); diff != "" {
				t.Errorf("values, -theirs +ours:\n%s", diff)
			}
			kept := c.Get("kept")
			if ours := c.Get("ours").Get("kept"); ours != nil {
				kept = ours
			}
			if kept != nil {
				if diff := cmp.Diff(jsonOf(kept), jsonOf(f.Values)); diff != "" {
					t.Errorf("kept, -theirs +ours:\n%s", diff)
				}
			}
		})
	}
}
