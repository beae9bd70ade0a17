package commands_test

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/descriptor"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/commands"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/internal/store"
)

// mailbox keeps what is posted; it posts on the platform "t".
type mailbox struct{ posts []bot.Post }

func (m *mailbox) Posts(platform string) bool { return platform == "t" }

func (m *mailbox) Permalink(at bot.Address, message string) string {
	return "https://chat.example/" + at.Channel + "/" + message
}

func (m *mailbox) Deliver(_ context.Context, p bot.Post) (bot.Post, error) {
	m.posts = append(m.posts, p)
	p.State, p.ID = bot.Sent, "9"
	return p, nil
}

// town is the company with subscriptions: its catalog changes, and what is told lies in a mailbox.
type town struct {
	*testing.T
	company
	state  bot.State
	box    *mailbox
	store  *store.Memory
	reader *search.Reader
	text   string
	now    time.Time
	teller *bot.Teller
	mux    *bot.Mux
}

func newTown(t *testing.T, change ...func(*commands.Deps)) *town {
	w := &town{T: t, state: bot.NewMemoryState(), box: &mailbox{}, store: store.NewMemory(clock), now: now}
	data, err := os.ReadFile("testdata/catalog.yaml")
	check(t, err)
	w.text = string(data)
	w.read()
	board := bot.NewBindingBoard(w.state.Bindings, slog.New(slog.DiscardHandler))
	w.company = nordwind(t, append([]func(*commands.Deps){func(d *commands.Deps) {
		d.View = func(v catalog.Viewer) search.View { return w.reader.For(v) }
		d.Now = func() time.Time { return w.now }
		d.Bindings, d.Messenger = board, w.box
		d.Subscriptions = &commands.Subscriptions{Store: w.state.Subscriptions, Watches: w.state.Watches, Commit: func(catalog.Provenance) string { return "3fe2a19c0d77b1" }}
	}}, change...)...)
	w.teller = bot.NewTeller(bot.TellerConfig{
		State: w.state, Compose: w.Compose, Now: func() time.Time { return w.now },
		Send: func(ctx context.Context, p bot.Post) error { _, err := w.box.Deliver(ctx, p); return err },
	})
	w.mux, err = bot.NewMux(bot.MuxConfig{
		Ask: w.Handler(), Commands: w.SubCommands(), Slash: w.Slash(), Intents: w.Intents(), Memory: bot.NewShortMemory(10, 1e12), Now: clock,
	})
	check(t, err)
	return w
}

// read reads the catalog as its text is now.
func (w *town) read() {
	w.Helper()
	file := catalog.File{Location: "catalog.yaml"}
	for _, d := range descriptor.Read("catalog.yaml", []byte(w.text), descriptor.Options{Origin: "nordwind"}) {
		if d.OK {
			file.Entities = append(file.Entities, d.Entity)
		}
	}
	_, err := w.store.Apply(w.Context(), catalog.Delta{Origin: "nordwind", Full: true, Files: []catalog.File{file}, Checked: w.now})
	check(w.T, err)
	all, err := w.store.Changes(w.Context(), 0)
	check(w.T, err)
	reader := search.NewReader(all, nil, search.Options{Logger: slog.New(slog.DiscardHandler)})
	w.Cleanup(func() { check(w.T, reader.Close()) })
	w.reader = reader
}

// change changes the catalog's text between a name and the next document.
func (w *town) change(name, from, to string) {
	w.Helper()
	at := strings.Index(w.text, "name: "+name)
	if i := strings.Index(w.text[max(at, 0):], from); at >= 0 && i >= 0 {
		w.text = w.text[:at+i] + to + w.text[at+i+len(from):]
		w.read()
		return
	}
	w.Fatalf("no %q behind %s", from, name)
}

// tells lets what is new be found and told, and returns what was posted.
func (w *town) tells() []bot.Post {
	w.Helper()
	w.now = w.now.Add(time.Minute)
	before := len(w.box.posts)
	_, err := w.WatchSubscriptions(w.Context())
	check(w.T, err)
	check(w.T, w.teller.Round(w.Context()))
	return w.box.posts[before:]
}

