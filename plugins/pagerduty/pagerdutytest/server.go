// Package pagerdutytest is a PagerDuty for tests: a server that speaks its REST API v2 as published in
// github.com/PagerDuty/api-schema, with the shapes of its examples.
package pagerdutytest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// Token is the only one that the server takes.
const Token = "u+0123456789abcdefghi"

// Server is a PagerDuty account. Its fields are set before it is asked, or under Lock.
type Server struct {
	sync.Mutex
	URL string

	Services  []Service
	OnCalls   []OnCall
	Users     []User
	Incidents []*Incident
	PageMost  int              // elements of a page at most; 0: 100
	Skew      time.Duration    // of its clock
	Now       func() time.Time // its clock but for Skew; nil: time.Now
	// Fault answers a request instead; it reports whether it did.
	Fault func(w http.ResponseWriter, r *http.Request) bool
	// Drop is called after an incident was made: true breaks the connection before the answer.
	Drop func() bool

	Requests []string // method and path of each, in order
}

// Service is a service with its escalation policy.
type Service struct {
	ID, Name, Status, Policy, PolicyName string
	Teams, Keys                          []string
}

// OnCall is somebody's turn. A zero Start or End is null.
type OnCall struct {
	Policy, PolicyName string
	Level              int
	Schedule, Title    string // "": the policy names the user itself
	User               string
	Start, End         time.Time
}

// User is a user.
type User struct{ ID, Name, Email, Phone string }

// Incident is an incident.
type Incident struct {
	ID, Title, Service, Key, Urgency, Status, Details, From, By string
	Number                                                      int
	Created                                                     time.Time
	Assigned                                                    []string
	Notes                                                       []string
}

// New starts a server that ends with the test.
func New(t testing.TB) *Server {
	t.Helper()
	s := &Server{}
	srv := httptest.NewServer(s)
	t.Cleanup(srv.Close)
	s.URL = srv.URL
	return s
}

// Host is the server's host and port.
func (s *Server) Host() string { return strings.TrimPrefix(s.URL, "http://") }

func (s *Server) now() time.Time {
	if s.Now != nil {
		return s.Now().Add(s.Skew)
	}
	return time.Now().Add(s.Skew)
}

// Open returns the incidents there are.
func (s *Server) Open() []Incident {
	s.Lock()
	defer s.Unlock()
	var out []Incident
	for _, i := range s.Incidents {
		out = append(out, *i)
	}
	return out
}

// Set changes the last incident.
func (s *Server) Set(status, by string) {
	s.Lock()
	defer s.Unlock()
	if n := len(s.Incidents); n > 0 {
		s.Incidents[n-1].Status, s.Incidents[n-1].By = status, by
	}
}

// Asked counts the requests whose method and path begin so.
func (s *Server) Asked(prefix string) int {
	s.Lock()
	defer s.Unlock()
	n := 0
	for _, r := range s.Requests {
		if strings.HasPrefix(r, prefix) {
			n++
		}
	}
	return n
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.Lock()
	defer s.Unlock()
	s.Requests = append(s.Requests, r.Method+" "+r.URL.Path)
	w.Header().Set("Date", s.now().UTC().Format(http.TimeFormat))
	if s.Fault != nil && s.Fault(w, r) {
		return
	}
	switch {
	case r.Header.Get("Authorization") != "Token token="+Token:
		refuse(w, http.StatusUnauthorized, 2006, "You are not permitted to access this resource")
	case r.Header.Get("Accept") != "application/vnd.pagerduty+json;version=2":
		refuse(w, http.StatusBadRequest, 2001, "Invalid Accept header")
	case r.Method == http.MethodGet && r.URL.Path == "/services":
		s.list(w, r, "services", s.services())
	case r.Method == http.MethodGet && r.URL.Path == "/oncalls":
		s.list(w, r, "oncalls", s.onCalls(r))
	case r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/contact_methods"):
		s.contacts(w, strings.Split(r.URL.Path, "/")[2])
	case r.URL.Path == "/incidents" && r.Method == http.MethodGet:
		s.list(w, r, "incidents", s.incidents(r))
	case r.URL.Path == "/incidents" && r.Method == http.MethodPost:
		s.create(w, r)
	case strings.HasPrefix(r.URL.Path, "/incidents/"):
		s.incident(w, r)
	default:
		refuse(w, http.StatusNotFound, 2100, "Not Found")
	}
}

