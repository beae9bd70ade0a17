package githubtest

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	handle := func(pattern string, h func(r *http.Request) (any, int)) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			if s.admit(w, r) {
				s.answer(w, r, h)
			}
		})
	}
	handle("GET /orgs/{org}", s.getOrg)
	handle("GET /orgs/{org}/repos", s.getRepos)
	handle("GET /users/{login}", s.getUser)
	handle("GET /search/repositories", s.search)
	handle("GET /orgs/{org}/teams", s.getTeams)
	handle("GET /orgs/{org}/teams/{slug}/members", s.getTeamMembers)
	handle("GET /orgs/{org}/members", s.getMembers)
	handle("GET /orgs/{org}/installation", s.getInstallation)
	handle("POST /app/installations/{id}/access_tokens", s.postToken)
	handle("GET /repos/{owner}/{repo}", s.getRepo)
	handle("GET /repositories/{id}", s.getRepoByID)
	handle("GET /repos/{owner}/{repo}/branches", s.getBranches)
	handle("GET /repos/{owner}/{repo}/branches/{branch...}", s.getBranch)
	handle("GET /repos/{owner}/{repo}/git/ref/tags/{tag...}", s.getTag)
	handle("GET /repos/{owner}/{repo}/git/commits/{sha}", s.getCommit)
	handle("GET /repos/{owner}/{repo}/git/trees/{sha}", s.getTree)
	handle("GET /repos/{owner}/{repo}/git/blobs/{sha}", s.getBlob)
	s.proposing(handle)
	s.making(handle)
	return mux
}

