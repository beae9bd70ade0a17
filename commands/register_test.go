package commands_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/commands"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/job"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// tried plays what an address leads to, and the service that reads it once it is registered.
type tried struct {
	trial   commands.Trial
	err     error
	away    bool // the service does not get to read it
	asked   []string
	view    search.View
	busy    func(ctx context.Context) // happens while it is tried
	arrives func(ctx context.Context) // happens while the service reads it
}

func (s *tried) Try(ctx context.Context, address string) (commands.Trial, error) {
	s.asked = append(s.asked, address)
	if s.busy != nil {
		s.busy(ctx)
	}
	return s.trial, s.err
}

func (s *tried) View(catalog.Viewer) search.View { return s.view }

// Refresh implements commands.Refresher: what is not defined yet comes from the new location.
func (s *tried) Refresh(ctx context.Context, _, _ string) error {
	if s.arrives != nil {
		s.arrives(ctx)
		return ctx.Err()
	}
	if s.away {
		return fault.New(fault.Upstream, "nobody reads")
	}
	c := catalog.Changes{Generation: s.view.Generation() + 1, Full: true}
	for e := range s.view.Entities(search.Filter{}) {
		c.Upserts = append(c.Upserts, e)
	}
	for _, f := range s.trial.Delta.Files {
		for _, e := range f.Entities {
			if _, there := s.view.Entity(e.Ref); !there {
				c.Upserts = append(c.Upserts, e)
			}
		}
	}
	s.view = search.NewReader(c, nil, search.Options{}).For(catalog.Viewer{})
	return nil
}

const newPlace = "url:https://git.example/new/catalog-info.yaml"

func newFile(names ...string) catalog.Delta {
	f := catalog.File{Location: "https://git.example/new/catalog-info.yaml"}
	for _, n := range names {
		e := &catalog.Entity{Ref: ref(n), Kind: "Component", Name: n}
		e.Source.Origin, e.Source.Location = newPlace, f.Location
		f.Entities = append(f.Entities, e)
	}
	return catalog.Delta{Origin: newPlace, Full: true, Files: []catalog.File{f}}
}

// registering is a desk where locations are registered.
func registering(t *testing.T, s *tried, reg *registry, change ...func(*commands.Deps)) *desk {
	t.Helper()
	return newDesk(t, append([]func(*commands.Deps){func(d *commands.Deps) {
		s.view = d.View(catalog.Viewer{})
		d.View, d.Refresher, d.Locations, d.Registrar = s.View, s, reg, s
	}}, change...)...)
}

// registers begins to register an address and returns what shows it.
func (d *desk) registers(t *testing.T, text string) bot.Follow {
	t.Helper()
	f, ok := d.as(t, "u", lang.English, slash(text)).(bot.Follow)
	if !ok || !f.Private || !strings.HasPrefix(f.Key, commands.TaskRegister+":") {
		t.Fatalf("%q: %+v", text, f)
	}
	return f
}

// work does the job of a task once.
func (d *desk) work(ctx context.Context, t *testing.T, key string) error {
	t.Helper()
	payload, err := json.Marshal(key)
	check(t, err)
	_, err = bot.TaskHandler(d.state.Tasks, func() time.Time { return now }, d.WorkOnRegister)(ctx, job.Job{Request: job.Request{Payload: payload, Attempts: 20}, Attempt: 1})
	return err
}

