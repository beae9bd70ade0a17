package catalog

import (
	"slices"
	"testing"
)

func TestProvenanceAnnotations(t *testing.T) {
	for _, c := range []struct {
		name string
		p    Provenance
		want []Pair
	}{
		{"nowhere", Provenance{Origin: "file:x"}, nil},
		{"a local file", Provenance{Origin: "file:./catalog/all.yaml", Location: "catalog/a.yaml", Line: 7}, []Pair{
			{AnnotationLocation, "file:catalog/a.yaml"}, {AnnotationOriginLocation, "file:./catalog/all.yaml"},
		}},
		{"GitHub", Provenance{Origin: "github:acme", Location: "https://github.com/acme/pay/blob/main/a/catalog-info.yaml", Line: 7}, []Pair{
			{AnnotationEditURL, "https://github.com/acme/pay/edit/main/a/catalog-info.yaml"},
			{AnnotationLocation, "url:https://github.com/acme/pay/blob/main/a/catalog-info.yaml"},
			{AnnotationOriginLocation, "github:acme"},
			{AnnotationSourceLocation, "url:https://github.com/acme/pay/tree/main/a/"},
			{AnnotationViewURL, "https://github.com/acme/pay/blob/main/a/catalog-info.yaml#L7"},
		}},
		{"another host", Provenance{Location: "https://files.example.com/catalog-info.yaml?x=1"}, []Pair{
			{AnnotationLocation, "url:https://files.example.com/catalog-info.yaml?x=1"},
			{AnnotationSourceLocation, "url:https://files.example.com/"},
			{AnnotationViewURL, "https://files.example.com/catalog-info.yaml?x=1"},
		}},
	} {
		if got := c.p.Annotations(); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}
