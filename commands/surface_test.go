package commands_test

import (
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/bottest"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/commands"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// happens is an event of somebody at a surface.
func happens(in bot.Input, l lang.Lang) *bot.Event {
	return &bot.Event{
		ID: "p:W:1", Time: now, Locale: l, Input: in, Forms: true,
		Actor: bot.Actor{Platform: "p", Workspace: "W", ID: "someone"}, Address: bot.Address{Platform: "p", Workspace: "W", Channel: "C"},
	}
}

func reply(t *testing.T, h bot.Handler, ev *bot.Event) bot.Reply {
	t.Helper()
	if h == nil {
		t.Fatal("nobody answers")
	}
	r, err := h.Handle(t.Context(), ev)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func readable(t *testing.T, r bot.Reply) string {
	t.Helper()
	if s, ok := r.(bot.Surface); ok {
		return card.Plain(s.Message)
	}
	m, _, ok := bot.MessageOf(r)
	if !ok {
		t.Fatalf("no message: %#v", r)
	}
	return card.Plain(m)
}

func contains(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			t.Errorf("lacks %q:\n%s", p, text)
		}
	}
}

// pressable are the labels of what can be pressed.
func pressable(m card.Message) (out []string, search []card.FieldKind) {
	for _, b := range m.Blocks {
		if a, ok := b.(card.Actions); ok {
			for _, it := range a.Items {
				out = append(out, it.Label)
				if it.Search != "" {
					search = append(search, it.Search)
				}
			}
		}
	}
	return out, search
}

func TestHomeOfAStranger(t *testing.T) {
	c := nordwind(t)
	r := reply(t, c.Surfaces()[bot.SurfaceHome], happens(bot.Opened{Surface: bot.SurfaceHome}, lang.English))
	m := r.(bot.Surface).Message
	got, search := pressable(m)
	if len(search) != 2 || search[0] != card.FieldEntity || search[1] != card.FieldOwner || len(got) != 6 {
		t.Errorf("%q %q", got, search)
	}
	if labels := worksFor(t, c, m); !strings.HasPrefix(labels, "Who owns ") || !strings.Contains(labels, "|Who is on call for ") || !strings.HasSuffix(labels, "|Where are the docs of Parcel Service?") {
		t.Errorf("the examples are %s", labels)
	}
	bare := nordwind(t, func(d *commands.Deps) { d.Plugins.OnCall = nil })
	m = reply(t, bare.Surfaces()[bot.SurfaceHome], happens(bot.Opened{Surface: bot.SurfaceHome}, lang.English)).(bot.Surface).Message
	if labels := worksFor(t, bare, m); strings.Count(labels, "|") != 2 || !strings.Contains(labels, "What depends on ") {
		t.Errorf("without a schedule the examples are %s", labels)
	}
	zh := reply(t, c.Surfaces()[bot.SurfaceHome], happens(bot.Opened{Surface: bot.SurfaceHome}, lang.Chinese))
	contains(t, readable(t, zh), "选择一个团队")
}

// worksFor presses every example of a home page, and returns their labels.
func worksFor(t *testing.T, c company, m card.Message) string {
	t.Helper()
	var labels []string
	for _, b := range m.Blocks {
		a, _ := b.(card.Actions)
		for _, it := range a.Items {
			if it.Search != "" || it.Intent.Name != "ask" {
				continue
			}
			labels = append(labels, it.Label)
			answer := reply(t, c.Intents()[it.Intent.Name], happens(bot.Pressed{Intent: it.Intent}, lang.English))
			if _, said, _ := bot.MessageOf(answer); said.Outcome != bot.Answered {
				t.Errorf("%q is answered with %q", it.Label, said.Outcome)
			}
		}
	}
	return strings.Join(labels, "|")
}

func TestHomeOfATeam(t *testing.T) {
	var team catalog.Ref
	c := nordwind(t, func(d *commands.Deps) {
		d.Asker = func(*bot.Event) catalog.Ref { return ref("user:default/ada") }
	})
	for _, r := range c.view.Relations(ref("user:default/ada"), "memberOf") {
		team = r.Target
	}
	if team.IsZero() {
		t.Fatal("ada is in no team")
	}
	mine := reply(t, c.Surfaces()[bot.SurfaceHome], happens(bot.Opened{Surface: bot.SurfaceHome}, lang.English))
	contains(t, readable(t, mine), "What ", "owns", "on call")
	picked := reply(t, c.Intents()["home"], happens(bot.Pressed{Intent: card.Intent{Name: "home", Args: []string{team.String()}}}, lang.English))
	contains(t, readable(t, picked), "owns")
	problems := 0
	for _, b := range picked.(bot.Surface).Message.Blocks {
		a, _ := b.(card.Actions)
		for _, it := range a.Items {
			if strings.HasSuffix(it.Label, "the data") {
				problems++
				said := readable(t, reply(t, c.Intents()[it.Intent.Name], happens(bot.Pressed{Intent: it.Intent}, lang.English)))
				if n, _, _ := strings.Cut(it.Label, " "); !strings.Contains(said, n) {
					t.Errorf("%q is answered with %q", it.Label, said)
				}
			}
		}
	}
	if fine := strings.Contains(readable(t, picked), "Nothing is wrong"); fine == (problems > 0) {
		t.Errorf("%d buttons to problems, all fine: %v", problems, fine)
	}
	gone := reply(t, c.Intents()["home"], happens(bot.Pressed{Intent: card.Intent{Name: "home", Args: []string{"group:default/none"}}}, lang.English))
	contains(t, readable(t, gone), "Choose one")
}