// TestRegister registers addresses of many kinds, and each ends in a message that says so.
func TestRegister(t *testing.T) {
	t.Parallel()
	place := catalog.Location{Origin: newPlace, Type: "url", Target: strings.TrimPrefix(newPlace, "url:")}
	broken := newFile()
	broken.Files[0].Problems = []catalog.Problem{{Code: catalog.ProblemInvalid, Line: 3, Field: "metadata.name", Message: "a name is missing"}}
	half := newFile("fresh")
	half.Files[0].Problems = broken.Files[0].Problems
	for _, tt := range []struct {
		name   string
		args   string
		s      tried
		before []catalog.Location
		kept   int
		want   []string
	}{
		{"new", "register " + place.Target, tried{trial: commands.Trial{Location: place, Delta: newFile("fresh", "fresher")}}, nil, 1,
			[]string{"is registered. 2 entities came from it.", "In the catalog now: fresh and fresher."}},
		{"as some write addresses", "register <" + place.Target + ">", tried{trial: commands.Trial{Location: place, Delta: newFile("fresh")}}, nil, 1,
			[]string{"1 entity came from it."}},
		{"partly defined elsewhere", "register " + place.Target, tried{trial: commands.Trial{Location: place, Delta: newFile("fresh", "parcels")}}, nil, 1,
			[]string{"1 entity came from it.", "1 entity is defined elsewhere already, and that counts: Parcel Service"}},
		{"partly broken", "register " + place.Target, tried{trial: commands.Trial{Location: place, Delta: half}}, nil, 1,
			[]string{"1 entity came from it.", "1 problem:", "catalog-info.yaml:3: metadata.name", "a name is missing"}},
		{"broken", "register " + place.Target, tried{trial: commands.Trial{Location: place, Delta: broken}}, nil, 0,
			[]string{"was not registered: it holds no valid entity.", "a name is missing"}},
		{"unreadable", "register " + place.Target, tried{err: fault.New(fault.Upstream, "it answers with status 503")}, nil, 0,
			[]string{"was not registered: the host did not answer as it should: it answers with status 503"}},
		{"configured", "register " + place.Target, tried{trial: commands.Trial{Location: place, Configured: true}}, nil, 0,
			[]string{"it is in the configuration"}},
		{"registered before", "register " + place.Target, tried{trial: commands.Trial{Location: place, Delta: newFile("fresh")}}, []catalog.Location{place}, 1,
			[]string{"is registered already"}},
		{"read later", "register " + place.Target, tried{trial: commands.Trial{Location: place, Delta: newFile("fresh")}, away: true}, nil, 1,
			[]string{"is registered. Its 1 entity comes as soon as it is read."}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			reg := &registry{all: tt.before}
			d := registering(t, &tt.s, reg)
			f := d.registers(t, tt.args)
			if begun := card.Plain(f.Now); !strings.Contains(begun, "Registering "+place.Target+": 0 of 3, reading what it holds…") || actions(f.Now)["Stop"].Label == "" {
				t.Errorf("it begins with\n%s", begun)
			}
			check(t, d.work(t.Context(), t, f.Key))
			if len(reg.all) != tt.kept {
				t.Errorf("%d registered", len(reg.all))
			}
			m, err := d.follows.Card(t.Context(), f.Key, lang.English)
			check(t, err)
			for _, want := range tt.want {
				if !strings.Contains(card.Plain(m), want) {
					t.Errorf("want %q:\n%s", want, card.Plain(m))
				}
			}
			for label := range actions(m) {
				if label == "Stop" || label == "Share" {
					t.Errorf("it ends with the button %q", label)
				}
			}
			if zh := d.card(t, f.Key, lang.Chinese); !strings.Contains(zh, "注册") && !strings.Contains(zh, "已在读取") {
				t.Errorf("in Chinese:\n%s", zh)
			}
			if len(tt.s.asked) != 1 || tt.s.asked[0] != place.Target {
				t.Errorf("asked %q", tt.s.asked)
			}
			if tt.kept == 1 && tt.before == nil && (reg.all[0].By != "t:w:u" || !reg.all[0].At.Equal(now)) {
				t.Errorf("kept %+v", reg.all[0])
			}
		})
	}
}

// TestRegisterGoesOn has a process end at each step: the next one registers once, and says that it is registered now.
func TestRegisterGoesOn(t *testing.T) {
	t.Parallel()
	place := catalog.Location{Origin: newPlace, Type: "url", Target: strings.TrimPrefix(newPlace, "url:")}
	gone := errors.New("the process ends")
	for _, tt := range []struct {
		name   string
		broken func(context.CancelCauseFunc, *tried, *registry)
		mend   func(*tried, *registry)
		tries  int
	}{
		{"while it is tried", func(end context.CancelCauseFunc, s *tried, _ *registry) {
			s.busy = func(context.Context) { end(gone) }
		}, func(s *tried, _ *registry) { s.busy = nil }, 2},
		{"before it is noted that it is registered", func(_ context.CancelCauseFunc, _ *tried, r *registry) {
			r.err = gone // it was registered all the same
		}, func(_ *tried, r *registry) { r.err = nil }, 2},
		{"while the service reads it", func(end context.CancelCauseFunc, s *tried, _ *registry) {
			s.arrives = func(context.Context) { end(gone) }
		}, func(s *tried, _ *registry) { s.arrives = nil }, 1},
		{"the store is away", func(_ context.CancelCauseFunc, s *tried, _ *registry) {
			s.err = fault.New(fault.Internal, "registered locations")
		}, func(s *tried, _ *registry) { s.err = nil }, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, reg := &tried{trial: commands.Trial{Location: place, Delta: newFile("fresh")}}, &registry{}
			d := registering(t, s, reg)
			f := d.registers(t, "register "+place.Target)
			ctx, end := context.WithCancelCause(t.Context())
			defer end(nil)
			tt.broken(end, s, reg)
			if err := d.work(ctx, t, f.Key); err == nil {
				t.Error("the first attempt succeeds")
			}
			if text := d.card(t, f.Key, lang.English); !strings.Contains(text, " of 3, ") {
				t.Errorf("it shows\n%s", text)
			}
			tt.mend(s, reg)
			check(t, d.work(t.Context(), t, f.Key))
			if text := d.card(t, f.Key, lang.English); !strings.Contains(text, "1 entity came from it.") || len(reg.all) != 1 || len(s.asked) > tt.tries {
				t.Errorf("%d registered, tried %d times:\n%s", len(reg.all), len(s.asked), text)
			}
		})
	}
}