// does plays an input in a channel and returns what it is answered with, work done.
func (w *town) does(channel bot.Channel, l lang.Lang, in bot.Input) (bot.Reply, card.Message, bot.Answer) {
	w.Helper()
	ev := &bot.Event{
		ID: "t:W:1", Time: w.now, Address: bot.Address{Platform: "t", Workspace: "W", Channel: "C-" + channel.Name}, Channel: channel,
		Actor: bot.Actor{Platform: "t", Workspace: "W", ID: "u", Name: "Mia"}, Locale: l, Input: in,
	}
	r, err := w.mux.Handle(w.Context(), ev)
	check(w.T, err)
	if work, ok := r.(bot.Work); ok {
		r, err = work.Run(w.Context())
		check(w.T, err)
	}
	m, a, _ := bot.MessageOf(r)
	return r, m, a
}

var (
	alerts = bot.Channel{Name: "alerts"}
	direct = bot.Channel{Name: "dm", Direct: true}
)

func typed(text string) bot.Invoked { return bot.Invoked{Path: []string{"backchannel"}, Args: text} }

func (w *town) want(m card.Message, wants ...string) {
	w.Helper()
	for _, want := range wants {
		if !strings.Contains(card.Plain(m), want) {
			w.Errorf("want %q:\n%s", want, card.Plain(m))
		}
	}
}

func TestSubscribeAndHear(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	r, m, _ := w.does(alerts, lang.English, typed("subscribe till ownership"))
	if _, ok := r.(bot.Share); !ok {
		t.Errorf("%T, want everybody in the channel to see it", r)
	}
	w.want(m, "This channel hears when", "ownership")
	_, m, _ = w.does(direct, lang.Chinese, bot.Said{Text: "请在这里通知我，当 till 被弃用时"})
	w.want(m, "有变更时会通知你：生命周期")
	_, m, _ = w.does(alerts, lang.English, bot.Said{Text: "subscribe to till problems"})
	w.want(m, "problems")
	if got := w.tells(); len(got) != 0 {
		t.Fatalf("told %+v before anything changed", got)
	}

	w.change("till", "owner: money", "owner: tracers")
	got := w.tells()
	if len(got) != 1 || got[0].To.Channel != "C-alerts" {
		t.Fatalf("told %+v", got)
	}
	w.want(got[0].Message, "has a new owner: Money → Tracing Team", "catalog.yaml:", "commit 3fe2a19c0d", "since ")
	if again := w.tells(); len(again) != 0 {
		t.Errorf("told again: %+v", again)
	}

	w.change("till", "lifecycle: production", "lifecycle: deprecated")
	if got = w.tells(); len(got) != 1 || got[0].Message.Lang != lang.Chinese || got[0].To.Channel != "C-dm" {
		t.Fatalf("told %+v", got)
	}
	w.want(got[0].Message, "生命周期有变更：生产中 → 已弃用")

	w.change("till", "owner: tracers", "owner: nobody-here")
	if got = w.tells(); len(got) != 1 {
		t.Fatalf("told %d posts", len(got))
	}
	w.want(got[0].Message, "Tracing Team → nobody-here", "New problem: ", "has an owner that is not in the catalog (nobody-here)")
	w.change("till", "owner: nobody-here", "owner: money")
	if got = w.tells(); len(got) != 1 {
		t.Fatalf("told %d posts", len(got))
	}
	w.want(got[0].Message, "nobody-here → Money", "Solved: “")

	w.change("till", "owner: money", "owner: tracers")
	_, err := w.WatchSubscriptions(t.Context())
	check(t, err)
	w.change("till", "owner: tracers", "owner: money")
	if got = w.tells(); len(got) != 0 {
		t.Errorf("what went back is no news: %+v", got)
	}
}

