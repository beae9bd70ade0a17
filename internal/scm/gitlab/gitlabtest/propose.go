package gitlabtest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strconv"
)

// Merge is a merge request.
type Merge struct {
	IID                int64
	Title, Description string
	Source, Target     string
	RemoveSource       bool
	State              string // opened, closed or merged
	Assignee           int64
	Reviewers          []int64

	project string
}

// refusal is what the server says to a request that it refuses.
type refusal string

// ReadOnly has the token read and nothing else.
func (s *Server) ReadOnly() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.readers = true
}

// Merges returns the merge requests, by number.
func (s *Server) Merges() []Merge {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Merge, 0, len(s.merges))
	for _, m := range s.merges {
		out = append(out, *m)
	}
	return out
}

// Accept merges a merge request.
func (s *Server) Accept(iid int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.merges[iid-1]
	x := s.find(m.project)
	x.branches[m.Target], x.activity = x.branches[m.Source], s.now()
	m.State = "merged"
}

// Read returns a file of a branch.
func (s *Server) Read(path, branch, name string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	x := s.find(path)
	if x == nil || x.branches[branch] == nil {
		return ""
	}
	return string(x.blobs[x.branches[branch].files[name]])
}

func (s *Server) proposing(handle func(string, func(*http.Request) (any, int))) {
	handle("GET /projects/{id}/merge_requests", s.getMerges)
	handle("GET /projects/{id}/merge_requests/{iid}", s.getMerge)
	for path, h := range map[string]func(*project, *http.Request) (any, int){"/repository/commits": s.postCommit, "/merge_requests": s.postMerge} {
		handle("POST /projects/{id}"+path, func(r *http.Request) (any, int) {
			x := s.find(r.PathValue("id"))
			switch {
			case x == nil:
				return nil, http.StatusNotFound
			case s.readers:
				return refusal("insufficient_scope"), http.StatusForbidden
			}
			return h(x, r)
		})
	}
}

func (s *Server) postCommit(x *project, r *http.Request) (any, int) {
	var in struct {
		Branch  string
		Start   string `json:"start_branch"`
		Message string `json:"commit_message"`
		Actions []struct {
			Action, Content, Encoding string
			Path                      string `json:"file_path"`
			Exec                      bool   `json:"execute_filemode"`
		}
	}
	if json.NewDecoder(r.Body).Decode(&in) != nil || in.Message == "" || x.branches[in.Start] == nil && (in.Start != "" || len(x.branches) > 0) {
		return refusal("You can only create or edit files when you are on a branch"), http.StatusBadRequest
	}
	if x.branches[in.Branch] != nil {
		return refusal("A branch called '" + in.Branch + "' already exists. Switch to that branch in order to make changes"), http.StatusBadRequest
	}
	files := map[string]string{}
	if start := x.branches[in.Start]; start != nil {
		files = maps.Clone(start.files)
	}
	for _, a := range in.Actions {
		_, there := files[a.Path]
		if (a.Action == "create") == there {
			return refusal("A file with this name doesn't exist, or already exists"), http.StatusBadRequest
		}
		if a.Action == "delete" {
			delete(files, a.Path)
			continue
		}
		data := []byte(a.Content)
		if a.Encoding == "base64" {
			var err error
			if data, err = base64.StdEncoding.DecodeString(a.Content); err != nil {
				return refusal("content is invalid"), http.StatusBadRequest
			}
		}
		id := object("blob", data)
		x.blobs[id], files[a.Path] = data, id
		if a.Exec {
			x.executable = append(x.executable, a.Path)
		}
	}
	c := &commit{files: files, message: in.Message}
	c.id = object("commit", fmt.Appendf(nil, "%s %d", in.Message, len(x.commits)))
	x.branches[in.Branch], x.commits[c.id] = c, c
	return map[string]any{"id": c.id}, http.StatusCreated
}

func (s *Server) mergeJSON(m *Merge) map[string]any {
	return map[string]any{"iid": m.IID, "web_url": fmt.Sprintf("%s/%s/-/merge_requests/%d", s.URL, m.project, m.IID), "state": m.State, "title": m.Title}
}

func (s *Server) postMerge(x *project, r *http.Request) (any, int) {
	var in struct {
		Source       string `json:"source_branch"`
		Target       string `json:"target_branch"`
		Title        string
		Description  string
		RemoveSource bool    `json:"remove_source_branch"`
		Assignee     int64   `json:"assignee_id"`
		Reviewers    []int64 `json:"reviewer_ids"`
	}
	if json.NewDecoder(r.Body).Decode(&in) != nil || in.Title == "" || x.branches[in.Source] == nil || x.branches[in.Target] == nil {
		return refusal("title or branch is invalid"), http.StatusBadRequest
	}
	for _, m := range s.merges {
		if m.project == x.Path && m.Source == in.Source && m.State == "opened" {
			return refusal("Another open merge request already exists for this source branch"), http.StatusConflict
		}
	}
	m := &Merge{
		IID: int64(len(s.merges)) + 1, Title: in.Title, Description: in.Description, Source: in.Source, Target: in.Target,
		RemoveSource: in.RemoveSource, State: "opened", Assignee: in.Assignee, Reviewers: in.Reviewers, project: x.Path,
	}
	s.merges = append(s.merges, m)
	return s.mergeJSON(m), http.StatusCreated
}

func (s *Server) getMerges(r *http.Request) (any, int) {
	x := s.find(r.PathValue("id"))
	if x == nil {
		return nil, http.StatusNotFound
	}
	list := []any{}
	for _, m := range s.merges {
		if state := r.URL.Query().Get("state"); m.project == x.Path && m.Source == r.URL.Query().Get("source_branch") && (state == "all" || state == m.State) {
			list = append(list, s.mergeJSON(m))
		}
	}
	return list, http.StatusOK
}

func (s *Server) getMerge(r *http.Request) (any, int) {
	n, err := strconv.Atoi(r.PathValue("iid"))
	if x := s.find(r.PathValue("id")); x == nil || err != nil || n < 1 || n > len(s.merges) || s.merges[n-1].project != x.Path {
		return nil, http.StatusNotFound
	}
	return s.mergeJSON(s.merges[n-1]), http.StatusOK
}
