package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/adapters/slack/slacktest"
	"github.com/backchannel-portal/backchannel/internal/store/storetest"
)

const companyText = `apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: red, title: Red Team, links: [{url: "https://acme.slack.example/archives/CRED", title: "#team-red", icon: chat}]}
spec: {type: team, children: []}
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: green, title: Green Team}
spec: {type: team, children: []}
---
apiVersion: backstage.io/v1alpha1
kind: User
metadata: {name: mia, title: Mia}
spec: {memberOf: [red, green]}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: ledger, title: Ledger}
spec: {type: service, lifecycle: %s, owner: %s}
`

const scheduleText = `version: 1
schedules:
  - id: red
    title: Red rota
    team: group:default/red
    timezone: Europe/Berlin
    rotation: {every: 1w, handoffDay: MON, start: "2026-01-05T10:00:00", people: [user:default/mia, user:default/gone]}
`

// newsdesk is two replicas behind one database, a chat, and a catalog that changes.
type newsdesk struct {
	*testing.T
	chat *slacktest.Server
	all  []*replica
	file string
}

func newNewsdesk(t *testing.T) *newsdesk {
	server := storetest.NewServer(t)
	d := &newsdesk{T: t, chat: slacktest.New(), file: filepath.Join(t.TempDir(), "all.yaml")}
	t.Cleanup(d.chat.Close)
	d.write("production", "red")
	schedules := filepath.Join(t.TempDir(), "oncall.yaml")
	if err := os.WriteFile(schedules, []byte(scheduleText), 0o600); err != nil {
		t.Fatal(err)
	}
	config := fmt.Sprintf("store: {url: %q, secret: %q}\ncatalog: {locations: [{type: file, target: %s}], refresh: 1s}\nplugins: {oncall: {schedules: %s}}\n"+
		"limits: off\nslack: {mode: http, bot_token: %s, signing_secret: %s, api_url: %q}\n",
		server.Database(t), strings.Repeat("k", 32), d.file, schedules, slacktest.BotToken, slacktest.Secret, d.chat.APIURL())
	for i := range 2 {
		d.all = append(d.all, newReplica(t, fmt.Sprint("replica ", i), config))
	}
	for _, r := range d.all {
		until(t, r.name+" answers", func() bool { return strings.Contains(r.ask("who owns ledger?"), "Red Team") })
	}
	return d
}

func (d *newsdesk) write(lifecycle, owner string) {
	d.Helper()
	if err := os.WriteFile(d.file, fmt.Appendf(nil, companyText, lifecycle, owner), 0o600); err != nil {
		d.Fatal(err)
	}
}

// typed is a slash command in a channel, to any replica.
func (d *newsdesk) typed(channel, name, command, text string) {
	d.Helper()
	body := d.chat.Form(slacktest.Command{Command: command, Text: text, Channel: channel, ChannelName: name, User: "U1"})
	code, _, err := d.chat.Deliver(d.Context(), "http://"+d.all[len(text)%2].addr+"/slack/commands", body)
	if err != nil || code != http.StatusOK {
		d.Fatalf("%q: %d, %v", text, code, err)
	}
}

// press presses a button of the last message of a channel that has it.
func (d *newsdesk) press(channel, label string) {
	d.Helper()
	shown := d.chat.Shown("U1", channel)
	for _, m := range slices.Backward(shown) {
		for _, b := range m.Buttons {
			if b.Label != label {
				continue
			}
			press := slacktest.Press{Value: b.Value, Menu: b.Menu, Channel: channel, User: "U1", MessageTS: m.TS, Thread: m.Thread, Ephemeral: m.User != ""}
			if _, _, err := d.chat.Deliver(d.Context(), "http://"+d.all[0].addr+"/slack/interactions", slacktest.Payload(d.chat.Interaction(press))); err != nil {
				d.Fatal(err)
			}
			return
		}
	}
	d.Fatalf("no button %q in %+v", label, shown)
}

// with are the messages of a channel that hold a text.
func (d *newsdesk) with(channel, text string) []slacktest.Shown {
	return slices.DeleteFunc(d.chat.Shown("U1", channel), func(m slacktest.Shown) bool { return !strings.Contains(m.Text, text) })
}

