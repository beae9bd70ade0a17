package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/adapters/discord/discordtest"
)

// guild is a service in a guild whose people are staff, and what its users do and see there.
type guild struct {
	*testing.T
	chat *discordtest.Server
	at   *replica
	file string
}

// The users and channels of the guild.
const (
	discordAda     = "700000000000000002"
	discordBob     = "700000000000000003"
	discordChannel = "700000000000000001"
)

func newGuild(t *testing.T, mode string) *guild {
	d := &guild{T: t, chat: discordtest.New(), file: filepath.Join(t.TempDir(), "all.yaml")}
	t.Cleanup(d.chat.Close)
	d.chat.Join(discordtest.Guild)
	d.chat.Enter(discordtest.Guild, discordAda)
	d.write("production", "red")
	dir := t.TempDir()
	d.at = newReplica(t, "the service", fmt.Sprintf("catalog: {locations: [{type: file, target: %q}], refresh: 1s}\nstore: {url: %q, data_dir: %q}\n"+
		"discord: {mode: %s, token: %s, application_id: %q, public_key: %s, api_url: %q}\nlimits: off\naudiences: {staff: {workspaces: [\"discord:%s\"]}}\n",
		d.file, "sqlite:"+filepath.Join(dir, "store.db"), dir, mode, discordtest.Token, discordtest.App, d.chat.PublicKey(), d.chat.APIURL(), discordtest.Guild))
	until(t, "the catalog", func() bool { return strings.Contains(d.at.ask("who owns ledger?"), "Red Team") })
	return d
}

func (d *guild) write(lifecycle, owner string) {
	d.Helper()
	if err := os.WriteFile(d.file, fmt.Appendf(nil, companyText, lifecycle, owner), 0o600); err != nil {
		d.Fatal(err)
	}
}

// act delivers an interaction over HTTP.
func (d *guild) act(in discordtest.Interaction) {
	d.Helper()
	body, _ := d.chat.Payload(in)
	if code, answer, err := d.chat.Deliver(d.Context(), "http://"+d.at.addr+"/discord/interactions", body); err != nil || code != 200 {
		d.Fatalf("%d %s %v", code, answer, err)
	}
}

// typed is a command; direct ones belong to no guild.
func (d *guild) typed(user, channel string, direct bool, text string) {
	d.Helper()
	d.act(discordtest.Interaction{Type: 2, Channel: channel, User: user, Direct: direct, Data: map[string]any{
		"name": "backchannel", "type": 1, "options": []any{map[string]any{"name": "text", "type": 3, "value": text}},
	}})
}

// press presses a button of the last message that has it.
func (d *guild) press(user, channel, label string) {
	d.Helper()
	shown := d.chat.Shown(user, channel)
	for i := len(shown) - 1; i >= 0; i-- {
		for _, b := range shown[i].Buttons {
			if b.Label == label {
				d.act(discordtest.Interaction{Type: 3, Channel: channel, User: user, Direct: channel == discordtest.DirectWith(user), On: shown[i].ID, Data: map[string]any{"custom_id": b.ID, "component_type": 2}})
				return
			}
		}
	}
	d.Fatalf("no button %q in %+v", label, shown)
}

// sees waits until a user sees a text in a channel so many times.
func (d *guild) sees(user, channel, text string, n int) {
	d.Helper()
	until(d.T, fmt.Sprintf("%q is seen %d times in %s", text, n, channel), func() bool {
		found := 0
		for _, m := range d.chat.Shown(user, channel) {
			if strings.Contains(plainly(m.Text), text) {
				found++
			}
		}
		return found == n
	})
}

// TestSubscriptionsInDiscord: what changes is told once in a guild's channel and in a direct message, in a thread, also
// after a restart, and ends with the bot's place in the guild. Somebody of no guild is told nothing.
func TestSubscriptionsInDiscord(t *testing.T) {
	t.Parallel()
	d := newGuild(t, "http")
	mine := discordtest.DirectWith(discordAda)
	d.typed(discordAda, discordChannel, false, "subscribe ledger ownership")
	d.sees(discordAda, discordChannel, "This channel hears when Ledger changes: ownership.", 1)
	d.typed(discordAda, mine, true, "subscribe ledger ownership") // known to be of the guild though never seen in it
	d.sees(discordAda, mine, "You hear when Ledger changes: ownership.", 1)
	d.typed(discordBob, discordtest.DirectWith(discordBob), true, "owner ledger")
	d.sees(discordBob, discordtest.DirectWith(discordBob), "Red Team", 0)

	d.write("production", "green")
	d.sees(discordAda, discordChannel, "Ledger has a new owner: Red Team → Green Team.", 1)
	d.sees(discordAda, mine, "Ledger has a new owner: Red Team → Green Team.", 1)

	d.at.kill()
	d.write("production", "red")
	d.at.start()
	d.sees(discordAda, mine, "Ledger has a new owner: Green Team → Red Team.", 1) // whose audience it has to find out again
	told := func() (n int) {
		for _, thread := range []string{discordChannel, d.first("Red Team → Green Team")} {
			for _, m := range d.chat.Shown(discordAda, thread) {
				if strings.Contains(plainly(m.Text), "Green Team → Red Team") {
					n++
				}
			}
		}
		return n
	}
	until(t, "it is told in the channel or its thread", func() bool { return told() > 0 })

	d.press(discordAda, mine, "Mute")
	d.sees(discordAda, mine, "Ledger is muted here.", 1)
	if n := told(); n != 1 {
		t.Errorf("told %d times in the channel and its thread", n)
	}
	if problems := d.chat.Problems(); len(problems) > 0 {
		t.Error(problems)
	}
}

// first is the message of the guild's channel that holds a text.
func (d *guild) first(text string) string {
	for _, m := range d.chat.Shown(discordAda, discordChannel) {
		if strings.Contains(plainly(m.Text), text) {
			return m.ID
		}
	}
	return ""
}

// plainly is a text without the marks of bold letters.
func plainly(text string) string { return strings.ReplaceAll(text, "**", "") }
