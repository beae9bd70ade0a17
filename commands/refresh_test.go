package commands_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/commands"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// sources plays the sources of a service: reading again swaps in what happened meanwhile.
type sources struct {
	mu    sync.Mutex
	view  search.View
	next  func(e *catalog.Entity) *catalog.Entity // of parcels; nil: it is gone
	err   error
	asked []string
}

func (s *sources) View(catalog.Viewer) search.View {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.view
}

func (s *sources) Refresh(_ context.Context, origin, location string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, origin+" "+location)
	if s.err != nil {
		return s.err
	}
	c := catalog.Changes{Generation: s.view.Generation() + 1, Full: true}
	for e := range s.view.Entities(search.Filter{}) {
		if e.Ref.Name == "parcels" {
			if e = s.next(e); e == nil {
				continue
			}
		}
		c.Upserts = append(c.Upserts, e)
	}
	s.view = search.NewReader(c, nil, search.Options{}).For(catalog.Viewer{})
	return nil
}

func slash(args string) bot.Invoked { return bot.Invoked{Path: []string{"backchannel"}, Args: args} }

// worked handles an input and does the work that the reply asks for.
func worked(t *testing.T, h bot.Handler, in bot.Input) (note string, r bot.Reply, m card.Message, a bot.Answer) {
	t.Helper()
	r, err := h.Handle(t.Context(), &bot.Event{ID: "t:1", Time: now, Actor: bot.Actor{Platform: "t", ID: "u"}, Locale: lang.English, Input: in})
	check(t, err)
	if w, ok := r.(bot.Work); ok {
		note = card.Plain(w.Note)
		r, err = w.Run(t.Context())
		check(t, err)
	}
	m, a, _ = bot.MessageOf(r)
	return note, r, m, a
}

func TestRefresh(t *testing.T) {
	t.Parallel()
	edit := func(change func(*catalog.Entity)) func(*catalog.Entity) *catalog.Entity {
		return func(e *catalog.Entity) *catalog.Entity {
			n := *e
			change(&n)
			return &n
		}
	}
	for _, tt := range []struct {
		name, args string
		next       func(*catalog.Entity) *catalog.Entity
		err        error
		outcome    bot.Outcome
		want       string
	}{
		{"unchanged", "refresh parcels", edit(func(*catalog.Entity) {}), nil, bot.Answered, "Parcel Service (parcels) was read again and is unchanged."},
		{"changed", "refresh parcels", edit(func(e *catalog.Entity) {
			e.Owner, e.Lifecycle, e.Tags = ref("group:money"), "deprecated", []string{"x"}
		}), nil, bot.Answered, "Changed: spec.owner is now money, spec.lifecycle is now deprecated and metadata.tags."},
		{"gone", "refresh parcels", func(*catalog.Entity) *catalog.Entity { return nil }, nil, bot.Answered, "no longer in the catalog"},
		{"broken", "refresh parcels", edit(func(e *catalog.Entity) {
			e.Problems = []catalog.Problem{{Code: catalog.ProblemStale, Message: "the present descriptor is invalid"}}
		}), nil, bot.Answered, "has a problem: the present descriptor is invalid"},
		{"away", "refresh parcels", nil, fault.New(fault.Upstream, "503"), bot.NotFound, "did not answer. What is known stays"},
		{"no source any more", "refresh parcels", nil, fault.New(fault.NotFound, "no such origin"), bot.Answered, "no longer in the catalog"},
		{"unclassified", "refresh parcels", nil, errors.New("x"), bot.NotFound, "did not answer"},
		{"unknown", "refresh prcl hub", nil, nil, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := &sources{next: tt.next, err: tt.err}
			c := nordwind(t, func(d *commands.Deps) {
				s.view = d.View(catalog.Viewer{})
				d.View, d.Refresher = s.View, s
			})
			note, r, m, a := worked(t, mux(t, c), slash(tt.args))
			if tt.want == "" {
				if len(s.asked) != 0 {
					t.Errorf("asked %v", s.asked)
				}
				return
			}
			if _, ok := r.(bot.Whisper); !ok || a.Outcome != tt.outcome || !strings.Contains(card.Plain(m), tt.want) {
				t.Errorf("%T %s, want %s with %q:\n%s", r, a.Outcome, tt.outcome, tt.want, card.Plain(m))
			}
			if !strings.Contains(note, "Reading Parcel Service") || !slices.Equal(s.asked, []string{"nordwind testdata/catalog.yaml"}) {
				t.Errorf("note %q, asked %v", note, s.asked)
			}
			if _, share := actions(m)["Share"]; share {
				t.Error("reading again can be shared")
			}
		})
	}
}

