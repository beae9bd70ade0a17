package clone

import (
	"slices"
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/internal/gitrun"
)

func located(t testing.TB) *Store {
	s := &Store{hosts: map[string]Host{"git.acme.dev": {}}, repos: map[string]Repo{}}
	for _, text := range []string{"https://code.acme.dev/pay.git", "git@code.acme.dev:group/sub/api.git"} {
		at, err := gitrun.ParseAddress(text)
		if err != nil {
			t.Fatal(err)
		}
		s.Add(Repo{At: at})
	}
	return s
}

func TestLocate(t *testing.T) {
	s := located(t)
	for target, want := range map[string]string{
		"https://code.acme.dev/pay":                               "pay||",
		"https://code.acme.dev/Pay/src/branch/main/docs":          "pay|main/docs|",
		"https://code.acme.dev/pay/src/main/docs":                 "pay|main/docs|",
		"https://code.acme.dev/pay/tree/main/":                    "pay|main|",
		"https://code.acme.dev/pay/docs":                          "pay||docs",
		"url:https://code.acme.dev/group/sub/api/-/blob/m/x.yaml": "group/sub/api|m/x.yaml|",
		"git@code.acme.dev:group/sub/api.git":                     "group/sub/api||",
		"https://code.acme.dev/other":                             "",
		"https://git.acme.dev/any/thing/tree/main/docs":           "any/thing|main/docs|",
		"https://elsewhere.dev/any/thing":                         "",
		"./local":                                                 "",
		"https://code.acme.dev/pay/../../x":                       "",
	} {
		p, err := s.locate(target)
		got := ""
		if err == nil {
			got = p.repo + "|" + strings.Join(p.ref, "/") + "|" + strings.Join(p.path, "/")
		}
		if got != want {
			t.Errorf("%s: %s %v", target, got, err)
		}
	}
}

func FuzzLocate(f *testing.F) {
	s := located(f)
	for _, t := range []string{"https://code.acme.dev/pay/src/main/a%2fb", "https://git.acme.dev/a/b/tree/%2e%2e/x", "git@git.acme.dev:-x", "url:https://git.acme.dev//a//"} {
		f.Add(t)
	}
	f.Fuzz(func(t *testing.T, target string) {
		p, err := s.locate(target)
		if err != nil {
			return
		}
		for _, part := range slices.Concat(p.ref, p.path) {
			if part == ".." {
				t.Fatalf("%q climbs: %+v", target, p)
			}
		}
		if r, ok := s.find(p.host, p.repo); ok && strings.HasPrefix(r.At.Path, "-") {
			t.Fatalf("%q gives %s", target, r.At)
		}
	})
}