// TestSubscribeToATeam: a team stands for what it owns.
func TestSubscribeToATeam(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.does(alerts, lang.English, typed("subscribe group:money"))
	w.does(alerts, lang.English, typed("subscribe till ownership"))
	w.change("till", "owner: money", "owner: tracers")
	got := w.tells()
	if len(got) == 0 {
		t.Fatal("nothing was told")
	}
	var all []string
	for _, p := range got {
		all = append(all, card.Plain(p.Message))
	}
	if n := strings.Count(strings.Join(all, "\n"), "Money → Tracing Team"); n < 1 || strings.Contains(strings.Join(all, "\n"), "lifecycle") {
		t.Errorf("told %q", all)
	}
}

func TestSubscriptionsAreListedMutedAndEnded(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	_, m, a := w.does(alerts, lang.English, typed("subscriptions"))
	w.want(m, "subscribes to nothing")
	w.does(alerts, lang.English, typed("subscribe till ownership lifecycle"))
	_, m, _ = w.does(alerts, lang.English, bot.Said{Text: "what are we subscribed to?"})
	w.want(m, "This channel hears of one thing:", "ownership and lifecycle")
	w.change("till", "owner: money", "owner: tracers")
	told := w.tells()
	if len(told) != 1 {
		t.Fatalf("told %+v", told)
	}
	r, m, _ := w.does(alerts, lang.English, bot.Pressed{Intent: button(t, told[0].Message, "Mute")})
	if _, ok := r.(bot.Say); !ok {
		t.Errorf("%T, want everybody to see that it is muted", r)
	}
	w.want(m, "is muted here")
	w.change("till", "owner: tracers", "owner: money")
	if got := w.tells(); len(got) != 0 {
		t.Errorf("told while muted: %+v", got)
	}
	w.does(alerts, lang.English, bot.Pressed{Intent: button(t, m, "Unmute")})
	w.change("till", "owner: money", "owner: tracers")
	if got := w.tells(); len(got) != 1 {
		t.Errorf("told %d posts", len(got))
	}
	_, m, a = w.does(alerts, lang.English, typed("unsubscribe till"))
	w.want(m, "hears nothing of")
	if a.Outcome != bot.Answered {
		t.Errorf("outcome %s", a.Outcome)
	}
	_, m, a = w.does(alerts, lang.English, typed("unsubscribe till"))
	w.want(m, "Nothing about")
	if a.Outcome != bot.NotFound {
		t.Errorf("outcome %s", a.Outcome)
	}
}

func TestSubscribeRefuses(t *testing.T) {
	t.Parallel()
	w := newTown(t, func(d *commands.Deps) {
		d.May = func(_ *bot.Event, act commands.Act, ref catalog.Ref) bool {
			return act != commands.ActSubscribe || ref.Name != "ledgerd"
		}
	})
	for text, want := range map[string]string{
		"subscribe ledgerd":              "You may not change what this channel is told",
		"subscribe user:lin":             "nothing that can be subscribed to",
		"subscribe":                      "Say what it is about",
		"subscribe no-such-thing":        "no-such-thing",
		"tell me when xyzzyq is retired": "xyzzyq",
	} {
		_, m, a := w.does(alerts, lang.English, typed(text))
		w.want(m, want)
		if a.Outcome == bot.Answered {
			t.Errorf("%q was answered", text)
		}
	}
	ev := &bot.Event{ID: "web:1", Time: now, Address: bot.Address{Platform: "web"}, Locale: lang.English, Input: bot.Said{Text: "subscribe to till"}}
	r, err := w.mux.Handle(t.Context(), ev)
	check(t, err)
	m, _, _ := bot.MessageOf(r)
	w.want(m, "I cannot write to you here unasked")
	a, _ := w.Ask(t.Context(), commands.Question{Text: "tell me when till changes owner"})
	if a.Intent != "none" || a.Outcome != bot.Refused || len(a.Entities) != 0 {
		t.Errorf("outside of a chat: %+v", a)
	}
	if all, err := w.state.Watches.Subjects(t.Context()); err != nil || len(all) != 0 {
		t.Errorf("kept %+v, %v", all, err)
	}
}

