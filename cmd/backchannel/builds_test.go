package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/adapters/slack/slacktest"
	"github.com/backchannel-portal/backchannel/internal/outbound/outboundtest"
	"github.com/backchannel-portal/backchannel/internal/store/storetest"
	"github.com/backchannel-portal/backchannel/plugins/circleci/circlecitest"
)

const builtText = `apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: red, title: Red Team}
spec: {type: team, children: []}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: ledger, title: Ledger, annotations: {circleci.com/project-slug: github/acme/ledger}}
spec: {type: service, lifecycle: production, owner: red}
`

// newBuildDesk is a newsdesk whose component is built by a stand-in for CircleCI.
func newBuildDesk(t *testing.T, ci *circlecitest.Server) *newsdesk {
	server := storetest.NewServer(t)
	d := &newsdesk{T: t, chat: slacktest.New(), file: filepath.Join(t.TempDir(), "all.yaml")}
	t.Cleanup(d.chat.Close)
	if err := os.WriteFile(d.file, []byte(builtText), 0o600); err != nil {
		t.Fatal(err)
	}
	config := fmt.Sprintf("store: {url: %q, secret: %q}\ncatalog: {locations: [{type: file, target: %s}], refresh: 1s}\n"+
		"plugins: {circleci: {token: %s, webhook_secret: %s, api_url: %q}}\nproxy: {ci: {target: %q, headers: {Circle-Token: %s}, allowedMethods: [GET]}}\n"+
		"limits: off\nslack: {mode: http, bot_token: %s, signing_secret: %s, api_url: %q}\n",
		server.Database(t), strings.Repeat("k", 32), d.file, circlecitest.Token, circlecitest.Secret, ci.URL, ci.URL+"/api/v2", circlecitest.Token,
		slacktest.BotToken, slacktest.Secret, d.chat.APIURL())
	for i := range 2 {
		d.all = append(d.all, newReplica(t, fmt.Sprint("replica ", i), config))
	}
	for _, r := range d.all {
		until(t, r.name+" answers", func() bool { return strings.Contains(r.ask("who owns ledger?"), "Red Team") })
	}
	return d
}

// webhook delivers to a replica and returns the status.
func (d *newsdesk) webhook(replica int, body []byte, secret string) int {
	d.Helper()
	r, err := http.NewRequestWithContext(d.Context(), http.MethodPost, "http://"+d.all[replica].addr+"/webhooks/circleci", bytes.NewReader(body))
	if err != nil {
		d.Fatal(err)
	}
	r.Header.Set("Circleci-Signature", circlecitest.Sign(secret, body))
	resp, err := outboundtest.Client.Do(r)
	if err != nil {
		d.Fatal(err)
	}
	defer resp.Body.Close()
	return resp.StatusCode
}

