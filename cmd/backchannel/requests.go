package main

import (
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"
)

// requestID is the header that carries the number of a request, from a proxy to us and back to who asked.
const requestID = "X-Request-Id"

// maxRequestID bounds a number that somebody else chose.
const maxRequestID = 64

// slowRequest is how long an answer may take before the log names it at its usual level.
const slowRequest = 3 * time.Second

// identified gives every request a number, the proxy's where it set a sound one, returns it in the answer, and logs the
// request under it: failures and slow ones as a warning, the rest for debugging. Probes and addresses' queries, which
// may hold what people asked, are left out.
func identified(log *slog.Logger) func(http.Handler) http.Handler {
	var raw [6]byte
	rand.Read(raw[:])                          // crypto/rand.Read never fails (Go 1.24)
	prefix := hex.EncodeToString(raw[:]) + "-" // of this process; a number of its own for each request would cost more
	var count atomic.Uint64
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			id := r.Header.Get(requestID)
			if !soundID(id) {
				id = prefix + strconv.FormatUint(count.Add(1), 36)
			}
			once := []string{id} // of both headers
			r.Header[requestID], w.Header()[requestID] = once, once
			start := time.Now()
			seen := &answered{ResponseWriter: w}
			next.ServeHTTP(seen, r)
			took := time.Since(start)
			level := slog.LevelDebug
			if seen.status >= http.StatusInternalServerError && r.URL.Path != "/readyz" || took > slowRequest && seen.Header().Get("Content-Type") != "text/event-stream" {
				level = slog.LevelWarn
			}
			if !log.Enabled(r.Context(), level) {
				return
			}
			log.LogAttrs(r.Context(), level, "request", slog.String("request", id), slog.String("method", r.Method),
				slog.String("path", r.URL.Path), slog.Int("status", seen.status), slog.Duration("took", took))
		})
	}
}

// answered notes the status of an answer; 0 where nothing was written.
type answered struct {
	http.ResponseWriter
	status int
}

// WriteHeader implements http.ResponseWriter. Of several statuses the first that is no interim one counts.
func (a *answered) WriteHeader(status int) {
	if a.status == 0 && status >= http.StatusOK {
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (a *answered) Write(b []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	return a.ResponseWriter.Write(b)
}

// Unwrap is what http.ResponseController reaches flushing and deadlines through.
func (a *answered) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// soundID reports whether a number may stand in a log and a header.
func soundID(id string) bool {
	if id == "" || len(id) > maxRequestID {
		return false
	}
	for i := range len(id) {
		switch c := id[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_', c == '.', c == ':':
		default:
			return false
		}
	}
	return true
}
