package github

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/scm/remote"
	"github.com/backchannel-portal/backchannel/internal/scm/rest"
)

var _ remote.Proposer = (*Client)(nil)

// treeEntry is an element of GitHub's "Create a tree".
type treeEntry struct {
	Path    string  `json:"path"`
	Mode    string  `json:"mode"`
	Type    string  `json:"type"`
	SHA     *string `json:"sha"` // null removes the file
	Content *string `json:"-"`
}

// MarshalJSON writes the content in place of the id, where it is told: GitHub takes one of both.
func (e treeEntry) MarshalJSON() ([]byte, error) {
	m := map[string]any{"path": e.Path, "mode": e.Mode, "type": e.Type, "sha": e.SHA}
	if e.Content != nil {
		delete(m, "sha")
		m["content"] = *e.Content
	}
	return json.Marshal(m)
}

// pull is what we need of GitHub's "Pull Request".
type pull struct {
	Number   int64
	HTMLURL  string `json:"html_url"`
	State    string
	MergedAt *string `json:"merged_at"`
	Merged   bool
}

func (p pull) proposal() remote.Proposal {
	out := remote.Proposal{Number: p.Number, URL: p.HTMLURL, State: remote.ProposalOpen}
	switch {
	case p.Merged || p.MergedAt != nil:
		out.State = remote.ProposalMerged
	case p.State == "closed":
		out.State = remote.ProposalClosed
	}
	return out
}

// Propose implements remote.Proposer: a commit on the head of the base, a branch on it, and a pull request. The branch
// is made last but one, so that what dies before leaves nothing behind that anybody sees.
func (c *Client) Propose(ctx context.Context, r remote.Repo, change remote.Change) (remote.Proposal, error) {
	if err := change.Check(r); err != nil {
		return remote.Proposal{}, err
	}
	p, found, err := c.pullOf(ctx, r, change.Branch)
	if err != nil || found {
		return p, rest.Classify(err, "look for the pull request of %s in %s", change.Branch, r.Path)
	}
	if err := c.branch(ctx, r, change); err != nil {
		return remote.Proposal{}, refused(err, "commit to %s", r.Path)
	}
	var made pull
	err = c.post(ctx, r, "/pulls", map[string]any{
		"title": change.Title, "body": change.Body, "head": change.Branch, "base": change.Base, "maintainer_can_modify": true,
	}, &made)
	if rest.Code(err) == http.StatusUnprocessableEntity { // somebody was quicker
		if p, found, e := c.pullOf(ctx, r, change.Branch); e == nil && found {
			return p, nil
		}
	}
	if err != nil {
		return remote.Proposal{}, refused(err, "open a pull request in %s", r.Path)
	}
	p = made.proposal()
	p.Fresh = true
	return p, nil
}

// Proposal implements remote.Proposer.
func (c *Client) Proposal(ctx context.Context, r remote.Repo, number int64) (remote.Proposal, error) {
	var p pull
	err := c.get(ctx, owner(r.Path), "/repos/"+escape(r.Path)+"/pulls/"+strconv.FormatInt(number, 10), &p)
	return p.proposal(), rest.Classify(err, "look at pull request %d of %s", number, r.Path)
}

// pullOf finds the pull request of a branch, an open one before others.
func (c *Client) pullOf(ctx context.Context, r remote.Repo, branch string) (remote.Proposal, bool, error) {
	var all []pull
	err := c.get(ctx, owner(r.Path), "/repos/"+escape(r.Path)+"/pulls?state=all&per_page=100&head="+url.QueryEscape(owner(r.Path)+":"+branch), &all)
	if err != nil || len(all) == 0 {
		return remote.Proposal{}, false, err
	}
	best := all[0].proposal()
	for _, p := range all {
		if p := p.proposal(); p.State == remote.ProposalOpen {
			best = p
		}
	}
	return best, true, nil
}

// branch commits a change to a branch of its own. A branch that is there already is taken as it is: it is of the same
// change, whose pull request was not made.
func (c *Client) branch(ctx context.Context, r remote.Repo, change remote.Change) error {
	var there struct{ Object object }
	err := c.get(ctx, owner(r.Path), "/repos/"+escape(r.Path)+"/git/ref/heads/"+escape(change.Branch), &there)
	if err == nil || rest.Code(err) != http.StatusNotFound {
		return err
	}
	base, err := c.Head(ctx, r, change.Base)
	if err != nil {
		return err
	}
	entries, err := c.entries(ctx, r, change.Files)
	if err != nil {
		return err
	}
	var tree, commit object
	if err := c.post(ctx, r, "/git/trees", map[string]any{"base_tree": base.Tree, "tree": entries}, &tree); err != nil {
		return err
	}
	if err := c.post(ctx, r, "/git/commits", map[string]any{"message": change.Message, "tree": tree.SHA, "parents": []string{base.ID}}, &commit); err != nil {
		return err
	}
	err = c.post(ctx, r, "/git/refs", map[string]any{"ref": "refs/heads/" + change.Branch, "sha": commit.SHA}, &there)
	if e := rest.Code(err); e == http.StatusUnprocessableEntity && strings.Contains(err.Error(), "already exists") {
		return nil
	}
	return err
}

// entries are the files of a change as elements of a tree. What is no text is sent ahead.
func (c *Client) entries(ctx context.Context, r remote.Repo, files []remote.FileChange) ([]treeEntry, error) {
	var out []treeEntry
	for _, f := range files {
		e := treeEntry{Path: f.Path, Mode: "100644", Type: "blob"}
		switch {
		case f.Delete:
		case utf8.Valid(f.Content):
			text := string(f.Content)
			e.Content = &text
		default:
			var blob object
			err := c.post(ctx, r, "/git/blobs", map[string]string{"content": base64.StdEncoding.EncodeToString(f.Content), "encoding": "base64"}, &blob)
			if err != nil {
				return nil, err
			}
			e.SHA = &blob.SHA
		}
		out = append(out, e)
	}
	return out, nil
}

func (c *Client) post(ctx context.Context, r remote.Repo, path string, in, out any) error {
	return c.do(ctx, owner(r.Path), func(api *rest.Client) error { return api.Post(ctx, "/repos/"+escape(r.Path)+path, in, out) })
}

// refused is the error of something that was to be written. GitHub says 404 to a credential that may read only.
func refused(err error, what string, args ...any) error {
	switch code := rest.Code(err); code {
	case http.StatusNotFound:
		return fault.Wrap(fault.Forbidden, err, what, args...)
	case http.StatusUnprocessableEntity, http.StatusConflict:
		return fault.Wrap(fault.Invalid, err, what, args...)
	}
	return rest.Classify(err, what, args...)
}
