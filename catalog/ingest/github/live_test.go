package github

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/ingest/forge"
	"github.com/backchannel-portal/backchannel/internal/fault"
	vendor "github.com/backchannel-portal/backchannel/internal/scm/github"
	"github.com/backchannel-portal/backchannel/internal/scm/github/githubtest"
)

func (b *bench) hook(secret string) func(event string, payload any) int {
	server := httptest.NewServer(Hook(secret, b.host, b.source))
	b.t.Cleanup(server.Close)
	return func(event string, payload any) int {
		status, err := githubtest.Deliver(b.t.Context(), server.URL, "the-secret", event, payload)
		if err != nil {
			b.t.Fatal(err)
		}
		return status
	}
}

func TestPush(t *testing.T) {
	b := newBench(t)
	for _, name := range []string{"pay", "ship"} {
		b.Add(githubtest.Repo{Name: name, Files: files(name)})
	}
	b.clock.forward(time.Hour)
	var told []string
	b.start(forge.Settings{Pushed: func(web string) { told = append(told, strings.TrimPrefix(web, b.URL)) }})
	b.read()
	deltas := b.follow()
	post := b.hook("the-secret")

	b.Push("pay", "main", map[string]string{"catalog-info.yaml": component("payments")})
	b.Reset()
	told = nil
	payload := b.PushPayload("pay", "main")
	if status := post("push", payload); status != 202 {
		t.Fatalf("the push was answered %d", status)
	}
	d := next(t, deltas)
	if diff := cmp.Diff([]string{"component:default/payments /acme/pay/blob/main/catalog-info.yaml"}, b.refs(d)); diff != "" {
		t.Error(diff)
	}
	if n := b.Requests("/"); n != 3 || b.Requests("/repos/acme/pay/") != 3 {
		t.Errorf("the push cost %d requests", n)
	}
	if !slices.Equal(told, []string{"/acme/pay"}) {
		t.Errorf("told of %q", told)
	}
	if status := post("push", payload); status != 409 {
		t.Errorf("the same webhook once more was answered %d", status)
	}
	for event, want := range map[string]int{"star": 200, "ping": 200} {
		if status := post(event, map[string]any{"zen": event}); status != want {
			t.Errorf("%s was answered %d", event, status)
		}
	}
	b.Push("pay", "feature", files("other"))
	if status := post("push", b.PushPayload("pay", "feature")); status != 200 {
		t.Errorf("a push to another branch was answered %d", status)
	}
	other := map[string]any{"ref": "refs/heads/main", "repository": map[string]any{"full_name": "elsewhere/pay"}}
	if status := post("push", other); status != 200 {
		t.Errorf("a push to another organisation was answered %d", status)
	}
	if status := b.hook("another-secret")("push", map[string]any{"ref": "refs/heads/main"}); status != 401 {
		t.Errorf("a forged webhook was answered %d", status)
	}
	if status := b.hook("")("push", map[string]any{"ref": "refs/heads/main"}); status != 401 {
		t.Errorf("without a secret a webhook was answered %d", status)
	}
	if status := post("push", "no object"); status != 400 {
		t.Errorf("nonsense was answered %d", status)
	}
}