func TestSearchBox(t *testing.T) {
	c := nordwind(t)
	found := reply(t, c.Intents()["find"], happens(bot.Pressed{Intent: card.Intent{Name: "find", Args: []string{"component:default/parcels"}}}, lang.English))
	contains(t, readable(t, found), "Parcel")
	for _, tt := range []struct {
		what  card.FieldKind
		query string
		want  string
	}{
		{card.FieldEntity, "parcels", "component:default/parcels"},
		{card.FieldEntity, "Parcel Service", "component:default/parcels"},
		{card.FieldEntity, "", "component:"},
		{card.FieldOwner, "", "group:"},
		{card.FieldOwner, "ada", "user:default/ada"},
	} {
		what := bot.Asked{What: tt.what, Query: tt.query}
		s := reply(t, c.Suggest(), happens(what, lang.English)).(bot.Suggest)
		if len(s.Options) == 0 || len(s.Options) > 25 || !strings.HasPrefix(s.Options[0].Value, tt.want) || s.Options[0].Label == "" {
			t.Errorf("%+v: %+v", what, s.Options)
		}
		seen := map[string]bool{}
		for _, o := range s.Options {
			if seen[o.Value] || what.What == card.FieldOwner && !strings.HasPrefix(o.Value, "group:") && !strings.HasPrefix(o.Value, "user:") {
				t.Errorf("%+v suggests %s", what, o.Value)
			}
			seen[o.Value] = true
		}
	}
	if s := reply(t, c.Suggest(), happens(bot.Asked{What: card.FieldRepo, Query: "x"}, lang.English)).(bot.Suggest); len(s.Options) != 0 {
		t.Errorf("%+v", s)
	}
}

func TestOwnerOfAMessage(t *testing.T) {
	c := nordwind(t)
	menu := c.Menus()[commands.MenuOwner]
	ask := func(text string) (string, bot.Outcome) {
		r := reply(t, menu, happens(bot.Invoked{Path: []string{commands.MenuOwner}, Quoted: text}, lang.English))
		if _, ok := r.(bot.Whisper); !ok {
			t.Errorf("%q is answered with %T", text, r)
		}
		_, a, _ := bot.MessageOf(r)
		return readable(t, r), a.Outcome
	}
	text, outcome := ask("the parcels service throws 500s since noon, anybody looking?")
	if outcome != bot.Answered {
		t.Errorf("%s: %s", outcome, text)
	}
	contains(t, text, "Parcel", "owned by")
	for text, want := range map[string][]string{
		"ledgerd broke after the deploy of `shopfront`; is till-api slow too? cc <@U2>": {"ledgerd", "shopfront", "Till API"},
		"shopfront and ledgerd, says Ada of the Tracers":                                {"shopfront", "ledgerd"},
		"I don't know why, but the parcel-events lag behind parcels again!!":            {"Parcel Events", "Parcel"},
	} {
		said, outcome := ask(text)
		if outcome != bot.Answered {
			t.Errorf("%q: %s", text, outcome)
		}
		contains(t, said, want...)
	}
	for _, text := range []string{"", "lunch?", strings.Repeat("支", 9000)} {
		if said, outcome := ask(text); outcome != bot.NotFound {
			t.Errorf("%.20q: %s %s", text, outcome, said)
		}
	}
}

func TestAskForm(t *testing.T) {
	c := nordwind(t)
	open := reply(t, c.Menus()[commands.MenuAsk], happens(bot.Invoked{Path: []string{commands.MenuAsk}}, lang.English)).(bot.Open)
	h := c.Forms()[open.Form.ID]
	empty := reply(t, h, happens(bot.Submitted{Form: open.Form.ID, Values: card.Values{"question": {"  "}}}, lang.English))
	if in, ok := empty.(bot.Invalid); !ok || in.Fields["question"] == "" {
		t.Errorf("%#v", empty)
	}
	answer := reply(t, h, happens(bot.Submitted{Form: open.Form.ID, Values: card.Values{"question": {"who owns parcels?"}}}, lang.English))
	contains(t, readable(t, answer), "owned by")
}