// TestBuilds: what CircleCI tells reaches the channel once and in one thread, whichever replica hears it and however
// often; the question is answered with the card, and its button does what it says.
func TestBuilds(t *testing.T) {
	t.Parallel()
	ci := circlecitest.New()
	t.Cleanup(ci.Close)
	now := time.Now()
	failing := circlecitest.Job{Number: 7, Name: "test", Status: "failed", FailedStep: "make test", Output: "FAIL acme/ledger\n"}
	project := &circlecitest.Project{Slug: "gh/acme/ledger", Default: "main"}
	ci.Add(project)
	run := func(n int64, status string, ago time.Duration) []byte {
		f := &circlecitest.Workflow{ID: fmt.Sprint("w", n), Name: "build", Status: status, Created: now.Add(-ago), Stopped: now.Add(-ago + time.Minute)}
		if status == "failed" {
			f.Jobs = []circlecitest.Job{failing}
		}
		p := &circlecitest.Pipeline{ID: fmt.Sprint("p", n), Number: n, Created: f.Created, Branch: "main", Commit: strings.Repeat("ab", 20), Subject: "Round", Author: "Ann Li", Login: "ann", Workflows: []*circlecitest.Workflow{f}}
		ci.Change(func() { project.Pipelines = append([]*circlecitest.Pipeline{p}, project.Pipelines...) })
		return circlecitest.Delivery(fmt.Sprint("d", n), project.Slug, p, f, f.Stopped)
	}
	d := newBuildDesk(t, ci)
	d.typed("C1", "payments", "/backchannel", "subscribe ledger builds")
	d.until("C1", "This channel hears when Ledger changes: builds.", 1)

	good, bad := run(1, "success", time.Hour), run(2, "failed", 40*time.Minute)
	if code := d.webhook(0, bad, "a guess"); code != http.StatusUnauthorized {
		t.Errorf("a forged delivery: %d", code)
	}
	for _, replica := range []int{0, 1, 1} { // doubled, and the later one first
		for _, body := range [][]byte{bad, good} {
			if code := d.webhook(replica, body, circlecitest.Secret); code != http.StatusAccepted {
				t.Errorf("a delivery: %d", code)
			}
		}
	}
	until(t, "it is told that main broke", func() bool { return len(d.with("C1", "main broke at")) == 1 })
	broke := d.with("C1", "main broke at")[0]
	// A look at the project may come before its webhook, and knows people by their logins.
	if !strings.Contains(broke.Text, "build #2") || !strings.Contains(strings.ToLower(broke.Text), "by ann") || broke.Thread != "" {
		t.Errorf("told %+v", broke)
	}
	d.typed("C2", "general", "/backchannel", "is the build of ledger green?")
	d.until("C2", "main of acme/ledger is broken", 1)
	card := d.with("C2", "main of acme/ledger is broken")[0]
	for _, part := range []string{"make test", "FAIL acme/ledger"} {
		if !strings.Contains(card.Text, part) {
			t.Errorf("%q is not in %s", part, card.Text)
		}
	}
	d.press("C2", "Rerun failed jobs")
	defer func() {
		if t.Failed() {
			t.Logf("the chat shows %+v and %+v", d.chat.Shown("U1", "C1"), d.chat.Shown("U1", "C2"))
		}
	}()
	until(t, "the jobs run again", func() bool { return ci.Reruns() == 1 })

	if code := d.webhook(1, run(3, "success", 20*time.Minute), circlecitest.Secret); code != http.StatusAccepted {
		t.Errorf("a delivery: %d", code)
	}
	until(t, "it is told that main is mended", func() bool { return len(d.with("C1", "green again after 20 min")) == 1 })
	if mended := d.with("C1", "green again after 20 min")[0]; mended.Thread != broke.TS {
		t.Errorf("told elsewhere: %+v", mended)
	}
	if n := len(d.with("C1", "main broke at")); n != 1 {
		t.Errorf("told %d times", n)
	}
	d.typed("C2", "general", "/backchannel", "changes ledger")
	d.until("C2", "things changed around Ledger", 1)
	d.proxied()
}

// proxied: the upstream of the configuration is offered over HTTP, for what it allows and to our own pages.
func (d *newsdesk) proxied() {
	d.Helper()
	ask := func(method, path, origin string) (int, string) {
		r, err := http.NewRequestWithContext(d.Context(), method, "http://"+d.all[0].addr+"/api/proxy/"+path, nil)
		if err != nil {
			d.Fatal(err)
		}
		if origin != "" {
			r.Header.Set("Origin", origin)
		}
		resp, err := outboundtest.Client.Do(r)
		if err != nil {
			d.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			d.Fatal(err)
		}
		if p := resp.Header.Get("Content-Security-Policy"); !strings.HasPrefix(p, "sandbox") && resp.StatusCode == http.StatusOK {
			d.Errorf("%s may run: %s", path, p)
		}
		return resp.StatusCode, string(body)
	}
	if code, body := ask("GET", "ci/me", ""); code != http.StatusOK || !strings.Contains(body, `"login":"ann"`) || strings.Contains(body, circlecitest.Token) {
		d.Errorf("%d %s", code, body)
	}
	for _, tt := range []struct {
		method, path, origin string
		code                 int
	}{
		{"POST", "ci/me", "", 403}, {"POST", "ci/me", "https://evil.example", 403}, {"GET", "circleci/api/v2/me", "", 404},
		{"GET", "ci/..%2f..%2fadmin", "", 403}, {"GET", "nobody/x", "", 404},
	} {
		if code, body := ask(tt.method, tt.path, tt.origin); code != tt.code {
			d.Errorf("%s %s: %d %s", tt.method, tt.path, code, body)
		}
	}
}
