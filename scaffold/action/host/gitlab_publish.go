package host

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/internal/scm/rest"
	"github.com/backchannel-portal/backchannel/scaffold"
	"github.com/backchannel-portal/backchannel/scaffold/action/input"
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

// publishGitLab is publish:gitlab.
type publishGitLab struct{ p *publisher }

// Spec implements scaffold.Action.
func (publishGitLab) Spec() scaffold.Spec {
	return scaffold.Spec{
		Name:        "publish:gitlab",
		Description: "Makes a project on GitLab and publishes the workspace to it.",
		Input: input.Schema(slices.Concat([]input.Field{
			input.Must("repoUrl", input.Name, "the project, as a repository picker gives it: gitlab.com?owner=acme/shop&repo=cart"),
			input.May("description", input.Text, "what the project is for"),
			input.May("repoVisibility", input.OneOf("private", "public", "internal"), "private by default; settings.visibility is the newer form"),
			input.May("defaultBranch", input.Text, "the branch to publish to; master by default, as in Backstage"), sourceField(),
			input.May("gitCommitMessage", input.Text, "initial commit by default"),
			input.May("setUserAsOwner", input.Bool, "make the account of token an owner, by means of the configured credential"),
			input.May("topics", input.Texts, "topics of the project; settings.topics is the newer form"),
			input.May("settings", input.Map, "what else GitLab's \"Create a project\" takes: path, ci_config_path, merge_method, ..."),
			input.May("branches", input.ListOf(input.Object(input.Must("name", input.Name, ""), input.May("protect", input.Bool, ""),
				input.May("create", input.Bool, ""), input.May("ref", input.Text, ""))), "branches to make and to protect"),
			input.May("projectVariables", input.ListOf(input.Object(input.Must("key", input.Name, ""), input.Must("value", input.Text, ""))),
				"variables of its pipelines, each with what GitLab's \"Create a variable\" takes"),
			input.May("skipExisting", input.Bool, "take a project that exists as it is, and publish nothing"), tokenField()}, authorFields())...),
		Output: input.Schema(input.May("remoteUrl", input.Text, "the project's address"), input.May("repoContentsUrl", input.Text, "the address of the files on the branch"),
			input.May("projectId", input.Number, "the project's number"), input.May("commitHash", input.Text, "the commit"),
			input.May("created", input.Bool, "false where it existed")),
		Examples: []scaffold.Example{{
			Description: "Publish a service to a group",
			YAML:        "id: publish\naction: publish:gitlab\ninput:\n  repoUrl: ${{ parameters.repoUrl }}\n  defaultBranch: main\n  settings:\n    visibility: internal\n    topics: [service]\n",
		}},
	}
}

type labInput struct {
	RepoURL, Description, RepoVisibility, DefaultBranch, SourcePath, Token string
	GitCommitMessage, GitAuthorName, GitAuthorEmail                        string
	SetUserAsOwner, SkipExisting                                           bool
	Topics                                                                 []string
	Settings                                                               map[string]any
	Branches                                                               []struct {
		Name, Ref       string
		Protect, Create bool
	}
	ProjectVariables []map[string]any
}

func (in labInput) branch() string {
	if in.DefaultBranch == "" {
		return defaultBranch
	}
	return in.DefaultBranch
}

// about is the description that the project is to have.
func (in labInput) about() string {
	if s, ok := in.Settings["description"].(string); ok && in.Description == "" {
		return s
	}
	return in.Description
}

func (a publishGitLab) read(ctx context.Context, c *scaffold.Call) (in labInput, x *project, list []file, err error) {
	input.Unknown(ctx, c, a.Spec().Input)
	if err := input.Read(c, &in); err != nil {
		return in, nil, nil, err
	}
	if err := checkBranch(in.branch()); err != nil {
		return in, nil, nil, err
	}
	for _, b := range in.Branches {
		if err := checkBranch(b.Name); err != nil {
			return in, nil, nil, err
		}
	}
	if x, err = a.p.gitLab(c, in.RepoURL, in.Token); err != nil {
		return in, x, nil, err
	}
	if err := x.NeedOwner(); err != nil {
		return in, x, nil, err
	}
	if list, err = files(c.Workspace, in.SourcePath, ""); err == nil && len(list) == 0 {
		err = fault.New(fault.Invalid, "there are no files to publish to %s", x.Path())
	}
	return in, x, list, err
}

// Plan implements scaffold.Action.
func (a publishGitLab) Plan(ctx context.Context, c *scaffold.Call) (scaffold.Planned, error) {
	in, x, list, err := a.read(ctx, c)
	if err != nil {
		return scaffold.Planned{}, err
	}
	if x.api != nil && !in.SkipExisting {
		s, found, err := x.look(ctx)
		if err != nil {
			c.Logf(ctx, "whether %s is free could not be found out: %v", x.Path(), err)
		}
		if found {
			return scaffold.Planned{}, x.exists(s)
		}
	}
	return scaffold.Planned{
		Effects: []scaffold.Effect{{Key: lang.EffectProject, Args: lang.Args{"repo": x.Path(), "host": x.Host, "branch": in.branch(), "n": len(list)}}},
		Output:  x.output(projectState{}, in.branch(), ""),
	}, nil
}

