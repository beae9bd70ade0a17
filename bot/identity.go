package bot

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// Account is what a platform says of somebody on it.
type Account struct {
	Email string // "" when the platform does not tell it
	User  string // full reference or name of the User of the catalog, where the platform itself says who it is; else ""
	Guest bool   // somebody whom the workspace only invited, of another organisation, or no person at all
	// Unsure is set where the platform could not be asked. It is asked again later; until then nobody knows whether
	// they are a guest.
	Unsure bool
	// IDs are how an annotation may name the account, the surest first: with the workspace, and alone where the
	// platform gives an id to one account only.
	IDs []string
}

// Accounts is a Platform that can say who somebody is.
type Accounts interface {
	// Account returns what is known of an actor, as the workspace of an address sees them. It never waits: known is
	// false while that is being found out, and then only IDs are filled in.
	Account(a Actor, at Address) (acc Account, known bool)
	// UserAnnotations are the annotations with which a User of the catalog names its account on the platform.
	UserAnnotations() []string
}

// AccountsNews is an Accounts that says when it has come to know more, so that who is not known yet need not be asked
// about each time.
type AccountsNews interface {
	// News is a number that changes whenever Account may answer something else than before.
	News() uint64
}

// Link says that an actor is a User of the catalog. Somebody proved it.
type Link struct {
	Actor Actor
	User  string // full reference
	By    Actor  // the account that was matched already, from which it was proven
	Since time.Time
}

// Links keeps links, one an actor.
type Links interface {
	// Put keeps a link in place of the actor's last one.
	Put(ctx context.Context, l Link) error
	// Of returns an actor's link; one that is not there is an error of kind NotFound.
	Of(ctx context.Context, a Actor) (Link, error)
	// About returns the links of a User, by actor.
	About(ctx context.Context, user string) ([]Link, error)
	// Remove forgets an actor's link and reports whether it was there.
	Remove(ctx context.Context, a Actor) (bool, error)
}

type memoryLinks struct {
	mu   sync.Mutex
	rows map[string]Link
}

func (m *memoryLinks) Put(_ context.Context, l Link) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	l.Actor.Name, l.By.Name = "", ""
	m.rows[l.Actor.Key()] = l
	return nil
}

func (m *memoryLinks) Of(_ context.Context, a Actor) (Link, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	l, ok := m.rows[a.Key()]
	if !ok {
		return Link{}, fault.New(fault.NotFound, "%s is not linked", a.Key())
	}
	return l, nil
}

func (m *memoryLinks) About(_ context.Context, user string) ([]Link, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []Link
	for _, l := range m.rows {
		if l.User == user {
			out = append(out, l)
		}
	}
	slices.SortFunc(out, func(a, b Link) int { return a.Actor.compare(b.Actor) })
	return out, nil
}

func (m *memoryLinks) Remove(_ context.Context, a Actor) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, known := m.rows[a.Key()]
	delete(m.rows, a.Key())
	return known, nil
}

func (a Actor) compare(b Actor) int {
	return cmp.Or(cmp.Compare(a.Platform, b.Platform), cmp.Compare(a.Workspace, b.Workspace), cmp.Compare(a.ID, b.ID))
}