func refuse(w http.ResponseWriter, status, code int, message string, errs ...string) {
	answer(w, status, map[string]any{"error": map[string]any{"message": message, "code": code, "errors": errs}})
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	// A client that went away is its own affair.
	_ = json.NewEncoder(w).Encode(v)
}

// list answers with a page of a list, as classic pagination does.
func (s *Server) list(w http.ResponseWriter, r *http.Request, name string, all []any) {
	limit, _ := strconv.Atoi(r.URL.Query().Get("limit"))
	offset, _ := strconv.Atoi(r.URL.Query().Get("offset"))
	if limit <= 0 {
		limit = 25
	}
	if s.PageMost > 0 {
		limit = min(limit, s.PageMost)
	}
	from := min(offset, len(all))
	to := min(from+min(limit, 100), len(all))
	answer(w, http.StatusOK, map[string]any{name: all[from:to:to], "limit": limit, "offset": offset, "more": to < len(all), "total": nil})
}

func reference(kind, id, summary string) map[string]any {
	return map[string]any{
		"id": id, "type": kind + "_reference", "summary": summary, "self": "https://api.pagerduty.com/" + kind + "s/" + id,
		"html_url": "https://acme.pagerduty.com/" + kind + "s/" + id,
	}
}

func (s *Server) services() []any {
	out := []any{}
	for _, v := range s.Services {
		teams, integrations := []any{}, []any{}
		for _, t := range v.Teams {
			teams = append(teams, reference("team", t, t))
		}
		for i, k := range v.Keys {
			in := reference("events_api_v2_inbound_integration", fmt.Sprint("PI", v.ID, i), "Events")
			in["integration_key"] = k
			integrations = append(integrations, in)
		}
		m := reference("service", v.ID, v.Name)
		m["type"], m["name"], m["status"], m["html_url"] = "service", v.Name, v.Status, "https://acme.pagerduty.com/service-directory/"+v.ID
		m["escalation_policy"], m["teams"], m["integrations"] = reference("escalation_policy", v.Policy, v.PolicyName), teams, integrations
		out = append(out, m)
	}
	return out
}

func (s *Server) onCalls(r *http.Request) []any {
	q := r.URL.Query()
	since, _ := time.Parse(time.RFC3339, q.Get("since"))
	until, _ := time.Parse(time.RFC3339, q.Get("until"))
	out := []any{}
	for _, o := range s.OnCalls {
		if p := q["escalation_policy_ids[]"]; len(p) > 0 && !slices.Contains(p, o.Policy) ||
			!until.IsZero() && o.Start.After(until) || !o.End.IsZero() && o.End.Before(since) {
			continue
		}
		m := map[string]any{
			"escalation_policy": reference("escalation_policy", o.Policy, o.PolicyName), "escalation_level": o.Level, "schedule": nil,
			"user": s.user(o.User, slices.Contains(q["include[]"], "users")), "start": nil, "end": nil,
		}
		if o.Schedule != "" {
			m["schedule"] = reference("schedule", o.Schedule, o.Title)
		}
		if !o.Start.IsZero() {
			m["start"] = o.Start.UTC().Format(time.RFC3339)
		}
		if !o.End.IsZero() {
			m["end"] = o.End.UTC().Format(time.RFC3339)
		}
		out = append(out, m)
	}
	return out
}

func (s *Server) user(id string, whole bool) map[string]any {
	i := slices.IndexFunc(s.Users, func(u User) bool { return u.ID == id })
	if i < 0 {
		return reference("user", id, id)
	}
	m := reference("user", id, s.Users[i].Name)
	if whole {
		m["type"], m["name"], m["email"], m["time_zone"] = "user", s.Users[i].Name, s.Users[i].Email, "Europe/Berlin"
	}
	return m
}

func (s *Server) contacts(w http.ResponseWriter, id string) {
	methods := []any{map[string]any{"type": "email_contact_method", "address": "x@acme.example", "label": "Work"}}
	i := slices.IndexFunc(s.Users, func(u User) bool { return u.ID == id })
	if i < 0 {
		refuse(w, http.StatusNotFound, 2100, "Not Found")
		return
	}
	if s.Users[i].Phone != "" {
		methods = append(methods, map[string]any{"type": "phone_contact_method", "address": s.Users[i].Phone, "country_code": 49, "label": "Mobile"})
	}
	answer(w, http.StatusOK, map[string]any{"contact_methods": methods})
}
