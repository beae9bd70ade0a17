package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/adapters/slack/slacktest"
	"github.com/backchannel-portal/backchannel/internal/scm/github/githubtest"
)

// desk is somebody in a chat with one replica.
type desk struct {
	t    *testing.T
	chat *slacktest.Server
	at   *replica
}

// typed runs a sub-command as somebody.
func (d desk) typed(user, text string) {
	d.t.Helper()
	code, _, err := d.chat.Deliver(d.t.Context(), "http://"+d.at.addr+"/slack/commands", d.chat.Form(slacktest.Command{Command: "/backchannel", Text: text, Channel: "C1", User: user}))
	if err != nil || code != http.StatusOK {
		d.t.Fatalf("%q: %d, %v", text, code, err)
	}
}

// press presses the button of a label on the last message that has it.
func (d desk) press(user, label string) {
	d.t.Helper()
	shown := d.chat.Shown(user, "C1")
	for i := len(shown) - 1; i >= 0; i-- {
		for _, b := range shown[i].Buttons {
			if b.Label != label {
				continue
			}
			press := slacktest.Press{Value: b.Value, Channel: "C1", User: user, MessageTS: shown[i].TS, Ephemeral: true}
			if _, _, err := d.chat.Deliver(d.t.Context(), "http://"+d.at.addr+"/slack/interactions", slacktest.Payload(d.chat.Interaction(press))); err != nil {
				d.t.Fatal(err)
			}
			return
		}
	}
	d.t.Fatalf("no button %q is shown: %+v", label, shown)
}

// says reports whether a message that somebody sees holds a text.
func (d desk) says(user, channel, want string) func() bool {
	return func() bool {
		for _, m := range d.chat.Shown(user, channel) {
			if strings.Contains(m.Text, want) {
				return true
			}
		}
		return false
	}
}

func (d desk) answers(question, want string) func() bool {
	return func() bool { return strings.Contains(d.at.ask(question), want) }
}

// until waits, and shows what the chat shows when it waited in vain.
func (d desk) until(what string, ok func() bool) {
	d.t.Helper()
	d.t.Cleanup(func() {
		if d.t.Failed() {
			d.t.Logf("%s: the chat shows %+v", what, d.chat.Shown("U1", "C1"))
		}
	})
	until(d.t, what, ok)
}

const payDescriptor = `apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: ledger # as in the URL
spec:
  type: service
  lifecycle: production
  owner: team-red # ask them first
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: team-red, links: [{url: "https://acme.slack.example/archives/C9", title: "#red", type: chat-channel}]}
spec: {type: team, children: []}
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: team-blue}
spec: {type: team, children: []}
`