func (d *newsdesk) until(channel, text string, n int) {
	d.Helper()
	until(d.T, fmt.Sprintf("%q is shown %d times in %s", text, n, channel), func() bool { return len(d.with(channel, text)) == n })
}

// TestSubscriptions: what changes is told once at every place that wants to hear of it, in one thread a subject,
// whichever replica found it, and what changed while none ran is told by the one that comes back first.
func TestSubscriptions(t *testing.T) {
	t.Parallel()
	d := newNewsdesk(t)
	d.typed("C1", "payments", "/backchannel", "subscribe ledger ownership")
	d.until("C1", "This channel hears when Ledger changes: ownership.", 1)
	d.typed("C2", "general", "/backchannel", "tell me here when Ledger changes owner")
	d.until("C2", "This channel hears when Ledger changes: ownership.", 1)
	d.typed("C1", "payments", "/backchannel", "subscribe ledger lifecycle")
	d.until("C1", "lifecycle", 1)

	d.write("production", "green")
	d.until("C1", "Ledger has a new owner: Red Team → Green Team.", 1)
	d.until("C2", "Ledger has a new owner: Red Team → Green Team.", 1)
	told := d.with("C1", "has a new owner")[0]
	if !strings.Contains(told.Text, "all.yaml:16") || !strings.Contains(told.Text, "since ") || told.Thread != "" {
		t.Errorf("told %+v", told)
	}

	for _, r := range d.all {
		r.kill()
	}
	d.write("deprecated", "red")
	for _, r := range d.all {
		r.start()
	}
	d.until("C1", "Green Team → Red Team", 1)
	d.until("C1", "production → deprecated", 1)
	for _, m := range append(d.with("C1", "Green Team → Red Team"), d.with("C1", "production → deprecated")...) {
		if m.Thread != told.TS {
			t.Errorf("not in the thread %s: %+v", told.TS, m)
		}
	}
	d.until("C2", "Green Team → Red Team", 1)

	d.press("C2", "Mute")
	d.until("C2", "Ledger is muted here.", 1)
	d.write("deprecated", "green")
	d.until("C1", "Red Team → Green Team", 2)
	d.typed("C1", "payments", "/backchannel", "subscriptions")
	d.until("C1", "Ledger: ownership and lifecycle", 1)
	d.typed("C1", "payments", "/backchannel", "unsubscribe ledger")
	d.until("C1", "hears nothing of Ledger any more", 1)
	if n := len(d.with("C2", "→")); n != 2 {
		t.Errorf("a muted channel was told %d times", n)
	}
	if problems := d.chat.Problems(); len(problems) > 0 {
		t.Errorf("messages that the chat does not take: %v", problems)
	}
}

// TestBindings: what one replica binds the other knows, and a channel says on call of what it is about.
func TestBindings(t *testing.T) {
	t.Parallel()
	d := newNewsdesk(t)
	d.typed("C1", "inc-2290-odd", "/oncall", "")
	d.until("C1", "I cannot tell which service this channel is about.", 1)
	d.typed("C1", "inc-2290-odd", "/backchannel", "bind Ledger")
	d.until("C1", "This channel is about Ledger now.", 1)
	until(t, "both replicas know", func() bool {
		for _, r := range d.all {
			before := len(d.with("C1", "for Ledger"))
			body := d.chat.Form(slacktest.Command{Command: "/oncall", Channel: "C1", ChannelName: "inc-2290-odd", User: "U1"})
			if _, _, err := d.chat.Deliver(t.Context(), "http://"+r.addr+"/slack/commands", body); err != nil {
				t.Fatal(err)
			}
			if len(d.with("C1", "for Ledger")) == before {
				return false
			}
		}
		return true
	})
	d.press("C1", "Ask in #team-red")
	d.until("CRED", "someone asks for help with Ledger in #", 1)
	d.until("C1", "Asked in #team-red.", 1)
	d.typed("C1", "inc-2290-odd", "/backchannel", "unbind")
	d.until("C1", "This channel is no longer bound to Ledger.", 1)
	if problems := d.chat.Problems(); len(problems) > 0 {
		t.Errorf("messages that the chat does not take: %v", problems)
	}
}
