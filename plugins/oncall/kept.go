package oncall

import (
	"cmp"
	"context"
	"encoding/json"
	"sync"
	"sync/atomic"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/plugins"
)

// How much of a plan is read: a little of what was, so that the start of a shift is known, and what comes.
const (
	readBehind = 2 * 24 * time.Hour
	readAhead  = 21 * 24 * time.Hour
)

// silentAfter is how long a failing source is taken for merely late.
const silentAfter = 2 * time.Minute

// Directory is the catalog as far as plans of others need it. It answers from memory.
type Directory interface {
	// Person is the User that a person of a source is: by e-mail address, else by a name that nobody else has.
	Person(p plugins.RosterPerson) (catalog.Ref, bool)
	// Line is the group whose line of defence it is: the one that names a team of the line, else the owner of what
	// names one of its services.
	Line(l plugins.RosterLine) (catalog.Ref, bool)
}

// KeptConfig is what a Kept needs.
type KeptConfig struct {
	Rota      plugins.Rota
	Keeper    plugins.Keeper // shared by the replicas; outlives processes
	Directory Directory
	Now       func() time.Time // what answers speak of
	Clock     func() time.Time // the real one; nil: Now
}

// Kept is somebody else's plan as a capability. It answers from what was read last, which outlives the process, and
// says how old that is. It is safe for concurrent use.
type Kept struct {
	cfg   KeptConfig
	state atomic.Pointer[keptState]

	reading sync.Mutex // one read of the source at a time
}

// keptState is what a Keeper keeps of a plan.
type keptState struct {
	Roster plugins.Roster `json:"roster"`
	AsOf   time.Time      `json:"as_of,omitzero"`  // when Roster was read; zero: never
	Failed time.Time      `json:"failed,omitzero"` // since when it could not be read; zero: it could
	Why    string         `json:"why,omitempty"`
	Kind   string         `json:"kind,omitempty"` // of the error
}

var _ plugins.OnCall = (*Kept)(nil)

// Keep returns a Kept that knows nothing yet: Refresh reads the source, Reload what is kept.
func Keep(cfg KeptConfig) *Kept {
	if cfg.Clock == nil {
		cfg.Clock = cfg.Now
	}
	return &Kept{cfg: cfg}
}

// Name is the source's.
func (k *Kept) Name() string { return k.cfg.Rota.Name() }

func (k *Kept) key() string { return "oncall/" + k.cfg.Rota.Name() }

// Refresh reads the source and keeps what it says. One that cannot be read leaves the last plan in force; the error is
// the source's.
func (k *Kept) Refresh(ctx context.Context) error {
	k.reading.Lock()
	defer k.reading.Unlock()
	if k.state.Load() == nil {
		// Nobody has looked yet; what cannot be read now is read at the next time.
		_ = k.Reload(ctx)
	}
	now := k.cfg.Clock()
	at := now
	if k.cfg.Now != nil { // answers may speak of another time than this
		at = k.cfg.Now()
	}
	roster, err := k.cfg.Rota.Roster(ctx, earlier(at, now).Add(-readBehind), later(at, now).Add(readAhead))
	next := keptState{Roster: roster, AsOf: now}
	if err != nil {
		next = keptState{Failed: now}
		if was := k.state.Load(); was != nil {
			next = *was
			if next.Failed.IsZero() {
				next.Failed = now
			}
		}
		next.Why, next.Kind = err.Error(), fault.KindOf(err).String()
	}
	if bad := k.keep(context.WithoutCancel(ctx), next); err == nil {
		err = bad
	}
	return err
}

// keep takes a state over and keeps it for others. A store that is away loses nothing but what others would know.
func (k *Kept) keep(ctx context.Context, s keptState) error {
	k.state.Store(&s)
	data, err := json.Marshal(s)
	if err != nil {
		return fault.Wrap(fault.Internal, err, "keep the plan of %s", k.Name())
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	return k.cfg.Keeper.Keep(ctx, k.key(), plugins.Kept{State: data, At: k.cfg.Clock()})
}

// Reload takes over what a replica kept, where that is newer than what is known here.
func (k *Kept) Reload(ctx context.Context) error {
	kept, err := k.cfg.Keeper.Kept(ctx, k.key())
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	var s keptState
	if err := json.Unmarshal(kept.State, &s); err != nil { // another version's: the source is read anew
		return nil
	}
	was := k.state.Load()
	if was == nil || s.AsOf.After(was.AsOf) || s.AsOf.Equal(was.AsOf) && s.Failed != was.Failed {
		k.state.Store(&s)
	}
	return nil
}

// Watch takes over what other replicas keep until ctx is done, and calls changed, if not nil, when the source begins or
// ceases to fail.
func (k *Kept) Watch(ctx context.Context, every time.Duration, changed func(error)) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	before := k.Problem()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		// A store that is away is noted elsewhere; what is known here stays.
		_ = k.Reload(ctx)
		now := k.Problem()
		if (before == nil) != (now == nil) && changed != nil {
			changed(now)
		}
		before = now
	}
}

// Problem is why the source could not be read the last time, or nil.
func (k *Kept) Problem() error {
	s := k.state.Load()
	if s == nil || s.Failed.IsZero() {
		return nil
	}
	kind := fault.Upstream
	for _, other := range []fault.Kind{fault.Forbidden, fault.Invalid, fault.NotFound} {
		if other.String() == s.Kind {
			kind = other
		}
	}
	return fault.New(kind, "%s", cmp.Or(s.Why, k.Name()+" does not answer"))
}

// AsOf is when the source was last read, zero: never.
func (k *Kept) AsOf() time.Time {
	if s := k.state.Load(); s != nil {
		return s.AsOf
	}
	return time.Time{}
}

// Roster is what was read last; ok is false when nothing ever was.
func (k *Kept) Roster() (r plugins.Roster, asOf time.Time, ok bool) {
	s := k.state.Load()
	if s == nil || s.AsOf.IsZero() {
		return r, asOf, false
	}
	return s.Roster, s.AsOf, true
}

// silent is the source's name where it has not answered for a while.
func (k *Kept) silent(s *keptState) string {
	if s.Failed.IsZero() || k.cfg.Clock().Sub(s.AsOf) < silentAfter {
		return ""
	}
	return k.Name()
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
