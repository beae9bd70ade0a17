package catalog

import (
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// TestParseRef: the expectations are those of parseEntityRef in @backstage/catalog-model 1.10.1.
func TestParseRef(t *testing.T) {
	for _, c := range []struct{ text, kind, namespace, want string }{
		{"component:default/petstore", "", "", "component:default/petstore"},
		{"Component:Default/PetStore", "", "", "component:default/petstore"},
		{"petstore", "component", "", "component:default/petstore"},
		{"petstore", "Component", "Shop", "component:shop/petstore"},
		{"shop/petstore", "component", "other", "component:shop/petstore"},
		{"api:petstore", "component", "shop", "api:shop/petstore"},
		{"a:b/c/d", "", "", "a:b/c/d"},
		{"a:b:c", "", "", "a:default/b:c"},
		{"a/b:c", "component", "", "component:a/b:c"}, // a colon behind the slash belongs to the name
		{"a/b:c/d", "component", "", "component:a/b:c/d"},
		{" x ", "component", "", "component:default/ x "},
		{"${{ v }}", "component", "", "component:default/${{ v }}"},
	} {
		got, err := ParseRef(c.text, c.kind, c.namespace)
		if err != nil || got.String() != c.want {
			t.Errorf("%q: %v, %v; want %s", c.text, got, err, c.want)
		}
	}
	for _, c := range []struct{ text, kind string }{
		{"", "component"}, {":", "component"}, {"/", "component"}, {":a", "component"}, {"a:", ""}, {"/a", "component"},
		{"a/", "component"}, {"a:/b", ""}, {"a:b/", ""}, {"petstore", ""}, {"shop/petstore", ""}, {strings.Repeat("x", 1000), ""},
	} {
		got, err := ParseRef(c.text, c.kind, "")
		if !fault.Is(err, fault.Invalid) || !got.IsZero() || len(err.Error()) > 400 {
			t.Errorf("%q: %v, %v", c.text, got, err)
		}
	}
}

func TestRefShort(t *testing.T) {
	for _, c := range []struct{ ref, kind, want string }{
		{"component:default/a", "component", "a"},
		{"component:shop/a", "component", "shop/a"},
		{"group:default/a", "component", "group:a"},
		{"group:shop/a", "component", "group:shop/a"},
	} {
		r, _ := ParseRef(c.ref, "", "")
		if got := r.Short(c.kind); got != c.want {
			t.Errorf("%s: %s, want %s", c.ref, got, c.want)
		}
		if again, err := ParseRef(r.Short(c.kind), c.kind, ""); err != nil || again != r {
			t.Errorf("%s does not read back: %v, %v", r.Short(c.kind), again, err)
		}
	}
}

func TestEntityNames(t *testing.T) {
	e := &Entity{Name: "n", Labels: []Pair{{"a", "1"}}, Annotations: []Pair{{"b", "2"}}}
	if e.DisplayName() != "n" || e.Label("a") != "1" || e.Annotation("b") != "2" || e.Annotation("a") != "" {
		t.Error("columns are not found")
	}
	e.Profile.DisplayName = "Nan"
	if e.DisplayName() != "Nan" {
		t.Error("the profile's name is not used")
	}
	e.Title = "Title"
	if e.DisplayName() != "Title" {
		t.Error("the title is not used")
	}
}

func FuzzRef(f *testing.F) {
	for _, s := range []string{"component:default/a", "a/b:c", ":", "/", "İ", "a:b/c/d:e", ""} {
		f.Add(s, "component", "ns")
	}
	f.Fuzz(func(t *testing.T, s, kind, namespace string) {
		r, err := ParseRef(s, kind, namespace)
		if err != nil {
			if !r.IsZero() || !fault.Is(err, fault.Invalid) {
				t.Errorf("%q: %v, %v", s, r, err)
			}
			return
		}
		if r.Kind == "" || r.Namespace == "" || r.Name == "" || r != MakeRef(r.Kind, r.Namespace, r.Name) {
			t.Errorf("%q gives %#v", s, r)
		}
		if strings.ContainsAny(r.Kind, ":/") || strings.ContainsAny(r.Namespace, ":/") {
			return // only a given default can hold these; such a reference does not read back
		}
		if again, err := ParseRef(r.String(), "", ""); err != nil || again != r {
			t.Errorf("%q gives %v, which reads back as %v, %v", s, r, again, err)
		}
	})
}
