package ingest

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// scan is one pass over everything that the targets lead to, level by level: what Locations of one level name is
// the next, so that all of a level can be read at once.
type scan struct {
	e       *Engine
	scope   Scope
	entries map[string]*entry
	finds   map[string]finding
	leads   map[*entry][]*lead // of Locations, in order
	roots   []*lead
	order   []string // addresses of the files to report
	room    *room
	blind   bool // something could not be looked at, and what was there before is not known
}

// lead is a target on its way to the files it stands for.
type lead struct {
	from    *entry // the file with the Location; nil: configured
	t       target
	address string // absolute
	found   Found
	err     error
	over    error // not all that was found could be taken
}

// finding is what a lead led to in the last scan.
type finding struct {
	Found
	failed bool // it could not be looked at, and this is older
	blind  bool // another system did not answer, and there is nothing older
}

// scan looks at everything, or at what is in the scope. It fails when no configured target can be looked at.
func (e *Engine) scan(ctx context.Context, targets []string, scope Scope) (*scan, error) {
	sc := &scan{e: e, scope: scope, entries: map[string]*entry{}, finds: map[string]finding{}, leads: map[*entry][]*lead{}, room: newRoom(e.opt.MaxText)}
	for _, t := range targets {
		sc.roots = append(sc.roots, &lead{t: target{text: t}, address: t})
	}
	level := sc.roots
	for depth := 0; len(level) > 0 && ctx.Err() == nil; depth++ {
		level = sc.level(ctx, level, depth)
		if depth == 0 {
			if err := sc.failed(); err != nil && ctx.Err() == nil {
				return nil, err
			}
		}
	}
	sc.settle()
	return sc, ctx.Err()
}

// failed is the error of a scan none of whose targets could be looked at.
func (sc *scan) failed() error {
	var first error
	for _, l := range sc.roots {
		if l.over != nil {
			return sc.cannot(l, l.over)
		}
	}
	for _, l := range sc.roots {
		if l.err == nil || sc.e.known[l.address] != nil {
			return nil
		}
		if first == nil {
			first = sc.cannot(l, l.err)
		}
	}
	return first
}

func (sc *scan) cannot(l *lead, err error) error {
	return fault.New(kindOf(err), "the catalog location %s cannot be read: %s", l.address, Reason(err))
}

func kindOf(err error) fault.Kind {
	switch k := fault.KindOf(err); {
	case Missing(err):
		return fault.NotFound
	case k == fault.Upstream || k == fault.Forbidden:
		return k
	default:
		return fault.Invalid
	}
}

// level finds and reads the files of some leads, and returns the leads in them.
func (sc *scan) level(ctx context.Context, leads []*lead, depth int) []*lead {
	sc.each(len(leads), func(i int) { sc.find(ctx, leads[i], depth) })
	type visit struct {
		address string
		sift    bool
		en      *entry
	}
	var visits []*visit
	for _, l := range leads {
		if l.err != nil {
			continue
		}
		sc.finds[findKey(l)] = finding{Found: l.found}
		for _, at := range l.found.Addresses {
			if sc.entries[at] != nil {
				continue
			}
			if len(sc.entries) >= MaxFiles {
				l.over = fault.New(fault.Invalid, "there are more than %d descriptor files", MaxFiles)
				break
			}
			sc.entries[at] = &entry{} // its place is taken
			visits = append(visits, &visit{address: at, sift: l.found.Sift})
			sc.room.keep(sc.e.known[at])
		}
	}
	sc.each(len(visits), func(i int) {
		v := visits[i]
		was := sc.e.known[v.address]
		if was != nil && sc.outside(v.address, was) {
			v.en = was.again(was.token)
			return
		}
		v.en = sc.e.load(ctx, v.address, v.sift, was, sc.room)
	})
	var next []*lead
	for _, v := range visits {
		sc.entries[v.address] = v.en
		sc.blind = sc.blind || v.en.blind
		next = append(next, sc.follow(v.address, v.en)...)
	}
	for _, l := range leads {
		if l.err != nil {
			next = append(next, sc.lost(l)...)
		}
	}
	return next
}

// each runs f for every index, several at once.
func (sc *scan) each(n int, f func(i int)) {
	var g errgroup.Group
	g.SetLimit(sc.e.opt.Parallel)
	for i := range n {
		g.Go(func() error { f(i); return nil })
	}
	_ = g.Wait() // nothing returns an error
}

// outside reports whether neither a file nor what its placeholders read can have changed.
func (sc *scan) outside(address string, was *entry) bool {
	return sc.scope != nil && was.raw != [32]byte{} && !sc.scope(address) && (was.owners == nil || !was.owners.open) &&
		!slices.ContainsFunc(was.deps, func(d dep) bool { return sc.scope(d.address) })
}