func TestRepositoryEvents(t *testing.T) {
	b := newBench(t)
	b.Add(githubtest.Repo{Name: "pay", Files: files("pay")})
	b.Add(githubtest.Repo{Name: "ship", Files: files("ship")})
	b.clock.forward(time.Hour)
	b.start(forge.Settings{})
	b.read()
	deltas := b.follow()
	post := b.hook("the-secret")

	b.Rename("pay", "payments")
	renamed := map[string]any{
		"action": "renamed", "repository": map[string]any{"full_name": "acme/payments"},
		"changes": map[string]any{"repository": map[string]any{"name": map[string]any{"from": "pay"}}},
	}
	if status := post("repository", renamed); status != 202 {
		t.Fatalf("answered %d", status)
	}
	d := next(t, deltas)
	if len(d.Gone) != 1 || !slices.Equal(b.refs(d), []string{"component:default/pay /acme/payments/blob/main/catalog-info.yaml"}) {
		t.Errorf("after renaming: gone %q, %q", d.Gone, b.refs(d))
	}

	b.Add(githubtest.Repo{Name: "fresh", Files: files("fresh")})
	if status := post("push", b.PushPayload("fresh", "main")); status != 202 { // the event that it was made may come later
		t.Fatalf("answered %d", status)
	}
	if d := next(t, deltas); !slices.Equal(b.refs(d), []string{"component:default/fresh /acme/fresh/blob/main/catalog-info.yaml"}) {
		t.Errorf("after making one: %q", b.refs(d))
	}

	b.Remove("ship")
	if status := post("repository", map[string]any{"action": "deleted", "repository": map[string]any{"full_name": "acme/ship"}}); status != 202 {
		t.Fatalf("answered %d", status)
	}
	if d := next(t, deltas); len(d.Gone) != 1 || !strings.Contains(d.Gone[0], "/acme/ship/") {
		t.Errorf("after deleting one: gone %q", d.Gone)
	}
}

func TestPeople(t *testing.T) {
	b := newBench(t)
	b.Add(githubtest.Repo{Name: "pay", Files: files("pay")})
	b.clock.forward(time.Hour)
	teams := []githubtest.Team{
		{Slug: "engineering", Name: "Engineering", Members: []string{"boss"}},
		{Slug: "payments", Name: "Payments <&> more", Description: "Takes money", Parent: "engineering", Members: []string{"ada"}},
	}
	users := []githubtest.User{{Login: "ada", Name: "Ada L.", Email: "ada@acme.example"}, {Login: "boss"}}
	b.Staff(teams, users)
	b.start(forge.Settings{Users: true})
	all := map[string]*catalog.Entity{}
	where := map[string]string{}
	collect := func(d catalog.Delta) {
		clear(all)
		for _, f := range d.Files {
			for _, e := range f.Entities {
				all[e.Ref.String()], where[e.Ref.String()] = e, strings.TrimPrefix(f.Location, b.URL)
			}
		}
	}
	d := b.read()
	collect(d)
	if len(all) != 5 || !d.Full || len(problems(d)) > 0 {
		t.Fatalf("%v, full %v, problems %q", where, d.Full, problems(d))
	}
	ada, payments := all["user:default/ada"], all["group:default/payments"]
	if ada.Profile.Email != "ada@acme.example" || ada.DisplayName() != "Ada L." || ada.Annotation("github.com/user-login") != "ada" {
		t.Errorf("ada is %+v", ada)
	}
	if got := fmt.Sprint(relations(ada), relations(payments), relations(all["user:default/boss"])); got !=
		"[memberOf group:default/payments] [childOf group:default/engineering] [memberOf group:default/engineering]" {
		t.Errorf("relations are %s", got)
	}
	if payments.DisplayName() != "Payments <&> more" || where["group:default/payments"] != "/orgs/acme/teams/payments" ||
		payments.Annotation("github.com/team-slug") != "acme/payments" {
		t.Errorf("payments is %+v at %s", payments, where["group:default/payments"])
	}

	deltas := b.follow()
	post := b.hook("the-secret")
	teams[1].Members = []string{"ada", "boss"}
	b.Staff(teams, users)
	if status := post("membership", map[string]any{"action": "added", "organization": map[string]any{"login": "acme"}}); status != 202 {
		t.Fatalf("answered %d", status)
	}
	collect(next(t, deltas))
	if boss := all["user:default/boss"]; len(all) != 1 || fmt.Sprint(relations(boss)) != "[memberOf group:default/payments]" {
		t.Errorf("after joining: %v", all)
	}

	b.Down("/orgs/acme/members", 403) // who was known stays, after a restart as well
	for range 2 {
		d = b.read()
		if collect(d); len(all) != 5 {
			t.Errorf("%d entities, problems %q", len(all), problems(d))
		}
		b.start(forge.Settings{Users: true})
	}
}

