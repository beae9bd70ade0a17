package host

import (
	"context"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/internal/scm/rest"
	"github.com/backchannel-portal/backchannel/scaffold"
	"github.com/backchannel-portal/backchannel/scaffold/action/input"
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

// pullRequest is publish:github:pull-request.
type pullRequest struct{ p *publisher }

// Spec implements scaffold.Action.
func (pullRequest) Spec() scaffold.Spec {
	return scaffold.Spec{
		Name:        "publish:github:pull-request",
		Description: "Opens a pull request with the files of the workspace.",
		Input: input.Schema(slices.Concat([]input.Field{
			repoURLField(), input.Must("branchName", input.Name, "the branch that is made for it"), input.Must("title", input.Name, "its title"),
			input.Must("description", input.Text, "what it is about, in Markdown"),
			input.May("targetBranchName", input.Text, "the branch it is for; the default branch by default"), input.May("draft", input.Bool, ""),
			sourceField(), input.May("targetPath", input.Text, "the folder of the repository that the files go to"),
			input.May("filesToDelete", input.Texts, "files of the repository that it removes"),
			input.May("commitMessage", input.Text, "the title by default"),
			input.May("reviewers", input.Texts, "users who are asked to review it"), input.May("teamReviewers", input.Texts, "teams who are"),
			input.May("assignees", input.Texts, "users it is assigned to"),
			input.May("update", input.Bool, "add to a pull request of the same branch; otherwise one that exists is an error"),
			input.May("createWhenEmpty", input.Bool, "open it where the files change nothing, too; true by default"),
			input.May("forceFork", input.Bool, "make the branch in a fork in the account of the credential; without it, only where it must not push"),
			input.May("forceEmptyGitAuthor", input.Bool, "the commit is by the account of the credential"),
			tokenField()}, authorFields())...),
		Output: input.Schema(input.May("remoteUrl", input.Text, "the pull request's page"), input.May("pullRequestNumber", input.Number, "its number"),
			input.May("targetBranchName", input.Text, "the branch it is for")),
		Examples: []scaffold.Example{{
			Description: "Propose a new service to the repository of deployments",
			YAML:        "id: propose\naction: publish:github:pull-request\ninput:\n  repoUrl: github.com?owner=acme&repo=deployments\n  branchName: add-${{ parameters.name }}\n  title: Deploy ${{ parameters.name }}\n  description: Made from a template.\n  targetPath: services/${{ parameters.name }}\n",
		}},
	}
}

type pullInput struct {
	RepoURL, BranchName, Title, Description, TargetBranchName, Token string
	Draft                                                            bool
	SourcePath, TargetPath, CommitMessage                            string
	FilesToDelete, Reviewers, TeamReviewers, Assignees               []string
	Update, ForceFork, ForceEmptyGitAuthor                           bool
	CreateWhenEmpty                                                  *bool
	GitAuthorName, GitAuthorEmail                                    string
}

func (a pullRequest) read(ctx context.Context, c *scaffold.Call) (in pullInput, r *repository, list []file, err error) {
	input.Unknown(ctx, c, a.Spec().Input)
	if err := input.Read(c, &in); err != nil {
		return in, nil, nil, err
	}
	if err := checkBranch(in.BranchName); err != nil {
		return in, nil, nil, err
	}
	if r, err = a.p.gitHub(c, in.RepoURL, in.Token); err != nil {
		return in, r, nil, err
	}
	for i, name := range in.FilesToDelete {
		if in.FilesToDelete[i], err = c.Workspace.Clean(path.Join(in.TargetPath, name)); err != nil {
			return in, r, nil, err
		}
	}
	if in.CommitMessage == "" {
		in.CommitMessage = in.Title
	}
	list, err = files(c.Workspace, in.SourcePath, in.TargetPath)
	return in, r, list, err
}

// key says what is opened.
func (in pullInput) key() lang.Key {
	if in.ForceFork {
		return lang.EffectPullFork
	}
	return lang.EffectPull
}

// Plan implements scaffold.Action.
func (a pullRequest) Plan(ctx context.Context, c *scaffold.Call) (scaffold.Planned, error) {
	in, r, list, err := a.read(ctx, c)
	if err != nil {
		return scaffold.Planned{}, err
	}
	target := in.TargetBranchName
	if target == "" {
		target = "main"
	}
	planned := scaffold.Planned{
		Effects: []scaffold.Effect{{Key: in.key(), Args: lang.Args{"title": in.Title, "repo": r.Path(), "host": r.Host, "branch": in.BranchName, "n": len(list), "removed": len(in.FilesToDelete)}}},
		Output: input.Output(input.Str("remoteUrl", r.planned().HTMLURL+"/pulls"), input.Num("pullRequestNumber", 0),
			input.Str("targetBranchName", target)),
	}
	web, branches := r.planned().HTMLURL, []string{}
	if in.Update && !in.ForceFork {
		branches = append(branches, web+"/tree/"+in.BranchName)
	}
	if in.TargetBranchName != "" {
		web += "/tree/" + in.TargetBranchName
	}
	return planned, a.p.before(ctx, &planned, r.Path(), list, append(branches, web)...)
}

// pull is what we need of GitHub's "Pull Request".
type pull struct {
	Number  int64
	HTMLURL string `json:"html_url"`
	Head    struct{ SHA string }
	Base    struct{ Ref string }
}

func (p pull) output(target string) template.Value {
	if p.Base.Ref == "" {
		p.Base.Ref = target
	}
	return input.Output(input.Str("remoteUrl", p.HTMLURL), input.Num("pullRequestNumber", p.Number), input.Str("targetBranchName", p.Base.Ref))
}

// Apply implements scaffold.Action.
func (a pullRequest) Apply(ctx context.Context, c *scaffold.Call) (template.Value, error) {
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
	if in.TargetBranchName == "" {
		in.TargetBranchName = s.DefaultBranch
	}
	to, err := r.pushing(ctx, s, in.ForceFork)
	if err != nil {
		return template.Value{}, err
	}
	commit, tree, err := r.propose(ctx, to, in, list, a.p)
	if err != nil {
		return template.Value{}, err
	}
	if tree == "" && in.CreateWhenEmpty != nil && !*in.CreateWhenEmpty {
		c.Logf(ctx, "the files change nothing in %s: no pull request is opened", r.Path())
		return template.Value{}, nil
	}
	if err := to.branchTo(ctx, in, commit); err != nil {
		return template.Value{}, err
	}
	p, err := r.open(ctx, to, in)
	if err != nil {
		return template.Value{}, err
	}
	r.ask(ctx, in, p.Number)
	return p.output(in.TargetBranchName), ctx.Err()
}

// propose makes the commit: on the branch of the pull request where that is there and is to be added to, else on the
// target. to is where it is made: a fork knows the commits of what it is a fork of. tree is "" where nothing changes.
func (r *repository) propose(ctx context.Context, to *repository, in pullInput, list []file, p *publisher) (commit, tree string, err error) {
	base := ""
	if in.Update {
		if base, err = to.head(ctx, in.BranchName); err != nil {
			return "", "", err
		}
	}
	if base == "" {
		if base, err = r.head(ctx, in.TargetBranchName); err != nil {
			return "", "", err
		}
	}
	if base == "" {
		return "", "", fault.New(fault.NotFound, "%s has no branch %s", r.Path(), in.TargetBranchName)
	}
	old, err := to.treeOf(ctx, base)
	if err != nil {
		return "", "", err
	}
	ch := change{files: list, message: in.CommitMessage, base: old, parents: []string{base}}
	if !in.ForceEmptyGitAuthor {
		ch.author = p.author(in.GitAuthorName, in.GitAuthorEmail)
	}
	if ch.remove, err = to.present(ctx, old, in.FilesToDelete); err != nil {
		return "", "", err
	}
	commit, err = to.commit(ctx, ch)
	if err != nil {
		return "", "", err
	}
	now, err := to.treeOf(ctx, commit)
	if now == old {
		now = ""
	}
	return commit, now, err
}

// present are those of some paths that a tree has: GitHub refuses to remove others.
func (r *repository) present(ctx context.Context, tree string, paths []string) ([]string, error) {
	if len(paths) == 0 {
		return nil, nil
	}
	var list struct{ Tree []struct{ Path, Type string } }
	if err := r.send(ctx, http.MethodGet, r.top()+"/git/trees/"+tree+"?recursive=1", nil, &list); err != nil {
		return nil, rest.Classify(err, "list the files of %s", r.Path())
	}
	var out []string
	for _, e := range list.Tree {
		if e.Type == "blob" && slices.Contains(paths, e.Path) {
			out = append(out, e.Path)
		}
	}
	return out, nil
}

// branchTo makes the branch of a pull request, or moves it forward with update.
func (r *repository) branchTo(ctx context.Context, in pullInput, commit string) error {
	now, err := r.head(ctx, in.BranchName)
	switch {
	case err != nil:
		return err
	case now != "" && now != commit && !in.Update:
		return fault.New(fault.Invalid, "%s has a branch %s already; update: true adds to it", r.Path(), in.BranchName)
	}
	return r.point(ctx, in.BranchName, commit, false)
}

// open opens the pull request, unless the branch has one. from is the repository that has the branch.
func (r *repository) open(ctx context.Context, from *repository, in pullInput) (pull, error) {
	head := in.BranchName
	if from != r {
		head = from.Owner + ":" + head
	}
	find := func() (pull, bool, error) {
		var all []pull
		err := r.send(ctx, http.MethodGet, r.top()+"/pulls?state=open&per_page=100&head="+url.QueryEscape(from.Owner+":"+in.BranchName), nil, &all)
		if err != nil || len(all) == 0 {
			return pull{}, false, rest.Classify(err, "look for the pull request of %s in %s", in.BranchName, r.Path())
		}
		return all[0], true, nil
	}
	if p, found, err := find(); err != nil || found {
		return p, err
	}
	var made pull
	err := r.send(ctx, http.MethodPost, r.top()+"/pulls", map[string]any{
		"title": in.Title, "body": in.Description, "head": head, "base": in.TargetBranchName, "draft": in.Draft, "maintainer_can_modify": true,
	}, &made)
	if rest.Code(err) == http.StatusUnprocessableEntity { // the answer of an attempt was lost
		if p, found, e := find(); e == nil && found {
			return p, nil
		}
	}
	if err != nil {
		return made, refused(err, "open a pull request in %s", r.Path())
	}
	r.c.Logf(ctx, "opened pull request %d in %s", made.Number, r.Path())
	return made, nil
}

// ask asks people to review. Whom the host refuses is told in the log.
func (r *repository) ask(ctx context.Context, in pullInput, number int64) {
	n := strconv.FormatInt(number, 10)
	if len(in.Reviewers)+len(in.TeamReviewers) > 0 {
		teams := slices.Compact(slices.Sorted(slices.Values(in.TeamReviewers)))
		b := map[string]any{"reviewers": append([]string{}, in.Reviewers...), "team_reviewers": append([]string{}, teams...)}
		if err := r.send(ctx, http.MethodPost, r.top()+"/pulls/"+n+"/requested_reviewers", b, nil); err != nil {
			r.c.Logf(ctx, "reviewers of pull request %s are refused: %v", n, err)
		}
	}
	if len(in.Assignees) > 0 {
		if err := r.send(ctx, http.MethodPost, r.top()+"/issues/"+n+"/assignees", map[string]any{"assignees": in.Assignees}, nil); err != nil {
			r.c.Logf(ctx, "pull request %s cannot be assigned: %v", n, err)
		}
	}
}
