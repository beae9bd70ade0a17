package host

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/scm/gitlab"
	"github.com/backchannel-portal/backchannel/internal/scm/rest"
	"github.com/backchannel-portal/backchannel/scaffold"
	"github.com/backchannel-portal/backchannel/scaffold/action/input"
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

// project is one on GitLab that a call works on.
type project struct {
	api  *gitlab.Client
	c    *scaffold.Call
	host Host
	input.RepoURL
}

// gitLab finds the project that a step names. While planning without a credential there is no client.
func (p *publisher) gitLab(c *scaffold.Call, repoURL, token string) (*project, error) {
	at, err := input.ParseRepoURL(repoURL)
	if err != nil {
		return nil, err
	}
	h, err := p.host(GitLab, at.Host)
	if err != nil {
		return nil, err
	}
	x := &project{c: c, host: h, RepoURL: at}
	if at.Project == "" {
		if err := at.NeedOwner(); err != nil {
			return nil, err
		}
	}
	if c.Planning && !h.Ready && token == "" {
		return x, nil
	}
	x.api, err = h.GitLab(token)
	return x, err
}

// id is what the API calls the project: its number, or its path.
func (x *project) id() string {
	if x.Project != "" {
		return x.Project
	}
	return x.Path()
}

func (x *project) top() string { return "/projects/" + url.PathEscape(x.id()) }

func (x *project) send(ctx context.Context, method, path string, in, out any) error {
	return x.api.Send(ctx, method, path, in, out)
}

// projectState is what we need of GitLab's "Project".
type projectState struct {
	ID            int64
	Path          string `json:"path_with_namespace"`
	Clone         string `json:"http_url_to_repo"`
	Web           string `json:"web_url"`
	Description   string
	DefaultBranch string `json:"default_branch"`
}

// remote is the address of the project, as outputs have it.
func (x *project) remote(s projectState) string {
	switch {
	case s.Clone != "":
		return strings.TrimSuffix(s.Clone, ".git")
	case s.Web != "":
		return s.Web
	}
	return x.host.web() + "/" + x.id()
}

func (x *project) output(s projectState, branch, commit string) template.Value {
	out := []template.Field{input.Str("remoteUrl", x.remote(s)), input.Str("repoContentsUrl", x.remote(s)+"/-/blob/"+branch)}
	if s.ID != 0 {
		out = append(out, input.Num("projectId", s.ID))
	}
	if commit != "" {
		out = append(out, input.Str("commitHash", commit))
	}
	return input.Output(out...)
}

// look asks for the project.
func (x *project) look(ctx context.Context) (projectState, bool, error) {
	var s projectState
	err := x.send(ctx, http.MethodGet, x.top(), nil, &s)
	if rest.Code(err) == http.StatusNotFound {
		return s, false, nil
	}
	return s, err == nil, rest.Classify(err, "look at %s", x.id())
}

func (x *project) mark() string { return markStart + x.c.Key() }

func (x *project) exists(s projectState) error {
	if rest, ok := strings.CutPrefix(s.Description, markStart); ok {
		return fault.New(fault.Invalid, "%s exists already: run %s began it and did not finish", x.Path(), clip(rest))
	}
	return fault.New(fault.Invalid, "%s exists already on %s", x.Path(), x.Host)
}

// refusedLab is the error of something that was to be written to GitLab.
func refusedLab(err error, what string, args ...any) error {
	switch rest.Code(err) {
	case http.StatusBadRequest, http.StatusConflict, http.StatusUnprocessableEntity:
		return fault.Wrap(fault.Invalid, err, what, args...)
	case http.StatusNotFound:
		return fault.Wrap(fault.Forbidden, err, what, args...)
	}
	return rest.Classify(err, what, args...)
}

// branchHead is the newest commit of a branch.
type branchHead struct {
	Commit struct{ ID, Message string }
}

// head returns the commit of a branch, "" where there is no such branch.
func (x *project) head(ctx context.Context, branch string) (branchHead, error) {
	var b branchHead
	err := x.send(ctx, http.MethodGet, x.top()+"/repository/branches/"+url.PathEscape(branch), nil, &b)
	if rest.Code(err) == http.StatusNotFound {
		return branchHead{}, nil
	}
	return b, rest.Classify(err, "look at the branch %s of %s", branch, x.id())
}

// person finds the number of an account.
func (x *project) person(ctx context.Context, login string) (int64, bool) {
	var found []struct{ ID int64 }
	err := x.send(ctx, http.MethodGet, "/users?username="+url.QueryEscape(login), nil, &found)
	if err != nil || len(found) == 0 {
		x.c.Logf(ctx, "%s is not known to %s", login, x.Host)
		return 0, false
	}
	return found[0].ID, true
}

func idText(n int64) string { return strconv.FormatInt(n, 10) }
