package input

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/backchannel-portal/backchannel/scaffold"
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

func TestParseRepoURL(t *testing.T) {
	for in, want := range map[string]RepoURL{
		"github.com?owner=acme&repo=shop":               {Host: "github.com", Owner: "acme", Repo: "shop"},
		"GitHub.com?repo=shop&owner=acme%2F":            {Host: "github.com", Owner: "acme", Repo: "shop"},
		"gitlab.com?owner=acme%2Fsub&repo=shop":         {Host: "gitlab.com", Owner: "acme/sub", Repo: "shop"},
		"gitlab.com?project=42":                         {Host: "gitlab.com", Project: "42"},
		"localhost:4319?owner=a&repo=b":                 {Host: "localhost:4319", Owner: "a", Repo: "b"},
		"https://github.com/acme/shop.git":              {Host: "github.com", Owner: "acme", Repo: "shop"},
		"dev.azure.com?organization=o&project=p&repo=r": {Host: "dev.azure.com", Organization: "o", Project: "p", Repo: "r"},
		"bitbucket.org?workspace=w&project=p&repo=r":    {Host: "bitbucket.org", Workspace: "w", Project: "p", Repo: "r"},
	} {
		if got, err := ParseRepoURL(in); err != nil || got != want {
			t.Errorf("%s: %v %+v", in, err, got)
		}
	}
	for _, in := range []string{
		"", "github.com", "github.com?owner=acme", "?owner=a&repo=b", "u:p@github.com?owner=a&repo=b", "github.com?owner=a&repo=..", "github.com?owner=a&repo=x%2Fy", "github.com?owner=a&repo=x.git",
		"github.com?owner=a/../b&repo=x", "github.com?owner=a b&repo=x", "github.com?owner=a&repo=" + strings.Repeat("x", 101), strings.Repeat("x", 2000), "github.com?owner=a&repo=x%00",
	} {
		if got, err := ParseRepoURL(in); err == nil {
			t.Errorf("%q: %+v", in, got)
		}
	}
}

func TestResolveURL(t *testing.T) {
	const hub, lab = "https://github.com/acme/t/blob/main/go/template.yaml", "https://gitlab.com/acme/sub/t/-/blob/main/go/template.yaml"
	for _, tt := range []struct{ base, ref, want string }{
		{hub, "./skeleton", "https://github.com/acme/t/blob/main/go/skeleton"}, {hub, "../shared", "https://github.com/acme/t/blob/main/shared"}, {hub, "/x/y", "https://github.com/acme/t/blob/main/x/y"},
		{"url:" + lab, "skeleton/", "https://gitlab.com/acme/sub/t/-/blob/main/go/skeleton/"}, {lab, "/x", "https://gitlab.com/acme/sub/t/-/blob/main/x"},
		{"https://gitea.dev/a/b/src/branch/main/d/t.yaml", "/x", "https://gitea.dev/a/b/src/branch/main/x"}, {"https://bitbucket.org/a/b/src/main/d/t.yaml", "../x", "https://bitbucket.org/a/b/src/main/x"},
		{hub, "a?b#c", "https://github.com/acme/t/blob/main/go/a"},
	} {
		if got, err := ResolveURL(tt.base, tt.ref); err != nil || got != tt.want {
			t.Errorf("%s + %s: %v %s", tt.base, tt.ref, err, got)
		}
	}
	for _, ref := range []string{"../../x", "../../../../other/repo", "https://evil.dev", "\\x", "a\x00b", "/../../x"} {
		if got, err := ResolveURL(hub, ref); err == nil {
			t.Errorf("%q: %s", ref, got)
		}
	}
	if got, err := Contents("https://github.com/acme/t/blob/main", "catalog-info.yaml"); err != nil || got != "https://github.com/acme/t/blob/main/catalog-info.yaml" {
		t.Error(got, err)
	}
}

func TestSchema(t *testing.T) {
	s := Schema(Must("b", Text, "a | b"), May("a", Either(Texts, OneOf("x", "y")), ""), May("o", Object(May("k", Any, "")), "of"), May("n", ListOf(Whole), ""))
	got, err := Fields(s)
	if err != nil {
		t.Fatal(err)
	}
	var shapes []string
	for _, f := range got {
		shapes = append(shapes, f.Name+": "+f.Shape)
	}
	if diff := cmp.Diff([]string{"b: text", "a: list of text or `x`, `y`", "o: object of k", "n: list of whole number"}, shapes); diff != "" || !got[0].Required || got[1].Required {
		t.Error(diff)
	}
	if _, err := scaffold.NewRegistry(scaffold.Local(scaffold.Spec{Name: "x", Input: s, Output: s}, nil)); err != nil {
		t.Error(err)
	}
}

func TestRead(t *testing.T) {
	v, err := template.ParseJSON([]byte(`{"url": "u", "values": {"b": 1, "a": "2"}, "flag": true}`))
	if err != nil {
		t.Fatal(err)
	}
	var in struct {
		URL    string
		Values Value
		Flag   bool
	}
	if err := Read(&scaffold.Call{Input: v}, &in); err != nil || in.URL != "u" || !in.Flag || string(template.AppendJSON(nil, in.Values.Value)) != `{"b":1,"a":"2"}` {
		t.Errorf("%v %+v", err, in)
	}
	var wrong struct{ Flag string }
	if err := Read(&scaffold.Call{Input: v}, &wrong); err == nil {
		t.Error("a boolean was read as a text")
	}
}

func TestUTF8(t *testing.T) {
	for in, want := range map[string]string{
		"é": "é", "caf\xe9": "caf\uFFFD", "\xe2\x82x": "\uFFFDx", "\xe2\x28\xa1": "\uFFFD(\uFFFD", "\xf0\x9f\x98": "\uFFFD", "\xed\xa0\x80": "\uFFFD\uFFFD\uFFFD", "\xc0\x80": "\uFFFD\uFFFD", "\xf5\x80": "\uFFFD\uFFFD",
	} {
		if got := UTF8([]byte(in)); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
}

func FuzzParseRepoURL(f *testing.F) {
	f.Add("github.com?owner=acme&repo=shop")
	f.Add("https://github.com/acme/shop")
	f.Fuzz(func(t *testing.T, s string) {
		if r, err := ParseRepoURL(s); err == nil && (strings.Contains(r.Repo, "/") || r.Host == "") {
			t.Errorf("%q: %+v", s, r)
		}
	})
}

func FuzzResolveURL(f *testing.F) {
	f.Add("../x")
	f.Fuzz(func(t *testing.T, ref string) {
		got, err := ResolveURL("https://github.com/acme/t/blob/main/go/template.yaml", ref)
		if err == nil && !strings.HasPrefix(got, "https://github.com/acme/t/blob/main") {
			t.Errorf("%q: %s", ref, got)
		}
	})
}
