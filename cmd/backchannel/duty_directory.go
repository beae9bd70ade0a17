package main

import (
	"context"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/plugins"
	"github.com/backchannel-portal/backchannel/plugins/oncall"
	"github.com/backchannel-portal/backchannel/plugins/pagerduty"
)

// directory is the catalog as far as the plans of others need it, made anew when the catalog changed.
type directory struct {
	app *app
	mu  sync.Mutex // of making
	now atomic.Pointer[directoryState]
}

type directoryState struct {
	generation catalog.Generation
	mail, name map[string]catalog.Ref // users
	service    map[string]catalog.Ref // owners, by the PagerDuty service of what they own
	key        map[string]catalog.Ref // and by its integration keys
	team       map[string]catalog.Ref // groups, by their id at PagerDuty
	want       pagerduty.Wanted
}

var _ oncall.Directory = (*directory)(nil)

// pagerdutyTeam is the annotation of a group that names its team at PagerDuty.
const pagerdutyTeam = "pagerduty.com/team-id"

func (d *directory) run(ctx context.Context, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			d.refresh()
		}
	}
}

// refresh looks at the catalog where it changed.
func (d *directory) refresh() {
	d.mu.Lock()
	defer d.mu.Unlock()
	r := d.app.reader()
	if r == nil {
		return
	}
	if was := d.now.Load(); was != nil && was.generation == r.Generation() {
		return
	}
	s := &directoryState{
		generation: r.Generation(), mail: map[string]catalog.Ref{}, name: map[string]catalog.Ref{}, service: map[string]catalog.Ref{},
		key: map[string]catalog.Ref{}, team: map[string]catalog.Ref{},
	}
	for e := range r.For(catalog.Viewer{}).Entities(search.Filter{}) {
		s.take(e)
	}
	d.now.Store(s)
}

func (s *directoryState) take(e *catalog.Entity) {
	if e.Ref.Kind == "user" {
		if m := strings.ToLower(strings.TrimSpace(e.Profile.Email)); m != "" {
			s.mail[m] = e.Ref
		}
		for _, n := range []string{e.DisplayName(), e.Ref.Name, e.Ref.String()} {
			n = strings.ToLower(n)
			if other, taken := s.name[n]; taken && other != e.Ref {
				s.name[n] = catalog.Ref{} // it is somebody else's as well
				continue
			}
			s.name[n] = e.Ref
		}
		return
	}
	if id := strings.TrimSpace(e.Annotation(pagerdutyTeam)); id != "" && e.Ref.Kind == "group" {
		s.team[strings.ToUpper(id)] = e.Ref
		s.want.Teams = append(s.want.Teams, id)
	}
	owner := e.Owner
	if e.Ref.Kind == "group" {
		owner = e.Ref
	}
	if id := strings.TrimSpace(e.Annotation(plugins.PagerDutyService)); id != "" {
		s.service[strings.ToUpper(id)] = owner
		s.want.Services = append(s.want.Services, id)
	}
	if key := strings.TrimSpace(e.Annotation(plugins.PagerDutyKey)); key != "" {
		s.key[key] = owner
		s.want.Keys = append(s.want.Keys, key)
	}
}

func (d *directory) state() *directoryState {
	s := d.now.Load()
	if s == nil {
		d.refresh()
		if s = d.now.Load(); s == nil {
			return &directoryState{}
		}
	}
	return s
}

// Person implements oncall.Directory.
func (d *directory) Person(p plugins.RosterPerson) (catalog.Ref, bool) {
	s := d.state()
	if ref, ok := s.mail[strings.ToLower(strings.TrimSpace(p.Email))]; ok {
		return ref, true
	}
	ref := s.name[strings.ToLower(strings.TrimSpace(p.Name))]
	return ref, !ref.IsZero()
}

// Line implements oncall.Directory.
func (d *directory) Line(l plugins.RosterLine) (catalog.Ref, bool) {
	s := d.state()
	for _, t := range l.Teams {
		if ref, ok := s.team[strings.ToUpper(t)]; ok {
			return ref, true
		}
	}
	for _, id := range l.Services {
		if ref := s.service[strings.ToUpper(id)]; ref.Kind == "group" {
			return ref, true
		}
	}
	for _, key := range l.Keys {
		if ref := s.key[key]; ref.Kind == "group" {
			return ref, true
		}
	}
	return catalog.Ref{}, false
}

// wanted is what the catalog names of PagerDuty, and what the on-call file does.
func (d *directory) wanted() pagerduty.Wanted {
	d.refresh()
	w := d.state().want
	if d.app.oncall == nil {
		return w
	}
	shifts, err := d.app.oncall.All(context.Background(), time.Time{})
	if err != nil {
		return w
	}
	w.Services = slices.Clone(w.Services)
	for _, s := range shifts {
		w.Services = append(w.Services, s.Services...)
	}
	return w
}
