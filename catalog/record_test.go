package catalog

import (
	"reflect"
	"strings"
	"testing"
)

func full() *Entity {
	return &Entity{
		Ref: MakeRef("component", "shop", "Orders"), APIVersion: "backstage.io/v1alpha1", Kind: "Component", Namespace: "shop", Name: "Orders",
		Title: "Orders", Description: strings.Repeat("Takes orders. ", 30), Type: "service", Lifecycle: "half-baked", Owner: MakeRef("group", "", "team"),
		Tags: []string{"java", "pulsar"}, Labels: []Pair{{"tier", "1"}}, Annotations: []Pair{{"a/b", "v"}, {"github.com/project-slug", "acme/orders"}},
		Links:    []Link{{"https://a.example", "A", "docs", "handbook"}},
		Profile:  Profile{"Orders team", "o@a.example", "https://a.example/o.png"},
		API:      API{"OpenAPI 3.0", "Orders", "1.2"},
		Document: NewDocument(descriptorJSON("Orders")), Relations: NewRelations(Relation{"ownedBy", MakeRef("group", "", "team")}),
		Source:   Provenance{"file:all", "shop/catalog-info.yaml", 300},
		Problems: []Problem{{ProblemDoubtful, "spec.type", 12, "odd"}, {Code: "new-code"}},
	}
}

// settled takes out what differs between two forms of one entity.
func settled(e *Entity) Entity {
	c := *e
	c.Document = NewDocument(e.Document.JSON())
	return c
}

func TestRecord(t *testing.T) {
	for _, e := range []*Entity{
		full(),
		{Ref: MakeRef("component", "", "a"), Kind: "Component", Namespace: "default", Name: "a", Document: NewDocument([]byte("{}"))},
		{Ref: MakeRef("component", "", "a"), Name: "A", Labels: []Pair{{"a", ""}}},
		{},
	} {
		before := settled(e)
		r := e.Record()
		got := r.Entity()
		if !reflect.DeepEqual(settled(got), before) || !reflect.DeepEqual(settled(e), before) {
			t.Errorf("%+v came back as %+v", before, settled(got))
		}
		if got.Record() != r || e.Record() != r || r.IsZero() || Lean(got) != got || !reflect.DeepEqual(Lean(e), got) {
			t.Errorf("%s: records of one entity differ", e.Ref)
		}
		if !got.Document.Equal(e.Document) || !e.Document.Equal(got.Document) || got.Document.IsZero() != e.Document.IsZero() {
			t.Errorf("%s: the document is another one", e.Ref)
		}
		var tags []string
		h := r.Head()
		h.Tags(func(tag string) bool { tags = append(tags, tag); return true })
		if r.Ref() != e.Ref || r.Name() != e.Name || h.Ref != e.Ref || h.Type != e.Type || h.Lifecycle != e.Lifecycle || h.Owner != e.Owner || !reflect.DeepEqual(tags, e.Tags) {
			t.Errorf("%s: head %+v %v", e.Ref, h, tags)
		}
		h.Tags(func(string) bool { return false })
	}
	if r := (Record{}); r.Entity() != nil || !r.IsZero() {
		t.Error("the zero record holds something")
	}
}

// TestRecordOfChanged changes every column of an unpacked entity in turn; its record must say so.
func TestRecordOfChanged(t *testing.T) {
	r := full().Record()
	fields := reflect.TypeFor[Entity]()
	for i := range fields.NumField() {
		e := r.Entity()
		f := reflect.ValueOf(e).Elem().Field(i)
		switch name := fields.Field(i).Name; name {
		case "Document":
			e.Document = NewDocument([]byte(`{"a":1}`))
		case "Relations":
			e.Relations = Relations{}
		default:
			f.SetZero()
		}
		if got := e.Record(); got == r || !reflect.DeepEqual(settled(got.Entity()), settled(e)) {
			t.Errorf("a changed %s is lost", fields.Field(i).Name)
		}
	}
	if e := r.Entity(); testing.AllocsPerRun(100, func() { e.Record() }) > 7 {
		t.Error("an unchanged entity is packed again")
	}
}

// TestPackWords: the words fit a byte and differ.
func TestPackWords(t *testing.T) {
	if len(packNumbers()) != len(packWords) || len(packWords) > 255 {
		t.Errorf("%d words, %d different ones", len(packWords), len(packNumbers()))
	}
}

func FuzzRecord(f *testing.F) {
	f.Add("component", "shop", "Orders", "text", []byte("{}"), 3)
	f.Add("", "", "", "", []byte(nil), 0)
	f.Add("x", "default", strings.Repeat("n", 300), strings.Repeat("t", 70000), descriptorJSON("a"), 1<<20)
	f.Fuzz(func(t *testing.T, kind, namespace, name, text string, document []byte, line int) {
		e := &Entity{
			Ref: MakeRef(kind, namespace, name), Kind: kind, Namespace: namespace, Name: name, Title: text, Tags: []string{kind, text},
			Annotations: []Pair{{name, text}}, Links: []Link{{text, name, kind, ""}}, Profile: Profile{Email: text},
			Relations: NewRelations(Relation{kind, MakeRef(name, kind, text)}), Document: NewDocument(document),
			Source: Provenance{Location: text, Line: max(0, line)}, Problems: []Problem{{text, name, max(0, line), kind}},
		}
		if got := e.Record().Entity(); !reflect.DeepEqual(settled(got), settled(e)) {
			t.Errorf("%+v came back as %+v", e, got)
		}
	})
}

func BenchmarkRecord(b *testing.B) {
	e := full()
	r := e.Record()
	for name, f := range map[string]func(){
		"pack": func() { pack(e) }, "unpack": func() { r.Entity() }, "head": func() { r.Head() }, "ref": func() { r.Ref() },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				f()
			}
		})
	}
}
