// Package forgetest is stand-ins for GitHub and GitLab: the parts of their REST APIs that the plugins ask for, in the
// documented shapes. Both tell the same story of the repository acme/pay.
package forgetest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Token is the one that the servers accept.
const Token = "forge-token-of-the-test"

// CodeOwners is the repository's file of that name.
const CodeOwners = "# who reviews\n* @acme/payments\n/docs/ @ann docs@acme.example\n*.sql @acme/data\n"

// Redirect is an answer that leads to another path.
type Redirect string

// Server answers what it was given, by path with query.
type Server struct {
	*httptest.Server

	mu      sync.Mutex
	answers map[string]any // by path; a string is sent as it is
	asked   []string
	fault   string
}

func start(answers map[string]any, refuse map[string]string) *Server {
	s := &Server{answers: answers}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.asked = append(s.asked, r.URL.EscapedPath())
		switch {
		case s.fault != "" && broken(w, r, s.fault):
			return
		case r.Header.Get("Authorization") != "Bearer "+Token:
			send(w, http.StatusUnauthorized, refuse)
			return
		}
		path := r.URL.EscapedPath()
		answer, ok := s.answers[path+"?"+r.URL.Query().Get("state")]
		if !ok {
			answer, ok = s.answers[path]
		}
		if !ok {
			send(w, http.StatusNotFound, map[string]string{"message": "Not Found"})
			return
		}
		if to, leads := answer.(Redirect); leads {
			http.Redirect(w, r, "http://"+r.Host+string(to), http.StatusFound)
			return
		}
		if text, raw := answer.(string); raw {
			fmt.Fprint(w, text)
			return
		}
		send(w, http.StatusOK, answer)
	}))
	return s
}

func send(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

// Set changes an answer; nil removes it.
func (s *Server) Set(path string, v any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if v == nil {
		delete(s.answers, path)
		return
	}
	s.answers[path] = v
}

// Asked counts requests.
func (s *Server) Asked() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.asked)
}

// Break has every request answered wrongly; an empty fault mends the server.
func (s *Server) Break(fault string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = fault
}

// Faults are what Break knows.
func Faults() []string {
	return []string{"401", "403", "404", "429", "500", "limit", "html", "truncated", "huge", "drip", "types", "schema", "skew"}
}

// broken answers wrongly, and reports whether it did.
func broken(w http.ResponseWriter, r *http.Request, fault string) bool {
	if status, err := strconv.Atoi(fault); err == nil {
		if status == http.StatusTooManyRequests {
			w.Header().Set("Retry-After", "3600")
		}
		send(w, status, map[string]string{"message": "as the test wants it"})
		return true
	}
	switch fault {
	case "limit": // GitHub's primary limit
		w.Header().Set("X-RateLimit-Remaining", "0")
		w.Header().Set("X-RateLimit-Reset", strconv.FormatInt(time.Now().Add(time.Hour).Unix(), 10))
		send(w, http.StatusForbidden, map[string]string{"message": "API rate limit exceeded"})
	case "html":
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<!DOCTYPE html><html><body>Sign in</body></html>")
	case "truncated":
		w.Header().Set("Content-Length", "1000")
		fmt.Fprint(w, `[{"id":`)
	case "huge":
		piece := []byte(strings.Repeat("x", 1<<20))
		for range 100 {
			if _, err := w.Write(piece); err != nil {
				return true
			}
		}
	case "drip":
		for range 100 {
			if _, err := fmt.Fprint(w, " "); err != nil {
				return true
			}
			w.(http.Flusher).Flush()
			select {
			case <-r.Context().Done():
				return true
			case <-time.After(20 * time.Millisecond):
			}
		}
	case "types":
		fmt.Fprint(w, `{"default_branch":{"a":[1]},"workflow_runs":"x"}`)
	case "schema":
		fmt.Fprint(w, `{"data":{"repository":{"id":"R_1"}}}`)
	case "skew":
		w.Header().Set("Date", time.Now().Add(26*time.Hour).UTC().Format(http.TimeFormat))
		return false
	}
	return true
}
