package host

import (
	"context"
	"net/http"
	"net/url"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/scm/rest"
	"github.com/backchannel-portal/backchannel/scaffold/action/input"
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

// repoInput is what steps say about a new repository.
type repoInput struct {
	RepoURL, Description, Homepage, Access, Token string
	RepoVisibility                                string
	Collaborators                                 []collaborator
	DeleteBranchOnMerge                           bool
	AllowMergeCommit, AllowSquashMerge            *bool
	AllowRebaseMerge                              *bool
	AllowAutoMerge, AllowUpdateBranch             bool
	SquashMergeCommitTitle                        string
	SquashMergeCommitMessage                      string
	HasProjects, HasWiki, HasIssues               *bool
	Topics                                        []string
	RepoVariables, Secrets, CustomProperties      input.Value
	OIDCCustomization                             *oidc
	Subscribe                                     bool
	AutoInit                                      bool
}

type collaborator struct{ Access, User, Team, Username string }

type oidc struct {
	UseDefault       *bool
	IncludeClaimKeys []string
}

func orTrue(b *bool) bool { return b == nil || *b }

// body is that of GitHub's "Create an organization repository".
func (in repoInput) body(name, description string, org, init bool) map[string]any {
	visibility := in.RepoVisibility
	if visibility == "" {
		visibility = "private"
	}
	b := map[string]any{
		"name": name, "description": description, "private": visibility == "private", "auto_init": init,
		"delete_branch_on_merge": in.DeleteBranchOnMerge, "allow_merge_commit": orTrue(in.AllowMergeCommit),
		"allow_squash_merge": orTrue(in.AllowSquashMerge), "allow_rebase_merge": orTrue(in.AllowRebaseMerge),
		"allow_auto_merge": in.AllowAutoMerge, "allow_update_branch": in.AllowUpdateBranch,
	}
	optional := map[string]any{
		"homepage": in.Homepage, "squash_merge_commit_title": in.SquashMergeCommitTitle, "squash_merge_commit_message": in.SquashMergeCommitMessage,
	}
	for key, v := range optional {
		if v != "" {
			b[key] = v
		}
	}
	for key, v := range map[string]*bool{"has_projects": in.HasProjects, "has_wiki": in.HasWiki, "has_issues": in.HasIssues} {
		if v != nil {
			b[key] = *v
		}
	}
	if org {
		b["visibility"] = visibility
		if in.CustomProperties.Len() > 0 {
			b["custom_properties"] = in.CustomProperties.Value
		}
	}
	return b
}

// ensure makes the repository unless this call made it before. Its description is the call's mark until finish.
func (r *repository) ensure(ctx context.Context, in repoInput, init bool) (repoState, error) {
	v, err := r.c.Once(ctx, "create", func(ctx context.Context, _ bool) (template.Value, error) {
		s, found, err := r.look(ctx)
		switch {
		case err != nil:
			return template.Value{}, err
		case found && s.Description == r.mark():
			r.c.Logf(ctx, "%s was made by an earlier attempt of this run", r.Path())
			return stateValue(s), nil
		case found:
			return template.Value{}, r.exists(s)
		}
		s, err = r.create(ctx, in, init)
		return stateValue(s), err
	})
	return stateOf(v), err
}

// create makes the repository.
func (r *repository) create(ctx context.Context, in repoInput, init bool) (repoState, error) {
	var owner struct{ Type string }
	if err := r.send(ctx, http.MethodGet, "/users/"+url.PathEscape(r.Owner), nil, &owner); err != nil && rest.Code(err) != http.StatusNotFound {
		return repoState{}, rest.Classify(err, "look at the owner %s", r.Owner)
	}
	org, path := owner.Type != "User", "/orgs/"+url.PathEscape(r.Owner)+"/repos"
	if !org {
		path = "/user/repos"
	}
	var s repoState
	err := r.send(ctx, http.MethodPost, path, in.body(r.Repo, r.mark(), org, init), &s)
	switch rest.Code(err) {
	case 0:
		if err != nil {
			return s, rest.Classify(err, "make the repository %s", r.Path())
		}
	case http.StatusUnprocessableEntity:
		if now, found, e := r.look(ctx); e == nil && found { // the answer of an attempt was lost, or somebody was quicker
			if now.Description == r.mark() {
				return now, nil
			}
			return s, r.exists(now)
		}
		fallthrough
	default:
		return s, refused(err, "make the repository %s: the credential must be allowed to create repositories of %s", r.Path(), r.Owner)
	}
	r.c.Logf(ctx, "made the repository %s", r.Path())
	return s, nil
}

// finish gives the repository the description that it is to have, and its default branch.
func (r *repository) finish(ctx context.Context, description, branch string) error {
	b := map[string]any{"description": description}
	if branch != "" {
		b["default_branch"] = branch
	}
	return refused(r.send(ctx, http.MethodPatch, r.top(), b, nil), "describe the repository %s", r.Path())
}

// stateValue is a repository as a run remembers it.
func stateValue(s repoState) template.Value {
	return input.Output(input.Str("full_name", s.FullName), input.Str("html_url", s.HTMLURL), input.Str("clone_url", s.CloneURL), input.Str("default_branch", s.DefaultBranch))
}

func stateOf(v template.Value) repoState {
	return repoState{
		FullName: v.Get("full_name").String(), HTMLURL: v.Get("html_url").String(), CloneURL: v.Get("clone_url").String(),
		DefaultBranch: v.Get("default_branch").String(),
	}
}

// check refuses what contradicts itself, before anything is made.
func (in repoInput) check() error {
	for _, c := range in.Collaborators {
		if c.User == "" && c.Team == "" && c.Username == "" {
			return fault.New(fault.Invalid, "collaborators: each names a user or a team")
		}
	}
	return nil
}
