package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/descriptor"
	"github.com/backchannel-portal/backchannel/catalog/search"
)

// TestProposeTheSampleCompany proposes a descriptor for every component of the sample company that has a repository of
// its own, and compares it with the one it has.
func TestProposeTheSampleCompany(t *testing.T) {
	t.Parallel()
	const config = "testdata/demo/backchannel.yaml"
	s := &session{globals: globals{Config: config, Quiet: true}, streams: streams{err: &bytes.Buffer{}}, ctx: t.Context()}
	a, err := s.readCatalog()
	if err != nil {
		t.Fatal(err)
	}
	defer a.close()
	all, named, typed, documented := 0, 0, 0, 0
	for e := range a.view(catalog.Viewer{}).Entities(search.Filter{Kinds: []string{"component"}}) {
		source := e.Annotation("backstage.io/source-location")
		switch e.Type {
		case "service", "website", "library":
		default:
			continue // no rule proposes others
		}
		if repo, rest, ok := strings.Cut(source, "/tree/main/"); !ok || rest != "" || !strings.HasPrefix(repo, "url:https://github.com/harborlane/") {
			continue
		}
		var out, errs bytes.Buffer
		code := run(t.Context(), []string{"--config", config, "catalog", "propose", source}, streams{out: &out, err: &errs})
		if code != exitDone {
			if strings.Contains(errs.String(), "knows") || strings.Contains(errs.String(), "no such") || strings.Contains(errs.String(), "not exist") {
				continue // the sample has no code of it
			}
			t.Fatalf("%s: %d, %s", e.Ref, code, errs.String())
		}
		docs := descriptor.Read("catalog-info.yaml", out.Bytes(), descriptor.Options{})
		if len(docs) != 1 || !docs[0].OK {
			t.Fatalf("%s: %+v\n%s", e.Ref, docs, out.String())
		}
		p := docs[0].Entity
		all++
		if p.Ref == e.Ref {
			named++
		}
		if p.Type == e.Type {
			typed++
		}
		if (p.Annotation("backstage.io/techdocs-ref") == "") == (e.Annotation("backstage.io/techdocs-ref") == "") {
			documented++
		}
		for _, key := range []string{"backstage.io/source-location", "github.com/project-slug"} {
			if was, is := e.Annotation(key), p.Annotation(key); was != "" && was != is {
				t.Errorf("%s: %s is %q, was %q", e.Ref, key, is, was)
			}
		}
	}
	t.Logf("of %d components, %d have their name, %d their type, %d docs where they had", all, named, typed, documented)
	if all < 90 || named*100 < 95*all || typed*100 < 90*all || documented*100 < 95*all {
		t.Error("the proposals are worse than they were")
	}
}