func relations(e *catalog.Entity) []string {
	var out []string
	for r := range e.Relations.All() {
		out = append(out, r.Type+" "+r.Target.String())
	}
	return out
}

func TestOwnersFromCodeOwners(t *testing.T) {
	unowned := strings.Replace(component("pay"), ", owner: platform", "", 1)
	b := newBench(t)
	b.Add(githubtest.Repo{Name: "pay", Files: map[string]string{
		"catalog-info.yaml": unowned, "svc/catalog-info.yaml": component("svc"),
		".github/CODEOWNERS": "* @acme/everyone\n/svc/ @acme/svc\n/catalog-info.yaml @acme/ghosts @ada @acme/payments # both\n",
	}})
	b.Add(githubtest.Repo{Name: "none", Files: map[string]string{"catalog-info.yaml": strings.ReplaceAll(unowned, "pay", "none")}})
	b.clock.forward(time.Hour)
	known := map[string]bool{"@ada": true}
	b.start(forge.Settings{Path: "**/catalog-info.yaml", Owners: func(handle string) (catalog.Ref, bool) {
		if !known[handle] {
			return catalog.Ref{}, false
		}
		if handle == "@ada" {
			return catalog.MakeRef("User", "", "ada"), true
		}
		return catalog.MakeRef("Group", "", handle[strings.IndexByte(handle, '/')+1:]), true
	}})
	owners := func(d catalog.Delta) map[string]string {
		out := map[string]string{}
		for _, f := range d.Files {
			for _, e := range f.Entities {
				out[e.Name] = e.Owner.String()
				for _, p := range e.Problems {
					out[e.Name] += fmt.Sprintf(" (%s, line %d: %s)", p.Code, p.Line, p.Message)
				}
			}
		}
		return out
	}
	const note = " (owner-from-codeowners, line 4: the descriptor names no owner; %s is from .github/CODEOWNERS, line 3)"
	want := map[string]string{"pay": "user:default/ada" + fmt.Sprintf(note, "@ada"), "svc": "group:default/platform"}
	d := b.read()
	if diff := cmp.Diff(want, owners(d)); diff != "" {
		t.Error(diff)
	}
	if p := problems(d); len(p) != 1 || !strings.HasPrefix(p[0], "invalid: ") {
		t.Errorf("problems %q", p)
	}
	deltas := b.follow()
	known["@acme/payments"] = true // the team comes into the catalog
	b.source.Refresh("")
	want = map[string]string{"pay": "group:default/payments" + fmt.Sprintf(note, "@acme/payments")}
	if diff := cmp.Diff(want, owners(next(t, deltas))); diff != "" {
		t.Error(diff)
	}
}

// asApp makes the bench read as an App, with a clock of its own.
func (b *bench) asApp(own *clock) *vendor.Client {
	b.t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		b.t.Fatal(err)
	}
	b.App("4711", &key.PublicKey, time.Hour)
	text := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
	budget := b.budget
	budget.Clock = own.now
	client, err := vendor.New(vendor.Options{
		Host: b.Host(), APIURL: b.URL, App: &vendor.App{ID: "4711", PrivateKey: string(text)}, HTTP: b.Client(), Budget: budget,
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return client
}

func TestApp(t *testing.T) {
	for _, tt := range []struct {
		name string
		skew time.Duration
	}{{"same clock", 0}, {"we are an hour late", -time.Hour}, {"we are an hour early", time.Hour}} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t)
			b.Add(githubtest.Repo{Name: "pay", Files: files("pay")})
			own := newClock()
			own.forward(tt.skew)
			client := b.asApp(own)
			list := func() {
				t.Helper()
				if repos, err := client.Repositories(t.Context(), "acme"); err != nil || len(repos) != 1 {
					t.Fatal(repos, err)
				}
			}
			list()
			list()
			if b.Issued() != 1 {
				t.Errorf("%d tokens for two requests", b.Issued())
			}
			b.clock.forward(56 * time.Minute)
			own.forward(56 * time.Minute)
			list() // renewed before its end
			if b.Issued() != 2 {
				t.Errorf("%d tokens after 56 minutes", b.Issued())
			}
			b.Revoke()
			list()
			if b.Issued() != 3 {
				t.Errorf("%d tokens after a revocation", b.Issued())
			}
			if _, err := client.Repositories(t.Context(), "elsewhere"); !fault.Is(err, fault.Forbidden) {
				t.Errorf("where it is not installed: %v", err)
			}
		})
	}
}

