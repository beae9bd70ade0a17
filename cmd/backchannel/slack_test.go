package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/adapters/slack/slacktest"
)

// TestSlackInstallations: two workspaces and an organisation install the app in one running service, each is answered
// with its own token, one that no audience names is turned away, doctor names them, and one that removes the app is
// forgotten.
func TestSlackInstallations(t *testing.T) {
	t.Parallel()
	chat := slacktest.New()
	defer chat.Close()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "catalog.yaml"), []byte(descriptorOf("shop", "team-blue")), 0o600); err != nil {
		t.Fatal(err)
	}
	r := newReplica(t, "the service", fmt.Sprintf(`catalog: {locations: [{type: file, target: %q}]}
store: {url: %q, data_dir: %q}
audiences: {staff: {workspaces: [slack:T1, slack:T2, slack:E1, slack:TE, web, api], guests: members}}
slack: {mode: http, signing_secret: %s, client_id: %q, client_secret: %q, api_url: %q}`,
		filepath.Join(dir, "catalog.yaml"), "sqlite:"+filepath.Join(dir, "store.db"), dir, slacktest.Secret, slacktest.ClientID, slacktest.ClientSecret, chat.APIURL()))
	until(t, "the service", func() bool { code, parts := r.status(); return code == 200 && parts["slack"] })
	install := func(w slacktest.Workspace) int {
		t.Helper()
		chat.Agree(&w)
		jar, err := cookiejar.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := (&http.Client{Jar: jar, Timeout: 20 * time.Second}).Get("http://" + r.addr + "/slack/install")
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.StatusCode
	}
	for _, w := range []slacktest.Workspace{
		{ID: "T1", Name: "One"}, {ID: "T2", Name: "Two", Rotates: true}, {Org: "E1", OrgName: "Group", OrgWide: true},
	} {
		if code := install(w); code != http.StatusOK {
			t.Errorf("%+v: %d", w, code)
		}
	}
	if code := install(slacktest.Workspace{ID: "T9", Name: "Strangers"}); code != http.StatusForbidden || chat.Tokens("T9") != 0 {
		t.Errorf("a stranger: %d, %d tokens", code, chat.Tokens("T9"))
	}
	say := func(team, org, id string, event map[string]any) {
		t.Helper()
		body := slacktest.EventOf(team, org, id, time.Now(), event)
		if code, answer, err := chat.Deliver(t.Context(), "http://"+r.addr+"/slack/events", body); err != nil || code != http.StatusOK {
			t.Fatalf("%d %s %v", code, answer, err)
		}
	}
	until(t, "the catalog", func() bool { return strings.Contains(r.ask("who owns shop?"), "team-blue") })
	for n, c := range []struct{ team, org, token string }{{"T1", "", "T1"}, {"T2", "", "T2"}, {"TE", "E1", "E1"}} {
		say(c.team, c.org, "Ev"+c.team, chat.Said("app_mention", "C"+c.team, "U1", "who owns shop?"))
		until(t, "an answer in "+c.team, func() bool { return len(chat.Messages()) > n })
		if m := chat.Messages()[n]; m.Team != c.token || !strings.Contains(m.Text, "team-blue") {
			t.Errorf("%s: %+v", c.team, m)
		}
	}
	out := doctored(r)
	for _, want := range []string{"slack T1  installed in One", "slack T2  installed in Two", "slack E1  installed in Group"} {
		if !strings.Contains(out, want) {
			t.Errorf("doctor does not say %q:\n%s", want, out)
		}
	}
	time.Sleep(1100 * time.Millisecond) // Slack's times have seconds
	say("T1", "", "EvGone", map[string]any{"type": "app_uninstalled"})
	until(t, "it is forgotten", func() bool { return !strings.Contains(doctored(r), "slack T1") })
	if problems := chat.Problems(); len(problems) > 0 {
		t.Error(problems)
	}
}

// doctored is what doctor says beside the running service.
func doctored(r *replica) string {
	cmd := exec.Command("backchannel", "doctor")
	cmd.Dir = r.dir
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	_ = cmd.Run() // it may find other things
	return out.String()
}
