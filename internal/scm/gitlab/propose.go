package gitlab

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/scm/remote"
	"github.com/backchannel-portal/backchannel/internal/scm/rest"
)

var _ remote.Proposer = (*Client)(nil)

// action is an element of GitLab's "Create a commit with multiple files and actions".
type action struct {
	Action   string `json:"action"` // create, update or delete
	Path     string `json:"file_path"`
	Content  string `json:"content,omitempty"`
	Encoding string `json:"encoding,omitempty"`
}

// merge is what we need of GitLab's "Merge request".
type merge struct {
	IID    int64
	WebURL string `json:"web_url"`
	State  string // opened, closed, locked or merged
}

func (m merge) proposal() remote.Proposal {
	out := remote.Proposal{Number: m.IID, URL: m.WebURL, State: remote.ProposalOpen}
	switch m.State {
	case "merged":
		out.State = remote.ProposalMerged
	case "closed":
		out.State = remote.ProposalClosed
	}
	return out
}

// Propose implements remote.Proposer: a commit on a new branch, and a merge request that removes the branch when it is
// merged.
func (c *Client) Propose(ctx context.Context, r remote.Repo, change remote.Change) (remote.Proposal, error) {
	if err := change.Check(r); err != nil {
		return remote.Proposal{}, err
	}
	p, found, err := c.mergeOf(ctx, r, change.Branch)
	if err != nil || found {
		return p, rest.Classify(err, "look for the merge request of %s in %s", change.Branch, r.Path)
	}
	if err := c.commit(ctx, r, change); err != nil {
		return remote.Proposal{}, refused(err, "commit to %s", r.Path)
	}
	var made merge
	err = c.rest.Post(ctx, top(r)+"/merge_requests", map[string]any{
		"source_branch": change.Branch, "target_branch": change.Base, "title": change.Title, "description": change.Body, "remove_source_branch": true,
	}, &made)
	if rest.Code(err) == http.StatusConflict { // somebody was quicker
		if p, found, e := c.mergeOf(ctx, r, change.Branch); e == nil && found {
			return p, nil
		}
	}
	if err != nil {
		return remote.Proposal{}, refused(err, "open a merge request in %s", r.Path)
	}
	p = made.proposal()
	p.Fresh = true
	return p, nil
}

// Proposal implements remote.Proposer.
func (c *Client) Proposal(ctx context.Context, r remote.Repo, number int64) (remote.Proposal, error) {
	var m merge
	err := c.rest.Get(ctx, top(r)+"/merge_requests/"+strconv.FormatInt(number, 10), &m)
	return m.proposal(), rest.Classify(err, "look at merge request %d of %s", number, r.Path)
}

func top(r remote.Repo) string { return "/projects/" + url.PathEscape(r.ID) }

// mergeOf finds the merge request of a branch, an open one before others.
func (c *Client) mergeOf(ctx context.Context, r remote.Repo, branch string) (remote.Proposal, bool, error) {
	var all []merge
	err := c.rest.Get(ctx, top(r)+"/merge_requests?state=all&per_page="+perPage+"&source_branch="+url.QueryEscape(branch), &all)
	if err != nil || len(all) == 0 {
		return remote.Proposal{}, false, err
	}
	best := all[0].proposal()
	for _, m := range all {
		if p := m.proposal(); p.State == remote.ProposalOpen {
			best = p
		}
	}
	return best, true, nil
}

// commit makes the branch with the change. One that is there already is taken as it is: it is of the same change,
// whose merge request was not made.
func (c *Client) commit(ctx context.Context, r remote.Repo, change remote.Change) error {
	var actions []action
	for _, f := range change.Files {
		a := action{Action: "update", Path: f.Path}
		switch {
		case f.Delete:
			a.Action = "delete"
		case f.Add:
			a.Action = "create"
		}
		if !f.Delete {
			a.Content, a.Encoding = base64.StdEncoding.EncodeToString(f.Content), "base64"
		}
		actions = append(actions, a)
	}
	var made struct{ ID string }
	err := c.rest.Post(ctx, repository(r)+"commits", map[string]any{
		"branch": change.Branch, "start_branch": change.Base, "commit_message": change.Message, "actions": actions,
	}, &made)
	if rest.Code(err) == http.StatusBadRequest && strings.Contains(err.Error(), "already exists") {
		return nil
	}
	return err
}

// refused is the error of something that was to be written.
func refused(err error, what string, args ...any) error {
	switch code := rest.Code(err); code {
	case http.StatusBadRequest, http.StatusConflict, http.StatusUnprocessableEntity:
		return fault.Wrap(fault.Invalid, err, what, args...)
	case http.StatusNotFound:
		return fault.Wrap(fault.Forbidden, err, what, args...)
	}
	return rest.Classify(err, what, args...)
}
