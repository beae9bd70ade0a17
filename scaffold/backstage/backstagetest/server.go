// Package backstagetest is a scaffolder of Backstage to test against: a server that speaks its API (version 2), with one
// template and tasks that go as the test says.
package backstagetest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"time"
)

// Token is what the server asks for.
const Token = "backstage-token"

// Server is a Backstage with a template template:default/go-service.
type Server struct {
	*httptest.Server

	mu     sync.Mutex
	tasks  map[string]*task
	fails  int
	lost   int
	shut   bool
	hangs  bool
	bars   bool
	down   bool
	again  int
	values []json.RawMessage
}

type task struct {
	forgotten bool // the API does not know it any more

	status string
	values json.RawMessage
	at     time.Time
	events []map[string]any
}

// New starts a server, which the test closes.
func New() *Server {
	s := &Server{tasks: map[string]*task{}}
	mux := http.NewServeMux()
	const base = "/api/scaffolder/v2"
	mux.HandleFunc("GET "+base+"/templates/default/template/go-service/parameter-schema", s.schema)
	mux.HandleFunc("POST "+base+"/dry-run", s.dryRun)
	mux.HandleFunc("POST "+base+"/tasks", s.start)
	mux.HandleFunc("GET "+base+"/tasks", s.list)
	mux.HandleFunc("GET "+base+"/tasks/{id}", s.task)
	mux.HandleFunc("GET "+base+"/tasks/{id}/events", s.events)
	mux.HandleFunc("POST "+base+"/tasks/{id}/cancel", s.cancel)
	mux.HandleFunc("POST "+base+"/tasks/{id}/retry", s.retry)
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		barred, down := s.bars, s.down
		s.mu.Unlock()
		if down {
			http.Error(w, "<html>no server is available</html>", http.StatusServiceUnavailable)
			return
		}
		if barred || r.Header.Get("Authorization") != "Bearer "+Token {
			refuse(w, http.StatusUnauthorized, "AuthenticationError", "Illegal token")
			return
		}
		mux.ServeHTTP(w, r)
	}))
	return s
}

// Fail has the next n attempts at a task fail at their second step.
func (s *Server) Fail(n int) { s.mu.Lock(); s.fails = n; s.mu.Unlock() }

// Lose has the next n tasks begin without an answer.
func (s *Server) Lose(n int) { s.mu.Lock(); s.lost = n; s.mu.Unlock() }

// Shut has tasks not be listed, as for a token that may not.
func (s *Server) Shut() { s.mu.Lock(); s.shut = true; s.mu.Unlock() }

// Bar has the token be refused, or no longer.
func (s *Server) Bar(barred bool) { s.mu.Lock(); s.bars = barred; s.mu.Unlock() }

// Down has the server be away behind its proxy, or back.
func (s *Server) Down(down bool) { s.mu.Lock(); s.down = down; s.mu.Unlock() }

// Retries is how often a task was retried.
func (s *Server) Retries() int { s.mu.Lock(); defer s.mu.Unlock(); return s.again }

// Forget has the server know none of its tasks any more.
func (s *Server) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.tasks {
		t.forgotten = true
	}
}

// Began begins a task with values, as somebody else does.
func (s *Server) Began(values string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := &task{status: "processing", values: json.RawMessage(values), at: time.Now().UTC()}
	s.tasks[fmt.Sprintf("task-%d", len(s.tasks)+1)] = t
	s.goes(t)
}

// list lists the tasks, the newest first.
func (s *Server) list(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.shut {
		refuse(w, http.StatusForbidden, "NotAllowedError", "Unauthorized")
		return
	}
	all := []any{}
	for n := len(s.tasks); n > 0; n-- {
		if id := fmt.Sprintf("task-%d", n); !s.tasks[id].forgotten {
			all = append(all, s.told(id))
		}
	}
	from, _ := strconv.Atoi(r.URL.Query().Get("offset")) // from the beginning where it is none
	limit, err := strconv.Atoi(r.URL.Query().Get("limit"))
	if err != nil {
		limit = len(all)
	}
	rest := all[min(from, len(all)):]
	answer(w, http.StatusOK, map[string]any{"tasks": rest[:min(limit, len(rest))], "totalTasks": len(all)})
}

// told is a task as the API has it. mu is held.
func (s *Server) told(id string) map[string]any {
	t := s.tasks[id]
	return map[string]any{"id": id, "status": t.status, "createdAt": t.at.Format(time.RFC3339Nano), "spec": map[string]any{
		"apiVersion": "scaffolder.backstage.io/v1beta3", "steps": steps(), "parameters": t.values, "templateInfo": map[string]any{"entityRef": "template:default/go-service"},
	}}
}

// Hang has tasks go on until they are cancelled.
func (s *Server) Hang() { s.mu.Lock(); s.hangs = true; s.mu.Unlock() }

// Unhang has tasks that begin from now on end.
func (s *Server) Unhang() { s.mu.Lock(); s.hangs = false; s.mu.Unlock() }

// Finish has the tasks that hang end: well, or as Fail says.
func (s *Server) Finish() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hangs = false
	for _, t := range s.tasks {
		if t.status == "processing" {
			s.ends(t)
		}
	}
}

// Started are the values of the tasks that were begun.
func (s *Server) Started() []json.RawMessage { s.mu.Lock(); defer s.mu.Unlock(); return s.values }

// Tasks is how many tasks there are.
func (s *Server) Tasks() int { s.mu.Lock(); defer s.mu.Unlock(); return len(s.tasks) }

// Status is how the only task stands.
func (s *Server) Status() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.tasks {
		return t.status
	}
	return ""
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // whoever asked is gone
}