func TestRefreshSettlesAnAmbiguousName(t *testing.T) {
	t.Parallel()
	s := &sources{next: func(e *catalog.Entity) *catalog.Entity { return e }}
	c := nordwind(t, func(d *commands.Deps) {
		s.view = d.View(catalog.Viewer{})
		d.View, d.Refresher = s.View, s
	})
	h := mux(t, c)
	_, _, m, a := worked(t, h, slash("refresh report"))
	if a.Outcome != bot.Choose || len(s.asked) != 0 {
		t.Fatalf("%s, asked %v:\n%s", a.Outcome, s.asked, card.Plain(m))
	}
	for _, b := range actions(m) {
		_, _, m, _ = worked(t, h, bot.Pressed{Intent: b.Intent, Private: true})
		break
	}
	if len(s.asked) != 1 || !strings.Contains(card.Plain(m), "is unchanged") {
		t.Errorf("asked %v:\n%s", s.asked, card.Plain(m))
	}
}

func TestRefreshAsksForPermission(t *testing.T) {
	t.Parallel()
	s := &sources{}
	c := nordwind(t, func(d *commands.Deps) {
		d.Refresher = s
		d.May = func(_ *bot.Event, act commands.Act, r catalog.Ref) bool {
			return act != commands.ActRefresh || r != ref("parcels")
		}
	})
	_, _, m, a := worked(t, mux(t, c), slash("refresh parcels"))
	if a.Outcome != bot.Refused || len(s.asked) != 0 {
		t.Errorf("%s, asked %v:\n%s", a.Outcome, s.asked, card.Plain(m))
	}
}

func TestRefreshIsAbsentWithoutSources(t *testing.T) {
	t.Parallel()
	c := nordwind(t)
	for _, s := range c.SubCommands() {
		if s.Name == "refresh" || s.Name == "unregister" || s.Name == "register" {
			t.Errorf("%s is offered", s.Name)
		}
	}
}

// registry keeps registered locations in memory.
type registry struct {
	all []catalog.Location
	err error
}

func (r *registry) Locations(context.Context) ([]catalog.Location, error) { return r.all, r.err }

func (r *registry) Register(_ context.Context, l catalog.Location) (bool, error) {
	if slices.ContainsFunc(r.all, func(have catalog.Location) bool { return have.Origin == l.Origin }) {
		return false, r.err
	}
	r.all = append(r.all, l)
	return true, r.err
}

func (r *registry) Unregister(_ context.Context, origin string) error {
	n := len(r.all)
	if r.all = slices.DeleteFunc(r.all, func(l catalog.Location) bool { return l.Origin == origin }); len(r.all) == n {
		return fault.New(fault.NotFound, "no such location")
	}
	return r.err
}