// TestCorrections takes a wrong fact through the whole: the pull request, the disputed answer, the merge, the end.
func TestCorrections(t *testing.T) {
	t.Parallel()
	hub := githubtest.New(githubtest.Options{Org: "acme", Token: "t"})
	defer hub.Close()
	hub.Add(githubtest.Repo{Name: "pay", Files: map[string]string{"catalog-info.yaml": payDescriptor}})
	chat := slacktest.New()
	defer chat.Close()
	cfg := fmt.Sprintf("catalog: {locations: [{type: github, host: %q, org: acme, path: /catalog-info.yaml}], refresh: 1s}\nintegrations: {github: [{host: %q, api_url: %q, token: t, correct: {token: t}}]}\nslack: {mode: http, bot_token: %s, signing_secret: %s, api_url: %q}\nlimits: off",
		hub.Host(), hub.Host(), hub.URL, slacktest.BotToken, slacktest.Secret, chat.APIURL())
	d := desk{t, chat, newReplica(t, "the service", cfg)}
	d.until("it answers", d.answers("who owns ledger?", "team-red"))

	d.typed("U1", "owner ledger")
	d.until("the answer has a way in", d.says("U1", "C1", "is owned by"))
	d.press("U1", "Wrong?")
	d.until("it asks", d.says("U1", "C1", "What is wrong with this answer?"))
	d.press("U1", "It is outdated")
	d.until("it is noted", d.says("U1", "C1", "hears of it once a day"))
	d.until("the answer says so", d.answers("who owns ledger?", "disputed by one person since today"))

	d.typed("U2", "correct ledger owner team-blue")
	d.until("it is proposed", d.says("U2", "C1", "Proposed as change 1 of catalog-info.yaml"))
	pulls := hub.Pulls()
	if len(pulls) != 1 || pulls[0].Title != "Correct spec.owner of component:default/ledger" || pulls[0].Base != "main" {
		t.Fatalf("pull requests %+v", pulls)
	}
	if got, want := hub.Read("pay", pulls[0].Head, "catalog-info.yaml"), strings.Replace(payDescriptor, "owner: team-red #", "owner: team-blue #", 1); got != want {
		t.Errorf("the request has\n%s", got)
	}
	d.until("both dispute it", d.answers("who owns ledger?", "disputed by 2 people since today"))
	d.typed("U3", "correct ledger owner team-blue")
	d.until("the same is the same request", d.says("U3", "C1", "Proposed as change 1 of"))
	d.typed("U3", "feedback")
	d.until("it is listed", d.says("U3", "C1", "right would be team-blue"))

	hub.Merge(1)
	d.until("the merge settles it", func() bool {
		text := d.at.ask("who owns ledger?")
		return strings.Contains(text, "team-blue") && !strings.Contains(text, "disputed")
	})
	for _, u := range []string{"U1", "U2", "U3"} {
		d.until("who disputed it hears so", d.says(u, u, "You disputed the owner of ledger. It is team-blue now."))
	}
	if problems := chat.Problems(); len(problems) > 0 {
		t.Errorf("messages that the chat does not take: %v", problems)
	}
}

// slowFiles are files whose reader waits while the gate is closed.
type slowFiles struct {
	webFiles
	gate chan struct{} // receives from whoever waits; nil: nobody waits
}

func (f *slowFiles) shut() chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.gate = make(chan struct{})
	return f.gate
}

func (f *slowFiles) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	gate := f.gate
	f.mu.Unlock()
	if gate != nil {
		select {
		case <-gate:
		case <-r.Context().Done():
			return
		}
	}
	f.webFiles.ServeHTTP(rw, r)
}

// TestLongWorkOutlivesItsProcess kills the process while a source is read again: the message that shows it goes on in
// the next one. Another reading is stopped with its button.
func TestLongWorkOutlivesItsProcess(t *testing.T) {
	t.Parallel()
	files := &slowFiles{webFiles: webFiles{files: map[string]string{"/pay.yaml": descriptorOf("ledger", "team-red")}}}
	site := httptest.NewServer(files)
	defer site.Close()
	chat := slacktest.New()
	defer chat.Close()
	cfg := fmt.Sprintf("catalog: {locations: [{type: url, target: %q}], refresh: 1h}\nslack: {mode: http, bot_token: %s, signing_secret: %s, api_url: %q}\nlimits: off",
		site.URL+"/pay.yaml", slacktest.BotToken, slacktest.Secret, chat.APIURL())
	d := desk{t, chat, newReplica(t, "the service", cfg)}
	d.until("it answers", d.answers("who owns ledger?", "team-red"))

	gate := files.shut()
	d.typed("U1", "refresh ledger")
	d.until("it shows how far it is", d.says("U1", "C1", "1 of 3, reading its source"))
	time.Sleep(time.Second) // the message is noted behind its back; before that its end would be posted instead
	d.at.kill()
	files.put("/pay.yaml", descriptorOf("ledger", "team-green"))
	d.at.start()
	close(gate)
	d.until("the message goes on", d.says("U1", "C1", "was read again"))
	if n := len(chat.Shown("U1", "C1")); n != 1 {
		t.Errorf("it took %d messages", n)
	}
	d.until("the new owner is answered", d.answers("who owns ledger?", "team-green"))

	gate = files.shut()
	defer close(gate)
	d.typed("U1", "refresh ledger")
	d.until("it can be stopped", d.says("U1", "C1", "1 of 3, reading its source"))
	d.press("U1", "Stop")
	d.until("it is stopped", d.says("U1", "C1", "again was stopped"))
	if problems := chat.Problems(); len(problems) > 0 {
		t.Errorf("messages that the chat does not take: %v", problems)
	}
}
