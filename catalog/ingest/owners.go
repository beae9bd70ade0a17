package ingest

import (
	"strings"
	"sync"

	"github.com/backchannel-portal/backchannel/catalog"
)

// Annotations that hold the names that people and teams have at the hosts.
var (
	loginKeys = [...]string{"github.com/user-login", "gitlab.com/user-login"}
	teamKeys  = [...]string{"github.com/team-slug", "gitlab.com/group-path"}
)

// Owners is an OwnerLookup over the groups and users of a catalog. It is safe for concurrent use.
type Owners struct {
	people     func() []*catalog.Entity
	generation func() catalog.Generation

	mu    sync.Mutex
	at    catalog.Generation
	ready bool
	names map[string]catalog.Ref // lower case, as CODEOWNERS files write them
}

// NewOwners returns a lookup. people gives the groups and users; it is asked again when generation has moved on.
func NewOwners(people func() []*catalog.Entity, generation func() catalog.Generation) *Owners {
	return &Owners{people: people, generation: generation}
}

// Find is the OwnerLookup. A team is found by the annotation that holds its path at the host, else by its last name; a
// person by the annotation that holds the login, else by name; either by e-mail address.
func (o *Owners) Find(handle string) (catalog.Ref, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if now := o.generation(); !o.ready || now != o.at {
		o.at, o.ready = now, true
		o.names = index(o.people())
	}
	key := strings.ToLower(handle)
	if ref, ok := o.names[key]; ok {
		return ref, true
	}
	by, ok := OwnersByName(key)
	if !ok {
		return catalog.Ref{}, false
	}
	ref, ok := o.names[by.String()]
	return ref, ok
}

func index(people []*catalog.Entity) map[string]catalog.Ref {
	names := make(map[string]catalog.Ref, 3*len(people))
	add := func(key string, ref catalog.Ref) {
		if _, taken := names[key]; !taken {
			names[key] = ref
		}
	}
	for _, e := range people {
		keys := loginKeys
		switch e.Ref.Kind {
		case "group":
			keys = teamKeys
		case "user":
		default:
			continue
		}
		names[e.Ref.String()] = e.Ref
		for _, k := range keys {
			if v := e.Annotation(k); v != "" {
				add("@"+strings.ToLower(v), e.Ref)
			}
		}
		if e.Profile.Email != "" {
			add(strings.ToLower(e.Profile.Email), e.Ref)
		}
	}
	return names
}
