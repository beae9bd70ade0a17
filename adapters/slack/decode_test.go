package slack

import (
	"encoding/json"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/backchannel-portal/backchannel/adapters/slack/slacktest"
	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/bot/card/cardtest"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func TestPlainText(t *testing.T) {
	for in, want := range map[string]string{
		"<@U0BOT> who owns checkout?":                             "who owns checkout?",
		"<@U0BOT|backchannel>: who owns checkout?":                ": who owns checkout?",
		"hey <@U0BOT> who owns checkout":                          "hey who owns checkout",
		"who manages <@U123> and <@W9|mei>":                       "who manages <@U123> and <@W9>",
		"on call for <#C1|checkout>?":                             "on call for #checkout?",
		"on call for <#C1>?":                                      "on call for <#C1>?",
		"<http://checkout.io|checkout.io> is down":                "checkout.io is down",
		"<https://git.example/pay/|https://git.example/pay>":      "https://git.example/pay",
		"who owns <https://git.example/pay?a=1&amp;b=2|this one>": "who owns https://git.example/pay?a=1&b=2",
		"<mailto:a@b.example|a@b.example>":                        "a@b.example",
		"<https://x.example>":                                     "https://x.example",
		"a &lt;b&gt; &amp;amp; c":                                 "a <b> &amp; c",
		"<!here> <!channel> <!subteam^S1|@crew> <!subteam^S2>":    "@here @channel @crew <!subteam^S2>",
		"<!date^1392734382^{date}|18 Feb>":                        "18 Feb",
		"open < never closed":                                     "open < never closed",
		"  谁负责 checkout？ ":                                        "谁负责 checkout？",
		"":                                                        "",
	} {
		if got := plainText(in, "U0BOT"); got != want {
			t.Errorf("plainText(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestCommand(t *testing.T) {
	s := slacktest.New()
	defer s.Close()
	in := slacktest.Command{Command: "/Backchannel", Text: "owner <#C9|checkout> &amp; 支付", Channel: "C1", ChannelName: "general", User: "U1"}
	fields := s.Fields(in)
	form := url.Values{}
	for k, v := range fields {
		form.Set(k, v)
	}
	fromForm := decodeCommandForm([]byte(form.Encode()))
	raw, _ := json.Marshal(fields)
	fromJSON, err := decodeCommandJSON(raw)
	if err != nil || !reflect.DeepEqual(fromForm, fromJSON) {
		t.Fatalf("the transports differ: %+v and %+v, %v", fromForm, fromJSON, err)
	}
	ar, err := fromForm.arrival(noon)
	if err != nil {
		t.Fatal(err)
	}
	want := bot.Event{
		ID: "slack:" + slacktest.Team + ":" + fields["trigger_id"], Time: noon,
		Address: bot.Address{Platform: "slack", Workspace: slacktest.Team, Channel: "C1"},
		Actor:   bot.Actor{Platform: "slack", Workspace: slacktest.Team, ID: "U1", Name: "someone"},
		Channel: bot.Channel{Name: "general"},
		Input:   bot.Invoked{Path: []string{"backchannel"}, Args: "owner #checkout & 支付"},
		Forms:   true,
	}
	if !reflect.DeepEqual(ar.event, want) {
		t.Errorf("got %+v\nwant %+v", ar.event, want)
	}
	if ar.back.url != fields["response_url"] {
		t.Errorf("response_url is %q", ar.back.url)
	}
	in.Channel, in.ChannelName = "D1", "directmessage"
	direct := decodeCommandForm(s.Form(in))
	if ar, _ := direct.arrival(noon); ar.event.Channel != (bot.Channel{Direct: true}) {
		t.Errorf("a direct message is %+v", ar.event.Channel)
	}
}

func TestCommandLacks(t *testing.T) {
	for _, body := range []string{"", "command=%2Fx", "command=/x&team_id=T&channel_id=C", "command=/&team_id=T&channel_id=C&user_id=U", "&&&=&%zz=%zz"} {
		c := decodeCommandForm([]byte(body))
		if _, err := c.arrival(noon); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", body, err)
		}
	}
	for _, body := range []string{"", "[]", `{"team_id":1}`, `{"user_id":{}}`, "null", `{"text":["a"]}`} {
		c, err := decodeCommandJSON([]byte(body))
		if err == nil {
			_, err = c.arrival(noon)
		}
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", body, err)
		}
	}
}

func TestEvents(t *testing.T) {
	s := slacktest.New()
	defer s.Close()
	with := func(m map[string]any, kv ...any) map[string]any {
		for i := 0; i < len(kv); i += 2 {
			m[kv[i].(string)] = kv[i+1]
		}
		return m
	}
	mention := func() map[string]any {
		return s.Said("app_mention", "C1", "U1", "<@U0BOT> who owns checkout?")
	}
	direct := func() map[string]any { return s.Said("message", "D1", "U1", "who owns checkout?") }
	reply := func(text string) map[string]any {
		return with(s.Said("message", "C1", "U1", text), "thread_ts", "1764000000.000001")
	}
	for _, tt := range []struct {
		name   string
		event  map[string]any
		text   string
		thread string // "ts" is the message's own
		ok     bool
	}{
		{"mention", mention(), "who owns checkout?", "ts", true},
		{"mention in a thread", with(mention(), "thread_ts", "1764000000.000001"), "who owns checkout?", "1764000000.000001", true},
		{"direct message", direct(), "who owns checkout?", "", true},
		{"direct message in a thread", with(direct(), "thread_ts", "1764000000.000009"), "who owns checkout?", "1764000000.000009", true},
		{"with a file", with(direct(), "subtype", "file_share", "files", []any{}), "who owns checkout?", "", true},
		{"reply where the bot takes part", reply("and its docs?"), "and its docs?", "1764000000.000001", true},
		{"reply elsewhere", with(reply("and its docs?"), "thread_ts", "1764000000.000002"), "", "", false},
		{"mention as a message", reply("<@U0BOT> and its docs?"), "", "", false},
		{"channel message", s.Said("message", "C1", "U1", "lunch?"), "", "", false},
		{"itself", with(direct(), "user", slacktest.BotUser), "", "", false},
		{"another bot", with(mention(), "bot_id", "B9"), "", "", false},
		{"bot message", with(direct(), "subtype", "bot_message", "bot_id", "B9"), "", "", false},
		{"slackbot", with(direct(), "user", "USLACKBOT"), "", "", false},
		{"edit", with(direct(), "subtype", "message_changed", "message", map[string]any{"text": "x"}), "", "", false},
		{"edited mention", with(mention(), "edited", map[string]any{"user": "U1", "ts": "1"}), "", "", false},
		{"deletion", with(direct(), "subtype", "message_deleted"), "", "", false},
		{"join", with(direct(), "subtype", "channel_join"), "", "", false},
		{"hidden", with(direct(), "hidden", true), "", "", false},
		{"something else", map[string]any{"type": "team_join", "user": map[string]any{"id": "U1"}, "channel": 5}, "", "", false},
	} {
		e, err := decodeEnvelope(s.Event("Ev1", tt.event))
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		inThread := func(channel, thread string) bool { return channel == "C1" && thread == "1764000000.000001" }
		ar, ok, err := e.arrival("", inThread, noon)
		if err != nil || ok != tt.ok {
			t.Errorf("%s: ok %v, %v", tt.name, ok, err)
			continue
		}
		if !ok {
			continue
		}
		if said := ar.event.Input.(bot.Said); said.Text != tt.text {
			t.Errorf("%s: text %q, want %q", tt.name, said.Text, tt.text)
		}
		thread := tt.thread
		if thread == "ts" {
			thread = tt.event["ts"].(string)
		}
		if ar.event.Address.Thread != thread || ar.back.thread != thread || ar.event.ID != "slack:"+slacktest.Team+":Ev1" {
			t.Errorf("%s: %+v", tt.name, ar.event)
		}
		if ar.event.Channel.Direct != strings.HasPrefix(ar.event.Address.Channel, "D") || ar.event.Time.Unix() != 1764000000 {
			t.Errorf("%s: %+v", tt.name, ar.event)
		}
	}
}

func TestEventOfAStranger(t *testing.T) {
	s := slacktest.New()
	defer s.Close()
	m := s.Said("app_mention", "C1", "U7", "hi")
	m["user_team"] = "T9OTHER"
	e, _ := decodeEnvelope(s.Event("Ev1", m))
	ar, ok, err := e.arrival("", nil, noon)
	if !ok || err != nil || ar.event.Actor.Workspace != "T9OTHER" || ar.event.Address.Workspace != slacktest.Team {
		t.Errorf("%+v %v %v", ar.event, ok, err)
	}
}

func TestPresses(t *testing.T) {
	s := slacktest.New()
	defer s.Close()
	for _, tt := range []struct {
		press  slacktest.Press
		thread string
	}{
		{slacktest.Press{Value: "t", Channel: "C1", User: "U1", MessageTS: "1764000000.000001", Trigger: "tr"}, ""},
		{slacktest.Press{Value: "t", Menu: true, Channel: "C1", User: "U1", MessageTS: "1764000000.000001", Thread: "1764000000.000000", Trigger: "tr"}, "1764000000.000000"},
		{slacktest.Press{Value: "t", Channel: "D1", User: "U1", MessageTS: "1764000000.000001", Ephemeral: true, Trigger: "tr"}, ""},
	} {
		in, err := decodeInteraction(s.Interaction(tt.press))
		if err != nil {
			t.Fatal(err)
		}
		ar, ok, err := in.arrival(noon)
		if err != nil || !ok {
			t.Fatalf("%+v: %v %v", tt.press, ok, err)
		}
		p := ar.event.Input.(bot.Pressed)
		if p.Token != "t" || p.Message != tt.press.MessageTS || p.Private != tt.press.Ephemeral {
			t.Errorf("%+v: %+v", tt.press, p)
		}
		if ar.event.ID != "slack:"+slacktest.Team+":press:tr" || ar.event.Address.Thread != tt.thread {
			t.Errorf("%+v: %+v", tt.press, ar.event)
		}
	}
}

func TestInteractionsThatAreNoPress(t *testing.T) {
	for body, invalid := range map[string]bool{
		`{"type":"view_closed","view":{"id":"V1"},"user":{"id":"U1"}}`:                                               false,
		`{"type":"block_actions","actions":[{"type":"button","action_id":"a","url":"https://x"}],"user":{"id":"U"}}`: false,
		`{"type":"block_actions","actions":[]}`:                                                                      false,
		`{"type":"block_actions","actions":[{"value":"t"}]}`:                                                         true,
		`{"type":"block_actions","actions":[{"value":"t"}],"user":{"id":"U"},"team":null}`:                           true,
		`{"type":"block_actions","actions":{"value":"t"}}`:                                                           true,
		`{"type":"block_actions","user":"U1"}`:                                                                       true,
		`{"type":1}`:                                                                                                 true, `{}`: true, `[]`: true, ``: true, `null`: true,
	} {
		in, err := decodeInteraction([]byte(body))
		ok := false
		if err == nil {
			_, ok, err = in.arrival(noon)
		}
		if ok || fault.Is(err, fault.Invalid) != invalid {
			t.Errorf("%s: ok %v, %v", body, ok, err)
		}
	}
}

func FuzzDecodeCommand(f *testing.F) {
	s := slacktest.New()
	defer s.Close()
	f.Add(s.Form(slacktest.Command{Command: "/backchannel", Text: "who owns checkout?", Channel: "C1", User: "U1"}))
	f.Add([]byte("text=%E6%94%AF&text=%zz&command=+%2B"))
	f.Add([]byte(`{"command":"/x","team_id":"T","user_id":"U","channel_id":"C"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		c := decodeCommandForm(body)
		if want, err := url.ParseQuery(string(body)); err == nil && len(want["text"]) == 1 {
			if valid := strings.ToValidUTF8(want.Get("text"), "\uFFFD"); valid != c.Text && !strings.Contains(string(body), "t%") && strings.Contains(string(body), "text=") {
				t.Errorf("text %q, want %q", c.Text, valid)
			}
		}
		checkArrival(t, c.arrival)
		if c, err := decodeCommandJSON(body); err == nil {
			checkArrival(t, c.arrival)
		}
	})
}

func checkArrival(t *testing.T, decode func(time.Time) (arrival, error)) {
	ar, err := decode(noon)
	if err != nil {
		return
	}
	ev := ar.event
	if ev.ID == "" || ev.Actor.ID == "" || ev.Actor.Workspace == "" || ev.Address.Channel == "" || ev.Input == nil {
		t.Errorf("incomplete: %+v", ev)
	}
	if in, ok := ev.Input.(bot.Invoked); ok && !utf8.ValidString(in.Args) {
		t.Errorf("not UTF-8: %q", in.Args)
	}
}

func FuzzDecodeEvent(f *testing.F) {
	s := slacktest.New()
	defer s.Close()
	f.Add(s.Event("Ev1", s.Said("app_mention", "C1", "U1", "<@U0BOT> who owns <https://x|y>?")))
	f.Add(s.Event("Ev2", s.Said("message", "D1", "U1", "hi")))
	f.Add([]byte(`{"type":"url_verification","challenge":"c"}`))
	f.Add([]byte(`{"type":"event_callback","event":{"type":"message","user":{}}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		e, err := decodeEnvelope(body)
		if err != nil {
			return
		}
		ar, ok, err := e.arrival("U0BOT", func(string, string) bool { return true }, noon)
		if ok {
			checkArrival(t, func(time.Time) (arrival, error) { return ar, err })
		}
	})
}

// FuzzDecodeView reads modals, suggestions and shortcuts as a session does.
func FuzzDecodeView(f *testing.F) {
	s := slacktest.New()
	defer s.Close()
	form := card.Form{ID: "kinds"}
	for _, sample := range cardtest.Forms() {
		form.Fields = append(form.Fields, sample.Form.Fields...)
		raw, _ := json.Marshal(modal(bot.OpenForm{Key: "k", Form: sample.Form}, 0, nil, lang.English))
		v := slacktest.View{ID: "V1", Hash: "h", Raw: raw}
		f.Add(s.Submission("U1", v, slacktest.Fill{"Name": {"x"}, "A tags": {"a,b"}}))
		f.Add(s.Suggestion("U1", v, "Owner", "pay"))
	}
	f.Add(s.Shortcut("ask", "U1", "", ""))
	f.Add(s.Shortcut("owner", "U1", "C1", "<@U2> broke it"))
	f.Add([]byte(`{"type":"view_submission","view":{"state":{"values":{"f:name":{"v":{"type":"plain_text_input","value":{}}}}}}}`))
	f.Add([]byte(`{"type":"view_submission","view":{"private_metadata":"{\"k\":\"x\",\"p\":-1}","state":{"values":{"f:engine":{"v":{"type":"static_select","selected_option":{"value":"99999999999999999999"}}}}}}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		in, err := decodeInteraction(body)
		if err != nil {
			return
		}
		if in.View != nil {
			checkValues(t, form, in.View.State.values(form))
			if m, ok := parseMetadata(in.View.Metadata); ok && (m.Page < 0 || m.Key == "") {
				t.Errorf("metadata %+v", m)
			}
			in.changed()
		}
		if ev, ok, err := in.asked(noon); ok && err == nil {
			checkArrival(t, func(time.Time) (arrival, error) { return arrival{event: ev}, nil })
		}
		if ar, ok, err := in.shortcut(noon); ok {
			checkArrival(t, func(time.Time) (arrival, error) { return ar, err })
		}
	})
}

// checkValues: nothing is filled in but fields of the form, and of a choice only what it offers.
func checkValues(t *testing.T, f card.Form, values card.Values) {
	for name, value := range values {
		i := slices.IndexFunc(f.Fields, func(q card.FormField) bool { return q.Name == name })
		if i < 0 || f.Fields[i].Kind == card.FieldSecret || value == nil || len(value) > maxPicked {
			t.Errorf("%q: %q", name, value)
		}
		for _, s := range value {
			if s == "" || !utf8.ValidString(s) {
				t.Errorf("%q: %q", name, value)
			}
		}
	}
}

// FuzzDecodeAround reads what happens around conversations.
func FuzzDecodeAround(f *testing.F) {
	s := slacktest.New()
	defer s.Close()
	f.Add(s.Event("Ev1", map[string]any{"type": "app_home_opened", "user": "U1", "channel": "D1", "tab": "home"}))
	f.Add(s.Event("Ev2", map[string]any{"type": "link_shared", "user": "U1", "channel": "C1", "message_ts": "1.2", "links": []any{map[string]any{"url": "https://x"}}}))
	f.Add(s.Event("Ev3", map[string]any{"type": "tokens_revoked", "tokens": map[string]any{"bot": []any{"U1"}}}))
	f.Add(s.Event("Ev4", map[string]any{"type": "app_uninstalled"}))
	f.Add([]byte(`{"team_id":"T","event_id":"E","event":{"type":"link_shared","links":[null,{}],"channel":"COMPOSER","unfurl_id":"u"}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		e, err := decodeEnvelope(body)
		if err != nil {
			return
		}
		ar, ok, err := e.surrounding(noon)
		if !ok || err != nil {
			return
		}
		if ar.event.ID == "" || ar.event.Address.Workspace == "" || ar.event.Input == nil {
			t.Errorf("incomplete: %+v", ar.event)
		}
		if in, ok := ar.event.Input.(bot.Linked); ok && (len(in.URLs) == 0 || len(in.URLs) > maxLinks) {
			t.Errorf("%d links", len(in.URLs))
		}
	})
}

func FuzzDecodeInteraction(f *testing.F) {
	s := slacktest.New()
	defer s.Close()
	f.Add(s.Interaction(slacktest.Press{Value: "t", Channel: "C1", User: "U1", MessageTS: "1764000000.000001"}))
	f.Add(s.Interaction(slacktest.Press{Value: "t", Menu: true, Channel: "C1", User: "U1", Ephemeral: true}))
	f.Add([]byte(`{"type":"block_actions","actions":[{"selected_option":null}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		in, err := decodeInteraction(body)
		if err != nil {
			return
		}
		ar, ok, err := in.arrival(noon)
		if ok {
			checkArrival(t, func(time.Time) (arrival, error) { return ar, err })
		}
		if payload, ok := formValue(slacktest.Payload(body), "payload"); !ok || payload != strings.ToValidUTF8(string(body), "\uFFFD") {
			t.Errorf("payload %q became %q", body, payload)
		}
	})
}

func TestQuotedText(t *testing.T) {
	for in, want := range map[string]string{
		"the <https://x.example/a?b=1&amp;c|ledger> lags &amp; <https://y.example>": "the ledger https://x.example/a?b=1&c lags & https://y.example",
		"<https://x.example|x.example> <@U1>":                                       "x.example https://x.example <@U1>",
		"plain":                                                                     "plain",
	} {
		if got := quotedText(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
