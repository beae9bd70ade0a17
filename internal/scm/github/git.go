package github

import (
	"cmp"
	"context"
	"encoding/base64"
	"net/http"
	"path"
	"regexp"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/scm/remote"
	"github.com/backchannel-portal/backchannel/internal/scm/rest"
)

var commitID = regexp.MustCompile(`^([0-9a-f]{40}|[0-9a-f]{64})$`)

type object struct {
	SHA  string
	Type string
}

// Head implements remote.API: a branch, else a tag, else the id of a commit.
func (c *Client) Head(ctx context.Context, r remote.Repo, ref string) (remote.Commit, error) {
	top := "/repos/" + escape(r.Path)
	var branch struct {
		Commit struct {
			SHA    string
			Commit struct{ Tree object }
		}
	}
	err := c.get(ctx, owner(r.Path), top+"/branches/"+escape(ref), &branch)
	id, tree := branch.Commit.SHA, branch.Commit.Commit.Tree.SHA
	if rest.Code(err) == http.StatusNotFound {
		if id = ref; !commitID.MatchString(ref) {
			id, err = c.tag(ctx, r, ref)
		} else {
			err = nil
		}
	}
	if err == nil && tree == "" {
		var commit struct {
			Tree   object
			Commit struct{ Tree object } // as other parts of the API write commits, and some stand-ins this one
		}
		err = c.fetch(ctx, owner(r.Path), top+"/git/commits/"+id, &commit)
		tree = cmp.Or(commit.Tree.SHA, commit.Commit.Tree.SHA)
	}
	if err != nil {
		if code := rest.Code(err); (code == http.StatusNotFound || code == http.StatusConflict) && ref == r.Branch && c.empty(ctx, r) {
			err = remote.ErrEmpty
		}
		return remote.Commit{}, rest.Classify(err, "look at %s of %s", ref, r.Path)
	}
	return remote.Commit{ID: id, Tree: tree}, nil
}

// empty reports whether a repository has no branch at all: its default branch then has a name and nothing else.
func (c *Client) empty(ctx context.Context, r remote.Repo) bool {
	var branches []struct{ Name string }
	err := c.get(ctx, owner(r.Path), "/repos/"+escape(r.Path)+"/branches?per_page=1", &branches)
	return err == nil && len(branches) == 0
}

// tag finds the commit of a tag.
func (c *Client) tag(ctx context.Context, r remote.Repo, name string) (string, error) {
	var ref struct{ Object object }
	top := "/repos/" + escape(r.Path) + "/git/"
	if err := c.get(ctx, owner(r.Path), top+"ref/tags/"+escape(name), &ref); err != nil {
		return "", err
	}
	if ref.Object.Type == "tag" { // an annotated one stands before the commit
		var tag struct{ Object object }
		err := c.fetch(ctx, owner(r.Path), top+"tags/"+ref.Object.SHA, &tag)
		return tag.Object.SHA, err
	}
	return ref.Object.SHA, nil
}

// treeAnswer is GitHub's "Git tree".
type treeAnswer struct {
	Tree []struct {
		Path string
		Mode string
		Type string
		SHA  string
		Size *int64
	}
	Truncated bool
}

// maxTreeRequests bounds the walk of a tree that does not come in one answer.
const maxTreeRequests = 2000

// Files implements remote.API. A tree that GitHub cuts short (more than 100,000 files or 7 MB) is walked folder by
// folder.
func (c *Client) Files(ctx context.Context, r remote.Repo, at remote.Commit) ([]remote.Entry, error) {
	w := &walk{c: c, ctx: ctx, r: r}
	if err := w.folder(cmp.Or(at.Tree, at.ID), ""); err != nil {
		return nil, rest.Classify(err, "list the files of %s", r.Path)
	}
	return w.out, nil
}

type walk struct {
	c   *Client
	ctx context.Context
	r   remote.Repo
	out []remote.Entry
	n   int
}

func (w *walk) ask(sha, query string) (treeAnswer, error) {
	var a treeAnswer
	if w.n++; w.n > maxTreeRequests {
		return a, fault.New(fault.Invalid, "the repository has more than %d folders that do not come in one list", maxTreeRequests)
	}
	err := w.c.fetch(w.ctx, owner(w.r.Path), "/repos/"+escape(w.r.Path)+"/git/trees/"+sha+query, &a)
	return a, err
}

// folder adds all that lies below a tree: at once where GitHub lets it, else its own files and then every folder.
func (w *walk) folder(sha, prefix string) error {
	a, err := w.ask(sha, "?recursive=1")
	if err != nil {
		return err
	}
	if !a.Truncated {
		return w.add(a, prefix, false)
	}
	if a, err = w.ask(sha, ""); err != nil {
		return err
	}
	if a.Truncated {
		return fault.New(fault.Invalid, "the folder %s has more files than GitHub lists", path.Join("/", prefix))
	}
	return w.add(a, prefix, true)
}

func (w *walk) add(a treeAnswer, prefix string, descend bool) error {
	for _, t := range a.Tree {
		e := remote.Entry{Path: path.Join(prefix, t.Path), ID: t.SHA, Size: -1, Kind: remote.File, Exec: t.Mode == "100755"}
		if t.Size != nil {
			e.Size = *t.Size
		}
		switch {
		case t.Type == "tree" && descend && !strings.Contains(t.Path, "/"):
			if err := w.folder(t.SHA, e.Path); err != nil {
				return err
			}
			continue
		case t.Type != "blob":
			continue
		case t.Mode == "120000":
			e.Kind = remote.Link
		}
		if w.out = append(w.out, e); len(w.out) > remote.MaxEntries {
			return fault.New(fault.Invalid, "the repository has more than %d files", remote.MaxEntries)
		}
	}
	return nil
}

// Content implements remote.API.
func (c *Client) Content(ctx context.Context, r remote.Repo, e remote.Entry) ([]byte, error) {
	var blob struct{ Content, Encoding string }
	err := c.fetch(ctx, owner(r.Path), "/repos/"+escape(r.Path)+"/git/blobs/"+e.ID, &blob)
	if err != nil {
		return nil, rest.Classify(err, "read %s of %s", e.Path, r.Path)
	}
	if blob.Encoding != "base64" {
		return []byte(blob.Content), nil
	}
	data, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(blob.Content, "\n", ""))
	return data, fault.Wrap(fault.Upstream, err, "read %s of %s", e.Path, r.Path)
}
