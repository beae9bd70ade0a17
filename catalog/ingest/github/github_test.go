package github

import (
	"context"
	"fmt"
	"os"
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
	vendor "github.com/backchannel-portal/backchannel/internal/scm/github"
	"github.com/backchannel-portal/backchannel/internal/scm/github/githubtest"
	"github.com/backchannel-portal/backchannel/internal/scm/remote"
	"github.com/backchannel-portal/backchannel/internal/scm/rest"
)

// The workers are those of the text index, which the documentation's reader is linked with.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("github.com/blevesearch/bleve_index_api.AnalysisWorker"))
}

// clock is moved by hand; sleeping moves it as well.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)} }

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

// bench is a server with an organisation, and what reads it.
type bench struct {
	*githubtest.Server
	t      *testing.T
	clock  *clock
	dir    string
	budget rest.BudgetOptions
	host   *remote.Host
	source *forge.Source
}

func newBench(t *testing.T) *bench {
	c := newClock()
	s := githubtest.New(githubtest.Options{Org: "acme", Token: "secret-token", Now: c.now})
	t.Cleanup(s.Close)
	return &bench{Server: s, t: t, clock: c, dir: t.TempDir(), budget: rest.BudgetOptions{Clock: c.now, Sleep: c.sleep, MaxWait: 5 * time.Minute}}
}

// start makes a source as a process that starts does: what an earlier one left in the folder is there.
func (b *bench) start(s forge.Settings) *forge.Source {
	b.t.Helper()
	disk, err := remote.NewDisk(filepath.Join(b.dir, "cache"), 0)
	if err != nil {
		b.t.Fatal(err)
	}
	client, err := vendor.New(vendor.Options{
		Host: b.Host(), APIURL: b.URL, Token: "secret-token", Cache: disk, HTTP: b.Client(), Budget: b.budget,
	})
	if err != nil {
		b.t.Fatal(err)
	}
	b.host = remote.NewHost(remote.HostOptions{Name: b.Host(), API: client, Cache: disk, Clock: b.clock.now})
	s.Clock, s.State, s.Interval = b.clock.now, filepath.Join(b.dir, "state.json"), time.Hour
	if b.source, err = New(Options{Settings: s, Org: "acme", Client: client, Host: b.host}); err != nil {
		b.t.Fatal(err)
	}
	return b.source
}

func (b *bench) read() catalog.Delta {
	b.t.Helper()
	d, err := b.source.Read(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	return d
}

// follow runs Watch until the test ends and returns what it emits.
func (b *bench) follow() <-chan catalog.Delta {
	out := b.followAll()
	<-out // the first says that nothing changed
	return out
}

func (b *bench) followAll() <-chan catalog.Delta {
	out := make(chan catalog.Delta, 100)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	source := b.source
	go func() {
		defer close(done)
		err := source.Watch(ctx, func(d catalog.Delta) { out <- d })
		if ctx.Err() == nil {
			b.t.Errorf("watching ended: %v", err)
		}
	}()
	b.t.Cleanup(func() { cancel(); <-done })
	return out
}

func next(t *testing.T, from <-chan catalog.Delta) catalog.Delta {
	t.Helper()
	select {
	case d := <-from:
		return d
	case <-time.After(20 * time.Second):
		t.Fatal("nothing came")
		return catalog.Delta{}
	}
}

// refs lists the entities of a delta with where they lie.
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

func problems(d catalog.Delta) []string {
	var out []string
	for _, f := range d.Files {
		for _, p := range f.Problems {
			out = append(out, p.Code+": "+p.Message)
		}
	}
	return out
}

func component(name string) string {
	return fmt.Sprintf("apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: %s}\nspec: {type: service, lifecycle: production, owner: platform}\n", name)
}

func files(name string) map[string]string {
	return map[string]string{"catalog-info.yaml": component(name), "README.md": "# " + name}
}

func TestDiscovery(t *testing.T) {
	repos := []githubtest.Repo{
		{Name: "pay", Files: files("pay"), Topics: []string{"go", "production"}},
		{Name: "old", Files: files("old"), Archived: true},
		{Name: "copy", Files: files("copy"), Fork: true},
		{Name: "inside", Files: files("inside"), Private: true, Topics: []string{"go", "secret"}},
		{Name: "tools", Files: map[string]string{"main.go": "package main"}},
		{Name: "empty"},
		{Name: "mono", Files: map[string]string{
			"services/a/catalog-info.yaml": component("a"), "services/b/catalog-info.yaml": component("b"),
			"templates/x/skeleton/catalog-info.yaml": component("${{values.name}}"), "node_modules/z/catalog-info.yaml": component("z"),
		}},
	}
	for _, tt := range []struct {
		name     string
		settings forge.Settings
		want     []string
	}{
		{"as it comes", forge.Settings{}, []string{
			"component:default/inside /acme/inside/blob/main/catalog-info.yaml", "component:default/pay /acme/pay/blob/main/catalog-info.yaml"}},
		{"glob", forge.Settings{Path: "**/catalog-info.yaml", Filters: forge.Filters{Name: "MO*"}}, []string{
			"component:default/a /acme/mono/blob/main/services/a/catalog-info.yaml", "component:default/b /acme/mono/blob/main/services/b/catalog-info.yaml"}},
		{"folder", forge.Settings{Path: "/services/", Filters: forge.Filters{Name: "mono"}}, []string{
			"component:default/a /acme/mono/blob/main/services/a/catalog-info.yaml", "component:default/b /acme/mono/blob/main/services/b/catalog-info.yaml"}},
		{"topics", forge.Settings{Filters: forge.Filters{Topics: []string{"GO"}, NotTopics: []string{"secret"}}}, []string{
			"component:default/pay /acme/pay/blob/main/catalog-info.yaml"}},
		{"visibility", forge.Settings{Filters: forge.Filters{Visibility: []string{"private", "internal"}}}, []string{
			"component:default/inside /acme/inside/blob/main/catalog-info.yaml"}},
		{"archived and forks", forge.Settings{Filters: forge.Filters{Archived: true, Forks: true, Name: "{old,copy}"}}, []string{
			"component:default/copy /acme/copy/blob/main/catalog-info.yaml", "component:default/old /acme/old/blob/main/catalog-info.yaml"}},
		{"another branch", forge.Settings{Branch: "release/1"}, []string{"component:default/pay /acme/pay/blob/release/1/catalog-info.yaml"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t)
			b.Pages(2)
			for _, r := range repos {
				b.Add(r)
			}
			b.Push("pay", "release/1", files("pay"))
			b.start(tt.settings)
			d := b.read()
			if diff := cmp.Diff(tt.want, b.refs(d)); diff != "" || !d.Full || len(problems(d)) > 0 {
				t.Errorf("%s\nfull %v, problems %q", diff, d.Full, problems(d))
			}
		})
	}
}

