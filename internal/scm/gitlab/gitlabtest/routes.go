package gitlabtest

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	handle := func(pattern string, h func(r *http.Request) (any, int)) {
		method, path, _ := strings.Cut(pattern, " ")
		mux.HandleFunc(method+" /api/v4"+path, func(w http.ResponseWriter, r *http.Request) {
			s.mu.Lock()
			defer s.mu.Unlock()
			if s.admit(w, r) {
				s.answer(w, r, h)
			}
		})
	}
	handle("GET /groups/{id}", s.getGroup)
	handle("GET /groups/{id}/projects", s.getProjects)
	handle("GET /groups/{id}/descendant_groups", s.getDescendants)
	handle("GET /groups/{id}/members", s.getMembers)
	handle("GET /users/{id}", s.getUser)
	handle("GET /projects/{id}", s.getProject)
	handle("GET /projects/{id}/repository/commits/{ref}", s.getCommit)
	handle("GET /projects/{id}/repository/tree", s.getTree)
	handle("GET /projects/{id}/repository/blobs/{sha}", s.getBlob)
	s.proposing(handle)
	s.making(handle)
	return mux
}

func problem(w http.ResponseWriter, status int, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"message":%q}`, fmt.Sprintf("%d %s", status, message))
}

// admit does what comes before every answer: budget and credentials.
func (s *Server) admit(w http.ResponseWriter, r *http.Request) bool {
	now := s.now()
	w.Header().Set("Date", now.UTC().Format(http.TimeFormat))
	s.requests[r.URL.EscapedPath()]++
	if now.After(s.reset) {
		s.used, s.reset = 0, now.Add(time.Minute)
	}
	w.Header().Set("RateLimit-Limit", strconv.Itoa(s.limit))
	w.Header().Set("RateLimit-Reset", strconv.FormatInt(s.reset.Unix(), 10))
	w.Header().Set("RateLimit-Remaining", strconv.Itoa(max(s.limit-s.used-1, 0)))
	if s.used >= s.limit {
		w.Header().Set("Retry-After", strconv.Itoa(int(s.reset.Sub(now).Seconds())+1))
		problem(w, http.StatusTooManyRequests, "Retry later")
		return false
	}
	s.used++
	for prefix, status := range s.down {
		if strings.HasPrefix(r.URL.EscapedPath(), prefix) {
			problem(w, status, http.StatusText(status))
			return false
		}
	}
	if r.Header.Get("Authorization") != "Bearer "+s.token {
		problem(w, http.StatusUnauthorized, "Unauthorized")
		return false
	}
	return true
}

func (s *Server) answer(w http.ResponseWriter, r *http.Request, h func(r *http.Request) (any, int)) {
	v, status := h(r)
	if said, ok := v.(refusal); ok {
		problem(w, status, string(said))
		return
	}
	if status >= 400 {
		problem(w, status, http.StatusText(status))
		return
	}
	if list, ok := v.([]any); ok {
		v = s.page(w, r, list)
	}
	body, err := json.Marshal(v)
	if err != nil {
		problem(w, http.StatusInternalServerError, err.Error())
		return
	}
	sum := sha256.Sum256(body)
	etag := `W/"` + hex.EncodeToString(sum[:16]) + `"`
	w.Header().Set("Etag", etag)
	if status == http.StatusCreated {
		w.WriteHeader(status)
	}
	if r.Header.Get("If-None-Match") == etag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Write(body) //nolint:errcheck // the client went away
}

// page cuts a list: by number with X-Next-Page, or, for trees, by a token in the Link header.
func (s *Server) page(w http.ResponseWriter, r *http.Request, list []any) []any {
	q := r.URL.Query()
	per, err := strconv.Atoi(q.Get("per_page"))
	if err != nil || per > s.paged {
		per = s.paged
	}
	keyset := q.Get("pagination") == "keyset"
	n, err := strconv.Atoi(q.Get(map[bool]string{true: "page_token", false: "page"}[keyset]))
	if err != nil {
		n = 1
	}
	from, to := min((n-1)*per, len(list)), min(n*per, len(list))
	if to < len(list) && keyset {
		q.Set("page_token", strconv.Itoa(n+1))
		w.Header().Set("Link", fmt.Sprintf(`<%s%s?%s>; rel="next"`, s.URL, r.URL.EscapedPath(), q.Encode()))
	} else if to < len(list) {
		w.Header().Set("X-Next-Page", strconv.Itoa(n+1))
	}
	return list[from:to]
}

func (s *Server) group(id string) (Group, int, bool) {
	for i, g := range s.groups {
		if strings.EqualFold(g.Path, id) || strconv.Itoa(100+i) == id {
			return g, 100 + i, true
		}
	}
	return Group{}, 0, false
}

func (s *Server) groupJSON(g Group, id int) map[string]any {
	v := map[string]any{
		"id": id, "full_path": g.Path, "path": path.Base(g.Path), "name": g.Name, "description": g.Description,
		"web_url": s.URL + "/groups/" + g.Path, "parent_id": nil,
	}
	if _, parent, ok := s.group(path.Dir(g.Path)); ok {
		v["parent_id"] = parent
	}
	return v
}

func (s *Server) getGroup(r *http.Request) (any, int) {
	g, id, ok := s.group(r.PathValue("id"))
	if !ok {
		return nil, http.StatusNotFound
	}
	return s.groupJSON(g, id), http.StatusOK
}

func (s *Server) getDescendants(r *http.Request) (any, int) {
	top, _, ok := s.group(r.PathValue("id"))
	if !ok {
		return nil, http.StatusNotFound
	}
	list := []any{}
	for i, g := range s.groups {
		if strings.HasPrefix(g.Path, top.Path+"/") {
			list = append(list, s.groupJSON(g, 100+i))
		}
	}
	return list, http.StatusOK
}

func (s *Server) getMembers(r *http.Request) (any, int) {
	g, _, ok := s.group(r.PathValue("id"))
	if !ok {
		return nil, http.StatusNotFound
	}
	list := []any{}
	for i, u := range s.users {
		if slices.Contains(g.Members, u.Login) {
			list = append(list, map[string]any{
				"id": i + 1, "username": u.Login, "name": u.Name, "state": u.State, "web_url": s.URL + "/" + u.Login, "avatar_url": nil,
			})
		}
	}
	return list, http.StatusOK
}

func (s *Server) getUser(r *http.Request) (any, int) {
	for i, u := range s.users {
		if strconv.Itoa(i+1) == r.PathValue("id") {
			return map[string]any{"id": i + 1, "username": u.Login, "name": u.Name, "public_email": u.PublicEmail, "state": u.State}, http.StatusOK
		}
	}
	return nil, http.StatusNotFound
}

func (s *Server) projectJSON(x *project) map[string]any {
	v := map[string]any{
		"id": x.id, "path": path.Base(x.Path), "path_with_namespace": x.Path, "web_url": s.URL + "/" + x.Path, "topics": x.Topics,
		"archived": x.Archived, "visibility": x.Visibility, "last_activity_at": x.activity.UTC().Format("2006-01-02T15:04:05.000Z07:00"),
		"default_branch": nil, "empty_repo": len(x.branches) == 0,
	}
	if len(x.branches) > 0 {
		v["default_branch"] = "main"
	}
	if x.branch != "" {
		v["default_branch"] = x.branch
	}
	v["description"], v["http_url_to_repo"] = x.description, s.URL+"/"+x.Path+".git"
	if x.Fork {
		v["forked_from_project"] = map[string]any{"id": 999}
	}
	return v
}

func (s *Server) getProjects(r *http.Request) (any, int) {
	top := r.PathValue("id")
	list := []any{}
	for _, x := range s.projects {
		if strings.HasPrefix(x.Path, top+"/") && (r.URL.Query().Get("include_subgroups") == "true" || path.Dir(x.Path) == top) {
			list = append(list, s.projectJSON(x))
		}
	}
	return list, http.StatusOK
}

func (s *Server) getProject(r *http.Request) (any, int) {
	if x := s.find(r.PathValue("id")); x != nil {
		return s.projectJSON(x), http.StatusOK
	}
	return nil, http.StatusNotFound
}

func (s *Server) getCommit(r *http.Request) (any, int) {
	x := s.find(r.PathValue("id"))
	if x == nil {
		return nil, http.StatusNotFound
	}
	c := x.branches[r.PathValue("ref")]
	if c == nil {
		c = x.commits[r.PathValue("ref")]
	}
	if c == nil {
		return nil, http.StatusNotFound
	}
	return map[string]any{"id": c.id}, http.StatusOK
}

func (s *Server) getTree(r *http.Request) (any, int) {
	x := s.find(r.PathValue("id"))
	if x == nil || x.commits[r.URL.Query().Get("ref")] == nil {
		return nil, http.StatusNotFound
	}
	c := x.commits[r.URL.Query().Get("ref")]
	list := []any{}
	folders := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(c.files)) {
		if dir := path.Dir(name); dir != "." && !folders[dir] {
			folders[dir] = true
			list = append(list, map[string]any{"id": object("tree", []byte(dir)), "path": dir, "type": "tree", "mode": "040000"})
		}
		list = append(list, map[string]any{"id": c.files[name], "path": name, "type": "blob", "mode": "100644"})
	}
	return list, http.StatusOK
}

func (s *Server) getBlob(r *http.Request) (any, int) {
	x := s.find(r.PathValue("id"))
	if x == nil {
		return nil, http.StatusNotFound
	}
	data, ok := x.blobs[r.PathValue("sha")]
	if !ok {
		return nil, http.StatusNotFound
	}
	return map[string]any{"size": len(data), "encoding": "base64", "content": base64.StdEncoding.EncodeToString(data)}, http.StatusOK
}
