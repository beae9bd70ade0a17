package links_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/plugins"
	"github.com/backchannel-portal/backchannel/plugins/links"
)

func entity(pairs ...string) *catalog.Entity {
	e := &catalog.Entity{}
	for i := 0; i < len(pairs); i += 2 {
		e.Annotations = append(e.Annotations, catalog.Pair{Key: pairs[i], Value: pairs[i+1]})
	}
	return e
}

func TestPipelines(t *testing.T) {
	t.Parallel()
	s, err := links.New()
	if err != nil {
		t.Fatal(err)
	}
	const circle, github, gitlab = "circleci.com/project-slug", "github.com/project-slug", "gitlab.com/project-slug"
	type row struct {
		Provider, Project, URL string
		Implied                bool
	}
	for _, c := range []struct {
		name string
		e    *catalog.Entity
		want []row
	}{
		{"nothing", entity(), nil},
		{"blank", entity(circle, "  "), nil},
		{"short host", entity(circle, "gh/acme/pay"), []row{{"CircleCI", "acme/pay", "https://app.circleci.com/pipelines/github/acme/pay", false}}},
		{"long host", entity(circle, " GitHub/acme/pay/ "), []row{{"CircleCI", "acme/pay", "https://app.circleci.com/pipelines/github/acme/pay", false}}},
		{"bitbucket", entity(circle, "bb/acme/pay"), []row{{"CircleCI", "acme/pay", "https://app.circleci.com/pipelines/bitbucket/acme/pay", false}}},
		{"standalone", entity(circle, "circleci/Xy1/Zq2"), []row{{"CircleCI", "Xy1/Zq2", "https://app.circleci.com/pipelines/circleci/Xy1/Zq2", false}}},
		{"unknown host", entity(circle, "svn/acme/pay"), []row{{"CircleCI", "svn/acme/pay", "", false}}},
		{"too short", entity(circle, "acme/pay"), []row{{"CircleCI", "acme/pay", "", false}}},
		{"both", entity(github, "acme/pay", circle, "gh/acme/pay"), []row{
			{"CircleCI", "acme/pay", "https://app.circleci.com/pipelines/github/acme/pay", false},
			{"GitHub Actions", "acme/pay", "https://github.com/acme/pay/actions", true},
		}},
		{"own instance", entity(github, "acme/pay", "backstage.io/source-location", "url:https://git.acme.dev/Acme/pay/tree/main/"),
			[]row{{"GitHub Actions", "acme/pay", "https://git.acme.dev/acme/pay/actions", true}}},
		{"another project's location", entity(github, "acme/pay", "backstage.io/source-location", "url:https://git.acme.dev/acme/payments/"),
			[]row{{"GitHub Actions", "acme/pay", "https://github.com/acme/pay/actions", true}}},
		{"subgroups", entity(gitlab, "a/b/c"), []row{{"GitLab CI", "a/b/c", "https://gitlab.com/a/b/c/-/pipelines", true}}},
		{"jenkins", entity("jenkins.io/job-full-name", "folder/job"), []row{{"Jenkins", "folder/job", "", false}}},
		{"buildkite", entity("buildkite.com/project-slug", "acme/pay"), []row{{"Buildkite", "acme/pay", "https://buildkite.com/acme/pay", false}}},
		{"dots", entity(github, "../pay"), []row{{"GitHub Actions", "../pay", "", true}}},
		{"markup", entity(github, "acme/<b>"), []row{{"GitHub Actions", "acme/<b>", "", true}}},
		{"query", entity(github, "acme/pay?x=1"), []row{{"GitHub Actions", "acme/pay?x=1", "", true}}},
		{"endless", entity(github, strings.Repeat("a/", 400)), nil},
	} {
		got, err := s.Pipelines(t.Context(), c.e)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		var rows []row
		for _, p := range got {
			rows = append(rows, row{p.Provider, p.Project, p.URL, p.Implied})
		}
		if diff := cmp.Diff(c.want, rows); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

func TestSites(t *testing.T) {
	t.Parallel()
	s, err := links.New()
	if err != nil {
		t.Fatal(err)
	}
	for in, want := range map[string]string{
		"":                               "",
		" https://shop.acme.example ":    "https://shop.acme.example",
		"http://shop.acme.example/a?b":   "http://shop.acme.example/a?b",
		"javascript:alert(1)":            "",
		"shop.acme.example":              "",
		"https://":                       "",
		"https://me:pw@acme.example":     "",
		"https://acme.example/\x01":      "",
		strings.Repeat("https://a", 999): "",
	} {
		got, err := s.Sites(t.Context(), entity("lighthouse.com/website-url", in))
		if err != nil {
			t.Errorf("%q: %v", in, err)
		}
		var wanted []plugins.Site
		if want != "" {
			wanted = []plugins.Site{{Provider: "Lighthouse", Annotation: "lighthouse.com/website-url", URL: want}}
		}
		if diff := cmp.Diff(wanted, got); diff != "" {
			t.Errorf("%q: %s", in, diff)
		}
	}
}

func FuzzSlug(f *testing.F) {
	s, err := links.New()
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{"gh/a/b", "a/b", "a:b/c", "//", "a/%2e%2e", "支付/服务", "a/b\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, slug string) {
		for _, key := range []string{"circleci.com/project-slug", "github.com/project-slug", "gitlab.com/project-slug"} {
			got, err := s.Pipelines(t.Context(), entity(key, slug))
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range got {
				if p.URL == "" {
					continue
				}
				u, err := url.Parse(p.URL)
				if err != nil || u.Scheme != "https" || u.RawQuery != "" || u.Fragment != "" || strings.Contains(u.Path, "/../") {
					t.Errorf("%q: %q, %v", slug, p.URL, err)
				}
				switch u.Host {
				case "app.circleci.com", "github.com", "gitlab.com":
				default:
					t.Errorf("%q leads to %q", slug, u.Host)
				}
			}
		}
	})
}
