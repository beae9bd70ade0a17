// Package circlecitest is a stand-in for CircleCI: the parts of its API v2 and v1.1 that the plugin asks for, in the
// documented shapes, with paging, tokens, signed webhooks and everything that can go wrong.
package circlecitest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Token is the one that the server accepts.
const Token = "circle-token-of-the-test"

// Secret is that of its webhooks.
const Secret = "webhook-secret-of-the-test"

// Workflow is a workflow with its jobs.
type Workflow struct {
	ID, Name, Status string
	Created          time.Time
	Stopped          time.Time // zero: not yet
	Jobs             []Job
}

// Job is a job. One with a FailedStep has an output to read.
type Job struct {
	Number       int64
	Name, Status string
	FailedStep   string
	Output       string
	Failures     []string // names of failed tests
	Artifacts    []string // paths
}

// Pipeline is a pipeline with its workflows.
type Pipeline struct {
	ID                      string
	Number                  int64
	Created                 time.Time
	Branch, Commit, Subject string
	Author, Login           string
	Workflows               []*Workflow
}

// Project is a project.
type Project struct {
	Slug, Default string
	Pipelines     []*Pipeline // newest first
}

// Server is the stand-in.
type Server struct {
	*httptest.Server

	mu       sync.Mutex
	projects map[string]*Project
	asked    []string // "GET /api/v2/..."
	fault    string
	onPath   string
	perPage  int
	reruns   int
}

// New starts a server; Close it.
func New() *Server {
	s := &Server{projects: map[string]*Project{}, perPage: 20}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v2/me", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, 200, map[string]string{"login": "ann", "id": "u1"})
	})
	mux.HandleFunc("GET /api/v2/project/{vcs}/{owner}/{repo}", s.project)
	mux.HandleFunc("GET /api/v2/project/{vcs}/{owner}/{repo}/pipeline", s.pipelines)
	mux.HandleFunc("GET /api/v2/project/{vcs}/{owner}/{repo}/{number}/tests", s.tests)
	mux.HandleFunc("GET /api/v2/project/{vcs}/{owner}/{repo}/{number}/artifacts", s.artifacts)
	mux.HandleFunc("GET /api/v2/pipeline/{id}/workflow", s.workflows)
	mux.HandleFunc("GET /api/v2/workflow/{id}/job", s.jobs)
	mux.HandleFunc("POST /api/v2/workflow/{id}/rerun", s.rerun)
	mux.HandleFunc("POST /api/v2/workflow/{id}/cancel", s.cancel)
	mux.HandleFunc("GET /api/v2/insights/{vcs}/{owner}/{repo}/workflows/{name}", s.insights)
	mux.HandleFunc("GET /api/v1.1/project/{vcs}/{owner}/{repo}/{number}", s.build)
	mux.HandleFunc("GET /output/{number}", s.output)
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.asked = append(s.asked, r.Method+" "+r.URL.Path)
		fault := s.fault
		if !strings.Contains(r.URL.Path, s.onPath) {
			fault = ""
		}
		s.mu.Unlock()
		signed := strings.HasPrefix(r.URL.Path, "/output/")
		switch {
		case fault != "" && broken(w, r, fault):
		case signed && r.Header.Get("Circle-Token") != "":
			answer(w, 400, message("a signed address is asked without the token"))
		case !signed && r.Header.Get("Circle-Token") != Token:
			answer(w, 401, message("You must log in first."))
		default:
			mux.ServeHTTP(w, r)
		}
	}))
	return s
}

// Add adds a project.
func (s *Server) Add(p *Project) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.projects[p.Slug] = p
}

// Change changes the server's state safely.
func (s *Server) Change(do func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	do()
}

// Asked returns how many requests came whose method and path contain a text.
func (s *Server) Asked(containing string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, a := range s.asked {
		if strings.Contains(a, containing) {
			n++
		}
	}
	return n
}

// Break has requests whose path contains a text answered wrongly; see broken. An empty fault mends the server.
func (s *Server) Break(fault, onPath string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault, s.onPath = fault, onPath
}

func message(text string) map[string]string { return map[string]string{"message": text} }

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

// Faults are what Break knows.
func Faults() []string {
	return []string{"401", "403", "404", "429", "500", "html", "truncated", "huge", "drip", "types", "schema", "skew"}
}

