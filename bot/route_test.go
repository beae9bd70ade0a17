package bot

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// replies answers with a fixed reply.
func replies(r Reply) Handler {
	return HandlerFunc(func(context.Context, *Event) (Reply, error) { return r, nil })
}

func TestMuxRoutesForms(t *testing.T) {
	form := Open{Form: card.Form{ID: "f"}}
	refuse := HandlerFunc(func(context.Context, *Event) (Reply, error) {
		return nil, fault.New(fault.Forbidden, "no").Say(string(lang.BotTooFast), nil)
	})
	suggest, surface := Suggest{Options: []card.FormOption{{Value: "a"}}}, Surface{Message: text("home")}
	preview := Preview{Messages: map[string]card.Message{"https://x": text("x")}}
	b := setup(t, func(c *MuxConfig) {
		c.Slash = map[string]Handler{"form": replies(form)}
		c.Forms = map[string]Handler{"f": replies(form), "no": refuse, "own": replies(suggest)}
		c.Suggest, c.Preview, c.Lifecycle = replies(suggest), replies(preview), replies(nil)
		c.Surfaces = map[string]Handler{SurfaceHome: replies(surface)}
		c.Limits = RateLimits{User: 1000, Workspace: 1000}
	})
	unknown := Invalid{Fields: map[string]string{"": lang.Text(lang.English, lang.BotButtonUnknown, nil)}}
	for _, tt := range []struct {
		in    Input
		forms bool
		want  Reply
	}{
		{Invoked{Path: []string{"form"}}, true, form},
		{Submitted{Form: "f"}, false, form},
		{Changed{Form: "f"}, false, form},
		{Changed{Form: "none"}, false, Nothing{}},
		{Submitted{Form: "none"}, false, unknown},
		{Submitted{Form: "no"}, false, Invalid{Fields: map[string]string{"": lang.Text(lang.English, lang.BotTooFast, nil)}}},
		{Asked{What: card.FieldEntity, Form: "f"}, false, suggest},
		{Asked{Form: "own"}, false, suggest},
		{Opened{Surface: SurfaceHome}, false, surface},
		{Opened{Surface: "attic"}, false, Nothing{}},
		{Linked{URLs: []string{"https://x"}}, false, preview},
		{Lifecycle{What: Removed}, false, Nothing{}},
	} {
		ev := event(tt.in)
		ev.Forms = tt.forms
		got, err := b.Handle(t.Context(), ev)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%#v (-want +got):\n%s", tt.in, diff)
		}
	}
	if got := b.headline(t, event(Invoked{Path: []string{"form"}})); got != lang.Text(lang.English, lang.BotNoForms, nil) {
		t.Errorf("where no form can be shown: %q", got)
	}
}

// What is typed to the bot alone may be a sub-command, with a slash or without; in a channel it is a question.
func TestMuxTyped(t *testing.T) {
	b := setup(t, func(c *MuxConfig) {
		c.Main = "bc"
		c.Slash["new-service"] = says("new")
		c.Menus = map[string]Handler{"ask": says("menu")}
		c.Commands = append(c.Commands, Command{Name: "oncall", Fits: func(_ *Event, args string) bool { return args == "checkout" }, Handler: says("sub")})
	})
	for _, tt := range []struct{ text, want string }{
		{"owner checkout", "owner bc/owner checkout"},
		{" Owner  checkout", "owner bc/owner checkout"},
		{"/owner checkout", "owner bc/owner checkout"},
		{"/bc owner checkout", "owner bc/owner checkout"},
		{"/BC", "ask bc "},
		{"/bc who owns it", "ask bc who owns it"},
		{"owner of the checkout", "ask owner of the checkout"},
		{"help", "help bc/help "},
		{"help me", "ask help me"},
		{"/oncall checkout", "oncall oncall checkout"},
		{"/oncall for the till", "oncall oncall for the till"},
		{"oncall checkout", "sub bc/oncall checkout"},
		{"oncall for the till", "ask oncall for the till"},
		{"new-service go", "new new-service go"},
		{"/new-service", "new new-service "},
		{"ask who owns it", "ask ask who owns it"},
		{"/etc/hosts", "ask /etc/hosts"},
		{"/", "ask /"},
	} {
		ev := event(Said{Text: tt.text})
		ev.Channel.Direct = true
		if got := b.headline(t, ev); got != tt.want {
			t.Errorf("%q: got %q, want %q", tt.text, got, tt.want)
		}
		if in, ok := ev.Input.(Invoked); ok && !in.Said {
			t.Errorf("%q is taken for a slash command, whose answer is for the actor alone", tt.text)
		}
		if got := b.headline(t, event(Said{Text: tt.text})); got != "ask "+tt.text {
			t.Errorf("%q in a channel: got %q", tt.text, got)
		}
	}
	if got := b.headline(t, event(Invoked{Path: []string{"ask"}, Args: "x"})); got != "menu ask x" {
		t.Errorf("an entry of a menu: got %q", got)
	}
}

func TestMuxAddsWhatWasChosen(t *testing.T) {
	b := setup(t, nil)
	token := b.tokens.Token(card.Intent{Name: "next", Args: []string{"owner"}}, alice, false, 200)
	if got := b.headline(t, event(Pressed{Token: token, Chosen: "component:default/x"})); got != "next owner,component:default/x" {
		t.Errorf("got %q", got)
	}
}

func TestMuxDoesNotLimitTyping(t *testing.T) {
	b := setup(t, func(c *MuxConfig) {
		c.Limits, c.Suggest = RateLimits{User: 1, Workspace: 1}, replies(Suggest{})
	})
	for range 20 {
		if r, _ := b.Handle(t.Context(), event(Asked{What: card.FieldEntity})); !cmp.Equal(r, Reply(Suggest{})) {
			t.Fatalf("typing got %#v", r)
		}
	}
	if n := len(b.seen.entries); n != 0 {
		t.Errorf("typing left %d records", n)
	}
	for range 5 {
		b.headline(t, event(Said{Text: "x"}))
	}
	r, _ := b.Handle(t.Context(), event(Submitted{Form: "f"}))
	if _, ok := r.(Invalid); !ok {
		t.Errorf("a form sent too soon got %#v, and what was typed is lost", r)
	}
}
