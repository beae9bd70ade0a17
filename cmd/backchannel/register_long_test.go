package main

import (
	"fmt"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/adapters/discord/discordtest"
	"github.com/backchannel-portal/backchannel/adapters/slack/slacktest"
)

// registrant is somebody who registers locations in a chat.
type registrant struct {
	at    *replica
	typed func(text string)
	press func(label string)
	shown func() []string // what they see, in order
}

// newSlackRegistrant and newDiscordRegistrant start a service that reads a catalog and lets a host be registered.
func newSlackRegistrant(t *testing.T, catalog, host string) registrant {
	chat := slacktest.New()
	t.Cleanup(chat.Close)
	d := desk{t, chat, newReplica(t, "the service", fmt.Sprintf("catalog: {locations: [{type: url, target: %q}], refresh: 1h, register: {hosts: [%q]}}\nslack: {mode: http, bot_token: %s, signing_secret: %s, api_url: %q}\nlimits: off",
		catalog, host, slacktest.BotToken, slacktest.Secret, chat.APIURL()))}
	t.Cleanup(func() {
		if problems := chat.Problems(); len(problems) > 0 {
			t.Errorf("messages that the chat does not take: %v", problems)
		}
	})
	return registrant{
		at: d.at, typed: func(text string) { d.typed("U1", text) }, press: func(label string) { d.press("U1", label) },
		shown: func() (all []string) {
			for _, m := range chat.Shown("U1", "C1") {
				all = append(all, m.Text)
			}
			return all
		},
	}
}

func newDiscordRegistrant(t *testing.T, catalog, host string) registrant {
	d := &guild{T: t, chat: discordtest.New()}
	t.Cleanup(d.chat.Close)
	d.chat.Join(discordtest.Guild)
	d.chat.Enter(discordtest.Guild, discordAda)
	dir := t.TempDir()
	d.at = newReplica(t, "the service", fmt.Sprintf("catalog: {locations: [{type: url, target: %q}], refresh: 1h, register: {hosts: [%q]}}\nstore: {url: %q, data_dir: %q}\n"+
		"discord: {mode: http, token: %s, application_id: %q, public_key: %s, api_url: %q}\nlimits: off\naudiences: {staff: {workspaces: [\"discord:%s\"]}}\n",
		catalog, host, "sqlite:"+filepath.Join(dir, "store.db"), dir, discordtest.Token, discordtest.App, d.chat.PublicKey(), d.chat.APIURL(), discordtest.Guild))
	t.Cleanup(func() {
		if problems := d.chat.Problems(); len(problems) > 0 {
			t.Errorf("messages that the chat does not take: %v", problems)
		}
	})
	return registrant{
		at: d.at, typed: func(text string) { d.typed(discordAda, discordChannel, false, text) },
		press: func(label string) { d.press(discordAda, discordChannel, label) },
		shown: func() (all []string) {
			for _, m := range d.chat.Shown(discordAda, discordChannel) {
				all = append(all, plainly(m.Text))
			}
			return all
		},
	}
}

func (r registrant) sees(want string) func() bool {
	return func() bool {
		for _, text := range r.shown() {
			if strings.Contains(text, want) {
				return true
			}
		}
		return false
	}
}

// TestRegisteringOutlivesItsProcess kills the process while an address is read that somebody registers: the message that
// shows it goes on in the next one, which registers it once. Another one is stopped with its button.
func TestRegisteringOutlivesItsProcess(t *testing.T) {
	t.Parallel()
	for name, begin := range map[string]func(*testing.T, string, string) registrant{"slack": newSlackRegistrant, "discord": newDiscordRegistrant} {
		t.Run(name, func(t *testing.T) {
			known := httptest.NewServer(&webFiles{files: map[string]string{"/shop.yaml": descriptorOf("shop", "team-blue")}})
			defer known.Close()
			files := &slowFiles{webFiles: webFiles{files: map[string]string{"/pay.yaml": descriptorOf("ledger", "team-red"), "/more.yaml": descriptorOf("more", "team-red")}}}
			site := httptest.NewServer(files)
			defer site.Close()
			r := begin(t, known.URL+"/shop.yaml", strings.TrimPrefix(site.URL, "http://"))
			until(t, "it answers", func() bool { return strings.Contains(r.at.ask("who owns shop?"), "team-blue") })

			gate := files.shut()
			r.typed("register " + site.URL + "/pay.yaml")
			until(t, "it shows how far it is", r.sees("0 of 3, reading what it holds"))
			time.Sleep(time.Second) // the message is noted behind its back; before that its end would be posted instead
			r.at.kill()
			r.at.start()
			close(gate)
			until(t, "the message goes on", r.sees("1 entity came from it."))
			if n := len(r.shown()); n != 1 {
				t.Errorf("it took %d messages: %q", n, r.shown())
			}
			until(t, "what came is answered", func() bool { return strings.Contains(r.at.ask("who owns ledger?"), "team-red") })

			gate = files.shut()
			defer close(gate)
			r.typed("register " + site.URL + "/more.yaml")
			until(t, "it can be stopped", r.sees("0 of 3, reading what it holds"))
			r.press("Stop")
			until(t, "it is stopped", r.sees("was stopped. Nothing was registered."))
		})
	}
}
