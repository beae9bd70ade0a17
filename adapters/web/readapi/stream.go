package readapi

import (
	"net/http"
	"net/url"
	"sync"

	"github.com/go-chi/chi/v5"

	"github.com/backchannel-portal/backchannel/catalog"
)

// stream writes a list of entities in pieces, so that a large answer is never in memory as a whole.
type stream struct {
	rw      http.ResponseWriter
	r       *renderer
	pool    *sync.Pool
	buf     []byte
	n       int
	started bool
}

// piece is how much is written at once, in bytes.
const piece = 64 << 10

// stream starts an answer; end it with close.
func (a *API) stream(rw http.ResponseWriter, r *renderer) *stream {
	s := &stream{rw: rw, r: r, pool: &a.buffers}
	if b, ok := a.buffers.Get().(*[]byte); ok {
		s.buf = (*b)[:0]
	}
	return s
}

// close sends the rest, or all where it is little.
func (s *stream) close() {
	if s.started {
		s.flush()
	} else {
		write(s.rw, http.StatusOK, s.buf)
	}
	if b := s.buf; cap(b) <= 2*piece {
		s.pool.Put(&b)
	}
}

func (s *stream) text(t string) { s.buf = append(s.buf, t...) }

// entity writes an element of the list; what is not there is null.
func (s *stream) entity(ref catalog.Ref) {
	if s.n++; s.n > 1 {
		s.buf = append(s.buf, ',')
	}
	if b, ok := s.r.entity(s.buf, ref); ok {
		s.buf = b
	} else {
		s.buf = append(s.buf, "null"...)
	}
	if len(s.buf) > piece {
		s.flush()
	}
}

func (s *stream) flush() {
	if !s.started {
		head(s.rw)
		s.started = true
	}
	_, _ = s.rw.Write(s.buf) // a client that is gone needs no answer
	s.buf = s.buf[:0]
}

// param is a part of the path, unescaped. The router reads the escaped path only where it differs from the plain one.
func param(r *http.Request, key string) string {
	raw := chi.URLParam(r, key)
	if r.URL.RawPath == "" {
		return raw
	}
	if s, err := url.PathUnescape(raw); err == nil {
		return s
	}
	return raw
}
