package host

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"path/filepath"
	"slices"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/gitrun"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/internal/outbound"
	"github.com/backchannel-portal/backchannel/scaffold"
	"github.com/backchannel-portal/backchannel/scaffold/action/input"
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

// API is the REST API of a host to which files are pushed with git.
type API struct {
	URL    string // without a slash at its end
	Client *outbound.Client
	Token  string
}

// vendor is what differs between such hosts.
type vendor struct {
	kind  Kind
	title string
	user  string // whom a token belongs to, for git
	// authorization is the header's value for a token.
	authorization func(token string) string
	// owner is the part of the address that owns the repository.
	owner func(input.RepoURL) string
	// look and make are the requests; read takes a repository from their answers.
	look func(owner, repo string) string
	make func(at input.RepoURL, in pushedInput, mark string) (path string, body map[string]any)
	read func(data []byte) pushedRepo
	// personal is where the account of the credential makes its own repositories, "" where there is no such place.
	personal string
	// describe gives the repository its description.
	describe func(text string) (method string, body map[string]any)
	contents func(web, branch string) string
}

// pushedRepo is a repository on such a host.
type pushedRepo struct{ clone, web, description string }

// publishPushed publishes to such a host.
type publishPushed struct {
	p *publisher
	v vendor
}

type pushedInput struct {
	RepoURL, Description, RepoVisibility, DefaultBranch, SourcePath, Token string
	GitCommitMessage, GitAuthorName, GitAuthorEmail                        string
}

// Spec implements scaffold.Action.
func (a publishPushed) Spec() scaffold.Spec {
	return scaffold.Spec{
		Name:        "publish:" + string(a.v.kind),
		Description: "Makes a repository on " + a.v.title + " and pushes the workspace to it.",
		Input: input.Schema(slices.Concat([]input.Field{
			input.Must("repoUrl", input.Name, "the repository, as a repository picker gives it"),
			input.May("description", input.Text, "what the repository is for"),
			input.May("repoVisibility", input.OneOf("private", "public"), "private by default"),
			input.May("defaultBranch", input.Text, "the branch to publish to; master by default, as in Backstage"), sourceField(),
			input.May("gitCommitMessage", input.Text, "initial commit by default"), tokenField()}, authorFields())...),
		Output: publishOutput(),
		Examples: []scaffold.Example{{
			Description: "Publish a service",
			YAML:        "id: publish\naction: publish:" + string(a.v.kind) + "\ninput:\n  repoUrl: ${{ parameters.repoUrl }}\n  description: ${{ parameters.description }}\n  defaultBranch: main\n",
		}},
	}
}

// target is where a call publishes to.
type target struct {
	in    pushedInput
	at    input.RepoURL
	owner string
	host  Host
	api   *API
	list  []file
}

func (t target) name() string { return t.at.Host + "/" + t.owner + "/" + t.at.Repo }

func (a publishPushed) read(ctx context.Context, c *scaffold.Call) (t target, err error) {
	input.Unknown(ctx, c, a.Spec().Input)
	t.in.DefaultBranch = defaultBranch
	if err := input.Read(c, &t.in); err != nil {
		return t, err
	}
	if err := checkBranch(t.in.DefaultBranch); err != nil {
		return t, err
	}
	if t.at, err = input.ParseRepoURL(t.in.RepoURL); err != nil {
		return t, err
	}
	if t.owner = a.v.owner(t.at); t.owner == "" || t.at.Repo == "" {
		return t, fault.New(fault.Invalid, "repoUrl must name an owner and a repository on %s", t.at.Host)
	}
	if t.host, err = a.p.host(a.v.kind, t.at.Host); err != nil {
		return t, err
	}
	if !c.Planning || t.host.Ready || t.in.Token != "" {
		if t.api, err = t.host.API(t.in.Token); err != nil {
			return t, err
		}
	}
	if t.list, err = files(c.Workspace, t.in.SourcePath, ""); err == nil && len(t.list) == 0 {
		err = fault.New(fault.Invalid, "there are no files to publish to %s", t.name())
	}
	return t, err
}

func (a publishPushed) planned(t target) pushedRepo {
	web := t.host.web() + "/" + t.owner + "/" + t.at.Repo
	return pushedRepo{clone: web + ".git", web: web}
}

func (a publishPushed) output(r pushedRepo, branch, commit string) template.Value {
	out := []template.Field{input.Str("remoteUrl", r.clone), input.Str("repoContentsUrl", a.v.contents(r.web, branch))}
	if commit != "" {
		out = append(out, input.Str("commitHash", commit))
	}
	return input.Output(out...)
}

// Plan implements scaffold.Action.
func (a publishPushed) Plan(ctx context.Context, c *scaffold.Call) (scaffold.Planned, error) {
	t, err := a.read(ctx, c)
	if err != nil {
		return scaffold.Planned{}, err
	}
	return scaffold.Planned{
		Effects: []scaffold.Effect{{Key: lang.EffectCreatePushed, Args: lang.Args{"repo": t.name(), "branch": t.in.DefaultBranch, "n": len(t.list)}}},
		Output:  a.output(a.planned(t), t.in.DefaultBranch, ""),
	}, nil
}

