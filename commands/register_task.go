package commands

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/job"
)

// TaskRegister is the kind of task that registers a location.
const TaskRegister = "register"

// registerData is what a task of kind TaskRegister is about.
type registerData struct {
	Address string // as it was given
}

// The events of a TaskRegister, in their order, before the last.
const (
	registerTried = "tried" // the address was read
	registerKept  = "kept"  // it is among the registered locations; the data is a newPlace
	registerSteps = 3       // the last is that questions are answered from it
)

// Bounds of registering.
const (
	maxPlaceRefs = 200              // entities of a location that are named in the log
	keepFor      = 20 * time.Second // of writing a location down, which is not cut off
)

// newPlace is what a location holds.
type newPlace struct {
	Origin   string
	Refs     []string // the first maxPlaceRefs
	N        int      // of all
	Troubles []placeTrouble
	Problems int // of all
}

// placeTrouble is something wrong with a file of a location.
type placeTrouble struct{ At, Text string }

// registerEnd is how registering ended, unless it was stopped: the data of the last event.
type registerEnd struct {
	How   string // one of the constants below
	Place newPlace
	Here  []string // of the references, those that came from it
	HereN int      // of all
	Why   whyNot   // of howRefused
}

// How registering ends.
const (
	howDone       = "done"
	howLater      = "later"      // it is registered, and not read yet
	howAlready    = "already"    // it was registered before
	howConfigured = "configured" // the configuration reads it
	howNothing    = "nothing"    // it holds no entity
	howRefused    = "refused"
)

// whyNot is why an address was not read.
type whyNot struct {
	Key  string // of a message, with the argument n; or
	N    int
	Kind string // of the error, with
	Text string // what went wrong, in English
}

// WorkOnRegister works on a task of kind TaskRegister; see bot.TaskHandler. It may begin anew after a process ended: what
// was registered by the same task counts as registered now.
func (c *Commands) WorkOnRegister(ctx context.Context, l *bot.TaskLog) (any, error) {
	var d registerData
	if err := json.Unmarshal(l.Task.Data, &d); err != nil {
		return nil, job.Permanent(fault.Wrap(fault.Invalid, err, "read what is to be registered"))
	}
	place, err := c.keptBefore(ctx, l.Task.Key)
	if err != nil {
		return nil, err
	}
	if place == nil {
		end, err := c.keepPlace(ctx, l, d.Address)
		if err != nil || end.How != "" {
			return end, err
		}
		place = &end.Place
	}
	err = c.arrive(ctx, place.Origin)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return registerEnd{How: howLater, Place: *place}, nil
	}
	return c.arrived(*place), nil
}

// keptBefore is what an earlier attempt has registered, nil when none has.
func (c *Commands) keptBefore(ctx context.Context, key string) (*newPlace, error) {
	_, log, err := c.deps.Tasks.Since(ctx, key, 0)
	if err != nil {
		return nil, err
	}
	return placeOf(log), nil
}

// placeOf is what a task has registered according to its log, nil when it has not yet.
func placeOf(log []bot.TaskEvent) *newPlace {
	for _, e := range log {
		var p newPlace
		if e.Kind == registerKept && json.Unmarshal(e.Data, &p) == nil {
			return &p
		}
	}
	return nil
}