func TestBySearch(t *testing.T) {
	b := newBench(t)
	b.Add(githubtest.Repo{Name: "pay", Files: files("pay")})
	b.Unlisted()
	b.start(forge.Settings{})
	if got := b.refs(b.read()); len(got) != 1 {
		t.Errorf("found %q", got)
	}
}

func TestWhatDidNotChangeCostsNothing(t *testing.T) {
	b := newBench(t)
	for i := range 30 {
		b.Add(githubtest.Repo{Name: fmt.Sprintf("r%02d", i), Files: files(fmt.Sprintf("c%02d", i))})
	}
	b.clock.forward(time.Hour)
	b.start(forge.Settings{})
	b.Reset()
	b.read()
	if spent := b.Spent(); spent > 1+30*3 { // the list; a branch, a tree and a descriptor each
		t.Errorf("the first read cost %d requests", spent)
	}
	b.Reset()
	b.read()
	if n := b.Requests("/"); n != 1 || b.Spent() != 0 {
		t.Errorf("the second read made %d requests and cost %d", n, b.Spent())
	}

	b.start(forge.Settings{}) // another process
	b.Reset()
	if got := b.refs(b.read()); len(got) != 30 || b.Requests("/") != 1 || b.Spent() != 0 {
		t.Errorf("a restart found %d, made %d requests and cost %d", len(got), b.Requests("/"), b.Spent())
	}

	changed := files("c07")
	changed["main.go"] = "package main"
	b.Push("r07", "main", changed)
	b.Reset()
	b.read()
	if n := b.Requests("/"); n != 3 || b.Requests("/repos/acme/r07/git/blobs") != 0 {
		t.Errorf("a push that leaves the descriptor alone made %d requests", n)
	}
}

func TestResume(t *testing.T) {
	b := newBench(t)
	for i := range 200 {
		b.Add(githubtest.Repo{Name: fmt.Sprintf("r%03d", i), Files: files(fmt.Sprintf("c%03d", i))})
	}
	b.clock.forward(time.Hour)
	ctx, kill := context.WithCancel(t.Context())
	source := b.start(forge.Settings{Progress: func(p forge.Progress) {
		if p.Done >= 100 {
			kill()
		}
	}})
	if _, err := source.Read(ctx); err == nil {
		t.Fatal("the load was not interrupted")
	}
	blobs := b.Requests("/repos/acme/r000/git/blobs")
	var last forge.Progress
	b.start(forge.Settings{Progress: func(p forge.Progress) { last = p }})
	if d := b.read(); len(b.refs(d)) != 200 || !d.Full {
		t.Errorf("found %d, full %v", len(b.refs(d)), d.Full)
	}
	if again := b.Requests("/repos/acme/r000/git/blobs"); blobs != 1 || again != 1 {
		t.Errorf("a descriptor was fetched %d times before and %d times in all", blobs, again)
	}
	if last.Done != 200 || last.Total != 200 || last.Failed != 0 {
		t.Errorf("the last progress was %+v", last)
	}
}

