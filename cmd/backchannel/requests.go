package main

import (
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/go-chi/chi/v5/middleware"
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
			seen := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
			next.ServeHTTP(seen, r)
			took := time.Since(start)
			level := slog.LevelDebug
			if seen.Status() >= http.StatusInternalServerError && r.URL.Path != "/readyz" || took > slowRequest && seen.Header().Get("Content-Type") != "text/event-stream" {
				level = slog.LevelWarn
			}
			if !log.Enabled(r.Context(), level) {
				return
			}
			log.LogAttrs(r.Context(), level, "request", slog.String("request", id), slog.String("method", r.Method),
				slog.String("path", r.URL.Path), slog.Int("status", seen.Status()), slog.Duration("took", took))
		})
	}
}

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