// Apply implements scaffold.Action.
func (a publishGitLab) Apply(ctx context.Context, c *scaffold.Call) (template.Value, error) {
	in, x, list, err := a.read(ctx, c)
	if err != nil {
		return template.Value{}, err
	}
	if in.SkipExisting {
		s, found, err := x.look(ctx)
		if err != nil || found && s.Description != x.mark() {
			return x.output(s, in.branch(), ""), err
		}
	}
	s, err := x.ensure(ctx, in)
	if err != nil {
		return template.Value{}, err
	}
	x.Project = idText(s.ID)
	if in.SetUserAsOwner && in.Token != "" {
		if err := x.own(ctx); err != nil {
			return template.Value{}, err
		}
	}
	ch := change{files: list, message: a.p.message(in.GitCommitMessage), author: a.p.author(in.GitAuthorName, in.GitAuthorEmail)}
	commit, err := x.first(ctx, in.branch(), ch)
	if err != nil {
		return template.Value{}, err
	}
	c.Logf(ctx, "published %s to %s, branch %s", count(len(list), "file"), x.Path(), in.branch())
	if err := x.settle(ctx, in); err != nil {
		return template.Value{}, err
	}
	return x.output(s, in.branch(), commit), nil
}

// ensure makes the project unless this call made it before. Its description is the call's mark until settle.
func (x *project) ensure(ctx context.Context, in labInput) (projectState, error) {
	v, err := x.c.Once(ctx, "create", func(ctx context.Context, _ bool) (template.Value, error) {
		s, found, err := x.look(ctx)
		switch {
		case err != nil:
			return template.Value{}, err
		case found && s.Description == x.mark():
			x.c.Logf(ctx, "%s was made by an earlier attempt of this run", x.Path())
			return labValue(s), nil
		case found:
			return template.Value{}, x.exists(s)
		}
		s, err = x.create(ctx, in)
		return labValue(s), err
	})
	return projectState{ID: int64(v.Get("id").Float()), Clone: v.Get("clone").String(), Web: v.Get("web").String()}, err
}

func labValue(s projectState) template.Value {
	return input.Output(input.Num("id", s.ID), input.Str("clone", s.Clone), input.Str("web", s.Web))
}

func (x *project) create(ctx context.Context, in labInput) (projectState, error) {
	var s projectState
	var space struct{ ID int64 }
	if err := x.send(ctx, http.MethodGet, "/namespaces/"+url.PathEscape(x.Owner), nil, &space); err != nil {
		if rest.Code(err) == http.StatusNotFound {
			return s, fault.New(fault.Forbidden, "there is no group or user %s on %s, or the credential may not see it", x.Owner, x.Host)
		}
		return s, rest.Classify(err, "look at %s", x.Owner)
	}
	b := map[string]any{"visibility": "private"}
	if in.RepoVisibility != "" {
		b["visibility"] = in.RepoVisibility
	}
	if len(in.Topics) > 0 {
		b["topics"] = in.Topics
	}
	maps.Copy(b, in.Settings)
	maps.Copy(b, map[string]any{
		"name": x.Repo, "path": x.Repo, "namespace_id": space.ID, "description": x.mark(), "default_branch": in.branch(), "initialize_with_readme": false,
	})
	err := x.send(ctx, http.MethodPost, "/projects", b, &s)
	if code := rest.Code(err); code == http.StatusBadRequest || code == http.StatusConflict {
		if now, found, e := x.look(ctx); e == nil && found { // the answer of an attempt was lost, or somebody was quicker
			if now.Description == x.mark() {
				return now, nil
			}
			return s, x.exists(now)
		}
	}
	if err != nil {
		return s, refusedLab(err, "make the project %s: the credential must be allowed to create projects in %s", x.Path(), x.Owner)
	}
	x.c.Logf(ctx, "made the project %s", x.Path())
	return s, nil
}

// own makes the account of the step's token an owner of the project, by means of the configured credential.
func (x *project) own(ctx context.Context) error {
	var me struct{ ID int64 }
	if err := x.send(ctx, http.MethodGet, "/user", nil, &me); err != nil {
		return rest.Classify(err, "ask who the token belongs to")
	}
	if !x.host.Ready {
		return fault.New(fault.Invalid, "setUserAsOwner needs a credential in the configuration")
	}
	admin, err := x.host.GitLab("")
	if err != nil {
		return err
	}
	const owner = 50 // of GitLab's access levels
	err = admin.Send(ctx, http.MethodPost, x.top()+"/members", map[string]any{"user_id": me.ID, "access_level": owner}, nil)
	if rest.Code(err) == http.StatusConflict { // an earlier attempt did
		return nil
	}
	return refusedLab(err, "make the account an owner of %s", x.Path())
}
