package host

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/gitrun"
	"github.com/backchannel-portal/backchannel/internal/scm/rest"
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

// change is a commit that is to be made.
type change struct {
	files   []file
	remove  []string // paths
	message string
	author  Author
	base    string   // id of the tree that it changes, "" for none
	parents []string // ids of commits
}

// treeEntry is an element of GitHub's "Create a tree". Without SHA and Content the file is removed.
type treeEntry struct {
	Path    string  `json:"path"`
	Mode    string  `json:"mode"`
	Type    string  `json:"type"`
	SHA     *string `json:"sha"`
	Content *string `json:"content,omitempty"`
}

// body leaves out the id where content is sent: GitHub takes one of both.
func (e treeEntry) body() map[string]any {
	m := map[string]any{"path": e.Path, "mode": e.Mode, "type": e.Type, "sha": e.SHA}
	if e.Content != nil {
		delete(m, "sha")
		m["content"] = *e.Content
	}
	return m
}

// How much goes into one request.
const (
	batchEntries = 500
	batchBytes   = 4 << 20
)

type object struct{ SHA string }

// commit makes a commit that no branch leads to yet and returns its id. A run that goes on after it ended takes the same.
func (r *repository) commit(ctx context.Context, ch change) (string, error) {
	v, err := r.c.Once(ctx, "commit", func(ctx context.Context, _ bool) (template.Value, error) {
		tree, err := r.tree(ctx, ch)
		if err != nil {
			return template.Value{}, refused(err, "write files to %s", r.Path())
		}
		b := map[string]any{"message": ch.message, "tree": tree, "parents": append([]string{}, ch.parents...)}
		if ch.author != (Author{}) {
			who := map[string]string{"name": ch.author.Name, "email": ch.author.Email}
			b["author"], b["committer"] = who, who
		}
		var made object
		if err := r.send(ctx, http.MethodPost, r.top()+"/git/commits", b, &made); err != nil {
			return template.Value{}, refused(err, "commit to %s", r.Path())
		}
		return template.StringValue(made.SHA), nil
	})
	return v.String(), err
}

// tree writes the files of a commit and returns the id of its tree. Many files go in several requests, each of which
// goes on from the one before.
func (r *repository) tree(ctx context.Context, ch change) (string, error) {
	base := ch.base
	var batch []map[string]any
	bytes := 0
	flush := func() error {
		if len(batch) == 0 {
			return nil
		}
		b := map[string]any{"tree": batch}
		if base != "" {
			b["base_tree"] = base
		}
		var made object
		err := eventually(ctx, func() error { return r.send(ctx, http.MethodPost, r.top()+"/git/trees", b, &made) }, isEmptyYet)
		base, batch, bytes = made.SHA, nil, 0
		return err
	}
	for _, path := range ch.remove {
		batch = append(batch, treeEntry{Path: path, Mode: "100644", Type: "blob"}.body())
	}
	for _, f := range ch.files {
		if err := ctx.Err(); err != nil {
			return "", err
		}
		e, err := r.entry(ctx, f)
		if err != nil {
			return "", err
		}
		batch, bytes = append(batch, e.body()), bytes+int(f.size)
		if len(batch) >= batchEntries || bytes >= batchBytes {
			if err := flush(); err != nil {
				return "", err
			}
		}
	}
	err := flush()
	return base, err
}

// isEmptyYet reports whether a repository is still being filled, or has nothing in it.
func isEmptyYet(err error) bool { return rest.Code(err) == http.StatusConflict }

// entry is a file as an element of a tree. What is no text, or large, is sent ahead.
func (r *repository) entry(ctx context.Context, f file) (treeEntry, error) {
	e := treeEntry{Path: f.path, Mode: f.mode(), Type: "blob"}
	data, err := r.c.Workspace.ReadFile(f.from)
	if err != nil {
		return e, err
	}
	if len(data) <= batchBytes/4 && isText(data) {
		text := string(data)
		e.Content = &text
		return e, nil
	}
	var blob object
	b := map[string]string{"content": base64.StdEncoding.EncodeToString(data), "encoding": "base64"}
	err = eventually(ctx, func() error { return r.send(ctx, http.MethodPost, r.top()+"/git/blobs", b, &blob) }, isEmptyYet)
	e.SHA = &blob.SHA
	return e, err
}