func problem(w http.ResponseWriter, status int, message string) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"message":%q,"documentation_url":"https://docs.github.com/rest"}`, message)
}

// answer sends JSON with an ETag; what the caller has already costs nothing.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, h func(r *http.Request) (any, int)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, status := h(r)
	if to, ok := v.(redirect); ok {
		w.Header().Set("Location", s.URL+string(to))
		problem(w, http.StatusMovedPermanently, "Moved Permanently")
		return
	}
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
	sum := sha256.Sum256(append(body, w.Header().Get("Link")...))
	etag := `W/"` + hex.EncodeToString(sum[:]) + `"`
	w.Header().Set("ETag", etag)
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	if r.Header.Get("If-None-Match") == etag {
		s.used--
		s.cheap++
		w.Header().Set("X-RateLimit-Remaining", strconv.Itoa(s.limit-s.used))
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.WriteHeader(status)
	w.Write(body) //nolint:errcheck // the client went away
}

type redirect string

// page cuts a list and says where it goes on.
func (s *Server) page(w http.ResponseWriter, r *http.Request, list []any) []any {
	q := r.URL.Query()
	per, err := strconv.Atoi(q.Get("per_page"))
	if err != nil || per > s.paged {
		per = s.paged
	}
	n, err := strconv.Atoi(q.Get("page"))
	if err != nil {
		n = 1
	}
	from, to := min((n-1)*per, len(list)), min(n*per, len(list))
	if to < len(list) {
		q.Set("page", strconv.Itoa(n+1))
		w.Header().Set("Link", fmt.Sprintf(`<%s%s?%s>; rel="next", <%s%s?page=9>; rel="last"`, s.URL, r.URL.Path, q.Encode(), s.URL, r.URL.Path))
	}
	return list[from:to]
}

func (s *Server) getOrg(r *http.Request) (any, int) {
	if !strings.EqualFold(r.PathValue("org"), s.Org) {
		return nil, http.StatusNotFound
	}
	return map[string]any{"login": s.Org, "type": "Organization"}, http.StatusOK
}

func (s *Server) getRepos(r *http.Request) (any, int) {
	if !strings.EqualFold(r.PathValue("org"), s.Org) || s.unlisted {
		return nil, http.StatusNotFound
	}
	list := []any{}
	for _, x := range s.repos {
		list = append(list, s.repoJSON(x))
	}
	return list, http.StatusOK
}

func (s *Server) search(r *http.Request) (any, int) {
	items, _ := s.getReposAnyway()
	return map[string]any{"total_count": len(items), "incomplete_results": false, "items": items}, http.StatusOK
}

func (s *Server) getReposAnyway() ([]any, int) {
	list := []any{}
	for _, x := range s.repos {
		list = append(list, s.repoJSON(x))
	}
	return list, http.StatusOK
}

func (s *Server) getUser(r *http.Request) (any, int) {
	for _, u := range s.users {
		if u.Login == r.PathValue("login") {
			return map[string]any{
				"login": u.Login, "type": "User", "name": u.Name, "email": nullable(u.Email),
				"html_url": s.URL + "/" + u.Login, "avatar_url": s.URL + "/avatars/" + u.Login,
			}, http.StatusOK
		}
	}
	return nil, http.StatusNotFound
}

func nullable(v string) any {
	if v == "" {
		return nil
	}
	return v
}

func (s *Server) getTeams(*http.Request) (any, int) {
	list := []any{}
	for _, t := range s.teams {
		team := map[string]any{
			"slug": t.Slug, "name": t.Name, "description": t.Description, "html_url": s.URL + "/orgs/" + s.Org + "/teams/" + t.Slug, "parent": nil,
		}
		if t.Parent != "" {
			team["parent"] = map[string]any{"slug": t.Parent}
		}
		list = append(list, team)
	}
	return list, http.StatusOK
}

// getTeamMembers lists, as GitHub does, those of the teams below as well.
func (s *Server) getTeamMembers(r *http.Request) (any, int) {
	below := map[string]bool{r.PathValue("slug"): true}
	for range s.teams {
		for _, t := range s.teams {
			below[t.Slug] = below[t.Slug] || t.Parent != "" && below[t.Parent]
		}
	}
	list, seen := []any{}, map[string]bool{}
	for _, t := range s.teams {
		for _, m := range t.Members {
			if below[t.Slug] && !seen[m] {
				seen[m] = true
				list = append(list, map[string]any{"login": m, "html_url": s.URL + "/" + m})
			}
		}
	}
	return list, http.StatusOK
}

func (s *Server) getMembers(*http.Request) (any, int) {
	list := []any{}
	for _, u := range s.users {
		list = append(list, map[string]any{"login": u.Login, "html_url": s.URL + "/" + u.Login, "avatar_url": s.URL + "/avatars/" + u.Login})
	}
	return list, http.StatusOK
}

func (s *Server) getRepo(r *http.Request) (any, int) {
	path := r.PathValue("owner") + "/" + r.PathValue("repo")
	if to, ok := s.renamed[strings.ToLower(path)]; ok {
		if x := s.find(to); x != nil {
			return redirect("/repositories/" + strconv.FormatInt(x.id, 10)), http.StatusMovedPermanently
		}
	}
	if x := s.find(path); x != nil {
		return s.repoJSON(x), http.StatusOK
	}
	return nil, http.StatusNotFound
}

func (s *Server) getRepoByID(r *http.Request) (any, int) {
	for _, x := range s.repos {
		if strconv.FormatInt(x.id, 10) == r.PathValue("id") {
			return s.repoJSON(x), http.StatusOK
		}
	}
	return nil, http.StatusNotFound
}

func (s *Server) of(r *http.Request) *repo {
	return s.find(r.PathValue("owner") + "/" + r.PathValue("repo"))
}

func (s *Server) getBranch(r *http.Request) (any, int) {
	x := s.of(r)
	name, err := url.PathUnescape(r.PathValue("branch"))
	if x == nil || err != nil || x.branches[name] == nil {
		return nil, http.StatusNotFound
	}
	c := x.branches[name]
	return map[string]any{"name": name, "commit": map[string]any{"sha": c.id, "commit": map[string]any{"tree": map[string]any{"sha": c.top.id}}}}, http.StatusOK
}

func (s *Server) getBranches(r *http.Request) (any, int) {
	x := s.of(r)
	if x == nil {
		return nil, http.StatusNotFound
	}
	list := []any{}
	for name := range x.branches {
		list = append(list, map[string]any{"name": name})
	}
	return list, http.StatusOK
}

func (s *Server) getTag(r *http.Request) (any, int) {
	x := s.of(r)
	if x == nil || x.tags[r.PathValue("tag")] == nil {
		return nil, http.StatusNotFound
	}
	return map[string]any{"object": map[string]any{"type": "commit", "sha": x.tags[r.PathValue("tag")].id}}, http.StatusOK
}

func (s *Server) getCommit(r *http.Request) (any, int) {
	if x := s.of(r); x != nil && x.commits[r.PathValue("sha")] != nil {
		c := x.commits[r.PathValue("sha")]
		return map[string]any{"sha": c.id, "tree": map[string]any{"sha": c.top.id}}, http.StatusOK
	}
	return nil, http.StatusNotFound
}

func (s *Server) getTree(r *http.Request) (any, int) {
	x := s.of(r)
	if x == nil || x.trees[r.PathValue("sha")] == nil {
		return nil, http.StatusNotFound
	}
	t := x.trees[r.PathValue("sha")]
	entries := t.list("", r.URL.Query().Get("recursive") != "")
	short := len(entries) > s.maxTree && r.URL.Query().Get("recursive") != ""
	if short {
		entries = entries[:s.maxTree]
	}
	return map[string]any{"sha": t.id, "tree": entries, "truncated": short}, http.StatusOK
}

func (s *Server) getBlob(r *http.Request) (any, int) {
	x := s.of(r)
	if x == nil {
		return nil, http.StatusNotFound
	}
	data, ok := x.blobs[r.PathValue("sha")]
	if !ok {
		return nil, http.StatusNotFound
	}
	text := base64.StdEncoding.EncodeToString(data)
	for i := 60; i < len(text); i += 61 { // GitHub breaks the lines
		text = text[:i] + "\n" + text[i:]
	}
	return map[string]any{"sha": r.PathValue("sha"), "size": len(data), "encoding": "base64", "content": text + "\n"}, http.StatusOK
}
