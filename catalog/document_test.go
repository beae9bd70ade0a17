package catalog

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// descriptorJSON is a descriptor of the usual size.
func descriptorJSON(name string) []byte {
	text, _ := json.Marshal(map[string]any{
		"apiVersion": "backstage.io/v1alpha1", "kind": "Component",
		"metadata": map[string]any{
			"name": name, "namespace": "default", "description": "Takes the orders of all shops and hands them on.",
			"annotations": map[string]string{"github.com/project-slug": "acme/" + name, "backstage.io/techdocs-ref": "dir:."},
			"tags":        []string{"java", "orders"},
			"links":       []map[string]string{{"url": "https://metrics.example/d/" + name, "title": "Dashboard", "icon": "dashboard"}},
		},
		"spec": map[string]any{"type": "service", "lifecycle": "production", "owner": "team-orders", "dependsOn": []string{"resource:orders-db"}},
	})
	return text
}

func TestDocument(t *testing.T) {
	for _, text := range [][]byte{
		[]byte("{}"), descriptorJSON("orders"), []byte(`"` + strings.Repeat("x", 1<<20) + `"`), []byte("\x00\x01\xff"),
	} {
		d, before := NewDocument(text), bytes.Clone(text)
		clear(text)
		got := d.JSON()
		if !bytes.Equal(got, before) || d.IsZero() {
			t.Errorf("%.40q came back as %.40q", before, got)
		}
		clear(got)
		if !bytes.Equal(d.JSON(), before) {
			t.Error("the text is shared with its readers")
		}
		if !d.Equal(NewDocument(before)) || d.Equal(NewDocument(append(before, ' '))) || d.Equal(Document{}) || (Document{}).Equal(d) {
			t.Errorf("%.40q: equality", before)
		}
	}
	if d := NewDocument(nil); !d.IsZero() || d.JSON() != nil || !d.Equal(Document{}) {
		t.Error("nothing is something")
	}
}

// TestSqueezed: a usual descriptor takes less than a third of its text.
func TestSqueezed(t *testing.T) {
	e := full()
	text := descriptorJSON("Orders")
	body := squeeze(text, e.own())
	if 3*len(body) > len(text) {
		t.Errorf("%d bytes of text take %d: %q", len(text), len(body), body)
	}
	if got := unsqueeze(string(body), len(text), e.own()); !bytes.Equal(got, text) {
		t.Errorf("came back as %s", got)
	}
}

func TestAppendOwn(t *testing.T) {
	own := []string{"orders", "https://a.example/x", "abc"}
	for text, want := range map[string]string{
		"orders": "\x01\x00", "component:default/orders": "component:default/\x01\x00", "component:orders": "component:\x01\x00",
		"https://a.example/x": "\x01\x01", "orders-db": "orders-db", "abc": "abc", "": "", ":": ":", "a/": "a/",
	} {
		if got := string(appendOwn(nil, []byte(text), own, lengthsOf(own))); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// FuzzSqueeze: whatever text and strings are, the text comes back.
func FuzzSqueeze(f *testing.F) {
	f.Add(descriptorJSON("orders"), "orders", "https://metrics.example/d/orders")
	f.Add([]byte(`{"a":"x\"orders","orders":"a\\"}`), "orders", `a\`)
	f.Add([]byte("\x01\x00\x01"), "abcd", "\x01\x01abc")
	f.Add([]byte(`"`), "", "")
	f.Add(bytes.Repeat([]byte(`"abcd"`), 500), "abcd", `d"ab`)
	f.Fuzz(func(t *testing.T, text []byte, a, b string) {
		e := &Entity{Name: a, Title: b, Description: a + b}
		if got := unsqueeze(string(squeeze(text, e.own())), len(text), e.own()); !bytes.Equal(got, text) {
			t.Errorf("%q came back as %q", text, got)
		}
	})
}

func BenchmarkDocument(b *testing.B) {
	entities := make([]*Entity, 1000)
	texts, packed := 0, 0
	for i := range entities {
		e := full()
		e.Name = fmt.Sprintf("payment-ledger-%d", i)
		e.Document = NewDocument(descriptorJSON(e.Name))
		texts += e.Document.size()
		entities[i] = Lean(e)
		_, body := entities[i].Record().document()
		packed += len(body)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		entities[i%len(entities)].Document.JSON()
	}
	b.ReportMetric(100*float64(packed)/float64(texts), "%size")
}