// TestSubscribeWords: what people say, and what only looks like it.
func TestSubscribeWords(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"tell me here when till changes owner":            "ownership",
		"Let us know if the till gets a new owner!":       "ownership",
		"please notify us when the owner of till changes": "ownership",
		"ping me as soon as till is deprecated":           "lifecycle",
		"subscribe to till problems":                      "problems",
		"subscribe us to ownership changes of till":       "ownership",
		"subscribe to till":                               "ownership, lifecycle and problems",
		"alert us whenever till has new problems":         "problems",
		"tell me when till changes":                       "ownership, lifecycle and problems",
		"till 换负责人的时候在这里通知我们":                             "负责人",
		"订阅 till 的生命周期变更":                                 "生命周期",
		"当 till 被弃用时通知我":                                  "生命周期",
		"请帮我订阅 till":                                      "负责人、生命周期和数据问题",
		"who owns till?":                                  "",
		"tell me who owns till":                           "",
		"let me know who is on call for till":             "",
		"tell me when the next shift of till starts":      "",
		"notify the owner of till":                        "",
		"what changed when till moved":                    "",
		"stop":                                            "",
	} {
		w := newTown(t)
		w.does(alerts, "", bot.Said{Text: text})
		all, err := w.state.Subscriptions.Of(t.Context(), bot.Address{Platform: "t", Workspace: "W", Channel: "C-alerts"})
		check(t, err)
		if (len(all) > 0) != (want != "") {
			t.Errorf("%q: %d subscriptions", text, len(all))
			continue
		}
		if want == "" {
			continue
		}
		_, m, _ := w.does(alerts, all[0].Lang, typed("subscriptions"))
		if !strings.Contains(card.Plain(m), want) {
			t.Errorf("%q: want %q\n%s", text, want, card.Plain(m))
		}
		for _, off := range []string{"unsubscribe from till", "退订 till"} {
			w.does(alerts, "", bot.Said{Text: off})
		}
		if all, err = w.state.Subscriptions.Of(t.Context(), all[0].Address); err != nil || len(all) != 0 {
			t.Errorf("%q: %v left", text, all)
		}
	}
}

// TestComposeShowsWhatMayBeSeen: a place hears only of what everybody there may see.
func TestComposeGoldens(t *testing.T) {
	t.Parallel()
	change := func(s string) []byte { return []byte(s) }
	news := func(subject, topic, s string) bot.News {
		return bot.News{Subject: "component:default/" + subject, Topic: topic, Change: change(s)}
	}
	till := news("till", "ownership", `[{"Entity":"component:default/till","From":"group:default/money","To":"group:default/tracers","Where":"catalog.yaml","Line":70,"Commit":"3fe2a19c0d77b1","Since":1795421000}]`)
	life := news("till", "lifecycle", `[{"Entity":"component:default/till","From":"production","To":"deprecated","Where":"catalog.yaml","Line":70,"Since":1795421000}]`)
	gone := news("robots", "ownership", `[{"Entity":"component:default/gone","Gone":true}]`)
	wrong := news("parcels", "problems", `[{"Entity":"component:default/parcels","Key":"dangling spec.owner group:default/x","To":"dangling-owner","Where":"catalog.yaml","Line":3},{"Entity":"component:default/parcels","Key":"no-source","From":"no-source"}]`)
	var b strings.Builder
	w := newTown(t)
	for _, g := range []struct {
		name string
		news []bot.News
	}{
		{"ownership", []bot.News{till}}, {"ownership and lifecycle", []bot.News{till, life}}, {"problems", []bot.News{wrong}},
		{"gone", []bot.News{gone}}, {"digest", []bot.News{till, life, gone, wrong}}, {"of a newer version", []bot.News{news("till", "weather", `[]`), news("till", "ownership", `{`)}},
	} {
		for _, l := range lang.Languages() {
			m, ok := w.Compose(t.Context(), bot.Bulletin{To: bot.Address{Platform: "t", Channel: "C"}, Lang: l, Zone: time.UTC, News: slices.Clone(g.news)})
			b.WriteString("=== " + g.name + " " + string(l) + "\n")
			if !ok {
				b.WriteString("nothing\n")
				continue
			}
			b.WriteString(card.Plain(m) + "\n" + buttons(m) + "\n")
		}
	}
	compare(t, filepath.Join("testdata", "golden", "news.txt"), b.String())
}
