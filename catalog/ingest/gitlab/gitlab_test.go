package gitlab

import (
	"context"
	"fmt"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/ingest/forge"
	"github.com/backchannel-portal/backchannel/internal/fault"
	vendor "github.com/backchannel-portal/backchannel/internal/scm/gitlab"
	"github.com/backchannel-portal/backchannel/internal/scm/gitlab/gitlabtest"
	"github.com/backchannel-portal/backchannel/internal/scm/remote"
	"github.com/backchannel-portal/backchannel/internal/scm/rest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// clock is moved by hand; sleeping moves it as well.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) forward(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func (c *clock) sleep(ctx context.Context, d time.Duration) error {
	c.forward(d)
	return ctx.Err()
}

// bench is a server, and what reads the group acme of it.
type bench struct {
	*gitlabtest.Server
	t      *testing.T
	clock  *clock
	dir    string
	host   *remote.Host
	source *forge.Source
}

func newBench(t *testing.T) *bench {
	c := &clock{at: time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)}
	s := gitlabtest.New(gitlabtest.Options{Token: "secret-token", Now: c.now})
	t.Cleanup(s.Close)
	return &bench{Server: s, t: t, clock: c, dir: t.TempDir()}
}

func (b *bench) start(s forge.Settings) {
	b.t.Helper()
	disk, err := remote.NewDisk(filepath.Join(b.dir, "cache"), 0)
	if err != nil {
		b.t.Fatal(err)
	}
	client, err := vendor.New(vendor.Options{
		Host: b.Host(), APIURL: b.URL + "/api/v4", Token: "secret-token", Cache: disk, HTTP: b.Client(),
		Budget: rest.BudgetOptions{Clock: b.clock.now, Sleep: b.clock.sleep},
	})
	if err != nil {
		b.t.Fatal(err)
	}
	b.host = remote.NewHost(remote.HostOptions{Name: b.Host(), API: client, Cache: disk, Clock: b.clock.now})
	s.Clock, s.State, s.Interval = b.clock.now, filepath.Join(b.dir, "state.json"), time.Hour
	if b.source, err = New(Options{Settings: s, Group: "acme", Client: client, Host: b.host}); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) read() catalog.Delta {
	b.t.Helper()
	d, err := b.source.Read(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	return d
}

func (b *bench) refs(d catalog.Delta) []string {
	var out []string
	for _, f := range d.Files {
		for _, e := range f.Entities {
			out = append(out, e.Ref.String()+" "+strings.TrimPrefix(f.Location, b.URL))
		}
	}
	slices.Sort(out)
	return out
}

func component(name string) string {
	return fmt.Sprintf("apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: %s}\nspec: {type: service, lifecycle: production, owner: platform}\n", name)
}

func files(name string) map[string]string {
	return map[string]string{"catalog-info.yaml": component(name), "docs/index.md": "# " + name, "docs/more/x.md": "x"}
}

func TestDiscovery(t *testing.T) {
	b := newBench(t)
	b.Pages(2)
	b.Add(gitlabtest.Project{Path: "acme/pay", Files: files("pay"), Topics: []string{"go"}})
	b.Add(gitlabtest.Project{Path: "acme/platform/core/gate", Files: files("gate"), Visibility: "internal"})
	b.Add(gitlabtest.Project{Path: "acme/old", Files: files("old"), Archived: true})
	b.Add(gitlabtest.Project{Path: "acme/copy", Files: files("copy"), Fork: true})
	b.Add(gitlabtest.Project{Path: "acme/empty"})
	b.Add(gitlabtest.Project{Path: "other/pay", Files: files("other")})
	all := []string{"component:default/gate /acme/platform/core/gate/-/blob/main/catalog-info.yaml", "component:default/pay /acme/pay/-/blob/main/catalog-info.yaml"}
	for _, tt := range []struct {
		settings forge.Settings
		want     []string
	}{
		{forge.Settings{}, all},
		{forge.Settings{Filters: forge.Filters{Visibility: []string{"internal"}}}, all[:1]},
		{forge.Settings{Filters: forge.Filters{NotTopics: []string{"go"}}}, all[:1]},
		{forge.Settings{Path: "/**/catalog-info.yaml", Filters: forge.Filters{Name: "p*"}}, all[1:]},
	} {
		b.start(tt.settings)
		d := b.read()
		if diff := cmp.Diff(tt.want, b.refs(d)); diff != "" || !d.Full {
			t.Errorf("full %v: %s", d.Full, diff)
		}
	}
	if _, err := New(Options{}); !fault.Is(err, fault.Invalid) {
		t.Errorf("without a client: %v", err)
	}
}

func TestActivityIsLate(t *testing.T) {
	b := newBench(t)
	b.Add(gitlabtest.Project{Path: "acme/pay", Files: files("pay")})
	b.clock.forward(30 * time.Minute)
	b.start(forge.Settings{})
	b.read()
	b.Reset()
	b.read()
	if n := b.Requests(); n != 1 {
		t.Errorf("nothing happened, and %d requests were made", n)
	}
	b.Push("acme/pay", "main", files("payments"))
	if got := b.refs(b.read()); !strings.Contains(got[0], "default/pay ") {
		t.Errorf("a push that GitLab does not show yet gives %q", got)
	}
	b.clock.forward(time.Hour)
	if got := b.refs(b.read()); !strings.Contains(got[0], "default/payments ") {
		t.Errorf("an hour after the push: %q", got)
	}
}

func TestHook(t *testing.T) {
	b := newBench(t)
	b.Add(gitlabtest.Project{Path: "acme/platform/pay", Files: files("pay")})
	b.Staff([]gitlabtest.Group{{Path: "acme", Name: "Acme"}}, []gitlabtest.User{{Login: "ada", State: "active"}})
	b.clock.forward(30 * time.Minute)
	b.start(forge.Settings{Users: true})
	b.read()
	deltas := make(chan catalog.Delta, 10)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		b.source.Watch(ctx, func(d catalog.Delta) { deltas <- d }) //nolint:errcheck // it ends with ctx
	}()
	defer func() { cancel(); <-done }()
	<-deltas
	server := httptest.NewServer(Hook("the-secret", b.host, b.source))
	defer server.Close()
	post := func(secret, event string, payload any) int {
		t.Helper()
		status, err := gitlabtest.Deliver(ctx, server.URL, secret, event, payload)
		if err != nil {
			t.Fatal(err)
		}
		return status
	}
	next := func() catalog.Delta {
		select {
		case d := <-deltas:
			return d
		case <-time.After(20 * time.Second):
			t.Fatal("nothing came")
			return catalog.Delta{}
		}
	}

	b.Push("acme/platform/pay", "main", files("payments"))
	payload := b.PushPayload("acme/platform/pay", "main")
	if status := post("guess", "Push Hook", payload); status != 401 {
		t.Errorf("a forged webhook was answered %d", status)
	}
	if status := post("the-secret", "Push Hook", payload); status != 202 {
		t.Errorf("a push was answered %d", status)
	}
	if got := b.refs(next()); !slices.Equal(got, []string{"component:default/payments /acme/platform/pay/-/blob/main/catalog-info.yaml"}) {
		t.Errorf("after the push: %q", got)
	}
	if status := post("the-secret", "Push Hook", payload); status != 409 {
		t.Errorf("the same webhook was answered %d", status)
	}
	b.Remove("acme/platform/pay")
	if status := post("the-secret", "Project Hook", map[string]any{"event_name": "project_destroy", "path_with_namespace": "acme/platform/pay"}); status != 202 {
		t.Errorf("a removal was answered %d", status)
	}
	if d := next(); len(d.Gone) != 1 {
		t.Errorf("after the removal: gone %q", d.Gone)
	}
	b.Staff([]gitlabtest.Group{{Path: "acme", Name: "Acme", Members: []string{"ada"}}}, []gitlabtest.User{{Login: "ada", State: "active"}})
	if status := post("the-secret", "Member Hook", map[string]any{"event_name": "user_add_to_group", "group_path": "acme"}); status != 202 {
		t.Errorf("a new member was answered %d", status)
	}
	if got := b.refs(next()); !slices.Equal(got, []string{"user:default/ada /ada"}) {
		t.Errorf("after joining: %q", got)
	}
	if status := post("the-secret", "Subgroup Hook", map[string]any{"event_name": "subgroup_create", "full_path": "other/x"}); status != 200 {
		t.Errorf("another group's subgroup was answered %d", status)
	}
}