// TestUnregisterAddress: a location from which nothing is in the catalog any more goes by its address.
func TestUnregisterAddress(t *testing.T) {
	t.Parallel()
	const address = "https://github.com/nordwind/left/blob/main/catalog-info.yaml"
	reg := &registry{all: []catalog.Location{{Origin: "nordwind"}, {Origin: "url:" + address, Type: "url", Target: address}}}
	allowed := false
	c := nordwind(t, func(d *commands.Deps) {
		d.Locations = reg
		d.May = func(_ *bot.Event, act commands.Act, about catalog.Ref) bool {
			return allowed && act == commands.ActUnregister && about.IsZero()
		}
	})
	h := mux(t, c)
	if _, _, m, a := worked(t, h, slash("unregister "+address)); a.Outcome != bot.Refused || !strings.Contains(card.Plain(m), "You may not unregister "+address) {
		t.Errorf("without the right: %s\n%s", a.Outcome, card.Plain(m))
	}
	allowed = true
	if _, _, m, _ := worked(t, h, slash("unregister https://example.com/other.yaml")); !strings.Contains(card.Plain(m), "other.yaml is not a registered location") {
		t.Errorf("an address that nobody registered:\n%s", card.Plain(m))
	}
	var b card.Action
	for _, as := range []string{address, "<" + address + ">", "url:" + address} {
		_, _, m, a := worked(t, h, slash("unregister "+as))
		b = actions(m)["Unregister"]
		if a.Outcome != bot.Answered || b.Confirm == "" || !strings.Contains(card.Plain(m), "nothing leaves the catalog") {
			t.Fatalf("%s: %s, button %+v:\n%s", as, a.Outcome, b, card.Plain(m))
		}
	}
	allowed = false
	if _, _, _, a := worked(t, h, bot.Pressed{Intent: b.Intent, Private: true}); a.Outcome != bot.Refused || len(reg.all) != 2 {
		t.Errorf("pressed without the right: %s, %d left", a.Outcome, len(reg.all))
	}
	allowed = true
	if _, _, m, _ := worked(t, h, bot.Pressed{Intent: b.Intent, Private: true}); len(reg.all) != 1 || !strings.Contains(card.Plain(m), "is no longer read. Nothing came from it.") {
		t.Errorf("%d left:\n%s", len(reg.all), card.Plain(m))
	}
	if _, _, m, _ := worked(t, h, bot.Pressed{Intent: b.Intent, Private: true}); len(reg.all) != 1 || !strings.Contains(card.Plain(m), "is not a registered location") {
		t.Errorf("pressed again:\n%s", card.Plain(m))
	}
}

func TestUnregister(t *testing.T) {
	t.Parallel()
	reg := &registry{all: []catalog.Location{{Origin: "nordwind", Type: "url", Target: "https://example.com"}}}
	allowed := true
	c := nordwind(t, func(d *commands.Deps) {
		d.Locations = reg
		d.May = func(_ *bot.Event, act commands.Act, _ catalog.Ref) bool {
			return allowed && act == commands.ActUnregister
		}
	})
	h := mux(t, c)
	_, _, m, a := worked(t, h, slash("unregister parcels"))
	b := actions(m)["Unregister"]
	if a.Outcome != bot.Answered || b.Style != card.Danger || b.Confirm == "" || len(reg.all) != 1 {
		t.Fatalf("%s, button %+v, %d left:\n%s", a.Outcome, b, len(reg.all), card.Plain(m))
	}
	if want := "33 entities leave the catalog"; !strings.Contains(card.Plain(m), want) {
		t.Errorf("want %q:\n%s", want, card.Plain(m))
	}
	allowed = false // the right was taken away since
	if _, _, m, a = worked(t, h, bot.Pressed{Intent: b.Intent, Private: true}); a.Outcome != bot.Refused || len(reg.all) != 1 {
		t.Errorf("%s, %d left:\n%s", a.Outcome, len(reg.all), card.Plain(m))
	}
	allowed = true
	_, r, m, a := worked(t, h, bot.Pressed{Intent: b.Intent, Private: true})
	if _, ok := r.(bot.Update); !ok || a.Outcome != bot.Answered || len(reg.all) != 0 || !strings.Contains(card.Plain(m), "nordwind is no longer read.") {
		t.Errorf("%T %s, %d left:\n%s", r, a.Outcome, len(reg.all), card.Plain(m))
	}
	for _, in := range []bot.Input{bot.Pressed{Intent: b.Intent, Private: true}, slash("unregister parcels")} {
		if _, _, m, _ = worked(t, h, in); !strings.Contains(card.Plain(m), "which nobody registered") {
			t.Errorf("%T again:\n%s", in, card.Plain(m))
		}
	}
}
