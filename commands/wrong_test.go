package commands_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/commands"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// corrector plays the host of descriptors.
type corrector struct {
	got  []commands.Correction
	done commands.Corrected
	err  error

	declined map[string]bool // requests
	looked   int
	away     error // of looking at requests
}

// Declined implements commands.Requests.
func (c *corrector) Declined(_ context.Context, request string) (bool, error) {
	c.looked++
	return c.declined[request], c.away
}

func (c *corrector) Correct(_ context.Context, x commands.Correction) (commands.Corrected, error) {
	c.got = append(c.got, x)
	return c.done, c.err
}

// critics is a desk whose answers are criticised.
type critics struct {
	*desk
	feedback  *bot.Disputes
	corrector *corrector
	posts     []bot.Post
	now       time.Time
}

func newCritics(t *testing.T, change ...func(*commands.Deps)) *critics {
	t.Helper()
	c := &critics{corrector: &corrector{}, now: now, feedback: bot.NewDisputes(bot.NewMemoryState().Feedback, slog.New(slog.DiscardHandler))}
	c.desk = newDesk(t, append([]func(*commands.Deps){func(d *commands.Deps) {
		d.Feedback, d.Corrector = c.feedback, c.corrector
		d.Now = func() time.Time { return c.now }
		d.Post = func(_ context.Context, p bot.Post) error {
			c.posts = append(c.posts, p)
			return nil
		}
	}}, change...)...)
	return c
}

// said handles an input with what was said before, and does the work that the reply asks for.
func (c *critics) said(t *testing.T, who string, in bot.Input, memory ...bot.Turn) (bot.Reply, string, map[string]card.Action) {
	t.Helper()
	h := bot.HandlerFunc(func(ctx context.Context, ev *bot.Event) (bot.Reply, error) { return c.mux.Handle(ctx, ev) })
	r, err := h.Handle(t.Context(), &bot.Event{
		ID: "t:1", Time: c.now, Actor: bot.Actor{Platform: "t", Workspace: "w", ID: who, Name: who}, Address: bot.Address{Platform: "t", Workspace: "w", Channel: "c"},
		Channel: bot.Channel{Name: "help"}, Locale: lang.English, Forms: true, Input: in, Memory: memory,
	})
	check(t, err)
	if w, ok := r.(bot.Work); ok {
		r, err = w.Run(t.Context())
		check(t, err)
	}
	m, _, _ := bot.MessageOf(r)
	return r, card.Plain(m), actions(m)
}

func (c *critics) open(t *testing.T) []bot.Feedback {
	t.Helper()
	all, err := c.feedback.Open(t.Context())
	check(t, err)
	return all
}

// TestWrongIsOnEveryAnswer looks for the way in on each kind of answer, and for what it asks.
func TestWrongIsOnEveryAnswer(t *testing.T) {
	t.Parallel()
	c := newCritics(t)
	for _, tt := range []struct {
		question string
		offers   string
	}{
		{"who owns parcels", "A fact is wrong|It does not help|It is about the wrong thing|It is outdated"},
		{"who owns the frobnicator", "It does not help|It is about the wrong thing"},
		{"which version of go does parcels use", "A fact is wrong|It does not help|It is about the wrong thing|It is outdated"},
		{"help", ""},
	} {
		_, _, b := c.said(t, "ann", bot.Said{Text: tt.question})
		w, ok := b["Wrong?"]
		if ok != (tt.offers != "") || ok && (w.Style != card.Quiet || !w.Anyone) {
			t.Errorf("%s: the way in is %+v", tt.question, w)
		}
		if !ok {
			continue
		}
		r, text, b := c.said(t, "ben", bot.Pressed{Intent: w.Intent})
		var labels []string
		for label := range b {
			labels = append(labels, label)
		}
		if _, private := r.(bot.Whisper); !private || !strings.Contains(text, "What is wrong with this answer?") || sorted(labels) != tt.offers {
			t.Errorf("%s: %T %q\n%s", tt.question, r, labels, text)
		}
	}
}

func sorted(labels []string) string {
	out := ""
	for len(labels) > 0 {
		least := 0
		for i := range labels {
			if labels[i] < labels[least] {
				least = i
			}
		}
		out += "|" + labels[least]
		labels = append(labels[:least:least], labels[least+1:]...)
	}
	return strings.TrimPrefix(out, "|")
}