func TestPeople(t *testing.T) {
	b := newBench(t)
	b.Staff([]gitlabtest.Group{
		{Path: "acme", Name: "Acme"}, {Path: "acme/platform", Name: "Platform", Members: []string{"boss"}},
		{Path: "acme/platform/core", Name: "Core", Members: []string{"ada", "gone"}}, {Path: "other", Name: "Other"},
	}, []gitlabtest.User{
		{Login: "ada", Name: "Ada L.", PublicEmail: "ada@acme.example", State: "active"},
		{Login: "boss", Name: "Boss", State: "active"}, {Login: "gone", Name: "Gone", State: "blocked"},
	})
	b.start(forge.Settings{Users: true})
	d := b.read()
	want := []string{
		"group:default/acme /groups/acme", "group:default/platform /groups/acme/platform", "group:default/platform-core /groups/acme/platform/core",
		"user:default/ada /ada", "user:default/boss /boss",
	}
	if diff := cmp.Diff(want, b.refs(d)); diff != "" {
		t.Fatal(diff)
	}
	for _, f := range d.Files {
		e := f.Entities[0]
		var rel []string
		for r := range e.Relations.All() {
			rel = append(rel, r.Type+" "+r.Target.String())
		}
		switch got := fmt.Sprint(e.Profile.Email, rel); e.Name {
		case "platform-core":
			if got != "[childOf group:default/platform]" || e.Annotation("gitlab.com/group-path") != "acme/platform/core" {
				t.Errorf("%s: %s", e.Name, got)
			}
		case "ada":
			if got != "ada@acme.example[memberOf group:default/platform-core]" {
				t.Errorf("%s: %s", e.Name, got)
			}
		}
	}
}

func TestRateLimit(t *testing.T) {
	b := newBench(t)
	for i := range 40 {
		b.Add(gitlabtest.Project{Path: fmt.Sprintf("acme/p%02d", i), Files: files(fmt.Sprintf("c%02d", i))})
	}
	b.clock.forward(30 * time.Minute)
	b.start(forge.Settings{})
	b.Limit(50)
	before := b.clock.now()
	if d := b.read(); len(b.refs(d)) != 40 || !d.Full {
		t.Errorf("found %d, full %v", len(b.refs(d)), d.Full)
	}
	if waited := b.clock.now().Sub(before); waited < time.Minute {
		t.Errorf("120 requests at 50 a minute took %v", waited)
	}
}
