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

// TestDocumentSize: a usual descriptor takes less than half of its text.
func TestDocumentSize(t *testing.T) {
	text := descriptorJSON("payment-ledger-api")
	if d := NewDocument(text); 2*len(d.packed) > len(text) {
		t.Errorf("%d bytes of text take %d", len(text), len(d.packed))
	}
}

// FuzzDocument: whatever the text is, it comes back, packed alike each time.
func FuzzDocument(f *testing.F) {
	f.Add(descriptorJSON("a"))
	f.Add([]byte(""))
	f.Add([]byte(`{"kind":"API","spec":{"definition":"openapi: 3.0.3"}}`))
	f.Add(bytes.Repeat([]byte("ab"), 5000))
	f.Fuzz(func(t *testing.T, text []byte) {
		d := NewDocument(text)
		if !bytes.Equal(d.JSON(), text) || !d.Equal(NewDocument(text)) {
			t.Errorf("%q came back as %q", text, d.JSON())
		}
	})
}

func BenchmarkDocument(b *testing.B) {
	texts := make([][]byte, 1000)
	docs := make([]Document, len(texts))
	for i := range texts {
		texts[i] = descriptorJSON(fmt.Sprintf("payment-ledger-%d", i))
		docs[i] = NewDocument(texts[i])
	}
	b.Run("pack", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			NewDocument(texts[i%len(texts)])
		}
		b.ReportMetric(100*float64(len(docs[0].packed))/float64(len(texts[0])), "%size")
	})
	b.Run("unpack", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			docs[i%len(docs)].JSON()
		}
	})
}