// broken answers wrongly, and reports whether it did.
func broken(w http.ResponseWriter, r *http.Request, fault string) bool {
	if status, err := strconv.Atoi(fault); err == nil {
		if status == 429 {
			w.Header().Set("Retry-After", "3600")
		}
		answer(w, status, message("as the test wants it"))
		return true
	}
	w.Header().Set("Content-Type", "application/json")
	switch fault {
	case "html":
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<!DOCTYPE html><html><body>Please log in</body></html>")
	case "truncated":
		w.Header().Set("Content-Length", "1000")
		fmt.Fprint(w, `{"items":[{"id":"`)
	case "huge":
		piece := []byte(strings.Repeat("x", 1<<20))
		fmt.Fprint(w, `{"items":["`)
		for range 100 {
			if _, err := w.Write(piece); err != nil {
				return true
			}
		}
	case "drip":
		for range 200 {
			if _, err := fmt.Fprint(w, " "); err != nil {
				return true
			}
			w.(http.Flusher).Flush()
			select {
			case <-r.Context().Done():
				return true
			case <-time.After(50 * time.Millisecond):
			}
		}
	case "types":
		fmt.Fprint(w, `{"items":{"id":[1,2]},"vcs_info":7,"slug":null}`)
	case "schema":
		fmt.Fprint(w, `{"data":{"edges":[{"node":{"id":"p"}}]}}`)
	case "skew":
		w.Header().Set("Date", time.Now().Add(26*time.Hour).UTC().Format(http.TimeFormat))
		return false
	default:
		return false
	}
	return true
}

// Sign signs a body as CircleCI does.
func Sign(secret string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return "v1=" + hex.EncodeToString(mac.Sum(nil))
}

// Delivery is the body of a webhook about a finished workflow.
func Delivery(id, slug string, p *Pipeline, w *Workflow, at time.Time) []byte {
	data, _ := json.Marshal(map[string]any{
		"id": id, "type": "workflow-completed", "happened_at": at, "webhook": map[string]string{"id": "wh", "name": "Backchannel"},
		"project":      map[string]string{"id": "pr", "name": slug[strings.LastIndexByte(slug, '/')+1:], "slug": slug},
		"organization": map[string]string{"id": "org", "name": "acme"},
		"workflow": map[string]any{
			"id": w.ID, "name": w.Name, "status": w.Status, "created_at": w.Created, "stopped_at": w.Stopped,
			"url": "https://app.circleci.com/pipelines/" + slug + "/" + strconv.FormatInt(p.Number, 10) + "/workflows/" + w.ID,
		},
		"pipeline": map[string]any{
			"id": p.ID, "number": p.Number, "created_at": p.Created, "trigger": map[string]string{"type": "webhook"},
			"vcs": map[string]any{
				"provider_name": "github", "origin_repository_url": "https://github.com/acme/pay", "target_repository_url": "https://github.com/acme/pay",
				"revision": p.Commit, "branch": p.Branch,
				"commit": map[string]any{"subject": p.Subject, "body": "", "author": map[string]string{"name": p.Author, "email": "x@acme.example"}, "authored_at": p.Created},
			},
		},
	})
	return data
}

func (s *Server) find(r *http.Request) *Project {
	vcs := map[string]string{"github": "gh", "bitbucket": "bb"}[r.PathValue("vcs")]
	if vcs == "" {
		vcs = r.PathValue("vcs")
	}
	return s.projects[vcs+"/"+r.PathValue("owner")+"/"+r.PathValue("repo")]
}

// locked finds the project of a request and answers under the lock; unknown ones with 404.
func (s *Server) locked(w http.ResponseWriter, r *http.Request, do func(*Project) any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.find(r)
	if p == nil {
		answer(w, 404, message("Project not found"))
		return
	}
	if v := do(p); v != nil {
		answer(w, 200, v)
		return
	}
	answer(w, 404, message("Not found"))
}

func (s *Server) page(r *http.Request, items []any) any {
	from, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Query().Get("page-token"), "t"))
	from = min(from, len(items))
	to := min(from+s.perPage, len(items))
	out := map[string]any{"items": slices.Clone(items[from:to]), "next_page_token": nil}
	if to < len(items) {
		out["next_page_token"] = "t" + strconv.Itoa(to)
	}
	return out
}

func (s *Server) project(w http.ResponseWriter, r *http.Request) {
	s.locked(w, r, func(p *Project) any {
		return map[string]any{
			"slug": p.Slug, "name": r.PathValue("repo"), "id": "pr", "organization_name": r.PathValue("owner"),
			"vcs_info": map[string]string{"vcs_url": "https://github.com/acme/pay", "provider": "GitHub", "default_branch": p.Default},
		}
	})
}
