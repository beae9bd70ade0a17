package circleci

import (
	"strings"
	"testing"
)

func TestParseSlug(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"gh/acme/pay": "gh/acme/pay", "github/acme/pay": "gh/acme/pay", " GitHub/acme/pay/ ": "gh/acme/pay", "acme/pay": "gh/acme/pay",
		"bb/acme/pay": "bb/acme/pay", "bitbucket/acme/pay": "bb/acme/pay", "circleci/9b1/77c": "circleci/9b1/77c",
		"gitlab/acme/pay": "", "gh/acme/pay/x": "", "gh//pay": "", "gh/../pay": "", "": "", "pay": "",
		"gh/acme/p?y": "", "gh/acme/p y": "", "gh/acme/" + strings.Repeat("x", 300): "",
	} {
		s, ok := ParseSlug(text)
		if ok != (want != "") || ok && s.String() != want {
			t.Errorf("%q: %v %v", text, s, ok)
		}
	}
	s, _ := ParseSlug("gh/acme/pay")
	if s.old() != "github/acme/pay" || s.pages("https://x") != "https://x/pipelines/github/acme/pay" || s.Project() != "acme/pay" {
		t.Error(s.old(), s.pages("https://x"))
	}
}

func FuzzParseSlug(f *testing.F) {
	for _, s := range []string{"gh/acme/pay", "circleci/a/b", "a/b", "//", "gh/%2e%2e/x", "gh/a\x00/b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, ok := ParseSlug(text)
		if !ok {
			return
		}
		if again, ok := ParseSlug(s.String()); !ok || again != s {
			t.Errorf("%q: %v", text, again)
		}
		if strings.Contains(s.path(), "..") && strings.Contains("/"+s.path()+"/", "/../") {
			t.Errorf("%q leaves its place", text)
		}
	})
}

func FuzzHook(f *testing.F) {
	f.Add([]byte(`{"id":"a","type":"workflow-completed","happened_at":"2026-11-23T10:00:00Z","project":{"slug":"gh/a/b"}}`))
	f.Add([]byte(`{"id":7}`))
	f.Add([]byte(`[]`))
	p := New(Config{WebhookSecret: "s"})
	f.Fuzz(func(_ *testing.T, body []byte) {
		if w, err := readHook(body); err == nil {
			s, _ := ParseSlug(w.Project.Slug)
			p.run(s, pipeline{ID: w.Pipeline.ID, VCS: w.Pipeline.VCS}, workflow{ID: w.Workflow.ID, Status: w.Workflow.Status})
		}
	})
}
