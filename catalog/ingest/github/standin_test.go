//go:build oracle

package github

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/ingest/forge"
	vendor "github.com/backchannel-portal/backchannel/internal/scm/github"
	"github.com/backchannel-portal/backchannel/internal/scm/remote"
	"github.com/backchannel-portal/backchannel/internal/scm/rest"
)

// standIn is a GitHub that nobody here wrote; .ci/oracle/github starts it.
type standIn struct {
	t    *testing.T
	url  string
	host string
}

func newStandIn(t *testing.T) *standIn {
	url := os.Getenv("GITHUB_STANDIN_URL")
	if url == "" {
		t.Fatal("GITHUB_STANDIN_URL is not set; run .ci/oracle/github")
	}
	t.Cleanup(http.DefaultClient.CloseIdleConnections)
	return &standIn{t, url, strings.TrimPrefix(url, "http://")}
}

// call asks the stand-in as its administrator does.
func (s *standIn) call(token, method, path string, in, out any) http.Header {
	s.t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		s.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, bytes.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode >= 300 {
		s.t.Fatalf("%s %s: %s", method, path, res.Status)
	}
	if out != nil {
		if err := json.NewDecoder(res.Body).Decode(out); err != nil {
			s.t.Fatal(err)
		}
	}
	return res.Header
}

// push commits files to a repository's main branch, which fires its webhooks.
func (s *standIn) push(repo string, files map[string]string) {
	s.t.Helper()
	type entry struct {
		Path    string `json:"path"`
		Mode    string `json:"mode"`
		Type    string `json:"type"`
		Content string `json:"content"`
	}
	var list []entry
	for name, text := range files {
		list = append(list, entry{name, "100644", "blob", text})
	}
	top := "/repos/acme/" + repo + "/git"
	var ref struct{ Object struct{ SHA string } }
	s.call("admin-token", "GET", top+"/ref/heads/main", nil, &ref)
	var tree, commit struct{ SHA string }
	s.call("admin-token", "POST", top+"/trees", map[string]any{"tree": list}, &tree)
	s.call("admin-token", "POST", top+"/commits", map[string]any{"message": "change", "tree": tree.SHA, "parents": []string{ref.Object.SHA}}, &commit)
	s.call("admin-token", "PATCH", top+"/refs/heads/main", map[string]any{"sha": commit.SHA}, nil)
}

func (s *standIn) source(o vendor.Options, settings forge.Settings) (*forge.Source, *remote.Host) {
	s.t.Helper()
	disk, err := remote.NewDisk(filepath.Join(s.t.TempDir(), "cache"), 0)
	if err != nil {
		s.t.Fatal(err)
	}
	o.Host, o.APIURL, o.Cache = s.host, s.url, disk
	client, err := vendor.New(o)
	if err != nil {
		s.t.Fatal(err)
	}
	host := remote.NewHost(remote.HostOptions{Name: s.host, API: client, Cache: disk})
	source, err := New(Options{Settings: settings, Org: "acme", Client: client, Host: host})
	if err != nil {
		s.t.Fatal(err)
	}
	return source, host
}

func entities(d catalog.Delta) []string {
	var out []string
	for _, f := range d.Files {
		for _, e := range f.Entities {
			out = append(out, e.Ref.String())
		}
	}
	slices.Sort(out)
	return out
}

