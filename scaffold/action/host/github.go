package host

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/scm/github"
	"github.com/backchannel-portal/backchannel/internal/scm/rest"
	"github.com/backchannel-portal/backchannel/scaffold"
	"github.com/backchannel-portal/backchannel/scaffold/action/input"
)

// repository is one on GitHub that a call works on.
type repository struct {
	api  *github.Client
	c    *scaffold.Call
	host Host
	input.RepoURL
}

// gitHub finds the repository that a step names. While planning without a credential there is no client.
func (p *publisher) gitHub(c *scaffold.Call, repoURL, token string) (*repository, error) {
	at, err := input.ParseRepoURL(repoURL)
	if err != nil {
		return nil, err
	}
	if err := at.NeedOwner(); err != nil {
		return nil, err
	}
	if strings.Contains(at.Owner, "/") {
		return nil, fault.New(fault.Invalid, "%q cannot be an owner on GitHub", clip(at.Owner))
	}
	h, err := p.host(GitHub, at.Host)
	if err != nil {
		return nil, err
	}
	r := &repository{c: c, host: h, RepoURL: at}
	if c.Planning && !h.Ready && token == "" || h.folder(at) != "" {
		return r, nil
	}
	r.api, err = h.GitHub(token)
	return r, err
}

// top is the path of the repository in the API.
func (r *repository) top() string {
	return "/repos/" + url.PathEscape(r.Owner) + "/" + url.PathEscape(r.Repo)
}

func (r *repository) send(ctx context.Context, method, path string, in, out any) error {
	if r.api == nil {
		return fault.New(fault.Invalid, "%s is a folder of the sample company: it can be published, but nothing else can be done with it", r.Path())
	}
	return r.api.Send(ctx, r.Owner, method, path, in, out)
}

// repoState is what we need of GitHub's "Full Repository".
type repoState struct {
	FullName      string `json:"full_name"`
	HTMLURL       string `json:"html_url"`
	CloneURL      string `json:"clone_url"`
	Description   string
	DefaultBranch string               `json:"default_branch"`
	Permissions   *struct{ Push bool } // of the credential; nil where the host does not say
}

// planned is the repository as it will be, where nothing was asked.
func (r *repository) planned() repoState {
	web := r.host.web() + "/" + r.Path()
	return repoState{FullName: r.Path(), HTMLURL: web, CloneURL: web + ".git"}
}

// shown fills in what a stand-in leaves out.
func (r *repository) shown(s repoState) repoState {
	p := r.planned()
	s.HTMLURL = cmp.Or(s.HTMLURL, p.HTMLURL)
	s.CloneURL = cmp.Or(s.CloneURL, p.CloneURL)
	return s
}

// look asks for the repository. One that answers under another name, because it was renamed, is not this one.
func (r *repository) look(ctx context.Context) (repoState, bool, error) {
	var s repoState
	err := r.send(ctx, http.MethodGet, r.top(), nil, &s)
	switch {
	case rest.Code(err) == http.StatusNotFound:
		return s, false, nil
	case err != nil:
		return s, false, rest.Classify(err, "look at %s", r.Path())
	}
	return s, strings.EqualFold(s.FullName, r.Path()), nil
}

// markStart begins the description of a repository that is being made.
const markStart = "Being created from a template, run "

// mark is the description of a repository while the call makes it.
func (r *repository) mark() string { return markStart + r.c.Key() }

// exists is the error about a repository that somebody else made.
func (r *repository) exists(s repoState) error {
	if rest, ok := strings.CutPrefix(s.Description, markStart); ok {
		return fault.New(fault.Invalid, "%s exists already: run %s began it and did not finish", r.Path(), clip(rest))
	}
	return fault.New(fault.Invalid, "%s exists already on %s", r.Path(), r.Host)
}

// free is an error where a repository that is to be made exists. What cannot be found out is no error.
func (r *repository) free(ctx context.Context) error {
	if dir := r.host.folder(r.RepoURL); dir != "" {
		return r.unfolded(dir)
	}
	if r.api == nil {
		return nil
	}
	s, found, err := r.look(ctx)
	switch {
	case err != nil:
		r.c.Logf(ctx, "whether %s is free could not be found out: %v", r.Path(), err)
		return nil
	case found:
		return r.exists(s)
	}
	return nil
}

// refused is the error of something that was to be written. GitHub says 404 to a credential that may read only.
func refused(err error, what string, args ...any) error {
	switch rest.Code(err) {
	case http.StatusNotFound:
		return fault.Wrap(fault.Forbidden, err, what, args...)
	case http.StatusUnprocessableEntity, http.StatusConflict, http.StatusBadRequest:
		return fault.Wrap(fault.Invalid, err, what, args...)
	}
	return rest.Classify(err, what, args...)
}

// The pauses between attempts at what a host does behind its answer, such as filling a new repository.
const (
	patienceTries = 6
	patiencePause = 400 * time.Millisecond
)

// eventually repeats what a host may not be ready for yet.
func eventually(ctx context.Context, try func() error, passing func(error) bool) error {
	for n := 1; ; n++ {
		err := try()
		if err == nil || n == patienceTries || !passing(err) {
			return err
		}
		t := time.NewTimer(patiencePause << (n - 1))
		select {
		case <-ctx.Done():
			t.Stop()
			return ctx.Err()
		case <-t.C:
		}
	}
}

// name is the last part of a reference such as group:default/payments, which people and teams are given as.
func name(ref string) string { return ref[strings.LastIndexAny(ref, ":/")+1:] }
