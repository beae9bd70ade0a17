package slack

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/adapters/slack/slacktest"
	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/bottest"
)

func TestConformance(t *testing.T) {
	for _, mode := range []string{ModeHTTP, ModeSocket} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel() // most of the time is waiting
			o := bottest.Options{Ways: []bottest.Way{bottest.Slash, bottest.Mention, bottest.Direct}, Whispers: true, Repeats: true}
			bottest.Test(t, o, func(t *testing.T, tokens bot.TokenMaker) bottest.Driver { return newDriver(t, mode, tokens) })
		})
	}
}

// driver plays the users of a workspace, as bottest wants them.
type driver struct {
	t      *testing.T
	slack  *slacktest.Server
	a      *Adapter
	url    string
	bodies map[string][]byte // by id, so that a repeat is the same
	errors string            // on the form on the screen
}

func newDriver(t *testing.T, mode string, tokens bot.TokenMaker) *driver {
	srv := slacktest.New()
	a := New(Config{Mode: mode, BotToken: slacktest.BotToken, AppToken: slacktest.AppToken, SigningSecret: slacktest.Secret, APIURL: srv.APIURL()},
		Deps{Tokens: tokens, Inbox: bot.NewMemoryInbox(100, time.Hour)})
	a.tune.perSecond = 1000
	a.tenants = newTenants(a)
	mux := http.NewServeMux()
	for _, r := range a.Routes() {
		mux.Handle(r.Method+" "+r.Path, r.Handler)
	}
	web := httptest.NewServer(mux)
	t.Cleanup(func() {
		web.Close()
		for _, p := range srv.Problems() {
			t.Errorf("Slack says: %s", p)
		}
		srv.Close()
	})
	return &driver{t: t, slack: srv, a: a, url: web.URL, bodies: map[string][]byte{}}
}

func (d *driver) Run(ctx context.Context, h bot.Handler) error { return d.a.Run(ctx, h) }

// ids turns the suite's names into ids as Slack has them. Direct messages have a channel of their own, which the suite
// does not know of; it looks for their answers in the channel it named.
func userOf(name string) string    { return "U0" + upper(name) }
func channelOf(name string) string { return "C0" + upper(name) }

func upper(s string) string {
	out := []byte(s)
	for i, c := range out {
		switch {
		case 'a' <= c && c <= 'z':
			out[i] = c - 'a' + 'A'
		case c == '-':
			out[i] = '0'
		}
	}
	return string(out)
}

func (d *driver) Ask(way bottest.Way, id, user, channel, text string) {
	d.t.Helper()
	ch := channelOf(channel)
	if way == bottest.Direct {
		ch = "D0" + upper(channel)
	}
	body, again := d.bodies[id]
	if !again {
		switch way {
		case bottest.Slash:
			body = d.slack.Form(slacktest.Command{Command: "/backchannel", Text: text, Channel: ch, User: userOf(user)})
			if d.a.cfg.Mode == ModeSocket {
				body, _ = json.Marshal(d.slack.Fields(slacktest.Command{Command: "/backchannel", Text: text, Channel: ch, User: userOf(user)}))
			}
		case bottest.Mention:
			body = d.slack.Event("Ev"+id, d.slack.Said("app_mention", ch, userOf(user), "<@"+slacktest.BotUser+"> "+text))
		default:
			body = d.slack.Event("Ev"+id, d.slack.Said("message", ch, userOf(user), text))
		}
		d.bodies[id] = body
	}
	if way == bottest.Slash {
		d.deliver("/slack/commands", "slash_commands", body)
	} else {
		d.deliver("/slack/events", "events_api", body)
	}
}

func (d *driver) Press(id, user, channel string, on bottest.Shown, label string) {
	d.t.Helper()
	body, again := d.bodies[id]
	if !again {
		p := slacktest.Press{Channel: channelOf(channel), User: userOf(user), MessageTS: on.ID, Ephemeral: on.Private, Trigger: id}
		for _, m := range d.slack.Shown(p.User, p.Channel) {
			for _, b := range m.Buttons {
				if m.TS == on.ID && b.Label == label {
					p.Value, p.Menu, p.Thread = b.Value, b.Menu, m.Thread
				}
			}
		}
		body = d.slack.Interaction(p)
		d.bodies[id] = body
	}
	if d.a.cfg.Mode == ModeHTTP {
		body = slacktest.Payload(body)
	}
	d.deliver("/slack/interactions", "interactive", body)
}

// deliver sends a body by the adapter's transport, once it is up.
func (d *driver) deliver(path, kind string, body []byte) {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for d.a.live.Load() == nil && ctx.Err() == nil {
		time.Sleep(time.Millisecond)
	}
	if d.a.cfg.Mode == ModeHTTP {
		if status, got, err := d.slack.Deliver(ctx, d.url+path, body); err != nil || status != 200 {
			d.t.Errorf("%s answered %d %s: %v", path, status, got, err)
		}
		return
	}
	d.slack.Wait(ctx, func() bool { return len(d.slack.Sockets()) > 0 })
	if _, err := d.slack.Sockets()[0].Send(ctx, kind, body); err != nil {
		d.t.Error(err)
	}
}

func (d *driver) Shown(user, channel string) []bottest.Shown {
	var out []bottest.Shown
	for _, ch := range []string{channelOf(channel), "D0" + upper(channel)} {
		for _, m := range d.slack.Shown(userOf(user), ch) {
			s := bottest.Shown{ID: m.TS, Text: m.Text, Private: m.User != ""}
			for _, b := range m.Buttons {
				s.Buttons = append(s.Buttons, b.Label)
			}
			out = append(out, s)
		}
	}
	return out
}

// Form implements bottest.FormDriver.
func (d *driver) Form(user string) string {
	all := d.slack.Modals(userOf(user))
	if len(all) == 0 {
		return ""
	}
	text, _ := all[len(all)-1].Readable()
	return text + d.errors
}

// Fill implements bottest.FormDriver. A repeat is answered on no screen.
func (d *driver) Fill(id, user string, values map[string]string) {
	d.t.Helper()
	if body, again := d.bodies[id]; again {
		d.interact(body)
		return
	}
	all := d.slack.Modals(userOf(user))
	fill := slacktest.Fill{}
	for label, v := range values {
		fill[label] = []string{v}
	}
	body := d.slack.Submission(userOf(user), all[len(all)-1], fill)
	d.bodies[id] = body
	d.errors = ""
	for _, e := range d.slack.Acknowledge(userOf(user), d.interact(body)) {
		d.errors += "\n" + e
	}
}

// Suggest implements bottest.FormDriver.
func (d *driver) Suggest(user, label, typed string) []string {
	d.t.Helper()
	all := d.slack.Modals(userOf(user))
	var got struct {
		Options []struct {
			Text struct{ Text string }
		}
	}
	if err := json.Unmarshal(d.interact(d.slack.Suggestion(userOf(user), all[len(all)-1], label, typed)), &got); err != nil {
		d.t.Fatal(err)
	}
	var out []string
	for _, o := range got.Options {
		out = append(out, o.Text.Text)
	}
	return out
}

// interact delivers an interaction and returns the acknowledgement's body.
func (d *driver) interact(body []byte) []byte {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if d.a.cfg.Mode == ModeHTTP {
		status, got, err := d.slack.Deliver(ctx, d.url+"/slack/interactions", slacktest.Payload(body))
		if err != nil || status != 200 {
			d.t.Errorf("answered %d %s: %v", status, got, err)
		}
		return got
	}
	got, err := d.slack.Sockets()[0].Send(ctx, "interactive", body)
	if err != nil {
		d.t.Error(err)
	}
	return got
}
