package signin

import (
	"container/list"
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// The bounds of what is remembered of sessions. Within fresh a session that another replica has ended goes on.
const (
	maxCached    = 10_000
	fresh        = 15 * time.Second
	touchEvery   = 5 * time.Minute
	storeTimeout = 3 * time.Second
)

// begin signs somebody in: whatever session the browser had ends, and one with a new secret begins.
func (s *Signin) begin(rw http.ResponseWriter, r *http.Request, session bot.Session) error {
	secret, err := s.secret()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(r.Context(), storeTimeout)
	defer cancel()
	now := s.cfg.Now().UTC()
	session.ID, session.Begun, session.Seen, session.Ends = hashed("session", secret), now, now, now.Add(s.cfg.Longest)
	session.Expires = s.expiry(now, session)
	if err := s.cfg.Sessions.Put(ctx, session); err != nil {
		return err
	}
	if err := s.end(ctx, r); err != nil {
		s.cfg.Log.Warn("the session before could not be ended", "err", err)
	}
	s.cache.put(session, now)
	s.put(rw, sessionCookie, secret, s.cfg.Longest)
	if s.cfg.Began != nil {
		s.cfg.Began(session)
	}
	s.cfg.Log.Info("somebody signed in", "actor", session.Actor.Key())
	return nil
}

func (s *Signin) expiry(now time.Time, session bot.Session) time.Time {
	if e := now.Add(s.cfg.Idle); e.Before(session.Ends) {
		return e
	}
	return session.Ends
}

// end ends the session of a request, if it has one.
func (s *Signin) end(ctx context.Context, r *http.Request) error {
	session, ok, err := s.session(ctx, r)
	if err != nil || !ok {
		return err
	}
	s.cache.drop(session.ID)
	_, err = s.cfg.Sessions.End(ctx, session.Actor, session.ID)
	return err
}

// session is the session of a request. While the store is away, those that are remembered go on to their end.
func (s *Signin) session(ctx context.Context, r *http.Request) (bot.Session, bool, error) {
	secret := s.cookie(r, sessionCookie)
	if secret == "" {
		return bot.Session{}, false, nil
	}
	id, now := hashed("session", secret), s.cfg.Now().UTC()
	known, read := s.cache.get(id)
	if !read.IsZero() && !now.Before(known.Expires) {
		s.cache.drop(id)
		return bot.Session{}, false, nil
	}
	if !read.IsZero() && now.Sub(read) < fresh {
		return s.touched(ctx, known, now), true, nil
	}
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	session, err := s.cfg.Sessions.Get(ctx, id, now)
	switch {
	case err == nil:
		s.cache.put(session, now)
		return s.touched(ctx, session, now), true, nil
	case fault.Is(err, fault.NotFound):
		s.cache.drop(id)
		return bot.Session{}, false, nil
	case !read.IsZero():
		s.cache.put(known, now) // the store is asked again in a while
		return known, true, nil
	}
	return bot.Session{}, false, err
}

// touched has a session that is used go on.
func (s *Signin) touched(ctx context.Context, session bot.Session, now time.Time) bot.Session {
	if now.Sub(session.Seen) < touchEvery {
		return session
	}
	session.Seen, session.Expires = now, s.expiry(now, session)
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	if err := s.cfg.Sessions.Touch(ctx, session); err != nil {
		s.cfg.Log.Debug("a session was not touched", "err", err)
		return session
	}
	s.cache.put(session, now)
	return session
}

// Account is what is known of an account of the provider that has signed in here; see bot.Accounts.
func (s *Signin) Account(a bot.Actor) (bot.Account, bool) {
	session, ok := s.cache.of(a)
	if !ok {
		return bot.Account{}, false
	}
	return bot.Account{Email: session.Email, User: session.User}, true
}

// cache remembers sessions, the least recently used are forgotten first.
type cache struct {
	mu     sync.Mutex
	rows   map[string]*list.Element
	actors map[string]*list.Element // the last one of each actor
	order  *list.List               // of *cached
}

type cached struct {
	session bot.Session
	read    time.Time
}

func newCache() *cache {
	return &cache{rows: map[string]*list.Element{}, actors: map[string]*list.Element{}, order: list.New()}
}

// get returns a session and when it was read; the zero time when it is not known.
func (c *cache) get(id string) (bot.Session, time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	el, ok := c.rows[id]
	if !ok {
		return bot.Session{}, time.Time{}
	}
	c.order.MoveToBack(el)
	row, _ := el.Value.(*cached)
	return row.session, row.read
}

func (c *cache) of(a bot.Actor) (bot.Session, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	el, ok := c.actors[a.Key()]
	if !ok {
		return bot.Session{}, false
	}
	row, _ := el.Value.(*cached)
	return row.session, true
}

func (c *cache) put(s bot.Session, read time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if el, ok := c.rows[s.ID]; ok {
		row, _ := el.Value.(*cached)
		row.session, row.read = s, read
		c.order.MoveToBack(el)
		return
	}
	if c.order.Len() >= maxCached {
		c.remove(c.order.Front())
	}
	el := c.order.PushBack(&cached{s, read})
	c.rows[s.ID], c.actors[s.Actor.Key()] = el, el
}

func (c *cache) drop(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if el, ok := c.rows[id]; ok {
		c.remove(el)
	}
}

// dropAt forgets the sessions that began with one at the provider.
func (c *cache) dropAt(provider string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, el := range c.rows {
		if row, _ := el.Value.(*cached); row.session.Provider == provider {
			c.remove(el)
		}
	}
}

func (c *cache) remove(el *list.Element) {
	row, _ := c.order.Remove(el).(*cached)
	delete(c.rows, row.session.ID)
	if key := row.session.Actor.Key(); c.actors[key] == el {
		delete(c.actors, key)
	}
}

// Session returns the session of a request that Admit does not stand before.
func (s *Signin) Session(r *http.Request) (bot.Session, bool) {
	session, ok, err := s.session(r.Context(), r)
	return session, ok && err == nil
}
