package githubtest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// Pull is a pull request.
type Pull struct {
	Number                  int64
	Title, Body, Head, Base string
	State                   string // open or closed
	Merged, Draft           bool
	Reviewers, Labels       []string // reviewers with teams as "team:slug", assignees as "to:login"

	repo string
}

// refusal is what the server says to a request that it refuses.
type refusal string

func (s *Server) proposing(handle func(string, func(*http.Request) (any, int))) {
	const repo = " /repos/{owner}/{repo}"
	handle("GET"+repo+"/git/ref/heads/{branch...}", s.getHeadRef)
	handle("GET"+repo+"/pulls", s.getPulls)
	handle("GET /user", s.getMe)
	handle("POST"+repo+"/forks", s.postFork)
	handle("GET"+repo+"/pulls/{number}", s.getPull)
	for path, h := range map[string]func(*repoAt) (any, int){
		"/git/blobs": s.postBlob, "/git/trees": s.postTree, "/git/commits": s.postCommit, "/git/refs": s.postRef, "/pulls": s.postPull,
	} {
		handle("POST"+repo+path, func(r *http.Request) (any, int) {
			x := s.of(r)
			if x == nil || s.readers || path != "/pulls" && s.outside(x) { // GitHub does not tell a reader that there is something to write
				return nil, http.StatusNotFound
			}
			return h(&repoAt{x, r})
		})
	}
}

// repoAt is a request about a repository.
type repoAt struct {
	*repo
	r *http.Request
}

func (x *repoAt) read(v any) bool { return json.NewDecoder(x.r.Body).Decode(v) == nil }

// ReadOnly has all credentials read and nothing else.
func (s *Server) ReadOnly() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.readers = true
}

// Pulls returns the pull requests, by number.
func (s *Server) Pulls() []Pull {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Pull, 0, len(s.pulls))
	for _, p := range s.pulls {
		out = append(out, *p)
	}
	return out
}

// Merge merges a pull request.
func (s *Server) Merge(number int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.pulls[number-1]
	x := s.find(p.repo)
	x.branches[p.Base], _ = s.headOf(x, p.Head)
	x.pushed = s.now()
	p.State, p.Merged = "closed", true
}

// Decline closes a pull request without taking it over.
func (s *Server) Decline(number int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pulls[number-1].State = "closed"
}

// Read returns a file of a branch, of a repository of the organisation or, with its owner, of any.
func (s *Server) Read(name, branch, path string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !strings.Contains(name, "/") {
		name = s.Org + "/" + name
	}
	x := s.find(name)
	if x == nil || x.branches[branch] == nil {
		return ""
	}
	return string(x.blobs[x.branches[branch].top.flat("")[path].id])
}

// flat are all files below a tree.
func (t *tree) flat(prefix string) map[string]file {
	out := map[string]file{}
	for name, f := range t.files {
		out[prefix+name] = f
	}
	for name, sub := range t.folders {
		maps.Copy(out, sub.flat(prefix+name+"/"))
	}
	return out
}

func (s *Server) getHeadRef(r *http.Request) (any, int) {
	x := s.of(r)
	if x == nil || x.branches[r.PathValue("branch")] == nil {
		return nil, http.StatusNotFound
	}
	return map[string]any{"ref": "refs/heads/" + r.PathValue("branch"), "object": map[string]any{"type": "commit", "sha": x.branches[r.PathValue("branch")].id}}, http.StatusOK
}

func (s *Server) postBlob(x *repoAt) (any, int) {
	var in struct{ Content, Encoding string }
	if !x.read(&in) || in.Encoding != "base64" {
		return refusal("Problems parsing JSON"), http.StatusBadRequest
	}
	data, err := base64.StdEncoding.DecodeString(in.Content)
	if err != nil {
		return refusal("content is not valid Base64"), http.StatusUnprocessableEntity
	}
	id := object("blob", data)
	x.blobs[id] = data
	return map[string]any{"sha": id}, http.StatusCreated
}

func (s *Server) postTree(x *repoAt) (any, int) {
	var in struct {
		BaseTree string `json:"base_tree"`
		Tree     []struct {
			Path, Mode, Type string
			SHA              *string
			Content          *string
		}
	}
	if !x.read(&in) || in.BaseTree != "" && x.trees[in.BaseTree] == nil {
		return refusal("Could not resolve to a base tree"), http.StatusUnprocessableEntity
	}
	if len(x.branches) == 0 {
		return refusal("Git Repository is empty."), http.StatusConflict
	}
	all := map[string]file{}
	if in.BaseTree != "" {
		all = x.trees[in.BaseTree].flat("")
	}
	for _, e := range in.Tree {
		switch {
		case e.Content != nil && e.SHA != nil:
			return refusal("Must supply either tree.sha or tree.content, not both"), http.StatusUnprocessableEntity
		case e.Content != nil:
			id := object("blob", []byte(*e.Content))
			x.blobs[id] = []byte(*e.Content)
			all[e.Path] = file{id, e.Mode, len(*e.Content)}
		case e.SHA != nil:
			all[e.Path] = file{*e.SHA, e.Mode, len(x.blobs[*e.SHA])}
		case all[e.Path].id == "":
			return refusal("GitRPC::BadObjectState"), http.StatusUnprocessableEntity
		default:
			delete(all, e.Path)
		}
	}
	top := newTree()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		top.put(strings.Split(name, "/"), all[name])
	}
	top.seal(x.trees)
	return map[string]any{"sha": top.id}, http.StatusCreated
}

