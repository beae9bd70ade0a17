package commands_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/commands"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/job"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// desk is a service whose long work is done step by step by the test.
type desk struct {
	company
	state   bot.State
	follows *bot.Follows
	mux     *bot.Mux
	sources *sources
}

func newDesk(t *testing.T, change ...func(*commands.Deps)) *desk {
	t.Helper()
	d := &desk{state: bot.NewMemoryState(), sources: &sources{next: func(e *catalog.Entity) *catalog.Entity { return e }}}
	cards := map[string]bot.TaskCard{}
	d.follows = bot.NewFollows(bot.FollowConfig{Tasks: d.state.Tasks, Followers: d.state.Followers, Queue: job.NewMemory(time.Now), Cards: cards, Now: func() time.Time { return now }})
	d.company = nordwind(t, append([]func(*commands.Deps){func(deps *commands.Deps) {
		d.sources.view = deps.View(catalog.Viewer{})
		deps.View, deps.Refresher, deps.Tasks = d.sources.View, d.sources, d.follows
	}}, change...)...)
	for kind, c := range d.TaskCards() {
		cards[kind] = c
	}
	var err error
	d.mux, err = bot.NewMux(bot.MuxConfig{
		Ask: d.Handler(), Commands: d.SubCommands(), Slash: d.Slash(), Intents: d.Intents(), Forms: d.Forms(), Suggest: d.Suggest(), Follows: d.follows,
	})
	check(t, err)
	return d
}

// as handles an input of somebody.
func (d *desk) as(t *testing.T, who string, l lang.Lang, in bot.Input) bot.Reply {
	t.Helper()
	r, err := d.mux.Handle(t.Context(), &bot.Event{
		ID: "t:1", Time: now, Actor: bot.Actor{Platform: "t", Workspace: "w", ID: who}, Address: bot.Address{Platform: "t", Workspace: "w", Channel: "c"},
		Locale: l, Forms: true, Input: in,
	})
	check(t, err)
	return r
}

func (d *desk) happen(t *testing.T, key string, events ...bot.TaskEvent) {
	t.Helper()
	for _, e := range events {
		e.ID, e.At = e.Kind, now
		_, err := d.state.Tasks.Append(t.Context(), key, e)
		check(t, err)
	}
}

func (d *desk) card(t *testing.T, key string, l lang.Lang) string {
	t.Helper()
	m, err := d.follows.Card(t.Context(), key, l)
	check(t, err)
	return card.Plain(m)
}

// TestRefreshIsFollowed shows each step of reading again, in both languages, and what it led to.
func TestRefreshIsFollowed(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r, ok := d.as(t, "ann", lang.English, slash("refresh parcels")).(bot.Follow)
	if !ok || !r.Private || r.Answer.Outcome != bot.Answered || !strings.HasPrefix(r.Key, commands.TaskRefresh+":") {
		t.Fatalf("the reply is %+v", r)
	}
	for _, step := range []struct {
		event  string
		en, zh string
	}{
		{"", "Reading Parcel Service (parcels) again: 0 of 3, asking its source…", "第 0/3 步，联系来源……"},
		{commands.RefreshAsked, "1 of 3, reading its source…", "第 1/3 步，读取来源……"},
		{commands.RefreshRead, "2 of 3, taking it over…", "第 2/3 步，更新目录……"},
	} {
		if step.event != "" {
			d.happen(t, r.Key, bot.TaskEvent{Kind: step.event})
		}
		if got := d.card(t, r.Key, lang.English); !strings.Contains(got, step.en) {
			t.Errorf("behind %q:\n%s", step.event, got)
		}
		if got := d.card(t, r.Key, lang.Chinese); !strings.Contains(got, step.zh) {
			t.Errorf("behind %q:\n%s", step.event, got)
		}
	}
	d.sources.next = func(e *catalog.Entity) *catalog.Entity {
		n := *e
		n.Lifecycle = "deprecated"
		return &n
	}
	check(t, d.sources.Refresh(t.Context(), "", ""))
	d.happen(t, r.Key, bot.TaskEvent{Kind: bot.TaskDone, Last: true})
	if got := d.card(t, r.Key, lang.English); !strings.Contains(got, "was read again. Changed: spec.lifecycle is now deprecated.") || strings.Contains(got, "Stop") {
		t.Errorf("in the end:\n%s", got)
	}
}

// TestRefreshEnds has reading again end otherwise.
func TestRefreshEnds(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		last bot.TaskEvent
		want string
	}{
		{bot.TaskEvent{Kind: bot.TaskStopped, Last: true}, "Reading Parcel Service (parcels) again was stopped."},
		{bot.TaskEvent{Kind: bot.TaskFailed, Last: true, Data: []byte(`{"Kind":"upstream","Text":"503"}`)}, "did not answer. What is known stays"},
		{bot.TaskEvent{Kind: bot.TaskFailed, Last: true, Data: []byte(`{"Kind":"` + fault.NotFound.String() + `","Text":"no origin"}`)}, "is no longer in the catalog"},
		{bot.TaskEvent{Kind: bot.TaskFailed, Last: true, Data: []byte(`7`)}, "did not answer"},
	} {
		d := newDesk(t)
		r := d.as(t, "ann", lang.English, slash("refresh parcels")).(bot.Follow)
		d.happen(t, r.Key, tt.last)
		if got := d.card(t, r.Key, lang.English); !strings.Contains(got, tt.want) {
			t.Errorf("behind %s:\n%s", tt.last.Kind, got)
		}
	}
}

func TestStop(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, who string
		may       func(*bot.Event, commands.Act, catalog.Ref) bool
		stops     bool
	}{
		{"whoever began it", "ann", nil, true},
		{"somebody else", "ben", nil, false},
		{"an operator", "ben", func(*bot.Event, commands.Act, catalog.Ref) bool { return true }, true},
		{"somebody who may not", "ben", func(_ *bot.Event, act commands.Act, _ catalog.Ref) bool { return act != commands.ActStop }, false},
	} {
		d := newDesk(t, func(deps *commands.Deps) { deps.May = tt.may })
		r := d.as(t, "ann", lang.English, slash("refresh parcels")).(bot.Follow)
		b, ok := actions(r.Now)["Stop"]
		if !ok || !b.Anyone || len(b.Intent.Args) != 1 {
			t.Fatalf("no button to stop: %+v", r.Now)
		}
		reply := d.as(t, tt.who, lang.English, bot.Pressed{Intent: b.Intent})
		task, _, err := d.follows.Since(context.Background(), r.Key, 0)
		if err != nil || task.Stop != tt.stops {
			t.Errorf("%s: stop is %v, %v", tt.name, task.Stop, err)
		}
		m, _, _ := bot.MessageOf(reply)
		if _, update := reply.(bot.Update); update != tt.stops || !strings.Contains(card.Plain(m), map[bool]string{true: "stopping…", false: "Only whoever started it"}[tt.stops]) {
			t.Errorf("%s: %T\n%s", tt.name, reply, card.Plain(m))
		}
	}
	d := newDesk(t)
	m, _, _ := bot.MessageOf(d.as(t, "ann", lang.English, bot.Pressed{Intent: card.Intent{Name: "stop", Args: []string{"refresh:none"}}}))
	if !strings.Contains(card.Plain(m), "expired") {
		t.Errorf("of a task that is forgotten:\n%s", card.Plain(m))
	}
}
