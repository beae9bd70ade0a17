package bot

import (
	"context"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// Session is somebody who signed in to the pages, in one browser.
type Session struct {
	ID       string    // the SHA-256 of the secret that the browser keeps, in hex: whoever reads the store cannot use it
	Actor    Actor     // an account of the identity provider, or the account in a chat that asked for a link
	Name     string    // what the pages call them
	Email    string    // "" unless whoever signed them in has verified it
	User     string    // full reference of a User, where the provider itself says it; else ""
	IDToken  string    // of the identity provider, to sign out there; a store keeps it encrypted
	Provider string    // a hash of the session at the identity provider that this one began with; "" where it names none
	Begun    time.Time // when they signed in
	Seen     time.Time // about when they last asked for a page
	Expires  time.Time // unless they are seen before
	Ends     time.Time // in any case
}

// Sessions keeps sessions.
type Sessions interface {
	// Put keeps a session in place of the one with its id.
	Put(ctx context.Context, s Session) error
	// Get returns a session that has not expired at now; any other is an error of kind NotFound.
	Get(ctx context.Context, id string, now time.Time) (Session, error)
	// Touch keeps a session in place of the one with its id; one that was ended is an error of kind NotFound.
	Touch(ctx context.Context, s Session) error
	// End ends a session of an actor, or all of them for an id of "", and returns how many those were.
	End(ctx context.Context, a Actor, id string) (int, error)
	Sweeper
}

type memorySessions struct {
	mu   sync.Mutex
	rows map[string]Session
}

func (m *memorySessions) Put(_ context.Context, s Session) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.rows[s.ID] = s
	return nil
}

func (m *memorySessions) Get(_ context.Context, id string, now time.Time) (Session, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s, ok := m.rows[id]
	if !ok || !now.Before(s.Expires) {
		return Session{}, fault.New(fault.NotFound, "there is no such session")
	}
	return s, nil
}

func (m *memorySessions) Touch(_ context.Context, s Session) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.rows[s.ID]; !ok {
		return fault.New(fault.NotFound, "there is no such session")
	}
	m.rows[s.ID] = s
	return nil
}

func (m *memorySessions) End(_ context.Context, a Actor, id string) (int, error) {
	return m.drop(func(s Session) bool { return s.Actor.Key() == a.Key() && (id == "" || s.ID == id) }), nil
}

func (m *memorySessions) Sweep(_ context.Context, before time.Time) (int, error) {
	return m.drop(func(s Session) bool { return s.Expires.Before(before) }), nil
}

func (m *memorySessions) drop(which func(Session) bool) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := 0
	for id, s := range m.rows {
		if which(s) {
			delete(m.rows, id)
			n++
		}
	}
	return n
}
