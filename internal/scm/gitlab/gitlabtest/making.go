package gitlabtest

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
)

// Made is a project as a test looks at it.
type Made struct {
	Description, Branch, Visibility string
	Topics                          []string
	Branches                        []string
	Files                           map[string]string // of the default branch; executable ones with a "*" behind their name
	Message                         string            // of the newest commit there
	Protected                       []string
	Variables                       map[string]string
	Owners                          []int64 // accounts that were made owners
}

// Made returns a project; ok is false when there is none.
func (s *Server) Made(path string) (m Made, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	x := s.find(path)
	if x == nil {
		return m, false
	}
	m = Made{
		Description: x.description, Branch: x.branch, Visibility: x.Visibility, Topics: x.Topics, Files: map[string]string{},
		Protected: x.protected, Variables: x.variables, Owners: x.owners,
	}
	for b := range x.branches {
		m.Branches = append(m.Branches, b)
	}
	slices.Sort(m.Branches)
	if head := x.branches[x.branch]; head != nil {
		m.Message = head.message
		for path, id := range head.files {
			name := path
			if slices.Contains(x.executable, path) {
				name += "*"
			}
			m.Files[name] = string(x.blobs[id])
		}
	}
	return m, true
}

// Creations returns the paths of all projects that were made through the API, in order.
func (s *Server) Creations() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.made)
}

func (s *Server) making(handle func(string, func(*http.Request) (any, int))) {
	handle("GET /namespaces/{id}", func(r *http.Request) (any, int) {
		g, id, ok := s.group(r.PathValue("id"))
		if !ok {
			return nil, http.StatusNotFound
		}
		return map[string]any{"id": id, "full_path": g.Path}, http.StatusOK
	})
	handle("GET /users", func(r *http.Request) (any, int) {
		list := []any{}
		for i, u := range s.users {
			if u.Login == r.URL.Query().Get("username") {
				list = append(list, map[string]any{"id": i + 1, "username": u.Login})
			}
		}
		return list, http.StatusOK
	})
	handle("GET /user", func(*http.Request) (any, int) { return map[string]any{"id": 42}, http.StatusOK })
	handle("POST /projects", s.postProject)
	for path, h := range map[string]func(*project, *http.Request) (any, int){
		"PUT /projects/{id}": s.putProject, "GET /projects/{id}/repository/branches/{branch}": s.getBranch,
		"POST /projects/{id}/repository/branches": s.postBranch, "GET /projects/{id}/repository/files/{path}": s.getFile,
		"POST /projects/{id}/protected_branches": s.postProtected, "POST /projects/{id}/variables": s.postVariable,
		"PUT /projects/{id}/variables/{key}": s.postVariable, "POST /projects/{id}/members": s.postMember,
	} {
		handle(path, func(r *http.Request) (any, int) {
			x := s.find(r.PathValue("id"))
			switch {
			case x == nil:
				return nil, http.StatusNotFound
			case s.readers && r.Method != http.MethodGet:
				return refusal("insufficient_scope"), http.StatusForbidden
			}
			return h(x, r)
		})
	}
}

func (s *Server) postProject(r *http.Request) (any, int) {
	var in struct {
		Name, Path, Description, Visibility string
		Space                               int      `json:"namespace_id"`
		Branch                              string   `json:"default_branch"`
		Topics                              []string `json:"topics"`
	}
	if s.readers {
		return refusal("insufficient_scope"), http.StatusForbidden
	}
	if json.NewDecoder(r.Body).Decode(&in) != nil || in.Name == "" {
		return refusal("name is missing"), http.StatusBadRequest
	}
	g, _, ok := s.group(strconv.Itoa(in.Space))
	if !ok {
		return refusal("namespace is not valid"), http.StatusBadRequest
	}
	path := g.Path + "/" + in.Path
	if s.find(path) != nil {
		return refusal("name has already been taken"), http.StatusBadRequest
	}
	x := s.add(Project{Path: path, Visibility: in.Visibility, Topics: in.Topics})
	x.description, x.branch = in.Description, in.Branch
	s.made = append(s.made, path)
	return s.projectJSON(x), http.StatusCreated
}

func (s *Server) putProject(x *project, r *http.Request) (any, int) {
	var in struct {
		Description *string
		Branch      *string `json:"default_branch"`
	}
	if json.NewDecoder(r.Body).Decode(&in) != nil {
		return refusal("body is invalid"), http.StatusBadRequest
	}
	if in.Description != nil {
		x.description = *in.Description
	}
	if in.Branch != nil {
		x.branch = *in.Branch
	}
	return s.projectJSON(x), http.StatusOK
}

func (s *Server) getBranch(x *project, r *http.Request) (any, int) {
	c := x.branches[r.PathValue("branch")]
	if c == nil {
		return nil, http.StatusNotFound
	}
	return map[string]any{"name": r.PathValue("branch"), "commit": map[string]any{"id": c.id, "message": c.message}}, http.StatusOK
}

func (s *Server) postBranch(x *project, r *http.Request) (any, int) {
	name, from := r.URL.Query().Get("branch"), x.branches[r.URL.Query().Get("ref")]
	if from == nil || name == "" || x.branches[name] != nil {
		return refusal("Branch already exists"), http.StatusBadRequest
	}
	x.branches[name] = from
	return map[string]any{"name": name}, http.StatusCreated
}

func (s *Server) getFile(x *project, r *http.Request) (any, int) {
	c := x.branches[r.URL.Query().Get("ref")]
	if c == nil || c.files[r.PathValue("path")] == "" {
		return nil, http.StatusNotFound
	}
	sum := sha256.Sum256(x.blobs[c.files[r.PathValue("path")]])
	return map[string]any{"file_path": r.PathValue("path"), "content_sha256": hex.EncodeToString(sum[:])}, http.StatusOK
}

func (s *Server) postProtected(x *project, r *http.Request) (any, int) {
	var in struct{ Name string }
	if json.NewDecoder(r.Body).Decode(&in) != nil || slices.Contains(x.protected, in.Name) {
		return refusal("Protected branch '" + in.Name + "' already exists"), http.StatusConflict
	}
	x.protected = append(x.protected, in.Name)
	return map[string]any{"name": in.Name}, http.StatusCreated
}

func (s *Server) postVariable(x *project, r *http.Request) (any, int) {
	var in struct{ Key, Value string }
	if json.NewDecoder(r.Body).Decode(&in) != nil {
		return refusal("body is invalid"), http.StatusBadRequest
	}
	if _, there := x.variables[in.Key]; there && r.Method == http.MethodPost {
		return refusal("key has already been taken"), http.StatusBadRequest
	}
	if x.variables == nil {
		x.variables = map[string]string{}
	}
	x.variables[in.Key] = in.Value
	return map[string]any{"key": in.Key}, http.StatusCreated
}

func (s *Server) postMember(x *project, r *http.Request) (any, int) {
	var in struct {
		User  int64 `json:"user_id"`
		Level int   `json:"access_level"`
	}
	if json.NewDecoder(r.Body).Decode(&in) != nil || in.Level != 50 {
		return refusal("access_level does not have a valid value"), http.StatusBadRequest
	}
	if slices.Contains(x.owners, in.User) {
		return refusal("Member already exists"), http.StatusConflict
	}
	x.owners = append(x.owners, in.User)
	return map[string]any{"id": in.User}, http.StatusCreated
}
