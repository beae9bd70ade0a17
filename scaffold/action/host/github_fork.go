package host

import (
	"context"
	"net/http"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/scm/rest"
)

// forkState is what we need of a repository that may be a fork.
type forkState struct {
	FullName      string `json:"full_name"`
	Fork          bool
	DefaultBranch string `json:"default_branch"`
	Parent        struct {
		FullName string `json:"full_name"`
	}
}

// pushing is the repository in which the branch of a pull request is made: this one, or, with force and where the
// credential must not push, a fork of it in the account of the credential, which is made unless it is there
// (docs.github.com/rest/repos/forks).
func (r *repository) pushing(ctx context.Context, s repoState, force bool) (*repository, error) {
	if !force && (s.Permissions == nil || s.Permissions.Push) {
		return r, nil
	}
	var me struct{ Login string }
	if err := r.send(ctx, http.MethodGet, "/user", nil, &me); err != nil {
		if !force {
			return nil, fault.Wrap(fault.Forbidden, err, "the credential must not push to %s, and a fork of it needs that of a person", r.Path())
		}
		return nil, fault.Wrap(fault.Forbidden, err, "a fork of %s needs the credential of a person", r.Path())
	}
	if strings.EqualFold(me.Login, r.Owner) {
		r.c.Logf(ctx, "%s belongs to %s, who needs no fork of it", r.Path(), me.Login)
		return r, nil
	}
	f := *r
	f.Owner = me.Login
	there, err := f.forkOf(ctx, r)
	if err != nil {
		return nil, err
	}
	if !there {
		var made forkState
		if err := r.send(ctx, http.MethodPost, r.top()+"/forks", map[string]any{}, &made); err != nil { // the same answer for one that is there
			return nil, refused(err, "fork %s", r.Path())
		}
		owner, name, ok := strings.Cut(made.FullName, "/")
		if !ok {
			return nil, fault.New(fault.Upstream, "%s forks %s and does not say where", r.Host, r.Path())
		}
		f.Owner, f.Repo = owner, name
		r.c.Logf(ctx, "forked %s to %s", r.Path(), f.Path())
	}
	return &f, f.ready(ctx, s.DefaultBranch)
}

// forkOf reports whether the repository is a fork of another. One of the same name that is something else is left alone:
// GitHub gives the fork another name.
func (r *repository) forkOf(ctx context.Context, parent *repository) (bool, error) {
	var s forkState
	err := r.send(ctx, http.MethodGet, r.top(), nil, &s)
	if rest.Code(err) == http.StatusNotFound {
		return false, nil
	}
	return s.Fork && strings.EqualFold(s.Parent.FullName, parent.Path()), rest.Classify(err, "look at %s", r.Path())
}

// ready waits until a new fork has its branches: GitHub makes it behind its answer.
func (r *repository) ready(ctx context.Context, branch string) error {
	return eventually(ctx, func() error {
		head, err := r.head(ctx, branch)
		if err == nil && head == "" {
			err = errNotReady
		}
		return err
	}, func(err error) bool { return err == errNotReady })
}

// errNotReady is the error of a fork that stays empty.
var errNotReady = fault.New(fault.Upstream, "the fork is not ready in time")
