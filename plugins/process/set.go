package process

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"sync"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/plugins"
)

// origin is what process plugins belong to in a registry.
const origin = "process"

// Set is the process plugins of a configuration. It is safe for concurrent use.
type Set struct {
	o        SetOptions
	children []*child
	stop     context.CancelFunc
	running  sync.WaitGroup

	mu    sync.Mutex
	taken map[string]bool // names that others have
}

// SetOptions configure a Set.
type SetOptions struct {
	Programs []Program
	Registry *plugins.Registry
	Start    func(context.Context, plugins.Plugin) error // starts a plugin before it is used
	Log      *slog.Logger

	changed func() // tells the registry; the set fills it in
}

// NewSet returns a set whose programs are not started yet.
func NewSet(o SetOptions) *Set { return newSet(o, defaultTuning()) }

func newSet(o SetOptions, t tuning) *Set {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &Set{taken: map[string]bool{}}
	o.changed = s.tell
	s.o = o
	for _, p := range o.Programs {
		s.children = append(s.children, newChild(p, o, t))
	}
	return s
}

// Load starts the programs and waits until each has introduced itself, or could not. The error joins what is wrong.
// ctx bounds the wait; the programs run until Close.
func (s *Set) Load(ctx context.Context) error {
	if s.stop == nil {
		run, stop := context.WithCancel(context.WithoutCancel(ctx))
		s.stop = stop
		for _, c := range s.children {
			s.running.Go(func() { c.supervise(run) })
		}
	}
	var all []error
	for _, c := range s.children {
		select {
		case <-c.first:
		case <-ctx.Done():
			return ctx.Err()
		}
		if name, _, err := c.state(); err != nil {
			all = append(all, fault.Wrap(fault.KindOf(err), err, "plugin %s", name))
		}
	}
	return errors.Join(all...)
}

// Run waits for the end of ctx: the programs are supervised from Load on.
func (s *Set) Run(ctx context.Context) { <-ctx.Done() }

// tell brings the plugins that have introduced themselves into the registry. One that is down keeps its place.
func (s *Set) tell() {
	s.mu.Lock()
	defer s.mu.Unlock()
	var entries []*plugins.Entry
	for _, c := range s.children {
		if _, e, _ := c.state(); e != nil {
			entries = append(entries, e)
		}
	}
	clear(s.taken)
	for _, name := range s.o.Registry.Replace(origin, entries) {
		s.taken[name] = true
	}
}

// Problems are the programs that are down, and those whose names others have.
func (s *Set) Problems() map[string]error {
	out := map[string]error{}
	for i, c := range s.children {
		name, _, err := c.state()
		if err != nil {
			if _, twice := out[name]; twice {
				name += " " + strconv.Itoa(i+1)
			}
			out[name] = err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for name := range s.taken {
		out[name] = fault.New(fault.Invalid, "there is another plugin called %q", name)
	}
	return out
}

// Close ends the programs and waits for their ends.
func (s *Set) Close() error {
	if s.stop != nil {
		s.stop()
	}
	s.running.Wait()
	return nil
}

// Open starts one program and returns its plugin, which is not started yet, and what ends the program. It is for tests
// of plugins (package plugintest).
func Open(ctx context.Context, p Program) (plugin plugins.Plugin, end func() error, err error) {
	r := plugins.NewRegistry()
	s := NewSet(SetOptions{Programs: []Program{p}, Registry: r})
	if err := s.Load(ctx); err != nil {
		return nil, nil, errors.Join(err, s.Close())
	}
	return r.All()[0].Plugin, s.Close, nil
}
