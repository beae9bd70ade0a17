package access

import (
	"slices"
	"strconv"
	"sync"

	"github.com/backchannel-portal/backchannel/catalog"
)

// Sight returns what somebody may see at a place: in answers, where an entity must be one that they may read and ask
// about, or else in pages. Nil is everything. It takes well under a microsecond for each rule, and what it returns is
// the same for all to whom the same rules speak.
func (p *Policy) Sight(who Person, at Place, answers bool) catalog.Rules {
	if _, settled := p.outside(who); settled {
		return nothing{}
	}
	var s sight
	s.need(p, Read, who, at)
	if answers {
		s.need(p, Ask, who, at)
	}
	switch {
	case len(s.acts) == 0:
		return nil
	case slices.ContainsFunc(s.acts, func(a actSight) bool { return !a.open && len(a.allow) == 0 }):
		return nothing{}
	}
	return p.sights.of(&s)
}

// Nothing are the rules under which nothing is seen.
func Nothing() catalog.Rules { return nothing{} }

type nothing struct{}

func (nothing) Key() string { return "nothing" }

func (nothing) Sees(catalog.Graph) func(catalog.Record) bool {
	return func(catalog.Record) bool { return false }
}

// sight are the rules that speak to somebody about entities.
type sight struct {
	key  string
	acts []actSight // each must allow
}

// actSight is what must hold for one act.
type actSight struct {
	open               bool // what no rule names is allowed
	deny, allow, names []*Rule
}

// need adds the rules about an act, if there is anything that they hide.
func (s *sight) need(p *Policy, act Act, who Person, at Place) {
	a := actSight{open: staff(who)}
	for _, r := range p.rules {
		if !slices.Contains(r.Acts, act) || len(r.Commands) > 0 {
			continue
		}
		switch r.role(who, at) {
		case denies:
			a.deny = append(a.deny, r)
		case allows:
			a.allow = append(a.allow, r)
		case names:
			a.names = append(a.names, r)
		}
	}
	if a.open && len(a.names) == 0 {
		a.allow = nil // it is allowed without them
	}
	if a.open && len(a.deny)+len(a.names) == 0 {
		return
	}
	s.acts = append(s.acts, a)
	s.key += string(act) + a.key()
}

func (a actSight) key() string {
	key := []byte{'-'}
	if a.open {
		key[0] = '+'
	}
	for i, list := range [][]*Rule{a.deny, a.allow, a.names} {
		for _, r := range list {
			key = strconv.AppendInt(append(key, "dan"[i]), int64(r.Number), 10)
		}
	}
	return string(key)
}

// Key implements catalog.Rules.
func (s *sight) Key() string { return s.key }

// Sees implements catalog.Rules.
func (s *sight) Sees(g catalog.Graph) func(catalog.Record) bool {
	tests := make([]func(catalog.Record) bool, len(s.acts))
	for i, a := range s.acts {
		tests[i] = a.sees(g)
	}
	return func(e catalog.Record) bool {
		for _, t := range tests {
			if !t(e) {
				return false
			}
		}
		return true
	}
}

func (a actSight) sees(g catalog.Graph) func(catalog.Record) bool {
	picks := func(rules []*Rule) func(catalog.Record) bool {
		tests := make([]func(catalog.Record) bool, len(rules))
		for i, r := range rules {
			tests[i] = r.picks(g)
		}
		return func(e catalog.Record) bool {
			return slices.ContainsFunc(tests, func(t func(catalog.Record) bool) bool { return t(e) })
		}
	}
	deny, allow, named := picks(a.deny), picks(a.allow), picks(a.names)
	return func(e catalog.Record) bool {
		return !deny(e) && (allow(e) || a.open && !named(e))
	}
}

// sights keeps one value for each key, so that views of the same rules are recognised at once.
type sights struct {
	mu  sync.Mutex
	set map[string]*sight
}

// maxSights bounds the table; there are as many as there are sets of rules that speak to somebody somewhere.
const maxSights = 1024

func (k *sights) of(s *sight) catalog.Rules {
	k.mu.Lock()
	defer k.mu.Unlock()
	if have, ok := k.set[s.key]; ok {
		return have
	}
	if k.set == nil || len(k.set) >= maxSights {
		k.set = map[string]*sight{}
	}
	k.set[s.key] = s
	return s
}