func refuse(w http.ResponseWriter, status int, name, message string) {
	answer(w, status, map[string]any{"error": map[string]any{"name": name, "message": message}, "response": map[string]any{"statusCode": status}})
}

func (s *Server) schema(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, map[string]any{"title": "Go service", "steps": []any{
		map[string]any{"title": "About it", "schema": json.RawMessage(`{"type":"object","required":["name"],"properties":{"name":{"type":"string","title":"Name"},"port":{"type":"integer","default":8080}}}`)},
		map[string]any{"title": "Where", "description": "In which group", "schema": json.RawMessage(`{"properties":{"owner":{"type":"string","ui:field":"OwnerPicker"}}}`)},
	}})
}

func steps() []any {
	return []any{
		map[string]any{"id": "fetch", "name": "Fetch", "action": "fetch:template"},
		map[string]any{"id": "publish", "name": "Publish", "action": "publish:github"},
	}
}

func log(step, status, message string) map[string]any {
	body := map[string]any{"message": message}
	if step != "" {
		body["stepId"] = step
	}
	if status != "" {
		body["status"] = status
	}
	return map[string]any{"type": "log", "body": body}
}

func (s *Server) dryRun(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Template json.RawMessage `json:"template"`
		Values   struct {
			Name string `json:"name"`
		} `json:"values"`
	}
	if json.NewDecoder(r.Body).Decode(&in) != nil || len(in.Template) == 0 {
		refuse(w, http.StatusBadRequest, "InputError", "no template")
		return
	}
	if in.Values.Name == "" {
		answer(w, http.StatusBadRequest, map[string]any{"errors": []any{map[string]any{"property": "instance", "message": `requires property "name"`}}})
		return
	}
	answer(w, http.StatusOK, map[string]any{
		"steps": steps(), "output": map[string]any{},
		"log": []any{log("fetch", "processing", "Beginning step Fetch"), log("fetch", "completed", "Finished step Fetch"), log("publish", "skipped", "Skipping because publish:github does not support dry-run")},
		"directoryContents": []any{
			map[string]any{"path": "run.sh", "executable": true, "base64Content": []byte("#!/bin/sh\n")},
			map[string]any{"path": "README.md", "base64Content": []byte("# " + in.Values.Name + "\n")},
		},
	})
}

func (s *Server) start(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Template string          `json:"templateRef"`
		Values   json.RawMessage `json:"values"`
	}
	if json.NewDecoder(r.Body).Decode(&in) != nil || in.Template != "template:default/go-service" {
		refuse(w, http.StatusNotFound, "NotFoundError", "Template not found")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	id := fmt.Sprintf("task-%d", len(s.tasks)+1)
	s.values = append(s.values, in.Values)
	t := &task{status: "processing", values: in.Values, at: time.Now().UTC()}
	s.tasks[id] = t
	s.goes(t)
	if s.lost > 0 {
		s.lost--
		panic(http.ErrAbortHandler)
	}
	answer(w, http.StatusCreated, map[string]string{"id": id})
}

// goes adds the events of one attempt. mu is held.
func (s *Server) goes(t *task) {
	add := t.add
	add(log("", "", "Starting up task with 2 steps"))
	add(log("fetch", "processing", "Beginning step Fetch"))
	add(log("fetch", "completed", "Finished step Fetch"))
	add(log("publish", "processing", "Beginning step Publish"))
	if !s.hangs {
		s.ends(t)
	}
}

// ends adds the events with which an attempt ends. mu is held.
func (s *Server) ends(t *task) {
	if s.fails > 0 {
		s.fails--
		t.status = "failed"
		t.add(log("publish", "failed", "HttpError: name already exists"))
		t.add(map[string]any{"type": "completion", "body": map[string]any{"message": "Run failed", "error": map[string]any{"name": "HttpError", "message": "name already exists"}}})
		return
	}
	t.status = "completed"
	t.add(log("publish", "completed", "Finished step Publish"))
	t.add(map[string]any{"type": "completion", "body": map[string]any{"message": "Run completed", "output": map[string]any{
		"links": []any{map[string]any{"title": "Repository", "url": "https://git.example/acme/refunds"}, map[string]any{"title": "Catalog", "entityRef": "component:default/refunds"}},
		"text":  []any{map[string]any{"title": "Next", "content": "Push **main**."}},
	}}})
}

// add adds an event. mu of the server is held.
func (t *task) add(e map[string]any) {
	e["id"], e["createdAt"] = len(t.events)+1, time.Now().UTC().Format(time.RFC3339)
	t.events = append(t.events, e)
}

func (s *Server) find(w http.ResponseWriter, r *http.Request) *task {
	t := s.tasks[r.PathValue("id")]
	if t == nil || t.forgotten {
		refuse(w, http.StatusNotFound, "NotFoundError", "No task with id "+r.PathValue("id"))
	}
	if t != nil && t.forgotten {
		return nil
	}
	return t
}

func (s *Server) task(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.find(w, r); t != nil {
		answer(w, http.StatusOK, s.told(r.PathValue("id")))
	}
}

func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	after, _ := strconv.Atoi(r.URL.Query().Get("after")) // from the beginning where it is none
	if t := s.find(w, r); t != nil {
		answer(w, http.StatusOK, t.events[min(after, len(t.events)):])
	}
}

func (s *Server) cancel(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.find(w, r); t != nil {
		t.status = "cancelled"
		answer(w, http.StatusOK, map[string]string{"status": "cancelled"})
	}
}

func (s *Server) retry(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.find(w, r); t != nil {
		t.status = "processing"
		s.again++
		s.goes(t)
		answer(w, http.StatusCreated, map[string]string{"id": r.PathValue("id")})
	}
}
