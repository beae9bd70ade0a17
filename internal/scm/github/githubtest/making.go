package githubtest

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// about is what is said and set when a repository is made.
type about struct {
	description, homepage string
	access                map[string]string // by login, teams as "team:slug"
	protected             map[string]json.RawMessage
	hooks                 []json.RawMessage
	variables, secrets    map[string]string // secrets as they were before they were encrypted
	labels                map[string][]string
	settings              map[string]any // as they were asked for
}

func (a about) tell(v map[string]any, web string) {
	v["description"], v["homepage"], v["clone_url"] = a.description, a.homepage, web+".git"
}

// Made is a repository as a test looks at it.
type Made struct {
	Description, Branch string
	Private             bool
	Branches            []string
	Files               map[string]string // of the default branch; executable ones with a "*" behind their name
	Commits             []string          // messages on the default branch, the newest first
	Author              string            // of the newest
	Topics              []string
	Access              map[string]string
	Protected           map[string]json.RawMessage
	Hooks               []json.RawMessage
	Variables, Secrets  map[string]string
	Labels              map[string][]string // by issue
}

// Made returns a repository of the organisation; ok is false when there is none.
func (s *Server) Made(name string) (m Made, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	x := s.find(s.Org + "/" + name)
	if x == nil {
		return m, false
	}
	m = Made{
		Description: x.description, Branch: x.branch, Private: x.private, Files: map[string]string{}, Topics: x.topics, Access: x.access,
		Protected: x.protected, Hooks: x.hooks, Variables: x.variables, Secrets: x.secrets, Labels: x.labels,
	}
	for b := range x.branches {
		m.Branches = append(m.Branches, b)
	}
	slices.Sort(m.Branches)
	if head := x.branches[x.branch]; head != nil {
		m.Author = head.author
		for path, f := range head.top.flat("") {
			if f.mode == "100755" {
				path += "*"
			}
			m.Files[path] = string(x.blobs[f.id])
		}
		for c := head; c != nil; c = c.parent {
			m.Commits = append(m.Commits, c.message)
		}
	}
	return m, true
}

// Creations returns the names of all repositories that were made through the API, in order.
func (s *Server) Creations() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.made)
}

// Dispatches returns the workflows that were started, as "repository workflow ref".
func (s *Server) Dispatches() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.runs)
}

// NoForce has a rule of the organisation refuse to move branches other than forward.
func (s *Server) NoForce() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.noForce = true
}

func (s *Server) making(handle func(string, func(*http.Request) (any, int))) {
	handle("GET /users/"+s.Org, func(*http.Request) (any, int) {
		return map[string]any{"login": s.Org, "type": "Organization"}, http.StatusOK
	})
	handle("POST /orgs/{org}/repos", s.postRepo)
	const repo = " /repos/{owner}/{repo}"
	for path, h := range map[string]func(*repoAt) (any, int){
		"PATCH" + repo: s.patchRepo, "PUT" + repo + "/topics": s.putTopics, "PUT" + repo + "/collaborators/{login}": s.putAccess,
		"PATCH" + repo + "/git/refs/heads/{branch...}": s.patchRef, "DELETE" + repo + "/git/refs/heads/{branch...}": s.deleteRef,
		"PUT" + repo + "/branches/{branch}/protection": s.putProtection, "POST" + repo + "/branches/{branch}/protection/required_signatures": nothing,
		"POST" + repo + "/hooks": s.postHook, "GET" + repo + "/hooks": s.getHooks, "PUT" + repo + "/contents/{path}": s.putContents,
		"POST" + repo + "/issues/{number}/labels": s.postLabels, "POST" + repo + "/issues/{number}/assignees": s.postReviewers,
		"POST" + repo + "/pulls/{number}/requested_reviewers": s.postReviewers, "POST" + repo + "/actions/variables": s.postVariable,
		"PATCH" + repo + "/actions/variables/{name}": s.postVariable, "GET" + repo + "/actions/secrets/public-key": s.getKey,
		"PUT" + repo + "/actions/secrets/{name}": s.putSecret, "PUT" + repo + "/actions/oidc/customization/sub": nothing,
		"PUT" + repo + "/subscription": nothing, "POST" + repo + "/actions/workflows/{id}/dispatches": s.postDispatch,
		"GET" + repo + "/actions/workflows/{id}/runs":       s.getRuns,
		"PUT /orgs/{org}/teams/{slug}/repos/{owner}/{repo}": s.putAccess,
	} {
		handle(path, func(r *http.Request) (any, int) {
			x := s.of(r)
			if x == nil || s.readers {
				return nil, http.StatusNotFound
			}
			return h(&repoAt{x, r})
		})
	}
}

func nothing(*repoAt) (any, int) { return map[string]any{}, http.StatusOK }

func (s *Server) postRepo(r *http.Request) (any, int) {
	var in map[string]any
	if s.readers || !strings.EqualFold(r.PathValue("org"), s.Org) {
		return nil, http.StatusNotFound
	}
	if json.NewDecoder(r.Body).Decode(&in) != nil {
		return refusal("Problems parsing JSON"), http.StatusBadRequest
	}
	name, _ := in["name"].(string)
	about, _ := in["description"].(string)
	if name == "" || s.find(s.Org+"/"+name) != nil {
		return refusal("Repository creation failed."), http.StatusUnprocessableEntity
	}
	private, _ := in["private"].(bool)
	n := Repo{Name: name, Private: private}
	if init, _ := in["auto_init"].(bool); init {
		n.Files = map[string]string{"README.md": "# " + name}
	}
	x := s.add(n)
	x.description, x.settings = about, in
	s.made = append(s.made, name)
	return s.repoJSON(x), http.StatusCreated
}