// press presses the buttons of these labels one after the other, beginning on the answer to a question.
func (c *critics) press(t *testing.T, who, question string, labels ...string) (bot.Reply, string, map[string]card.Action) {
	t.Helper()
	r, text, b := c.said(t, who, bot.Said{Text: question})
	_, a, _ := bot.MessageOf(r)
	memory := []bot.Turn{{Text: question, Entities: a.Entities, Intent: a.Intent, At: c.now}, {FromBot: true, Entities: a.Entities, Intent: a.Intent, At: c.now}}
	for _, label := range labels {
		x, ok := b[label]
		if !ok {
			t.Fatalf("no button %q among %v:\n%s", label, b, text)
		}
		r, text, b = c.said(t, who, bot.Pressed{Intent: x.Intent, Private: true}, memory...)
	}
	return r, text, b
}

func TestWrongThing(t *testing.T) {
	t.Parallel()
	c := newCritics(t)
	_, text, b := c.press(t, "ann", "who owns the parcel thing", "Wrong?", "It is about the wrong thing")
	if !strings.Contains(text, "What did you mean?") || len(b) < 2 {
		t.Fatalf("offers %v:\n%s", b, text)
	}
	other, ok := b["Something else…"]
	if !ok || other.Search != card.FieldEntity {
		t.Fatalf("no way to something else: %v", b)
	}
	in := bot.Pressed{Intent: other.Intent, Chosen: "component:default/shopfront", Private: true}
	in.Intent.Args = append(append([]string(nil), in.Intent.Args...), in.Chosen) // as the Mux does for a token
	r, text, b := c.said(t, "ann", in)
	if _, update := r.(bot.Update); !update || !strings.Contains(text, "is owned by") || !strings.Contains(text, "is proposed to the operators as a name of") {
		t.Errorf("%T\n%s", r, text)
	}
	if _, share := b["Share"]; !share {
		t.Error("the answer cannot be shared")
	}
	open := c.open(t)
	if len(open) != 1 || open[0].Kind != bot.WrongThing || open[0].Meant != "component:default/shopfront" || open[0].Name == "" || strings.Contains(open[0].Name, "owns") {
		t.Fatalf("kept %+v", open)
	}
	_, text, _ = c.said(t, "op", slash("feedback"))
	if want := `- {class: alias, text: "` + open[0].Name + `", value: "component:default/shopfront"}`; !strings.Contains(text, want) {
		t.Errorf("want %s:\n%s", want, text)
	}
}

func TestOutdatedAndUnhelpful(t *testing.T) {
	t.Parallel()
	c := newCritics(t)
	_, text, b := c.press(t, "ann", "who owns parcels", "Wrong?", "It is outdated")
	if !strings.Contains(text, "hears of it once a day") || b["Read its source again"].Intent.Name == "" {
		t.Errorf("%v\n%s", b, text)
	}
	if r, _, _ := c.said(t, "ann", bot.Pressed{Intent: b["Read its source again"].Intent, Private: true}); r == nil {
		t.Error("nothing is read")
	} else if _, follows := r.(bot.Follow); !follows {
		t.Errorf("reading again is %T", r)
	}
	if _, text, _ = c.press(t, "ben", "who owns parcels", "Wrong?", "It does not help"); !strings.Contains(text, "Noted. The operators") {
		t.Error(text)
	}
	for _, f := range c.open(t) {
		if f.Entity != "component:default/parcels" || f.Intent != "owner" || f.Kind == bot.Outdated && (f.Fact != "spec.owner" || f.Was == "") {
			t.Errorf("kept %+v", f)
		}
	}
}