func TestBudget(t *testing.T) {
	b := newBench(t)
	for i := range 100 {
		b.Add(githubtest.Repo{Name: fmt.Sprintf("r%03d", i), Files: files(fmt.Sprintf("c%03d", i))})
	}
	b.clock.forward(time.Hour)
	b.budget.Reserve = 10
	var until time.Time
	b.start(forge.Settings{Parallel: 1, Progress: func(p forge.Progress) { until = p.Until }})
	b.Limit(100, time.Hour)
	d := b.read()
	if d.Full || len(b.refs(d)) == 0 || b.Spent() > 90 {
		t.Errorf("full %v, %d entities, %d requests of 100 with a reserve of 10", d.Full, len(b.refs(d)), b.Spent())
	}
	if p := strings.Join(problems(d), "\n"); until.IsZero() || !strings.Contains(p, "the API budget is used up until 12:00:00 UTC") {
		t.Errorf("nobody says why: until %v, %q", until, p)
	}
	deltas := b.follow()
	for range 3 { // an hour at a time
		b.clock.forward(time.Hour + time.Second)
		b.source.Refresh("")
		next(t, deltas)
		for len(deltas) > 0 {
			<-deltas
		}
	}
	d = b.read()
	if !d.Full || len(b.refs(d)) != 100 || len(problems(d)) > 0 {
		t.Errorf("after some hours: full %v, %d entities, problems %q", d.Full, len(b.refs(d)), problems(d))
	}
}

func TestSecondaryLimit(t *testing.T) {
	b := newBench(t)
	b.Add(githubtest.Repo{Name: "pay", Files: files("pay")})
	b.start(forge.Settings{})
	b.Fail("/repos/acme/pay/git/trees", 403, map[string][]string{"Retry-After": {"40"}}, "You have exceeded a secondary rate limit")
	b.Fail("/repos/acme/pay/git/blobs", 502, nil, "Bad gateway")
	before := b.clock.now()
	if got := b.refs(b.read()); len(got) != 1 {
		t.Errorf("found %q", got)
	}
	if waited := b.clock.now().Sub(before); waited < 40*time.Second || waited > time.Minute {
		t.Errorf("waited %v", waited)
	}
}

func TestTruncatedTree(t *testing.T) {
	b := newBench(t)
	many := map[string]string{}
	for i := range 60 {
		many[fmt.Sprintf("d%d/e%d/f%d.txt", i%3, i%5, i)] = fmt.Sprint(i)
	}
	many["d2/e4/catalog-info.yaml"] = component("deep")
	b.Add(githubtest.Repo{Name: "big", Files: many})
	b.MaxTree(10)
	b.start(forge.Settings{Path: "**/catalog-info.yaml"})
	if diff := cmp.Diff([]string{"component:default/deep /acme/big/blob/main/d2/e4/catalog-info.yaml"}, b.refs(b.read())); diff != "" {
		t.Error(diff)
	}
}

func TestWhatCannotBeReadStays(t *testing.T) {
	b := newBench(t)
	b.Add(githubtest.Repo{Name: "pay", Files: files("pay")})
	b.Add(githubtest.Repo{Name: "ship", Files: files("ship")})
	b.clock.forward(time.Hour)
	b.start(forge.Settings{})
	b.read()

	b.Down("/orgs/acme/repos", 500)
	if _, err := b.source.Read(t.Context()); !fault.Is(err, fault.Upstream) {
		t.Errorf("a list that fails gives %v", err)
	}
	b.Down("/orgs/acme/repos", 0)

	for _, status := range []int{403, 404, 500} {
		b.Push("pay", "main", files(fmt.Sprintf("pay%d", status)))
		b.clock.forward(time.Hour)
		b.Down("/repos/acme/pay/branches", status)
		for _, restarted := range []bool{false, true} {
			if restarted {
				b.start(forge.Settings{})
			}
			d := b.read()
			i := slices.IndexFunc(d.Files, func(f catalog.File) bool { return strings.Contains(f.Location, "/pay/") })
			if i < 0 || !d.Files[i].Opaque || len(d.Files[i].Problems) != 1 || len(b.refs(d)) != 1 {
				t.Errorf("%d, restarted %v: %q, problems %q", status, restarted, b.refs(d), problems(d))
			}
		}
		b.Down("/repos/acme/pay/branches", 0)
		b.read()
	}
}