func (s *Server) patchRepo(x *repoAt) (any, int) {
	var in struct {
		Description *string
		Branch      *string `json:"default_branch"`
	}
	x.read(&in)
	if in.Branch != nil {
		if x.branches[*in.Branch] == nil {
			return refusal("The branch " + *in.Branch + " was not found."), http.StatusUnprocessableEntity
		}
		x.branch = *in.Branch
	}
	if in.Description != nil {
		x.description = *in.Description
	}
	return s.repoJSON(x.repo), http.StatusOK
}

func (s *Server) putTopics(x *repoAt) (any, int) {
	var in struct{ Names []string }
	x.read(&in)
	x.topics = in.Names
	return map[string]any{"names": in.Names}, http.StatusOK
}

func (s *Server) putAccess(x *repoAt) (any, int) {
	var in struct{ Permission string }
	x.read(&in)
	who := x.r.PathValue("login")
	if slug := x.r.PathValue("slug"); slug != "" {
		who = "team:" + slug
	}
	if strings.HasSuffix(who, "nobody") {
		return nil, http.StatusNotFound
	}
	if x.access == nil {
		x.access = map[string]string{}
	}
	x.access[who] = in.Permission
	return map[string]any{}, http.StatusOK
}

func (s *Server) patchRef(x *repoAt) (any, int) {
	var in struct {
		SHA   string
		Force bool
	}
	x.read(&in)
	branch, to := x.r.PathValue("branch"), x.commits[in.SHA]
	if x.branches[branch] == nil || to == nil {
		return refusal("Reference does not exist"), http.StatusUnprocessableEntity
	}
	forward := false
	for c := to; c != nil; c = c.parent {
		forward = forward || c == x.branches[branch]
	}
	if !forward && (!in.Force || s.noForce) {
		return refusal("Update is not a fast forward"), http.StatusUnprocessableEntity
	}
	x.branches[branch] = to
	return map[string]any{"ref": "refs/heads/" + branch, "object": map[string]any{"type": "commit", "sha": to.id}}, http.StatusOK
}

func (s *Server) deleteRef(x *repoAt) (any, int) {
	branch := x.r.PathValue("branch")
	if x.branches[branch] == nil || branch == x.branch {
		return refusal("Reference does not exist"), http.StatusUnprocessableEntity
	}
	delete(x.branches, branch)
	return map[string]any{}, http.StatusOK
}

func (s *Server) putProtection(x *repoAt) (any, int) {
	var in json.RawMessage
	x.read(&in)
	if x.private && x.settings["visibility"] == "internal" {
		return refusal("Upgrade to GitHub Pro or make this repository public to enable this feature."), http.StatusForbidden
	}
	if x.protected == nil {
		x.protected = map[string]json.RawMessage{}
	}
	x.protected[x.r.PathValue("branch")] = in
	return map[string]any{}, http.StatusOK
}

func (s *Server) postHook(x *repoAt) (any, int) {
	var in json.RawMessage
	x.read(&in)
	x.hooks = append(x.hooks, in)
	return map[string]any{"id": len(x.hooks)}, http.StatusCreated
}

func (s *Server) getHooks(x *repoAt) (any, int) {
	list := []any{}
	for _, h := range x.hooks {
		list = append(list, h)
	}
	return list, http.StatusOK
}

func (s *Server) putContents(x *repoAt) (any, int) {
	var in struct{ Message, Content, Branch string }
	x.read(&in)
	data, err := base64.StdEncoding.DecodeString(in.Content)
	if err != nil || in.Message == "" || in.Branch == "" {
		return refusal("content is not valid Base64"), http.StatusUnprocessableEntity
	}
	if len(x.branches) == 0 {
		x.branch = in.Branch
	}
	x.push(in.Branch, map[string]string{x.r.PathValue("path"): string(data)}, s.now())
	return map[string]any{}, http.StatusCreated
}

func (s *Server) postLabels(x *repoAt) (any, int) {
	var in struct{ Labels []string }
	x.read(&in)
	if x.labels == nil {
		x.labels = map[string][]string{}
	}
	x.labels[x.r.PathValue("number")] = append(x.labels[x.r.PathValue("number")], in.Labels...)
	return map[string]any{}, http.StatusOK
}

func (s *Server) postReviewers(x *repoAt) (any, int) {
	var in struct {
		Reviewers, Assignees []string
		Teams                []string `json:"team_reviewers"`
	}
	x.read(&in)
	n, err := strconv.Atoi(x.r.PathValue("number"))
	if err != nil || n < 1 || n > len(s.pulls) {
		return nil, http.StatusNotFound
	}
	p := s.pulls[n-1]
	p.Reviewers = append(p.Reviewers, in.Reviewers...)
	for _, t := range in.Teams {
		p.Reviewers = append(p.Reviewers, "team:"+t)
	}
	for _, a := range in.Assignees {
		p.Reviewers = append(p.Reviewers, "to:"+a)
	}
	return map[string]any{}, http.StatusCreated
}