// Apply implements scaffold.Action.
func (a publishPushed) Apply(ctx context.Context, c *scaffold.Call) (out template.Value, err error) {
	t, err := a.read(ctx, c)
	if err != nil {
		return out, err
	}
	if a.p.o.Git == nil {
		return out, fault.New(fault.Invalid, "nothing is pushed with git here")
	}
	git, err := a.p.o.Git()
	if err != nil {
		return out, err
	}
	r, err := a.ensure(ctx, c, t)
	if err != nil {
		return out, err
	}
	at, err := gitrun.ParseAddress(r.clone)
	if err != nil {
		return out, err
	}
	commit, err := a.p.push(ctx, c, pushing{
		git: git, at: at, credential: gitrun.Credential{User: a.v.user, Password: t.api.Token}, branch: t.in.DefaultBranch, list: t.list,
		message: a.p.message(t.in.GitCommitMessage), author: a.p.author(t.in.GitAuthorName, t.in.GitAuthorEmail),
	})
	if err != nil {
		return out, err
	}
	method, body := a.v.describe(t.in.Description)
	if _, err := a.send(ctx, t, method, a.v.look(t.owner, t.at.Repo), body); err != nil {
		return out, err
	}
	c.Logf(ctx, "published %s to %s, branch %s", count(len(t.list), "file"), t.name(), t.in.DefaultBranch)
	return a.output(r, t.in.DefaultBranch, commit), nil
}

// ensure makes the repository unless this call made it before. Its description is the call's mark until the end.
func (a publishPushed) ensure(ctx context.Context, c *scaffold.Call, t target) (pushedRepo, error) {
	mark := markStart + c.Key()
	v, err := c.Once(ctx, "create", func(ctx context.Context, _ bool) (template.Value, error) {
		data, err := a.send(ctx, t, http.MethodGet, a.v.look(t.owner, t.at.Repo), nil)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return template.Value{}, err
		}
		if err == nil {
			r := a.v.read(data)
			if r.description != mark {
				return template.Value{}, fault.New(fault.Invalid, "%s exists already", t.name())
			}
			return input.Output(input.Str("clone", r.clone), input.Str("web", r.web)), nil
		}
		path, body := a.v.make(t.at, t.in, mark)
		data, err = a.send(ctx, t, http.MethodPost, path, body)
		if fault.Is(err, fault.NotFound) && a.v.personal != "" { // the owner is a person
			data, err = a.send(ctx, t, http.MethodPost, a.v.personal, body)
		}
		if err != nil {
			return template.Value{}, fault.Wrap(fault.KindOf(err), err, "make the repository %s", t.name())
		}
		c.Logf(ctx, "made the repository %s", t.name())
		r := a.v.read(data)
		return input.Output(input.Str("clone", r.clone), input.Str("web", r.web)), nil
	})
	r, p := pushedRepo{clone: v.Get("clone").String(), web: v.Get("web").String()}, a.planned(t)
	if r.clone == "" {
		r.clone = p.clone
	}
	if r.web == "" {
		r.web = p.web
	}
	return r, err
}

// send makes a request to the host's API.
func (a publishPushed) send(ctx context.Context, t target, method, path string, in map[string]any) ([]byte, error) {
	r := outbound.Request{Method: method, URL: t.api.URL + path, Header: http.Header{"Accept": {"application/json"}}}
	if t.api.Token != "" {
		r.Header.Set("Authorization", a.v.authorization(t.api.Token))
	}
	if in != nil {
		body, err := json.Marshal(in)
		if err != nil {
			return nil, fault.Wrap(fault.Internal, err, "encode a request")
		}
		r.Body = body
		r.Header.Set("Content-Type", "application/json")
	}
	resp, err := t.api.Client.Do(ctx, r)
	if err != nil {
		return nil, err
	}
	return resp.Body, resp.Err()
}

// pushing is a first commit that is pushed.
type pushing struct {
	git        *gitrun.Runner
	at         gitrun.Address
	credential gitrun.Credential
	branch     string
	list       []file
	message    string
	author     Author
}

// push pushes a first commit, which is the same whenever the call makes it again.
func (p *publisher) push(ctx context.Context, c *scaffold.Call, x pushing) (commit string, err error) {
	v, err := c.Once(ctx, "when", func(context.Context, bool) (template.Value, error) {
		return input.JSON(c.Now().UTC().Truncate(time.Second)), nil
	})
	if err != nil {
		return "", err
	}
	when, err := time.Parse(time.RFC3339, v.String())
	if err != nil {
		return "", fault.Wrap(fault.Internal, err, "read when the commit was made")
	}
	dir, remove, err := c.Workspace.Temp()
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, remove()) }()
	one := push{git: x.git, at: x.at, dir: filepath.Join(dir, "repo.git"), branch: x.branch, credential: x.credential}
	if commit, err = one.commit(ctx, c, x.list, x.message, x.author, when); err != nil {
		return "", err
	}
	return commit, one.send(ctx, commit)
}