func TestPreview(t *testing.T) {
	var asked []bot.Actor
	c := nordwind(t, func(d *commands.Deps) {
		d.Links.Entity = "https://portal.example/catalog/{namespace}/{kind}/{name}"
		d.Viewer = func(ev *bot.Event) catalog.Viewer {
			asked = append(asked, ev.Actor)
			return catalog.Viewer{}
		}
	})
	urls := []string{
		"http://localhost:7007/catalog/default/component/parcels", "http://localhost:7007/docs/default/component/parcels/reindex#undo",
		"https://portal.example/catalog/default/Component/parcels/ci-cd?x=y", "https://portal.example/catalog/default/component/none",
		"https://elsewhere.example/catalog/default/component/parcels", "https://portal.example/catalog/default", "://", "https://portal.example/",
	}
	p := reply(t, c.Preview(), happens(bot.Linked{URLs: urls}, lang.English)).(bot.Preview)
	if len(p.Messages) != 3 {
		t.Errorf("%d previews", len(p.Messages))
	}
	for _, u := range urls[:3] {
		contains(t, card.Plain(p.Messages[u]), "Parcel")
	}
	contains(t, card.Plain(p.Messages[urls[1]]), "Rebuilding the index › Undo it", "The old index stays for a day.", "reindex.md")
	docs := map[string]string{
		"http://localhost:7007/docs/default/component/parcels":                "It answers in milliseconds.",
		"http://localhost:7007/docs/default/component/parcels/ops/oncall/":    "Restart the scanner",
		"http://localhost:7007/docs/default/component/parcels/reindex#gone":   "Stop the writer first.",
		"http://localhost:7007/docs/default/component/parcels/no/such/page":   "Parcel Service",
		"http://localhost:7007/docs/default/component/parcels/ops/oncall?q=x": "When scans stop",
	}
	for u, want := range docs {
		p := reply(t, c.Preview(), happens(bot.Linked{URLs: []string{u}}, lang.English)).(bot.Preview)
		contains(t, card.Plain(p.Messages[u]), want)
	}
	for _, a := range asked {
		if a.ID != "" {
			t.Errorf("a preview is made with the rights of %q", a.ID)
		}
	}
}

func TestEverySurfaceEventIsAnswered(t *testing.T) {
	c := nordwind(t)
	m, err := bot.NewMux(bot.MuxConfig{Forms: c.Forms(), Suggest: c.Suggest(), Surfaces: c.Surfaces(), Preview: c.Preview()})
	if err != nil {
		t.Fatal(err)
	}
	for _, ev := range bottest.Forms(now) {
		r := reply(t, m, &ev)
		switch ev.Input.(type) {
		case bot.Submitted:
			if _, ok := r.(bot.Invalid); !ok {
				t.Errorf("a form that there is not: %#v", r)
			}
		case bot.Opened:
			if _, ok := r.(bot.Surface); !ok {
				t.Errorf("%#v", r)
			}
		case bot.Asked:
			if _, ok := r.(bot.Suggest); !ok {
				t.Errorf("%#v", r)
			}
		case bot.Changed, bot.Lifecycle:
			if r != (bot.Nothing{}) {
				t.Errorf("%#v is answered with %#v", ev.Input, r)
			}
		}
	}
}

// someRuns are those of everybody alike.
type someRuns []commands.Run

func (r someRuns) Recent(_ bot.Actor, n int) []commands.Run { return r[:min(n, len(r))] }

func TestHomeShowsRecentRuns(t *testing.T) {
	runs := someRuns{
		{Title: "refunds from Go service", URL: "https://portal.example/runs/1", State: card.StateRunning, At: now.Add(-2 * time.Minute)},
		{Title: "old one", State: card.StateFailed, At: now.Add(-3 * time.Hour)},
	}
	c := nordwind(t, func(d *commands.Deps) { d.Runs = runs })
	r := reply(t, c.Surfaces()[bot.SurfaceHome], happens(bot.Opened{Surface: bot.SurfaceHome}, lang.English))
	contains(t, readable(t, r), "Your recent runs", "refunds from Go service", "· running · 2 min ago", "old one · failed · 3 h ago")
	none := nordwind(t, func(d *commands.Deps) { d.Runs = someRuns(nil) })
	r = reply(t, none.Surfaces()[bot.SurfaceHome], happens(bot.Opened{Surface: bot.SurfaceHome}, lang.English))
	if strings.Contains(readable(t, r), "recent runs") {
		t.Error("an empty list is shown")
	}
}
