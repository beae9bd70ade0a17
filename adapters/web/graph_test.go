package web

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/catalog/search/searchtest"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// star is an entity that owns many things, depends on one that is gone, and has hostile neighbours.
func star(t *testing.T, n int) (search.View, *catalog.Entity) {
	t.Helper()
	center := searchtest.Entity("component:center", searchtest.Title("中心服务"), searchtest.Rel("partOf", "system:s"), searchtest.Rel("dependsOn", "component:gone"), searchtest.Rel("dependsOn", "component:center"))
	entities := []*catalog.Entity{center, searchtest.Entity("system:s", searchtest.Title(`"><script>alert(1)</script>`))}
	for i := range n {
		entities = append(entities, searchtest.Entity(fmt.Sprintf("component:user-%03d-with-a-name-that-does-not-fit-its-box", i), searchtest.Lifecycle("deprecated"), searchtest.Rel("dependsOn", "component:center")))
	}
	r := search.NewReader(catalog.Changes{Generation: 1, Full: true, Upserts: entities}, nil, search.Options{})
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r.For(catalog.Viewer{}), center
}

// wellFormed reads markup as XML and counts its elements by name.
func wellFormed(t *testing.T, markup string) map[string]int {
	t.Helper()
	dec := xml.NewDecoder(strings.NewReader(markup))
	count := map[string]int{}
	for {
		tok, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return count
		}
		if err != nil {
			t.Fatalf("%v in %.600s", err, markup)
		}
		if s, ok := tok.(xml.StartElement); ok {
			count[s.Name.Local]++
		}
	}
}

func TestGraph(t *testing.T) {
	view, center := star(t, 30)
	g := string(around(view, lang.English, center).Graph(lang.English, "around"))
	n := wellFormed(t, g)
	// The system, eight of the users, one that is gone, itself; in two pictures. What is gone, and itself, are no links.
	if n["svg"] != 2 || n["rect"] != 2*(graphMost+2) || n["a"] != 2*graphMost || n["script"] != 0 {
		t.Errorf("%v in %s", n, g)
	}
	for _, s := range []string{"中心服务", "and 22 more", `class="box lost"`, `class="box self"`, "deprecated", "…", `href="/catalog/default/system/s"`} {
		if !strings.Contains(g, s) {
			t.Errorf("no %s", s)
		}
	}
	alone := searchtest.Entity("component:alone")
	if g := around(view, lang.English, alone).Graph(lang.English, ""); g != "" {
		t.Errorf("an entity without relations has the graph %s", g)
	}
}

func TestPlacesAreShared(t *testing.T) {
	lists := func(sizes ...int) (out [][]catalog.Ref) {
		for _, n := range sizes {
			out = append(out, make([]catalog.Ref, n))
		}
		return out
	}
	for _, tt := range []struct {
		sizes  []int
		places int
		want   string
	}{
		{[]int{1, 20}, 9, "[1 8]"}, {[]int{20, 20, 20}, 9, "[3 3 3]"}, {[]int{2, 2}, 9, "[2 2]"}, {nil, 9, "[]"}, {[]int{0, 3}, 2, "[0 2]"},
	} {
		if got := fmt.Sprint(share(lists(tt.sizes...), tt.places)); got != tt.want {
			t.Errorf("%v in %d places: %s, want %s", tt.sizes, tt.places, got, tt.want)
		}
	}
}
