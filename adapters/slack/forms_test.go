package slack

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backchannel-portal/backchannel/adapters/slack/slacktest"
	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// former answers /form with a form, and what happens to it with what the test says.
type former struct {
	form card.Form

	mu        sync.Mutex
	submitted []bot.Submitted
	changed   []bot.Changed
	asked     []bot.Asked
	onSubmit  func(bot.Submitted) bot.Reply
}

func (h *former) Handle(_ context.Context, ev *bot.Event) (bot.Reply, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch in := ev.Input.(type) {
	case bot.Invoked:
		if !ev.Forms {
			return bot.Whisper{Message: words("no forms here")}, nil
		}
		return bot.Open{Form: h.form}, nil
	case bot.Changed:
		h.changed = append(h.changed, in)
		f := h.form.Fill(in.Values)
		if firstOf(in.Values["db"]) == "true" {
			f.Fields = append(f.Fields, card.FormField{Name: "engine", Label: "Engine", Kind: card.FieldLine, Value: []string{"pg"}})
		}
		return bot.Open{Form: f}, nil
	case bot.Submitted:
		h.submitted = append(h.submitted, in)
		if h.onSubmit != nil {
			return h.onSubmit(in), nil
		}
		return bot.Whisper{Message: words("made " + firstOf(in.Values["name"]))}, nil
	case bot.Asked:
		h.asked = append(h.asked, in)
		return bot.Suggest{Options: []card.FormOption{{Value: "component:default/" + in.Query, Label: in.Query}, {Value: strings.Repeat("x", 200)}, {Value: ""}}}, nil
	}
	return bot.Nothing{}, nil
}

func (h *former) submissions() []bot.Submitted {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]bot.Submitted(nil), h.submitted...)
}

func simple() card.Form {
	return card.Form{ID: "make", Title: "Make it", Draft: "d", Submit: "Make", Fields: []card.FormField{
		{Name: "name", Label: "Name", Kind: card.FieldLine, Required: true},
		{Name: "db", Label: "Database", Kind: card.FieldToggle, Changes: true},
		{Name: "of", Label: "Part of", Kind: card.FieldEntity},
	}}
}

// act delivers an interaction of a user and plays the acknowledgement of a submission.
func (x *harness) act(user string, payload []byte) []byte {
	x.t.Helper()
	if x.a.cfg.Mode == ModeSocket {
		x.until("a socket", func() bool { return len(x.slack.Sockets()) > 0 })
		got, err := x.slack.Sockets()[0].Send(x.t.Context(), "interactive", payload)
		if err != nil {
			x.t.Fatal(err)
		}
		return got
	}
	status, got, err := x.slack.Deliver(x.t.Context(), x.url+"/slack/interactions", slacktest.Payload(payload))
	if err != nil || status != 200 {
		x.t.Fatalf("answered %d %s: %v", status, got, err)
	}
	return got
}

func (x *harness) submit(user string, fill slacktest.Fill) map[string]string {
	x.t.Helper()
	top := x.top(user)
	return x.slack.Acknowledge(user, x.act(user, x.slack.Submission(user, top, fill)))
}

func (x *harness) top(user string) slacktest.View {
	x.t.Helper()
	x.until("a modal", func() bool { return len(x.slack.Modals(user)) > 0 })
	all := x.slack.Modals(user)
	return all[len(all)-1]
}

// opens has a user open the form by a slash command.
func (x *harness) opens(user string) slacktest.View {
	x.t.Helper()
	if x.a.cfg.Mode == ModeSocket {
		x.act(user, x.slack.Shortcut("make", user, "", ""))
		return x.top(user)
	}
	if status, got, err := x.slack.Deliver(x.t.Context(), x.url+"/slack/commands", x.slack.Form(slacktest.Command{Command: "/form", Channel: "C1", User: user})); status != 200 || err != nil || len(got) > 0 {
		x.t.Fatalf("answered %d %s: %v", status, got, err)
	}
	return x.top(user)
}

