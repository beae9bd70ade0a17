package forge

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/backchannel-portal/backchannel/internal/scm/remote"
)

// Notify takes in what a webhook said and reports whether it concerns this source. It returns at once; Watch does
// what follows from it.
func (s *Source) Notify(e remote.Event) bool {
	var mine []string
	for _, p := range e.Paths {
		if s.mine(p) {
			mine = append(mine, strings.ToLower(p))
		}
	}
	top, _, _ := strings.Cut(strings.ToLower(s.o.Account), "/")
	switch {
	case e.Kind == remote.Pushed && len(mine) > 0:
		return s.pushed(mine, e.Branch)
	case (e.Kind == remote.Changed || e.Kind == remote.Removed) && (len(mine) > 0 || len(e.Paths) == 0 && e.Account == top):
		s.ask(func(d *due) {
			d.list = true
			for _, p := range mine {
				d.pushed[p] = true
			}
		})
		return true
	case e.Kind == remote.Staff && s.o.Users && (e.Account == top || e.Account == ""):
		s.ask(func(d *due) { d.staff = true })
		return true
	}
	return false
}

// pushed asks for repositories that were pushed to, when it was to the branch that is read. One that is not known may
// be new, or one that the filters leave out.
func (s *Source) pushed(paths []string, branch string) bool {
	concerns := false
	for _, p := range paths {
		st, known := s.place.find(p)
		if known && st.Branch != branch {
			continue
		}
		concerns = true
		s.ask(func(d *due) {
			d.pushed[p] = true
			d.list = d.list || !known
		})
	}
	return concerns
}

// Refresh asks for the repository that an address lies in, or for everything when it lies in none, and reports
// whether the address is this source's business. The empty address is everything.
func (s *Source) Refresh(address string) bool {
	st, _, ok := s.place.at(address)
	switch {
	case ok:
		s.ask(func(d *due) { d.pushed[strings.ToLower(st.Repo.Path)] = true })
	case address == "" || s.place.Has(address):
		s.ask(func(d *due) { d.list, d.staff = true, true })
	default:
		return false
	}
	return true
}

// find returns what is known of the repository of a lower-case path.
func (p *place) find(path string) (repoState, bool) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	for _, st := range p.repos {
		if strings.EqualFold(st.Repo.Path, path) {
			return *st, true
		}
	}
	return repoState{}, false
}

// HookOptions configure a Hook.
type HookOptions struct {
	// Secrets that the vendor signs with, or sends along; any of them will do. Without one every request is refused.
	Secrets []string
	// Verify tells a genuine request.
	Verify func(secret string, h http.Header, body []byte) bool
	// Parse reads a genuine one.
	Parse func(h http.Header, body []byte) (remote.Event, error)
	// Notify is told of events that mean something to a catalog, and reports whether they concern it. An error has the
	// vendor told to deliver again.
	Notify func(context.Context, remote.Event) (bool, error)
}

// Tell is a HookOptions.Notify for sources of this process: host, which may be nil, is made to look again at what
// events are about.
func Tell(host *remote.Host, sources ...*Source) func(context.Context, remote.Event) (bool, error) {
	return func(_ context.Context, e remote.Event) (bool, error) {
		if host != nil {
			for _, p := range e.Paths {
				host.Forget(p)
			}
		}
		concerns := false
		for _, s := range sources {
			concerns = s.Notify(e) || concerns
		}
		return concerns, nil
	}
}

// Hook is the http.Handler of a vendor's webhooks. A genuine body is taken in once.
type Hook struct {
	o    HookOptions
	busy chan struct{}

	mu   sync.Mutex
	seen map[[32]byte]bool
	last [][32]byte // in the order in which they came
}

// The bounds of webhooks: GitHub caps bodies at 25 MB.
const (
	maxBody = 25 << 20
	maxBusy = 4
	maxSeen = 4096
)

// NewHook returns the handler.
func NewHook(o HookOptions) *Hook {
	return &Hook{o: o, busy: make(chan struct{}, maxBusy), seen: map[[32]byte]bool{}}
}

// ServeHTTP answers 202 when the event is followed up, 200 when it is of no interest here, 401 when it is not
// genuine, and 409 when it came before.
func (h *Hook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "webhooks are posted", http.StatusMethodNotAllowed)
		return
	}
	select {
	case h.busy <- struct{}{}:
		defer func() { <-h.busy }()
	default:
		w.Header().Set("Retry-After", "5")
		http.Error(w, "too many webhooks at once", http.StatusServiceUnavailable)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		code := http.StatusBadRequest
		if _, large := errors.AsType[*http.MaxBytesError](err); large {
			code = http.StatusRequestEntityTooLarge
		}
		http.Error(w, "the body cannot be read", code)
		return
	}
	if !slices.ContainsFunc(h.o.Secrets, func(secret string) bool { return h.o.Verify(secret, r.Header, body) }) {
		http.Error(w, "the webhook is not genuine", http.StatusUnauthorized)
		return
	}
	h.genuine(w, r, body)
}

func (h *Hook) genuine(w http.ResponseWriter, r *http.Request, body []byte) {
	sum := sha256.Sum256(body)
	text := body
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		if form, err := url.ParseQuery(string(body)); err == nil {
			text = []byte(form.Get("payload"))
		}
	}
	e, err := h.o.Parse(r.Header, text)
	switch {
	case err != nil:
		http.Error(w, "the body makes no sense", http.StatusBadRequest)
		return
	case !h.first(sum):
		http.Error(w, "the webhook came before", http.StatusConflict)
		return
	case e.Kind == remote.Ignored:
		return
	}
	concerns, err := h.o.Notify(r.Context(), e)
	switch {
	case err != nil:
		h.forget(sum)
		http.Error(w, "the webhook cannot be followed up now", http.StatusServiceUnavailable)
	case concerns:
		w.WriteHeader(http.StatusAccepted)
	}
}

// forget lets a body in again.
func (h *Hook) forget(sum [32]byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.seen, sum)
}

// first reports whether a body was not seen before. Headers are not signed, so they do not count.
func (h *Hook) first(sum [32]byte) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.seen[sum] {
		return false
	}
	h.seen[sum] = true
	if h.last = append(h.last, sum); len(h.last) > maxSeen {
		delete(h.seen, h.last[0])
		h.last = h.last[1:]
	}
	return true
}