// TestRegisterIsStopped stops it before it is registered and behind that.
func TestRegisterIsStopped(t *testing.T) {
	t.Parallel()
	place := catalog.Location{Origin: newPlace, Type: "url", Target: strings.TrimPrefix(newPlace, "url:")}
	for _, tt := range []struct {
		name string
		late bool
		kept int
		want string
	}{
		{"while it is tried", false, 0, "was stopped. Nothing was registered."},
		{"while the service reads it", true, 1, "is registered. Its 1 entity comes as soon as it is read."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, reg := &tried{trial: commands.Trial{Location: place, Delta: newFile("fresh")}}, &registry{}
			d := registering(t, s, reg)
			f := d.registers(t, "register "+place.Target)
			stop := actions(f.Now)["Stop"].Intent
			pressed := func(ctx context.Context) {
				m, _, _ := bot.MessageOf(d.as(t, "u", lang.English, bot.Pressed{Intent: stop}))
				if !strings.Contains(card.Plain(m), "stopping…") {
					t.Errorf("the button shows\n%s", card.Plain(m))
				}
				<-ctx.Done() // which the task looks at now and then
			}
			if tt.late {
				s.arrives = pressed
			} else {
				s.busy = pressed
			}
			check(t, d.work(t.Context(), t, f.Key))
			if text := d.card(t, f.Key, lang.English); !strings.Contains(text, tt.want) || len(reg.all) != tt.kept {
				t.Errorf("%d registered:\n%s", len(reg.all), text)
			}
		})
	}
}

// TestRegisterFails has what is ours fail for good.
func TestRegisterFails(t *testing.T) {
	t.Parallel()
	d := registering(t, &tried{}, &registry{})
	f := d.registers(t, "register https://git.example/x.yaml")
	d.happen(t, f.Key, bot.TaskEvent{Kind: bot.TaskFailed, Last: true, Data: []byte(`{"Kind":"internal","Text":"dial tcp 10.0.0.1"}`)})
	if text := d.card(t, f.Key, lang.English); !strings.Contains(text, "was not registered: something failed here") || strings.Contains(text, "10.0.0.1") {
		t.Errorf("it says\n%s", text)
	}
}

// TestRegisterManyEntities: of a large location all are counted and the first are named.
func TestRegisterManyEntities(t *testing.T) {
	t.Parallel()
	var names []string
	for i := range 450 {
		names = append(names, "many-"+string(rune('a'+i/26))+string(rune('a'+i%26)))
	}
	place := catalog.Location{Origin: newPlace, Type: "url", Target: strings.TrimPrefix(newPlace, "url:")}
	s := &tried{trial: commands.Trial{Location: place, Delta: newFile(append(names, "parcels")...)}}
	d := registering(t, s, &registry{})
	f := d.registers(t, "register "+place.Target)
	check(t, d.work(t.Context(), t, f.Key))
	if text := d.card(t, f.Key, lang.English); !strings.Contains(text, "450 entities came from it.") || !strings.Contains(text, "many-aa") || len(text) > 2000 {
		t.Errorf("it says\n%s", text)
	}
}

// TestRegisterKeepsNoSecret: an address that others must not see is refused at once; no row holds it.
func TestRegisterKeepsNoSecret(t *testing.T) {
	t.Parallel()
	s := &tried{}
	d := registering(t, s, &registry{})
	for _, address := range []string{"https://me:hush@git.example/x.yaml", "https://git.example/x.yaml?token=hush"} {
		m, a, _ := bot.MessageOf(d.as(t, "u", lang.English, slash("register "+address)))
		if text := card.Plain(m); a.Outcome != bot.NotFound || len(s.asked) != 0 || strings.Contains(text, "hush") || !strings.Contains(text, "credentials or a query") {
			t.Errorf("%s, asked %q:\n%s", a.Outcome, s.asked, text)
		}
	}
}

func TestRegisterAsksForPermission(t *testing.T) {
	t.Parallel()
	s := &tried{}
	d := registering(t, s, &registry{}, func(d *commands.Deps) {
		d.May = func(_ *bot.Event, act commands.Act, _ catalog.Ref) bool { return act != commands.ActRegister }
	})
	if m, a, _ := bot.MessageOf(d.as(t, "u", lang.English, slash("register https://git.example/x.yaml"))); a.Outcome != bot.Refused || len(s.asked) != 0 {
		t.Errorf("%s, asked %v:\n%s", a.Outcome, s.asked, card.Plain(m))
	}
}

// TestRegisterWithoutAnAddress: other words behind the name are a question like any other.
func TestRegisterWithoutAnAddress(t *testing.T) {
	t.Parallel()
	s := &tried{}
	d := registering(t, s, &registry{})
	for _, text := range []string{"register", "register a new service", "register parcels"} {
		if _, long := d.as(t, "u", lang.English, slash(text)).(bot.Follow); long || len(s.asked) != 0 {
			t.Errorf("%q was tried", text)
		}
	}
	c := nordwind(t, func(d *commands.Deps) { d.Locations, d.Registrar = &registry{}, s })
	if slices.ContainsFunc(c.SubCommands(), func(s bot.Command) bool { return s.Name == "register" }) {
		t.Error("it is offered where nothing does long work")
	}
}