func TestFormIsFilledAndSent(t *testing.T) {
	for _, mode := range []string{ModeHTTP, ModeSocket} {
		t.Run(mode, func(t *testing.T) {
			h := &former{form: simple()}
			x := start(t, mode, h)
			v := x.opens("U1")
			twice := x.slack.Submission("U1", v, slacktest.Fill{"Name": {"refunds"}, "Part of": {"system:default/pay"}})
			x.slack.Acknowledge("U1", x.act("U1", twice))
			if n := len(x.slack.Modals("U1")); n != 0 {
				t.Errorf("%d modals are still open", n)
			}
			x.slack.Acknowledge("U1", x.act("U1", twice))
			want := []bot.Submitted{{Form: "make", Draft: "d", Values: card.Values{"name": {"refunds"}, "db": {"false"}, "of": {"system:default/pay"}}}}
			if diff := cmp.Diff(want, h.submissions()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			x.until("the answer", func() bool {
				for _, m := range x.slack.Messages() {
					if strings.Contains(m.Text, "made refunds") {
						return true
					}
				}
				return false
			})
			forged := x.slack.Submission("U2", v, slacktest.Fill{"Name": {"stolen"}})
			x.act("U2", forged)
			if n := len(h.submissions()); n != 1 {
				t.Errorf("%d submissions", n)
			}
		})
	}
}

func TestFormIsRefusedMendedAndSent(t *testing.T) {
	h := &former{form: simple()}
	h.onSubmit = func(in bot.Submitted) bot.Reply {
		if name := firstOf(in.Values["name"]); name != "good" {
			return bot.Invalid{Fields: map[string]string{"name": name + " is taken", "": "Look again."}}
		}
		return bot.Whisper{Message: words("done")}
	}
	x := start(t, ModeHTTP, h)
	x.opens("U1")
	errs := x.submit("U1", slacktest.Fill{"Name": {"bad"}})
	if diff := cmp.Diff(map[string]string{"f:name": "Look again. bad is taken"}, errs); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if errs := x.submit("U1", slacktest.Fill{"Name": {"good"}}); errs != nil || len(x.slack.Modals("U1")) != 0 {
		t.Errorf("after mending: %v", errs)
	}
	if n := len(h.submissions()); n != 2 {
		t.Errorf("%d submissions", n)
	}
}

func TestFormChangesAndKeepsWhatWasTyped(t *testing.T) {
	h := &former{form: simple()}
	x := start(t, ModeHTTP, h)
	v := x.opens("U1")
	fill := slacktest.Fill{"Name": {"refunds"}, "Database": {"Yes"}}
	x.act("U1", x.slack.Change("U1", v, "Database", fill))
	x.until("the field that depends on it", func() bool {
		text, _ := x.top("U1").Readable()
		return strings.Contains(text, "Engine")
	})
	if got := h.changed[0]; got.Field != "db" || firstOf(got.Values["name"]) != "refunds" || got.Draft != "d" {
		t.Errorf("%+v", got)
	}
	x.act("U1", x.slack.Change("U1", v, "Database", slacktest.Fill{})) // of a modal that is no more
	x.submit("U1", fill)
	if got := h.submissions(); len(got) != 1 || firstOf(got[0].Values["engine"]) != "pg" {
		t.Errorf("%+v", got)
	}
}

func TestPagesAreAskedOneAfterTheOther(t *testing.T) {
	f := card.Form{ID: "long", Title: "A long form", Submit: "Make"}
	for _, n := range strings.Split(strings.Repeat("x", 85), "") {
		f.Fields = append(f.Fields, card.FormField{Name: n + string(rune('A'+len(f.Fields))), Label: "Field " + string(rune('A'+len(f.Fields))), Kind: card.FieldLine})
	}
	h := &former{form: f}
	x := start(t, ModeHTTP, h)
	x.opens("U1")
	for i, want := range []int{2, 3, 3, 3} {
		x.submit("U1", slacktest.Fill{"Field " + string(rune('A'+20*i)): {"v"}})
		if n := len(x.slack.Modals("U1")); n != want {
			t.Fatalf("after page %d there are %d modals, want %d", i+1, n, want)
		}
	}
	if n := len(h.submissions()); n != 0 {
		t.Fatalf("%d submissions before the last page", n)
	}
	x.submit("U1", nil)
	got := h.submissions()
	if len(got) != 1 || len(got[0].Values) != 85 || firstOf(got[0].Values["xA"]) != "v" || firstOf(got[0].Values["x"+string(rune('A'+60))]) != "v" {
		t.Errorf("%d submissions: %+v", len(got), got)
	}
}

func TestTriggerThatIsTooOld(t *testing.T) {
	x := start(t, ModeHTTP, &former{form: simple()})
	x.slack.Fail("views.open", slacktest.Failure{Code: "expired_trigger_id"})
	x.slack.Deliver(t.Context(), x.url+"/slack/commands", x.slack.Form(slacktest.Command{Command: "/form", Channel: "C1", User: "U1"}))
	want := lang.Text(lang.English, lang.SlackFormLate, nil)
	x.until("a sentence", func() bool {
		shown := x.slack.Shown("U1", "C1")
		return len(shown) == 1 && strings.Contains(shown[0].Text, want)
	})
}

// awayDrafts are in a database that is away.
type awayDrafts struct{ bot.Drafts }

func (awayDrafts) Save(context.Context, bot.Draft) error {
	return fault.New(fault.Upstream, "the database cannot be reached")
}

func TestAFormThatCannotBeKeptIsRefusedPlainly(t *testing.T) {
	x := start(t, ModeHTTP, &former{form: simple()}, func(_ *Adapter, d *Deps) { d.Drafts = awayDrafts{} })
	if status, _ := x.command("form"); status != 200 {
		t.Fatal(status)
	}
	x.until("the refusal", func() bool {
		shown := x.slack.Shown("U1", "C1")
		return len(shown) == 1 && strings.TrimSpace(shown[0].Text) == lang.Text(lang.English, lang.BotUpstream, nil)
	})
	if n := x.slack.Calls("views.open"); n != 0 {
		t.Errorf("%d forms were opened that nothing keeps", n)
	}
}

func TestSlowSubmissionIsAnsweredLater(t *testing.T) {
	h := &former{form: simple()}
	h.onSubmit = func(bot.Submitted) bot.Reply {
		time.Sleep(300 * time.Millisecond)
		return bot.Invalid{Fields: map[string]string{"name": "is taken"}}
	}
	x := start(t, ModeHTTP, h, func(a *Adapter, _ *Deps) {
		if a != nil {
			a.tune.budget = 20 * time.Millisecond
		}
	})
	x.opens("U1")
	x.submit("U1", nil)
	if n := len(x.slack.Modals("U1")); n != 0 {
		t.Errorf("%d modals", n)
	}
	x.until("the refusal in words", func() bool {
		shown := x.slack.Shown("U1", "C1")
		return len(shown) == 1 && strings.Contains(shown[0].Text, "Name: is taken")
	})
}

func TestSuggestions(t *testing.T) {
	for _, mode := range []string{ModeHTTP, ModeSocket} {
		h := &former{form: simple()}
		x := start(t, mode, h)
		v := x.opens("U1")
		var got struct {
			Options []struct{ Value string }
		}
		if err := json.Unmarshal(x.act("U1", x.slack.Suggestion("U1", v, "Part of", "pay")), &got); err != nil {
			t.Fatal(err)
		}
		if len(got.Options) != 1 || got.Options[0].Value != "component:default/pay" {
			t.Errorf("%+v", got)
		}
		if diff := cmp.Diff([]bot.Asked{{Form: "make", Draft: "d", Field: "of", What: card.FieldEntity, Query: "pay"}}, h.asked); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}
