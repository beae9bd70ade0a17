package scm

import (
	"slices"
	"testing"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

func TestCandidates(t *testing.T) {
	const src, managed = "backstage.io/source-location", "backstage.io/managed-by-location"
	for _, tt := range []struct {
		name        string
		descriptor  string
		annotations map[string]string
		want        []Candidate
	}{
		{"source location first", "/x/catalog/all.yaml",
			map[string]string{src: "url:https://github.com/acme/pay/tree/main/", "github.com/project-slug": "acme/pay"},
			[]Candidate{{"https://github.com/acme/pay/tree/main/", false}, {"https://github.com/acme/pay", false}}},
		{"managed by a descriptor in its repository", "",
			map[string]string{managed: "url:https://github.com/acme/pay/blob/main/api/catalog-info.yaml"},
			[]Candidate{{"https://github.com/acme/pay/blob/main/api/", true}}},
		{"managed by a central file", "", map[string]string{managed: "url:https://github.com/acme/catalog/blob/main/all.yaml"}, nil},
		{"slugs", "", map[string]string{"github.com/project-slug": "acme/a", "gitlab.com/project-slug": "g/s/b"},
			[]Candidate{{"https://github.com/acme/a", false}, {"https://gitlab.com/g/s/b", false}}},
		{"bad slugs", "", map[string]string{"github.com/project-slug": "acme/../b", "gitlab.com/project-slug": "https://x"}, nil},
		{"next to the descriptor", "/x/pay/catalog-info.yaml", nil, []Candidate{{"/x/pay/", true}}},
		{"descriptor alone", "catalog-info.yml", nil, []Candidate{{".", true}}},
		{"same folder twice", "https://h/a/b/catalog-info.yaml?x=1", map[string]string{managed: "url:https://h/a/b/catalog-info.yaml"}, []Candidate{{"https://h/a/b/", true}}},
		{"relative to the descriptor", "/x/all.yaml", map[string]string{src: "dir:./pay"}, []Candidate{{"/x/pay", false}}},
		{"another folder of the disk", "/x/all.yaml", map[string]string{src: "file:/etc"}, nil},
		{"local folder from the web", "https://h/a/all.yaml", map[string]string{src: "file:/etc"}, nil},
	} {
		get := func(k string) string { return tt.annotations[k] }
		if got := Candidates(Origin{get, tt.descriptor}); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestResolve(t *testing.T) {
	for _, tt := range []struct {
		descriptor, target, want string
		kind                     fault.Kind
	}{
		{"/x/a/c.yaml", "dir:.", "/x/a", 0},
		{"/x/a/c.yaml", "./docs", "/x/a/docs", 0},
		{"/x/a/c.yaml", "file:/x/a/docs", "/x/a/docs", 0},
		{"a/c.yaml", "dir:sub", "a/sub", 0},
		{"file:/x/a/c.yaml", "dir:sub", "/x/a/sub", 0},
		{"/x/a/c.yaml", "dir:../b", "", fault.Forbidden},
		{"/x/a/c.yaml", "/x/ab", "", fault.Forbidden},
		{"", "dir:.", "", fault.Forbidden},
		{"/x/c.yaml", "", "", fault.NotFound},
		{"/x/c.yaml", "url:https://h/a/b", "https://h/a/b", 0},
		{"/x/c.yaml", "git@h:a/b", "git@h:a/b", 0},
		{"https://github.com/a/b/blob/main/c.yaml", "dir:.", "https://github.com/a/b/blob/main/", 0},
		{"url:https://github.com/a/b/blob/main/s/c.yaml?x", "dir:../docs", "https://github.com/a/b/blob/main/docs", 0},
		{"https://github.com/a/b/blob/main/c.yaml", "file:///etc", "", fault.Forbidden},
		{"https://github.com/a/b/blob/main/c.yaml", "//evil.example/x", "", fault.Forbidden},
	} {
		got, err := Resolve(tt.descriptor, tt.target)
		if got != tt.want || (err == nil) != (tt.want != "") || (err != nil && fault.KindOf(err) != tt.kind) {
			t.Errorf("Resolve(%q, %q) = %q, %v; want %q, %v", tt.descriptor, tt.target, got, err, tt.want, tt.kind)
		}
	}
}
