package host

import (
	"context"
	"fmt"
	"slices"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/scaffold"
	"github.com/backchannel-portal/backchannel/scaffold/action/input"
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

// publishGitHub is publish:github.
type publishGitHub struct{ p *publisher }

// Spec implements scaffold.Action.
func (publishGitHub) Spec() scaffold.Spec {
	return scaffold.Spec{
		Name:        "publish:github",
		Description: "Makes a repository on GitHub and publishes the workspace to it.",
		Input:       input.Schema(slices.Concat(repoFields(), branchFields())...),
		Output:      publishOutput(),
		Examples: []scaffold.Example{{
			Description: "Publish a service to a private repository",
			YAML:        "id: publish\naction: publish:github\ninput:\n  repoUrl: ${{ parameters.repoUrl }}\n  description: ${{ parameters.description }}\n  defaultBranch: main\n  topics: [service]\n",
		}},
	}
}

// publishInput is what steps say about what is published.
type publishInput struct {
	repoInput
	branchInput
}

type branchInput struct {
	DefaultBranch, SourcePath, GitCommitMessage string
	GitAuthorName, GitAuthorEmail               string
	protection
}

// defaultBranch is that of steps that name none, as in Backstage.
const defaultBranch = "master"

// branch is the branch to publish to.
func (in branchInput) branch() string {
	if in.DefaultBranch == "" {
		return defaultBranch
	}
	return in.DefaultBranch
}

func (a publishGitHub) read(ctx context.Context, c *scaffold.Call) (in publishInput, r *repository, list []file, err error) {
	input.Unknown(ctx, c, a.Spec().Input)
	if err := input.Read(c, &in); err != nil {
		return in, nil, nil, err
	}
	if err := in.check(); err != nil {
		return in, nil, nil, err
	}
	r, list, err = a.p.toPublish(c, in.RepoURL, in.Token, in.branchInput)
	return in, r, list, err
}

// toPublish is the repository that a branch is published to, and the files of the workspace that it gets.
func (p *publisher) toPublish(c *scaffold.Call, repoURL, token string, in branchInput) (*repository, []file, error) {
	if err := checkBranch(in.branch()); err != nil {
		return nil, nil, err
	}
	r, err := p.gitHub(c, repoURL, token)
	if err != nil {
		return r, nil, err
	}
	list, err := files(c.Workspace, in.SourcePath, "")
	if err == nil && len(list) == 0 {
		err = fault.New(fault.Invalid, "there are no files to publish to %s", r.Path())
	}
	return r, list, err
}

// Plan implements scaffold.Action.
func (a publishGitHub) Plan(ctx context.Context, c *scaffold.Call) (scaffold.Planned, error) {
	in, r, list, err := a.read(ctx, c)
	if err != nil {
		return scaffold.Planned{}, err
	}
	if err := r.free(ctx); err != nil {
		return scaffold.Planned{}, err
	}
	return scaffold.Planned{
		Effects: []scaffold.Effect{{Key: createKey(in.RepoVisibility), Args: lang.Args{"repo": r.Path(), "host": r.Host, "branch": in.branch(), "n": len(list), "visibility": in.RepoVisibility}}},
		Output:  published(r.planned(), in.branch(), ""),
	}, nil
}

// count is a number of things.
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// createKey says that a repository is made which some may see; private is the default.
func createKey(visibility string) lang.Key {
	switch visibility {
	case "", "private":
		return lang.EffectCreatePrivate
	case "internal":
		return lang.EffectCreateInternal
	case "public":
		return lang.EffectCreatePublic
	}
	return lang.EffectCreate
}

// published is the output of what was published.
func published(s repoState, branch, commit string) template.Value {
	out := []template.Field{input.Str("remoteUrl", s.CloneURL), input.Str("repoContentsUrl", s.HTMLURL+"/blob/"+branch)}
	if commit != "" {
		out = append(out, input.Str("commitHash", commit))
	}
	return input.Output(out...)
}

// Apply implements scaffold.Action.
func (a publishGitHub) Apply(ctx context.Context, c *scaffold.Call) (template.Value, error) {
	in, r, list, err := a.read(ctx, c)
	if err != nil {
		return template.Value{}, err
	}
	if dir := r.host.folder(r.RepoURL); dir != "" {
		return published(r.planned(), in.branch(), ""), r.fold(ctx, dir, list)
	}
	s, err := r.ensure(ctx, in.repoInput, true)
	if err != nil {
		return template.Value{}, err
	}
	s = r.shown(s)
	if err := r.settle(ctx, in.repoInput); err != nil {
		return template.Value{}, err
	}
	ch := change{files: list, message: a.p.message(in.GitCommitMessage), author: a.p.author(in.GitAuthorName, in.GitAuthorEmail)}
	commit, err := r.publish(ctx, ch, in.branch())
	if err != nil {
		return template.Value{}, err
	}
	c.Logf(ctx, "published %s to %s, branch %s", count(len(list), "file"), r.Path(), in.branch())
	if err := r.finish(ctx, in.Description, in.branch()); err != nil {
		return template.Value{}, err
	}
	r.drop(ctx, in.branch(), s.DefaultBranch)
	return published(s, in.branch(), commit), r.protect(ctx, in.branch(), in.protection)
}