// TestAppComesAndGoes: an installation that was suspended, removed or made anew is told as what it is, and used again as
// soon as it can be, without a start.
func TestAppComesAndGoes(t *testing.T) {
	b := newBench(t)
	b.Add(githubtest.Repo{Name: "pay", Files: files("pay")})
	client := b.asApp(newClock())
	list := func(want string) {
		t.Helper()
		repos, err := client.Repositories(t.Context(), "acme")
		if want == "" && (err != nil || len(repos) != 1) || want != "" && (!fault.Is(err, fault.Forbidden) || !strings.Contains(err.Error(), want)) {
			t.Errorf("%v, %v; want %q", repos, err, want)
		}
	}
	list("")
	for range 2 {
		b.Install(77, true)
		list("the GitHub App is suspended in acme")
		list("the GitHub App is suspended in acme")
		b.Install(77, false)
		list("")
	}
	b.Install(0, false)
	list("the GitHub App is not installed in acme")
	list("the GitHub App is not installed in acme")
	b.Install(78, false)
	list("")
	if _, err := client.Token(t.Context(), "acme"); err != nil {
		t.Error(err)
	}
	b.Install(79, false)
	b.clock.forward(2 * time.Hour)
	list("")
}

// TestAppTokensAreRenewedOnce: of many requests that a revoked token is refused for, one gets a new token for all; and a
// token that lives shortly is used for as long as it does.
func TestAppTokensAreRenewedOnce(t *testing.T) {
	b := newBench(t)
	b.Add(githubtest.Repo{Name: "pay", Files: files("pay")})
	own := newClock()
	client := b.asApp(own)
	list := func() {
		if _, err := client.Repositories(t.Context(), "acme"); err != nil {
			t.Error(err)
		}
	}
	list()
	for round := range 3 {
		b.Revoke()
		var all sync.WaitGroup
		for range 16 {
			all.Go(list)
		}
		all.Wait()
		if n := b.Issued(); n != round+2 {
			t.Fatalf("%d tokens after %d revocations", n, round+1)
		}
	}
	b.Lifetime(2 * time.Minute)
	b.Revoke()
	issued := b.Issued()
	for range 8 { // for two minutes
		list()
		b.clock.forward(15 * time.Second)
		own.forward(15 * time.Second)
	}
	if n := b.Issued() - issued; n != 2 {
		t.Errorf("%d tokens in two minutes, which is how long they live", n)
	}
}

func TestAppOptions(t *testing.T) {
	for name, app := range map[string]vendor.App{
		"no id": {PrivateKey: "x"}, "no PEM": {ID: "1", PrivateKey: "x"},
		"no key": {ID: "1", PrivateKey: string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: []byte("x")}))},
	} {
		if _, err := vendor.New(vendor.Options{App: &app}); !fault.Is(err, fault.Invalid) || strings.Contains(err.Error(), "\"x\"") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := vendor.New(vendor.Options{Token: "x", App: &vendor.App{}}); !fault.Is(err, fault.Invalid) {
		t.Errorf("both: %v", err)
	}
}
