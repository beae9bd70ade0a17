package githubtest

import (
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
)

type repo struct {
	id       int64
	path     string
	parent   string // of a fork that was made here
	topics   []string
	archived bool
	fork     bool
	private  bool
	branch   string
	pushed   time.Time
	branches map[string]*commit
	tags     map[string]*commit
	commits  map[string]*commit
	trees    map[string]*tree
	blobs    map[string][]byte

	about // of those that were made
}

type commit struct {
	id              string
	top             *tree
	parent          *commit
	message, author string
}

type tree struct {
	id      string
	names   []string
	folders map[string]*tree
	files   map[string]file
}

type file struct {
	id   string
	mode string
	size int
}

// Repo describes a repository to be made. Files are those of its default branch main; without any it is empty.
type Repo struct {
	Name     string
	Files    map[string]string // a value "-> x" is a symbolic link to x
	Topics   []string
	Archived bool
	Fork     bool
	Private  bool
}

// Add makes a repository of the organisation.
func (s *Server) Add(r Repo) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.add(r)
}

func (s *Server) add(r Repo) *repo {
	x := &repo{
		id: int64(1000 + len(s.repos) + len(s.renamed)), path: s.Org + "/" + r.Name, topics: r.Topics, archived: r.Archived, fork: r.Fork,
		private: r.Private, branch: "main", branches: map[string]*commit{}, tags: map[string]*commit{}, commits: map[string]*commit{},
		trees: map[string]*tree{}, blobs: map[string][]byte{},
	}
	for _, o := range s.repos {
		x.id = max(x.id, o.id+1)
	}
	x.pushed = s.now() // GitHub says so of empty repositories, too
	if len(r.Files) > 0 {
		x.push("main", r.Files, s.now())
	}
	s.repos = append(s.repos, x)
	slices.SortFunc(s.repos, func(a, b *repo) int { return strings.Compare(a.path, b.path) })
	return x
}

// Push makes the files the content of a branch.
func (s *Server) Push(name, branch string, files map[string]string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if x := s.find(s.Org + "/" + name); x != nil {
		x.push(branch, files, s.now())
	}
}

// Tag names the present commit of the default branch.
func (s *Server) Tag(name, tag string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if x := s.find(s.Org + "/" + name); x != nil {
		x.tags[tag] = x.branches[x.branch]
	}
}

// Rename gives a repository another name; the former one leads on.
func (s *Server) Rename(name, to string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if x := s.find(s.Org + "/" + name); x != nil {
		s.renamed[strings.ToLower(x.path)] = s.Org + "/" + to
		x.path = s.Org + "/" + to
	}
}

// Remove deletes a repository.
func (s *Server) Remove(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.repos = slices.DeleteFunc(s.repos, func(x *repo) bool { return x.path == s.Org+"/"+name })
}

// Archive archives a repository.
func (s *Server) Archive(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if x := s.find(s.Org + "/" + name); x != nil {
		x.archived = true
	}
}

// Staff replaces the teams and members.
func (s *Server) Staff(teams []Team, users []User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.teams, s.users = teams, users
}

func (s *Server) find(path string) *repo {
	for _, x := range s.repos {
		if strings.EqualFold(x.path, path) {
			return x
		}
	}
	return nil
}

func (s *Server) repoJSON(x *repo) map[string]any {
	_, name, _ := strings.Cut(x.path, "/")
	visibility := "public"
	if x.private {
		visibility = "private"
	}
	v := map[string]any{
		"id": x.id, "name": name, "full_name": x.path, "html_url": s.URL + "/" + x.path, "default_branch": x.branch, "topics": x.topics,
		"permissions": map[string]any{"pull": true, "push": !s.readers && !s.outside(x)},
		"archived":    x.archived, "fork": x.fork || x.parent != "", "private": x.private, "visibility": visibility, "pushed_at": nil,
	}
	x.tell(v, s.URL+"/"+x.path)
	if x.parent != "" {
		v["parent"] = map[string]any{"full_name": x.parent}
	}
	if !x.pushed.IsZero() {
		v["pushed_at"] = x.pushed.UTC().Format(time.RFC3339)
	}
	return v
}

func (x *repo) push(branch string, files map[string]string, now time.Time) {
	top := newTree()
	for name, text := range files {
		mode := "100644"
		if to, ok := strings.CutPrefix(text, "-> "); ok {
			mode, text = "120000", to
		}
		id := object("blob", []byte(text))
		x.blobs[id] = []byte(text)
		top.put(strings.Split(name, "/"), file{id, mode, len(text)})
	}
	top.seal(x.trees)
	c := &commit{id: object("commit", fmt.Appendf(nil, "%s %s %d", top.id, branch, len(x.commits))), top: top}
	x.branches[branch], x.commits[c.id], x.pushed = c, c, now
}

// object is the id that git gives.
func object(kind string, data []byte) string {
	sum := sha1.Sum(append(fmt.Appendf(nil, "%s %d\x00", kind, len(data)), data...))
	return hex.EncodeToString(sum[:])
}

func newTree() *tree { return &tree{folders: map[string]*tree{}, files: map[string]file{}} }

func (t *tree) put(path []string, f file) {
	if len(path) == 1 {
		t.files[path[0]] = f
		t.names = append(t.names, path[0])
		return
	}
	sub := t.folders[path[0]]
	if sub == nil {
		sub = newTree()
		t.folders[path[0]] = sub
		t.names = append(t.names, path[0])
	}
	sub.put(path[1:], f)
}

func (t *tree) seal(all map[string]*tree) {
	slices.Sort(t.names)
	var text []byte
	for _, n := range t.names {
		if sub := t.folders[n]; sub != nil {
			sub.seal(all)
			text = fmt.Appendf(text, "40000 %s\x00%s", n, sub.id)
			continue
		}
		text = fmt.Appendf(text, "%s %s\x00%s", t.files[n].mode, n, t.files[n].id)
	}
	t.id = object("tree", text)
	all[t.id] = t
}

func (t *tree) list(prefix string, deep bool) []map[string]any {
	var out []map[string]any
	for _, n := range t.names {
		sub := t.folders[n]
		if sub == nil {
			f := t.files[n]
			out = append(out, map[string]any{"path": prefix + n, "mode": f.mode, "type": "blob", "sha": f.id, "size": f.size})
			continue
		}
		out = append(out, map[string]any{"path": prefix + n, "mode": "040000", "type": "tree", "sha": sub.id})
		if deep {
			out = append(out, sub.list(prefix+n+"/", true)...)
		}
	}
	return out
}
