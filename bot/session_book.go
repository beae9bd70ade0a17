package bot

import (
	"cmp"
	"context"
	"slices"
)

// SessionBook tells of sessions otherwise than by the secret of a browser. It knows those that Sessions keeps.
type SessionBook interface {
	// Of returns the sessions of an actor that were not swept yet, the oldest first.
	Of(ctx context.Context, a Actor) ([]Session, error)
	// EndAt ends the sessions that began with one at the identity provider, named as in Session.Provider, and returns
	// how many those were. The name "" is none.
	EndAt(ctx context.Context, provider string) (int, error)
}

// Of implements SessionBook.
func (m *memorySessions) Of(_ context.Context, a Actor) ([]Session, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []Session
	for _, s := range m.rows {
		if s.Actor.Key() == a.Key() {
			out = append(out, s)
		}
	}
	SortSessions(out)
	return out, nil
}

// EndAt implements SessionBook.
func (m *memorySessions) EndAt(_ context.Context, provider string) (int, error) {
	return m.drop(func(s Session) bool { return provider != "" && s.Provider == provider }), nil
}

// SortSessions orders sessions as SessionBook.Of returns them.
func SortSessions(all []Session) {
	slices.SortFunc(all, func(x, y Session) int { return cmp.Or(x.Begun.Compare(y.Begun), cmp.Compare(x.ID, y.ID)) })
}