func TestUnknownPastIsNotGone(t *testing.T) {
	b := newBench(t)
	b.Add(githubtest.Repo{Name: "pay", Files: files("pay")})
	b.Add(githubtest.Repo{Name: "ship", Files: files("ship")})
	b.Down("/repos/acme/pay", 403)
	b.start(forge.Settings{}) // nothing is remembered, the store may know pay
	if d := b.read(); d.Full || len(b.refs(d)) != 1 {
		t.Errorf("full %v with %q", d.Full, b.refs(d))
	}
	deltas := b.follow()
	b.Down("/repos/acme/pay", 0)
	b.source.Refresh("")
	if d := next(t, deltas); !d.Full || len(b.refs(d)) != 2 {
		t.Errorf("once it can be read: full %v with %q", d.Full, b.refs(d))
	}
}

func TestPatience(t *testing.T) {
	b := newBench(t)
	for i := range 200 {
		b.Add(githubtest.Repo{Name: fmt.Sprintf("r%03d", i), Files: files(fmt.Sprintf("c%03d", i))})
	}
	b.clock.forward(time.Hour)
	b.start(forge.Settings{Patience: time.Second, Progress: func(forge.Progress) { b.clock.forward(2 * time.Second) }})
	d := b.read()
	if n := len(b.refs(d)); d.Full || n == 0 || n == 200 {
		t.Fatalf("at first: full %v, %d entities", d.Full, n)
	}
	got := map[string]bool{}
	for _, r := range b.refs(d) {
		got[r] = true
	}
	deltas := b.followAll()
	for !d.Full {
		d = next(t, deltas)
		for _, r := range b.refs(d) {
			got[r] = true
		}
		if len(d.Gone) > 0 {
			t.Errorf("gone %q", d.Gone)
		}
	}
	if len(got) != 200 || len(b.refs(d)) != 200 {
		t.Errorf("in the end %d entities, %d at once", len(got), len(b.refs(d)))
	}
}

func TestComingAndGoing(t *testing.T) {
	b := newBench(t)
	for _, name := range []string{"a", "b", "c", "d"} {
		b.Add(githubtest.Repo{Name: name, Files: files(name)})
	}
	b.clock.forward(time.Hour)
	b.start(forge.Settings{})
	b.read()
	deltas := b.follow()
	b.Remove("a")
	b.Archive("b")
	b.Rename("c", "c2")
	b.Add(githubtest.Repo{Name: "e", Files: files("e")})
	b.source.Refresh("")
	d := next(t, deltas)
	gone := []string{"/acme/a/", "/acme/b/", "/acme/c/"}
	for i, g := range gone {
		gone[i] = b.URL + g + "blob/main/catalog-info.yaml"
	}
	if diff := cmp.Diff(gone, d.Gone); diff != "" {
		t.Error(diff)
	}
	want := []string{"component:default/c /acme/c2/blob/main/catalog-info.yaml", "component:default/e /acme/e/blob/main/catalog-info.yaml"}
	if diff := cmp.Diff(want, b.refs(d)); diff != "" {
		t.Error(diff)
	}

	// a repository that is neither in the list nor can be asked for is not gone
	b.Remove("d")
	b.Down("/repos/acme/d", 403)
	b.source.Refresh("")
	if d := next(t, deltas); len(d.Gone) > 0 || len(problems(d)) != 1 {
		t.Errorf("gone %q, problems %q", d.Gone, problems(d))
	}
	b.Down("/repos/acme/d", 0)
	b.source.Refresh("")
	if d := next(t, deltas); len(d.Gone) != 1 {
		t.Errorf("gone %q", d.Gone)
	}
}

func TestStateThatIsOfNoUse(t *testing.T) {
	b := newBench(t)
	b.Add(githubtest.Repo{Name: "pay", Files: files("pay")})
	b.Add(githubtest.Repo{Name: "empty"})
	b.clock.forward(time.Hour)
	state := filepath.Join(b.dir, "state.json")
	for _, text := range []string{"", "{", "[]", `{"Version":1,"Origin":"github:other/acme","Repos":[{}]}`, `{"Version":99}`,
		`{"Version":1,"Origin":"github:` + b.Host() + `/acme","Repos":[null,{}],"People":{}}`} {
		if err := os.WriteFile(state, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		b.start(forge.Settings{})
		if d := b.read(); len(b.refs(d)) != 1 || !d.Full || len(problems(d)) > 0 {
			t.Errorf("%q: %q, full %v, problems %q", text, b.refs(d), d.Full, problems(d))
		}
	}
	if err := os.Remove(state); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(state, 0o700); err != nil { // it cannot be written
		t.Fatal(err)
	}
	var warned error
	b.start(forge.Settings{Warn: func(err error) { warned = err }})
	if d := b.read(); len(b.refs(d)) != 1 || warned == nil {
		t.Errorf("%q, warned %v", b.refs(d), warned)
	}
}