// head returns the commit of a branch, "" where there is no such branch.
func (r *repository) head(ctx context.Context, branch string) (string, error) {
	var ref struct{ Object object }
	err := r.send(ctx, http.MethodGet, r.top()+"/git/ref/heads/"+escape(branch), nil, &ref)
	switch rest.Code(err) {
	case http.StatusNotFound, http.StatusConflict:
		return "", nil
	}
	return ref.Object.SHA, rest.Classify(err, "look at the branch %s of %s", branch, r.Path())
}

// treeOf returns the tree of a commit.
func (r *repository) treeOf(ctx context.Context, commit string) (string, error) {
	var c struct {
		Tree   object
		Commit struct{ Tree object } // as other parts of the API write commits, and some stand-ins this one
	}
	err := r.send(ctx, http.MethodGet, r.top()+"/git/commits/"+commit, nil, &c)
	if c.Tree.SHA == "" {
		c.Tree = c.Commit.Tree
	}
	return c.Tree.SHA, rest.Classify(err, "look at a commit of %s", r.Path())
}

// point makes a branch lead to a commit. One that is there is moved only with force.
func (r *repository) point(ctx context.Context, branch, commit string, force bool) error {
	now, err := r.head(ctx, branch)
	switch {
	case err != nil || now == commit:
		return err
	case now == "":
		err = r.send(ctx, http.MethodPost, r.top()+"/git/refs", map[string]any{"ref": "refs/heads/" + branch, "sha": commit}, nil)
	default:
		err = r.send(ctx, http.MethodPatch, r.top()+"/git/refs/heads/"+escape(branch), map[string]any{"sha": commit, "force": force}, nil)
	}
	return refused(err, "set the branch %s of %s", branch, r.Path())
}

// publish makes the files of the workspace the first commit of a new repository. The commit with which GitHub filled it
// is replaced; where a rule of the organisation forbids that, the files come on top of it.
func (r *repository) publish(ctx context.Context, ch change, branch string) (string, error) {
	id, err := r.commit(ctx, ch)
	if err != nil {
		return "", err
	}
	err = r.point(ctx, branch, id, true)
	if fault.Is(err, fault.Invalid) {
		if id, err = r.onTop(ctx, branch, ch); err != nil {
			return "", err
		}
	}
	return id, err
}

// onTop makes the commit again, as the next one of a branch.
func (r *repository) onTop(ctx context.Context, branch string, ch change) (string, error) {
	now, err := r.head(ctx, branch)
	if err != nil {
		return "", err
	}
	v, err := r.c.Once(ctx, "commit on top", func(ctx context.Context, _ bool) (template.Value, error) {
		tree, err := r.tree(ctx, ch)
		if err != nil {
			return template.Value{}, refused(err, "write files to %s", r.Path())
		}
		var made object
		err = r.send(ctx, http.MethodPost, r.top()+"/git/commits", map[string]any{"message": ch.message, "tree": tree, "parents": []string{now}}, &made)
		return template.StringValue(made.SHA), refused(err, "commit to %s", r.Path())
	})
	if err != nil {
		return "", err
	}
	return v.String(), r.point(ctx, branch, v.String(), false)
}

// drop removes the branch with which GitHub filled the repository, once another is the default.
func (r *repository) drop(ctx context.Context, branch, initial string) {
	if initial == "" || initial == branch {
		return
	}
	err := r.send(ctx, http.MethodDelete, r.top()+"/git/refs/heads/"+escape(initial), nil, nil)
	if err != nil && rest.Code(err) != http.StatusUnprocessableEntity && rest.Code(err) != http.StatusNotFound {
		r.c.Logf(ctx, "the branch %s stays: %v", initial, err)
	}
}

// escape makes a path of several elements fit for an address.
func escape(path string) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		parts[i] = url.PathEscape(p)
	}
	return strings.Join(parts, "/")
}

// checkBranch refuses what is no name of a branch.
func checkBranch(branch string) error { return gitrun.CheckRef(branch) }