func findKey(l *lead) string {
	if l.from == nil {
		return "\x00" + l.address
	}
	return l.address
}

// find finds out which files a lead stands for.
func (sc *scan) find(ctx context.Context, l *lead, depth int) {
	if l.err != nil || ctx.Err() != nil {
		return
	}
	if depth > MaxDepth {
		l.over = fault.New(fault.Invalid, "Locations lead to Locations more than %d deep", MaxDepth)
		return
	}
	if was, ok := sc.e.finds[findKey(l)]; ok && !was.failed && sc.scope != nil && !sc.scope(l.address) {
		l.found = was.Found
		return
	}
	l.found, l.err = sc.e.place(l.address).Find(ctx, l.address, l.from == nil)
}

// follow makes the leads of a file's Locations.
func (sc *scan) follow(address string, en *entry) []*lead {
	for _, t := range en.targets {
		l := &lead{from: en, t: t}
		l.address, l.err = resolve(address, strings.TrimPrefix(strings.TrimPrefix(t.text, "url:"), "file:"))
		sc.leads[en] = append(sc.leads[en], l)
	}
	return sc.leads[en]
}

// lost deals with a lead that cannot be followed now: what it led to before stays, unless it may be missing and is.
// It returns the leads of what stays.
func (sc *scan) lost(l *lead) (next []*lead) {
	if l.t.optional && Missing(l.err) || l.address == "" {
		l.found = Found{Pattern: true}
		return nil
	}
	was, ok := sc.e.finds[findKey(l)]
	was.blind = fault.Is(l.err, fault.Upstream) && (!ok || was.blind)
	sc.blind = sc.blind || was.blind
	if !l.found.Pattern && !was.Pattern {
		was.Addresses = []string{l.address}
	}
	l.found, was.failed = was.Found, true
	sc.finds[findKey(l)] = was
	for _, at := range was.Addresses {
		if sc.entries[at] == nil {
			sc.entries[at] = sc.keepAs(l, at)
			sc.room.keep(sc.e.known[at])
			next = append(next, sc.follow(at, sc.entries[at])...)
		}
	}
	if l.from == nil && sc.entries[l.address] == nil {
		sc.entries[l.address] = unreadable(l.address, l.err, nil)
	}
	return next
}

// keepAs is what stands for a file that a lead led to and now does not. What several targets share is not touched by
// the failure of one; the file of a Location that fails is hollow, and the Location says why.
func (sc *scan) keepAs(l *lead, at string) *entry {
	was := sc.e.known[at]
	switch {
	case l.from != nil:
		return hollow(at, was)
	case at == l.address || was == nil:
		return unreadable(at, l.err, was)
	default:
		return was.again(was.token)
	}
}

// settle orders the files and says what is wrong with the leads.
func (sc *scan) settle() {
	seen := make(map[string]bool, len(sc.entries))
	for _, l := range sc.roots {
		if l.err != nil {
			sc.report(l.address, seen)
		}
		sc.collect(l, seen)
	}
	for en, leads := range sc.leads {
		if en.nothing {
			continue
		}
		problems := slices.Clone(en.own)
		for _, l := range leads {
			if err := sc.fault(l); err != nil && !l.t.kept {
				problems = append(problems, catalog.Problem{
					Code: catalog.ProblemUnreadable, Field: l.t.field, Line: l.t.line,
					Message: fmt.Sprintf("the target %s cannot be read: %s", l.t.text, Reason(err)),
				})
			}
		}
		en.file.Problems = problems
	}
	maps.DeleteFunc(sc.entries, func(at string, _ *entry) bool { return !seen[at] })
}

// collect reports the files of a lead, each followed by what its Locations lead to.
func (sc *scan) collect(l *lead, seen map[string]bool) {
	for _, at := range l.found.Addresses {
		sc.report(at, seen)
	}
}

func (sc *scan) report(at string, seen map[string]bool) {
	en := sc.entries[at]
	if en == nil || seen[at] {
		return
	}
	seen[at] = true
	if !en.nothing {
		sc.order = append(sc.order, at)
	}
	for _, l := range sc.leads[en] {
		sc.collect(l, seen)
	}
}

// fault is what is wrong with the target of a Location; an optional one may be missing.
func (sc *scan) fault(l *lead) error {
	count := func(at string) bool {
		en := sc.entries[at]
		return en != nil && !en.nothing && (!l.found.Pattern || en.file.Hash != [32]byte{})
	}
	switch {
	case l.t.optional && (l.err == nil || Missing(l.err)):
		return nil
	case l.err != nil || l.over != nil:
		return cmp.Or(l.err, l.over)
	case !slices.ContainsFunc(l.found.Addresses, count):
		return fault.New(fault.NotFound, "nothing is there")
	}
	return nil
}