// keepPlace tries an address and registers it. The end it returns says how where that is the end of it.
func (c *Commands) keepPlace(ctx context.Context, l *bot.TaskLog, address string) (registerEnd, error) {
	trial, err := c.deps.Registrar.Try(ctx, address)
	switch own, ok := errors.AsType[*fault.Error](err); {
	case ctx.Err() != nil:
		return registerEnd{}, ctx.Err()
	case ok && own.Kind == fault.Internal: // not the address' fault; another attempt may find it mended
		return registerEnd{}, err
	case err != nil:
		return registerEnd{How: howRefused, Place: newPlace{Origin: address}, Why: whyNotOf(err)}, nil
	}
	end := registerEnd{Place: placeIn(trial)}
	if trial.Configured {
		end.How = howConfigured
		return end, nil
	}
	if end.Place.N == 0 {
		end.How = howNothing
		return end, nil
	}
	if err := l.Event(ctx, registerTried, registerTried, nil); err != nil {
		return registerEnd{}, err
	}
	keeping, cancel := context.WithTimeout(context.WithoutCancel(ctx), keepFor)
	defer cancel()
	where := trial.Location
	where.By, where.At = l.Task.By.Key(), l.Task.Begun
	added, err := c.registerOnce(keeping, where)
	if err != nil {
		return registerEnd{}, fault.Wrap(fault.Upstream, err, "register %s", where.Origin)
	}
	if !added {
		end.How = howAlready
		return end, nil
	}
	return end, l.Event(keeping, registerKept, registerKept, end.Place)
}

// registerOnce registers a location, and reports whether it was added, by an earlier attempt of the same task too.
func (c *Commands) registerOnce(ctx context.Context, l catalog.Location) (bool, error) {
	added, err := c.deps.Locations.Register(ctx, l)
	if err != nil || added {
		return added, err
	}
	all, err := c.deps.Locations.Locations(ctx)
	return slices.ContainsFunc(all, func(is catalog.Location) bool {
		return is.Origin == l.Origin && is.By == l.By && is.At.Sub(l.At).Abs() < time.Millisecond // as exact as the store is
	}), err
}

// whyNotOf says of an error why an address was not read.
func whyNotOf(err error) whyNot {
	w := whyNot{Kind: fault.KindOf(err).String(), Text: clipTo(err.Error(), maxDetail)}
	if e, ok := errors.AsType[*fault.Error](err); ok {
		w.Key = e.Key
		w.N, _ = e.Args["n"].(int)
	}
	return w
}

// placeIn is what an address holds.
func placeIn(t Trial) newPlace {
	p := newPlace{Origin: t.Location.Origin}
	all := defined(t.Delta)
	p.N, p.Refs = len(all), refStrings(all[:min(len(all), maxPlaceRefs)])
	for _, f := range t.Delta.Files {
		problems := slices.Clone(f.Problems)
		for _, e := range f.Entities {
			problems = append(problems, e.Problems...)
		}
		for _, is := range problems {
			if p.Problems++; p.Problems <= maxTroubles {
				at := fault.Position{File: baseName(f.Location), Line: is.Line, Field: is.Field}
				p.Troubles = append(p.Troubles, placeTrouble{at.String(), clipTo(is.Message, maxDetail)})
			}
		}
	}
	return p
}

// arrive waits until a location that was just registered has been read.
func (c *Commands) arrive(ctx context.Context, origin string) error {
	if c.deps.Refresher == nil {
		return fault.New(fault.NotFound, "nothing is read on demand")
	}
	return c.deps.Refresher.Refresh(ctx, origin, "")
}

// arrived says what came from a location that was read, and what is defined elsewhere. Whoever named the address may
// know both: the names stand in what it holds.
func (c *Commands) arrived(p newPlace) registerEnd {
	end := registerEnd{How: howDone, Place: p}
	view := c.deps.View(catalog.Viewer{})
	for _, ref := range readRefs(p.Refs) {
		if e, ok := view.Entity(ref); ok && e.Source.Origin == p.Origin {
			end.Here = append(end.Here, ref.String())
		}
	}
	if end.HereN = len(end.Here); p.N > len(p.Refs) {
		end.HereN = cameFrom(view, p.Origin)
	}
	return end
}

// readRefs reads full references.
func readRefs(all []string) []catalog.Ref {
	out := make([]catalog.Ref, 0, len(all))
	for _, s := range all {
		if ref, err := catalog.ParseRef(s, "", ""); err == nil {
			out = append(out, ref)
		}
	}
	return out
}

// cameFrom counts the entities of an origin.
func cameFrom(v search.View, origin string) int {
	n := 0
	for e := range v.Entities(search.Filter{}) {
		if e.Source.Origin == origin {
			n++
		}
	}
	return n
}
