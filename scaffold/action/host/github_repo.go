package host

import (
	"context"
	"net/http"
	"slices"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/internal/scm/rest"
	"github.com/backchannel-portal/backchannel/scaffold"
	"github.com/backchannel-portal/backchannel/scaffold/action/input"
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

// createRepo is github:repo:create.
type createRepo struct{ p *publisher }

// Spec implements scaffold.Action.
func (createRepo) Spec() scaffold.Spec {
	return scaffold.Spec{
		Name:        "github:repo:create",
		Description: "Makes a repository on GitHub with nothing in it.",
		Input:       input.Schema(append(repoFields(), input.May("autoInit", input.Bool, "begin with a README"))...),
		Output:      input.Schema(input.May("remoteUrl", input.Text, "the address to clone from"), input.May("repoContentsUrl", input.Text, "the address of the files")),
		Examples: []scaffold.Example{{
			Description: "Make a repository that a later step pushes to",
			YAML:        "id: create\naction: github:repo:create\ninput:\n  repoUrl: ${{ parameters.repoUrl }}\n  description: ${{ parameters.description }}\n",
		}},
	}
}

func (a createRepo) read(ctx context.Context, c *scaffold.Call) (in repoInput, r *repository, err error) {
	input.Unknown(ctx, c, a.Spec().Input)
	if err := input.Read(c, &in); err != nil {
		return in, nil, err
	}
	if err := in.check(); err != nil {
		return in, nil, err
	}
	r, err = a.p.gitHub(c, in.RepoURL, in.Token)
	return in, r, err
}

func made(s repoState, branch string) template.Value {
	if branch == "" {
		branch = defaultBranch
	}
	return input.Output(input.Str("remoteUrl", s.CloneURL), input.Str("repoContentsUrl", s.HTMLURL+"/blob/"+branch))
}

// Plan implements scaffold.Action.
func (a createRepo) Plan(ctx context.Context, c *scaffold.Call) (scaffold.Planned, error) {
	_, r, err := a.read(ctx, c)
	if err != nil {
		return scaffold.Planned{}, err
	}
	if err := r.free(ctx); err != nil {
		return scaffold.Planned{}, err
	}
	return scaffold.Planned{
		Effects: []scaffold.Effect{{Key: lang.EffectCreateEmpty, Args: lang.Args{"repo": r.Path(), "host": r.Host}}},
		Output:  made(r.planned(), ""),
	}, nil
}

// Apply implements scaffold.Action.
func (a createRepo) Apply(ctx context.Context, c *scaffold.Call) (template.Value, error) {
	in, r, err := a.read(ctx, c)
	if err != nil {
		return template.Value{}, err
	}
	s, err := r.ensure(ctx, in, in.AutoInit)
	if err != nil {
		return template.Value{}, err
	}
	if err := r.settle(ctx, in); err != nil {
		return template.Value{}, err
	}
	if err := r.finish(ctx, in.Description, ""); err != nil {
		return template.Value{}, err
	}
	s = r.shown(s)
	return made(s, s.DefaultBranch), nil
}

// pushRepo is github:repo:push.
type pushRepo struct{ p *publisher }

// Spec implements scaffold.Action.
func (pushRepo) Spec() scaffold.Spec {
	return scaffold.Spec{
		Name:        "github:repo:push",
		Description: "Publishes the workspace to a repository on GitHub that has no such branch yet.",
		Input:       input.Schema(slices.Concat([]input.Field{repoURLField(), tokenField()}, branchFields())...),
		Output:      publishOutput(),
		Examples: []scaffold.Example{{
			Description: "Publish to the repository that an earlier step made",
			YAML:        "id: push\naction: github:repo:push\ninput:\n  repoUrl: ${{ parameters.repoUrl }}\n  defaultBranch: main\n",
		}},
	}
}

type pushInput struct {
	RepoURL, Token string
	branchInput
}

func (a pushRepo) read(ctx context.Context, c *scaffold.Call) (in pushInput, r *repository, list []file, err error) {
	input.Unknown(ctx, c, a.Spec().Input)
	if err := input.Read(c, &in); err != nil {
		return in, nil, nil, err
	}
	r, list, err = a.p.toPublish(c, in.RepoURL, in.Token, in.branchInput)
	return in, r, list, err
}

// Plan implements scaffold.Action.
func (a pushRepo) Plan(ctx context.Context, c *scaffold.Call) (scaffold.Planned, error) {
	in, r, list, err := a.read(ctx, c)
	if err != nil {
		return scaffold.Planned{}, err
	}
	return scaffold.Planned{
		Effects: []scaffold.Effect{{Key: lang.EffectPublish, Args: lang.Args{"repo": r.Path(), "host": r.Host, "branch": in.branch(), "n": len(list)}}},
		Output:  published(r.planned(), in.branch(), ""),
	}, nil
}

// Apply implements scaffold.Action.
func (a pushRepo) Apply(ctx context.Context, c *scaffold.Call) (template.Value, error) {
	in, r, list, err := a.read(ctx, c)
	if err != nil {
		return template.Value{}, err
	}
	s, found, err := r.look(ctx)
	switch {
	case err != nil:
		return template.Value{}, err
	case !found:
		return template.Value{}, fault.New(fault.NotFound, "there is no repository %s on %s", r.Path(), r.Host)
	}
	fill, err := r.begin(ctx, in.branch())
	if err != nil {
		return template.Value{}, err
	}
	ch := change{files: list, message: a.p.message(in.GitCommitMessage), author: a.p.author(in.GitAuthorName, in.GitAuthorEmail)}
	commit, err := r.publish(ctx, ch, in.branch())
	if err != nil {
		return template.Value{}, err
	}
	if fill {
		if err := refused(r.send(ctx, http.MethodPatch, r.top(), map[string]any{"default_branch": in.branch()}, nil), "set the branch of %s", r.Path()); err != nil {
			return template.Value{}, err
		}
	}
	c.Logf(ctx, "published %s to %s, branch %s", count(len(list), "file"), r.Path(), in.branch())
	return published(r.shown(s), in.branch(), commit), r.protect(ctx, in.branch(), in.protection)
}

// begin looks whether a branch can be published to: it must not exist, unless this call made it. An empty repository
// takes no objects (409), so that it gets a first file, which the published commit replaces; it reports whether it did.
func (r *repository) begin(ctx context.Context, branch string) (bool, error) {
	v, err := r.c.Once(ctx, "begin", func(ctx context.Context, again bool) (template.Value, error) {
		now, err := r.head(ctx, branch)
		switch {
		case err != nil:
			return template.Value{}, err
		case now != "" && !again:
			return template.Value{}, fault.New(fault.Invalid, "the branch %s of %s exists already", branch, r.Path())
		}
		var branches []struct{ Name string }
		if err := r.send(ctx, http.MethodGet, r.top()+"/branches?per_page=1", nil, &branches); err != nil {
			return template.Value{}, refused(err, "look at the branches of %s", r.Path())
		}
		if len(branches) > 0 {
			return template.BoolValue(again && now != ""), nil
		}
		b := map[string]any{"message": "Initial commit", "content": "", "branch": branch}
		if err = r.send(ctx, http.MethodPut, r.top()+"/contents/.gitkeep", b, nil); rest.Code(err) == http.StatusNotFound {
			err = nil // stand-ins without this part of the API take objects at once; a credential that may not write is told next
		}
		return template.BoolValue(true), refused(err, "begin the repository %s", r.Path())
	})
	return v.Truthy(), err
}