// TestDisputedAnswersSayso follows a dispute through: form, answers, the owner's digest, and its end by the catalog.
func TestDisputedAnswersSayso(t *testing.T) {
	t.Parallel()
	c := newCritics(t)
	c.corrector.done = commands.Corrected{File: "catalog.yaml", Diff: "-  owner: x\n+  owner: y\n", Request: "https://git.example/pull/7", Number: 7}
	for _, who := range []string{"ann", "ben"} {
		r, _, _ := c.press(t, who, "who owns parcels", "Wrong?", "A fact is wrong")
		form := r.(bot.Open).Form
		if got := form.Fields[0].Value[0] + " " + string(form.Fields[1].Kind); got != "spec.owner owner" || form.Draft != "component:default/parcels" {
			t.Fatalf("the form is %+v", form)
		}
		_, text, b := c.said(t, who, bot.Submitted{Form: form.ID, Draft: form.Draft, Values: card.Values{"fact": {"spec.owner"}, "right": {"group:default/money"}, "why": {"they moved"}}})
		if !strings.Contains(text, "Proposed as change 7 of catalog.yaml: owner of Parcel Service") || !strings.Contains(text, "+  owner: y") || b["Open the change"].URL != c.corrector.done.Request {
			t.Fatalf("%v\n%s", b, text)
		}
	}
	if got := c.corrector.got[0]; got.Field != "spec.owner" || got.Value != "money" || got.Note != "they moved" || got.By != "ann" {
		t.Errorf("asked to correct %+v", got)
	}
	c.now = c.now.Add(2 * 24 * time.Hour)
	if _, text, _ := c.said(t, "cat", bot.Said{Text: "who owns parcels"}); !strings.Contains(text, "disputed by 2 people since "+now.Weekday().String()) {
		t.Errorf("the answer:\n%s", text)
	}
	if _, text, _ := c.said(t, "cat", bot.Said{Text: "show parcels"}); !strings.Contains(text, "owner disputed by 2 people since") {
		t.Errorf("the whole:\n%s", text)
	}
	if _, text, _ := c.said(t, "cat", bot.Said{Text: "who is on call for parcels"}); strings.Contains(text, "disputed") {
		t.Errorf("another fact:\n%s", text)
	}
	for range 2 {
		check(t, c.Digest(t.Context()))
	}
	for _, p := range c.posts {
		if text := card.Plain(p.Message); p.To.Platform != "t" || !strings.Contains(text, "What people dispute about what") || !strings.Contains(text, "right would be money") {
			t.Errorf("to %+v:\n%s", p.To, text)
		}
	}
	if len(c.posts) == 2 && c.posts[0].Key != c.posts[1].Key {
		t.Errorf("two digests of one day: %q, %q", c.posts[0].Key, c.posts[1].Key)
	}
	c.settles(t)
}

// settles has the owner change in the catalog.
func (c *critics) settles(t *testing.T) {
	t.Helper()
	if n, err := c.Settle(t.Context()); n != 0 || err != nil {
		t.Errorf("settled %d, %v before anything changed", n, err)
	}
	c.sources.next = func(e *catalog.Entity) *catalog.Entity {
		x := *e
		x.Owner = ref("group:money")
		return &x
	}
	check(t, c.sources.Refresh(t.Context(), "", ""))
	c.posts = nil
	if n, err := c.Settle(t.Context()); n != 2 || err != nil {
		t.Errorf("settled %d, %v", n, err)
	}
	told := map[string]bool{}
	for _, p := range c.posts {
		told[p.To.Channel] = true
		if text := card.Plain(p.Message); !strings.Contains(text, "You disputed the owner of Parcel Service (parcels). It is") {
			t.Errorf("to %+v:\n%s", p.To, text)
		}
	}
	if len(c.posts) != 2 || !told["@ann"] || !told["@ben"] {
		t.Errorf("told %v", told)
	}
	if _, text, _ := c.said(t, "cat", bot.Said{Text: "who owns parcels"}); strings.Contains(text, "disputed") {
		t.Errorf("once it is settled:\n%s", text)
	}
}

func TestCorrectionIsChecked(t *testing.T) {
	t.Parallel()
	c := newCritics(t)
	for _, tt := range []struct {
		values card.Values
		field  string
		want   string
	}{
		{card.Values{"fact": {"spec.owner"}, "right": {"nobody-at-all"}}, "right", "Choose a team"},
		{card.Values{"fact": {"spec.owner"}, "right": {""}}, "right", "Say what is right"},
		{card.Values{"fact": {"spec.system"}, "right": {"x"}}, "fact", "Choose one of the facts"},
		{card.Values{"fact": {"metadata.title"}, "right": {strings.Repeat("x", 200)}}, "right", "fewer words"},
		{card.Values{"fact": {"metadata.title"}, "right": {"a\nb"}}, "right", "in one line"},
		{card.Values{"fact": {"metadata.title"}, "right": {"Parcel Service"}}, "right", "says so already"},
		{card.Values{"fact": {"metadata.links"}, "right": {"javascript:alert(1)"}, "label": {"x"}}, "right", "starts with https://"},
	} {
		r, _, _ := c.said(t, "ann", bot.Submitted{Form: "correct", Draft: "component:default/parcels", Values: tt.values})
		bad, ok := r.(bot.Invalid)
		if !ok || !strings.Contains(bad.Fields[tt.field], tt.want) {
			t.Errorf("%v: %#v", tt.values, r)
		}
	}
	if len(c.open(t)) != 0 || len(c.corrector.got) != 0 {
		t.Error("something was kept or proposed")
	}
	r, _, _ := c.said(t, "ann", bot.Changed{Form: "correct", Draft: "component:default/parcels", Field: "fact", Values: card.Values{"fact": {"metadata.links"}, "why": {"because"}}})
	f := r.(bot.Open).Form
	if len(f.Fields) != 4 || f.Fields[2].Name != "label" || f.Fields[3].Value[0] != "because" {
		t.Errorf("the form for links is %+v", f)
	}
	r, _, _ = c.said(t, "ann", bot.Changed{Form: "correct", Draft: "component:default/none", Field: "fact", Values: card.Values{}})
	if _, ok := r.(bot.Open); ok {
		t.Error("a form about nothing")
	}
}