func (s *Server) postCommit(x *repoAt) (any, int) {
	var in struct {
		Message, Tree string
		Parents       []string
		Author        struct{ Name, Email string }
	}
	if !x.read(&in) || x.trees[in.Tree] == nil || len(in.Parents) > 1 || in.Message == "" {
		return refusal("Tree SHA or parents are not right"), http.StatusUnprocessableEntity
	}
	c := &commit{top: x.trees[in.Tree], message: in.Message, author: in.Author.Name}
	if len(in.Parents) == 1 {
		if c.parent = x.commits[in.Parents[0]]; c.parent == nil {
			return refusal("Parent SHA does not exist or is not a commit object"), http.StatusUnprocessableEntity
		}
	}
	c.id = object("commit", fmt.Appendf(nil, "%s %s %s %d", in.Tree, in.Parents, in.Message, len(x.commits)))
	x.commits[c.id] = c
	return map[string]any{"sha": c.id}, http.StatusCreated
}

func (s *Server) postRef(x *repoAt) (any, int) {
	var in struct{ Ref, SHA string }
	x.read(&in)
	branch, ok := strings.CutPrefix(in.Ref, "refs/heads/")
	switch {
	case !ok || x.commits[in.SHA] == nil:
		return refusal("Object does not exist"), http.StatusUnprocessableEntity
	case x.branches[branch] != nil:
		return refusal("Reference already exists"), http.StatusUnprocessableEntity
	}
	x.branches[branch] = x.commits[in.SHA]
	return map[string]any{"ref": in.Ref, "object": map[string]any{"type": "commit", "sha": in.SHA}}, http.StatusCreated
}

func (s *Server) pullJSON(p *Pull) map[string]any {
	v := map[string]any{
		"base": map[string]any{"ref": p.Base}, "number": p.Number, "html_url": fmt.Sprintf("%s/%s/pull/%d", s.URL, p.repo, p.Number), "state": p.State, "title": p.Title, "body": p.Body, "merged_at": nil,
	}
	if p.Merged {
		v["merged_at"] = "2026-03-01T12:00:00Z"
	}
	return v
}

func (s *Server) postPull(x *repoAt) (any, int) {
	var in struct {
		Title, Body, Head, Base string
		Draft                   bool
	}
	if !x.read(&in) || in.Title == "" || x.branches[in.Base] == nil {
		return refusal("Validation Failed"), http.StatusUnprocessableEntity
	}
	if _, there := s.headOf(x.repo, in.Head); !there {
		return refusal("Validation Failed"), http.StatusUnprocessableEntity
	}
	for _, p := range s.pulls {
		if p.repo == x.path && p.Head == in.Head && p.State == "open" {
			return refusal("A pull request already exists for " + s.qualified(in.Head) + "."), http.StatusUnprocessableEntity
		}
	}
	p := &Pull{Number: int64(len(s.pulls)) + 1, Title: in.Title, Body: in.Body, Head: in.Head, Base: in.Base, State: "open", Draft: in.Draft, repo: x.path}
	s.pulls = append(s.pulls, p)
	return s.pullJSON(p), http.StatusCreated
}

func (s *Server) getPulls(r *http.Request) (any, int) {
	x := s.of(r)
	if x == nil {
		return nil, http.StatusNotFound
	}
	list := []any{}
	for _, p := range s.pulls {
		if state := r.URL.Query().Get("state"); p.repo == x.path && r.URL.Query().Get("head") == s.qualified(p.Head) && (state == "all" || state == p.State) {
			list = append(list, s.pullJSON(p))
		}
	}
	return list, http.StatusOK
}

func (s *Server) getPull(r *http.Request) (any, int) {
	n, err := strconv.Atoi(r.PathValue("number"))
	if x := s.of(r); x == nil || err != nil || n < 1 || n > len(s.pulls) || s.pulls[n-1].repo != x.path {
		return nil, http.StatusNotFound
	}
	return s.pullJSON(s.pulls[n-1]), http.StatusOK
}