func TestStandIn(t *testing.T) {
	s := newStandIn(t)
	const repos = 24 // of the seed
	for i := range repos {
		name := fmt.Sprintf("svc-%02d", i)
		s.push(name, map[string]string{"catalog-info.yaml": component(name), "docs/index.md": "# " + name, "go.mod": "module x\n"})
	}
	s.push("mono", map[string]string{"services/a/catalog-info.yaml": component("mono-a"), "services/b/catalog-info.yaml": component("mono-b")})
	s.call("admin-token", "POST", "/orgs/acme/teams", map[string]any{"name": "Payments", "privacy": "closed"}, nil)
	s.call("admin-token", "PUT", "/orgs/acme/teams/payments/memberships/ada", map[string]any{"role": "member"}, nil)
	source, _ := s.source(vendor.Options{Token: "reader-token"}, forge.Settings{Path: "/**/catalog-info.yaml", Users: true})
	d, err := source.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got := entities(d)
	for _, want := range []string{"component:default/svc-00", "component:default/svc-23", "component:default/mono-a", "component:default/mono-b",
		"group:default/payments", "user:default/ada"} {
		if !slices.Contains(got, want) {
			t.Errorf("%s is missing of %q, problems %q", want, got, problems(d))
		}
	}
	t.Logf("%d entities, full %v", len(got), d.Full)
}

func TestStandInPush(t *testing.T) {
	s := newStandIn(t)
	s.push("svc-07", map[string]string{"catalog-info.yaml": component("before")})
	source, host := s.source(vendor.Options{Token: "reader-token"}, forge.Settings{Interval: time.Hour})
	if _, err := source.Read(t.Context()); err != nil {
		t.Fatal(err)
	}
	hook := Hook("hook-secret", host, source)
	var mu sync.Mutex
	var answers []int
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rec := httptest.NewRecorder()
		hook.ServeHTTP(rec, r)
		mu.Lock()
		answers = append(answers, rec.Code)
		mu.Unlock()
		w.WriteHeader(rec.Code)
	}))
	defer server.Close()
	s.call("admin-token", "PUT", "/orgs/acme/teams/payments/memberships/admin", map[string]any{"role": "maintainer"}, nil)
	s.call("admin-token", "POST", "/repos/acme/svc-07/hooks", map[string]any{
		"events": []string{"push"}, "active": true,
		"config": map[string]any{"url": server.URL, "content_type": "json", "secret": "hook-secret"},
	}, nil)
	deltas := make(chan catalog.Delta, 10)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		source.Watch(ctx, func(d catalog.Delta) { deltas <- d }) //nolint:errcheck // it ends with ctx
	}()
	defer func() { cancel(); <-done }()
	<-deltas
	start := time.Now()
	s.push("svc-07", map[string]string{"catalog-info.yaml": component("after")})
	select {
	case d := <-deltas:
		if got := entities(d); !slices.Equal(got, []string{"component:default/after"}) {
			t.Errorf("after the push: %q", got)
		}
		t.Logf("answered from %v after the push began", time.Since(start).Round(time.Millisecond))
	case <-time.After(20 * time.Second):
		t.Error("the push was not noticed")
	}
	mu.Lock()
	defer mu.Unlock()
	if !slices.Contains(answers, http.StatusAccepted) {
		t.Errorf("the webhooks were answered %d", answers)
	}
}

func TestStandInRateLimit(t *testing.T) {
	s := newStandIn(t)
	const reserve = 200
	spend(t, s, "poor-token", reserve+40)
	source, _ := s.source(vendor.Options{Token: "poor-token", Budget: rest.BudgetOptions{Reserve: reserve, MaxWait: time.Second}}, forge.Settings{Parallel: 2})
	d, err := source.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	now := spend(t, s, "poor-token", 0)
	if d.Full || len(entities(d)) == 0 || !strings.Contains(strings.Join(problems(d), "\n"), "the API budget is used up until") {
		t.Errorf("full %v, %d entities, problems %q", d.Full, len(entities(d)), problems(d))
	}
	if now < reserve-10 {
		t.Errorf("%d requests are left of a reserve of %d", now, reserve)
	}
	t.Logf("%d entities were read, then %d requests were left", len(entities(d)), now)
}

// spend uses requests up until so many are left, at least one, and returns how many are.
func spend(t *testing.T, s *standIn, token string, until int) int {
	t.Helper()
	for {
		left, err := strconv.Atoi(s.call(token, "GET", "/meta", nil, nil).Get("X-RateLimit-Remaining"))
		if err != nil {
			t.Fatal(err)
		}
		if left <= until || until == 0 {
			return left
		}
	}
}