// TestCorrectionFindsItsWay has the descriptor not be where it could be changed by us.
func TestCorrectionFindsItsWay(t *testing.T) {
	t.Parallel()
	diff := commands.Corrected{File: "a.yaml", Diff: "+x"}
	edit := diff
	edit.Edit = "https://git.example/edit/main/a.yaml"
	away := edit
	away.Away = true
	for _, tt := range []struct {
		done commands.Corrected
		err  error
		want string
	}{
		{diff, nil, "Whoever can edit a.yaml may apply this"},
		{edit, nil, "Make this change in a.yaml"},
		{away, nil, "could not be proposed"},
		{commands.Corrected{}, fault.New(fault.Invalid, "anchor"), "has to be edited by hand"},
		{commands.Corrected{}, errors.New("x"), "Noted: the lifecycle of"},
	} {
		c := newCritics(t)
		c.corrector.done, c.corrector.err = tt.done, tt.err
		_, text, b := c.said(t, "ann", slash("correct parcels lifecycle deprecated"))
		if !strings.Contains(text, tt.want) || (b["Edit the file"].URL != "") != (tt.done.Edit != "") || len(c.open(t)) != 1 {
			t.Errorf("%v, %d kept:\n%s", b, len(c.open(t)), text)
		}
	}
	c := newCritics(t)
	if r, _, _ := c.said(t, "ann", slash("correct parcels")); r.(bot.Open).Form.ID != "correct" {
		t.Errorf("%#v", r)
	}
	if _, text, _ := c.said(t, "ann", slash("correct parcels owner nobody-at-all")); !strings.Contains(text, "Choose a team") || len(c.open(t)) != 0 {
		t.Error(text)
	}
}

func TestDismiss(t *testing.T) {
	t.Parallel()
	owner := "user:default/"
	for _, tt := range []struct {
		name, who string
		owner     bool
		may       func(*bot.Event, commands.Act, catalog.Ref) bool
		left      int
	}{
		{"the owner", "olga", true, func(*bot.Event, commands.Act, catalog.Ref) bool { return false }, 0},
		{"an operator", "op", false, func(*bot.Event, commands.Act, catalog.Ref) bool { return true }, 0},
		{"whoever disputed it", "ann", false, func(*bot.Event, commands.Act, catalog.Ref) bool { return false }, 1},
		{"somebody else", "eve", false, func(*bot.Event, commands.Act, catalog.Ref) bool { return false }, 2},
	} {
		c := newCritics(t, func(d *commands.Deps) {
			d.May = tt.may
			view := d.View(catalog.Viewer{})
			e, _ := view.Entity(ref("parcels"))
			d.Asker = func(ev *bot.Event) catalog.Ref {
				if tt.owner && ev.Actor.ID == tt.who {
					for _, r := range view.Relations(e.Owner, "hasMember") {
						return r.Target
					}
				}
				return ref(owner + "nobody")
			}
		})
		for _, who := range []string{"ann", "ben"} {
			_, err := c.feedback.Put(t.Context(), bot.Feedback{
				ID: who, Kind: bot.WrongFact, Entity: "component:default/parcels", Fact: "spec.owner", Was: "group:default/x", At: c.now,
				By: bot.Actor{Platform: "t", Workspace: "w", ID: who},
			})
			check(t, err)
		}
		_, text, _ := c.said(t, tt.who, bot.Pressed{Intent: card.Intent{Name: "dismiss", Args: []string{"ann"}}})
		if n := len(c.open(t)); n != tt.left {
			t.Errorf("%s: %d left:\n%s", tt.name, n, text)
		}
		if told := len(c.posts); tt.left == 0 && told != 2 || tt.left > 0 && told != 0 {
			t.Errorf("%s: %d were told", tt.name, told)
		}
	}
}
