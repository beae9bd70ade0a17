package commands_test

import (
	"context"
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/commands"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// tried plays what an address leads to, and the service that reads it once it is registered.
type tried struct {
	trial commands.Trial
	err   error
	away  bool // the service does not get to read it
	asked []string
	view  search.View
}

func (s *tried) Try(_ context.Context, address string) (commands.Trial, error) {
	s.asked = append(s.asked, address)
	return s.trial, s.err
}

func (s *tried) View(catalog.Viewer) search.View { return s.view }

// Refresh implements commands.Refresher: what is not defined yet comes from the new location.
func (s *tried) Refresh(_ context.Context, origin, _ string) error {
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

func TestRegister(t *testing.T) {
	t.Parallel()
	place := catalog.Location{Origin: newPlace, Type: "url", Target: strings.TrimPrefix(newPlace, "url:")}
	broken := newFile()
	broken.Files[0].Problems = []catalog.Problem{{Code: catalog.ProblemInvalid, Line: 3, Field: "metadata.name", Message: "a name is missing"}}
	half := newFile("fresh")
	half.Files[0].Problems = broken.Files[0].Problems
	for _, tt := range []struct {
		name    string
		args    string
		s       tried
		before  []catalog.Location
		outcome bot.Outcome
		kept    int
		want    []string
	}{
		{"new", "register " + place.Target, tried{trial: commands.Trial{Location: place, Delta: newFile("fresh", "fresher")}}, nil, bot.Answered, 1,
			[]string{"is registered. 2 entities came from it.", "In the catalog now: fresh and fresher."}},
		{"as some write addresses", "register <" + place.Target + ">", tried{trial: commands.Trial{Location: place, Delta: newFile("fresh")}}, nil, bot.Answered, 1,
			[]string{"1 entity came from it."}},
		{"partly defined elsewhere", "register " + place.Target, tried{trial: commands.Trial{Location: place, Delta: newFile("fresh", "parcels")}}, nil, bot.Answered, 1,
			[]string{"1 entity came from it.", "1 entity is defined elsewhere already, and that counts: Parcel Service"}},
		{"partly broken", "register " + place.Target, tried{trial: commands.Trial{Location: place, Delta: half}}, nil, bot.Answered, 1,
			[]string{"1 entity came from it.", "1 problem:", "catalog-info.yaml:3: metadata.name", "a name is missing"}},
		{"broken", "register " + place.Target, tried{trial: commands.Trial{Location: place, Delta: broken}}, nil, bot.NotFound, 0,
			[]string{"was not registered: it holds no valid entity.", "a name is missing"}},
		{"unreadable", "register " + place.Target, tried{err: fault.New(fault.Upstream, "it answers with status 503")}, nil, bot.NotFound, 0,
			[]string{"was not registered: the host did not answer as it should: it answers with status 503"}},
		{"configured", "register " + place.Target, tried{trial: commands.Trial{Location: place, Configured: true}}, nil, bot.Refused, 0,
			[]string{"it is in the configuration"}},
		{"registered before", "register " + place.Target, tried{trial: commands.Trial{Location: place, Delta: newFile("fresh")}}, []catalog.Location{place}, bot.Answered, 1,
			[]string{"is registered already"}},
		{"read later", "register " + place.Target, tried{trial: commands.Trial{Location: place, Delta: newFile("fresh")}, away: true}, nil, bot.Answered, 1,
			[]string{"is registered. Its 1 entity comes as soon as it is read."}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			reg := &registry{all: tt.before}
			c := nordwind(t, func(d *commands.Deps) {
				tt.s.view = d.View(catalog.Viewer{})
				d.View, d.Refresher, d.Locations, d.Registrar = tt.s.View, &tt.s, reg, &tt.s
			})
			note, r, m, a := worked(t, mux(t, c), slash(tt.args))
			if _, ok := r.(bot.Whisper); !ok || a.Outcome != tt.outcome || len(reg.all) != tt.kept {
				t.Errorf("%T %s, %d registered", r, a.Outcome, len(reg.all))
			}
			for _, want := range tt.want {
				if !strings.Contains(card.Plain(m), want) {
					t.Errorf("want %q:\n%s", want, card.Plain(m))
				}
			}
			if !strings.Contains(note, "Reading "+place.Target) || len(tt.s.asked) != 1 || tt.s.asked[0] != place.Target {
				t.Errorf("note %q, asked %q", note, tt.s.asked)
			}
			if tt.kept == 1 && tt.before == nil && (reg.all[0].By != "t::u" || !reg.all[0].At.Equal(now)) {
				t.Errorf("kept %+v", reg.all[0])
			}
		})
	}
}

func TestRegisterAsksForPermission(t *testing.T) {
	t.Parallel()
	s := &tried{}
	c := nordwind(t, func(d *commands.Deps) {
		d.Locations, d.Registrar = &registry{}, s
		d.May = func(_ *bot.Event, act commands.Act, _ catalog.Ref) bool { return act != commands.ActRegister }
	})
	_, _, m, a := worked(t, mux(t, c), slash("register https://git.example/x.yaml"))
	if a.Outcome != bot.Refused || len(s.asked) != 0 {
		t.Errorf("%s, asked %v:\n%s", a.Outcome, s.asked, card.Plain(m))
	}
}

// TestRegisterWithoutAnAddress: other words behind the name are a question like any other.
func TestRegisterWithoutAnAddress(t *testing.T) {
	t.Parallel()
	s := &tried{}
	c := nordwind(t, func(d *commands.Deps) { d.Locations, d.Registrar = &registry{}, s })
	for _, text := range []string{"register", "register a new service", "register parcels"} {
		if _, _, m, _ := worked(t, mux(t, c), slash(text)); len(s.asked) != 0 {
			t.Errorf("%q was tried:\n%s", text, card.Plain(m))
		}
	}
}
