package host

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/internal/scm/rest"
	"github.com/backchannel-portal/backchannel/scaffold"
	"github.com/backchannel-portal/backchannel/scaffold/action/input"
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

// mergeRequest is publish:gitlab:merge-request.
type mergeRequest struct{ p *publisher }

// Spec implements scaffold.Action.
func (mergeRequest) Spec() scaffold.Spec {
	return scaffold.Spec{
		Name:        "publish:gitlab:merge-request",
		Description: "Opens a merge request with the files of the workspace.",
		Input: input.Schema(slices.Concat([]input.Field{
			input.Must("repoUrl", input.Name, "the project, as a repository picker gives it; project=ID names it by number"),
			input.Must("branchName", input.Name, "the branch that is made for it"), input.Must("title", input.Name, "its title"),
			input.May("description", input.Text, "what it is about, in Markdown"),
			input.May("targetBranchName", input.Text, "the branch it is for; the default branch by default"), sourceField(),
			input.May("targetPath", input.Text, "the folder of the project that the files go to; without sourcePath also where they come from"),
			input.May("commitAction", input.OneOf("create", "update", "delete", "skip", "auto"), "what is done with each file; auto looks which exist"),
			input.May("removeSourceBranch", input.Bool, "remove the branch when it is merged"), input.May("assignee", input.Text, "whom it is assigned to"),
			input.May("reviewers", input.Texts, "who is asked to review it"),
			input.May("assignReviewersFromApprovalRules", input.Bool, "not supported: approval rules ask reviewers by themselves"),
			input.May("projectid", input.Text, "outdated: project in repoUrl"), tokenField()}, authorFields())...),
		Output: input.Schema(input.May("targetBranchName", input.Text, "the branch it is for"), input.May("projectid", input.Text, "the project"),
			input.May("projectPath", input.Text, "its path"), input.May("mergeRequestUrl", input.Text, "the merge request's page")),
		Examples: []scaffold.Example{{
			Description: "Propose a new service to the repository of deployments",
			YAML:        "id: propose\naction: publish:gitlab:merge-request\ninput:\n  repoUrl: gitlab.com?owner=acme&repo=deployments\n  branchName: add-${{ parameters.name }}\n  title: Deploy ${{ parameters.name }}\n  sourcePath: ./out\n  targetPath: services/${{ parameters.name }}\n",
		}},
	}
}

type mergeInput struct {
	RepoURL, BranchName, Title, Description, TargetBranchName, Token string
	SourcePath, TargetPath, CommitAction, Assignee                   string
	ProjectID                                                        string `json:"projectid"`
	RemoveSourceBranch                                               bool
	Reviewers                                                        []string
	GitAuthorName, GitAuthorEmail                                    string
}

func (a mergeRequest) read(ctx context.Context, c *scaffold.Call) (in mergeInput, x *project, list []file, err error) {
	input.Unknown(ctx, c, a.Spec().Input)
	if err := input.Read(c, &in); err != nil {
		return in, nil, nil, err
	}
	if err := checkBranch(in.BranchName); err != nil {
		return in, nil, nil, err
	}
	if x, err = a.p.gitLab(c, in.RepoURL, in.Token); err != nil {
		return in, x, nil, err
	}
	source := in.SourcePath
	if source == "" {
		source = in.TargetPath // as in Backstage
	}
	list, err = files(c.Workspace, source, in.TargetPath)
	return in, x, list, err
}

func (x *project) merged(target, address string) template.Value {
	return input.Output(input.Str("targetBranchName", target), input.Str("projectid", x.id()), input.Str("projectPath", x.id()), input.Str("mergeRequestUrl", address))
}

// Plan implements scaffold.Action.
func (a mergeRequest) Plan(ctx context.Context, c *scaffold.Call) (scaffold.Planned, error) {
	in, x, list, err := a.read(ctx, c)
	if err != nil {
		return scaffold.Planned{}, err
	}
	target := in.TargetBranchName
	if target == "" {
		target = "main"
	}
	planned := scaffold.Planned{
		Effects: []scaffold.Effect{{Key: lang.EffectMerge, Args: lang.Args{"title": in.Title, "repo": x.id(), "host": x.Host, "branch": in.BranchName, "n": len(list)}}},
		Output:  x.merged(target, x.remote(projectState{})+"/-/merge_requests"),
	}
	if x.Project != "" { // by its number, which is no address
		planned.Notes = append(planned.Notes, "what is in project "+x.Project+" is not read: files are shown whole")
		return planned, nil
	}
	address := x.remote(projectState{})
	if in.TargetBranchName != "" {
		address += "/-/tree/" + in.TargetBranchName
	}
	return planned, a.p.before(ctx, &planned, x.id(), list, address)
}

type merge struct {
	WebURL string `json:"web_url"`
}

// Apply implements scaffold.Action.
func (a mergeRequest) Apply(ctx context.Context, c *scaffold.Call) (template.Value, error) {
	in, x, list, err := a.read(ctx, c)
	if err != nil {
		return template.Value{}, err
	}
	s, found, err := x.look(ctx)
	switch {
	case err != nil:
		return template.Value{}, err
	case !found:
		return template.Value{}, fault.New(fault.NotFound, "there is no project %s on %s", x.id(), x.Host)
	}
	if in.TargetBranchName == "" {
		in.TargetBranchName = s.DefaultBranch
	}
	ch := change{files: list, message: in.Title, author: a.p.author(in.GitAuthorName, in.GitAuthorEmail)}
	if err := x.branchOut(ctx, in, ch); err != nil {
		return template.Value{}, err
	}
	m, err := x.request(ctx, in)
	return x.merged(in.TargetBranchName, m.WebURL), err
}

// branchOut makes the branch with the commit. One that is there is an error, unless an attempt of this call made it.
func (x *project) branchOut(ctx context.Context, in mergeInput, ch change) error {
	_, err := x.c.Once(ctx, "commit", func(ctx context.Context, again bool) (template.Value, error) {
		now, err := x.head(ctx, in.BranchName)
		switch {
		case err != nil:
			return template.Value{}, err
		case now.Commit.ID != "" && again && strings.TrimSpace(now.Commit.Message) == strings.TrimSpace(ch.message):
			return template.StringValue(now.Commit.ID), nil
		case now.Commit.ID != "":
			return template.Value{}, fault.New(fault.Invalid, "%s has a branch %s already", x.id(), in.BranchName)
		}
		all, err := x.actions(ch.files, x.how(ctx, in))
		if err != nil {
			return template.Value{}, err
		}
		if len(all) == 0 {
			q := url.Values{"branch": {in.BranchName}, "ref": {in.TargetBranchName}}
			err := x.send(ctx, http.MethodPost, x.top()+"/repository/branches?"+q.Encode(), nil, nil)
			return template.Value{}, refusedLab(err, "make the branch %s of %s", in.BranchName, x.id())
		}
		id, err := x.commit(ctx, in.BranchName, in.TargetBranchName, ch, all)
		return template.StringValue(id), err
	})
	return err
}

// how decides what is done with each file.
func (x *project) how(ctx context.Context, in mergeInput) func(file, []byte) (string, error) {
	switch in.CommitAction {
	case "", "auto":
	case "skip":
		return func(file, []byte) (string, error) { return "", nil }
	default:
		return func(file, []byte) (string, error) { return in.CommitAction, nil }
	}
	return func(f file, data []byte) (string, error) {
		var there struct {
			SHA256 string `json:"content_sha256"`
		}
		err := x.send(ctx, http.MethodGet, x.top()+"/repository/files/"+url.PathEscape(f.path)+"?ref="+url.QueryEscape(in.TargetBranchName), nil, &there)
		sum := sha256.Sum256(data)
		switch {
		case rest.Code(err) == http.StatusNotFound:
			return "create", nil
		case err != nil:
			return "", rest.Classify(err, "look at %s of %s", f.path, x.id())
		case there.SHA256 == hex.EncodeToString(sum[:]):
			return "", nil
		}
		return "update", nil
	}
}

// request opens the merge request, unless the branch has one.
func (x *project) request(ctx context.Context, in mergeInput) (merge, error) {
	find := func() (merge, bool, error) {
		var all []merge
		q := url.Values{"state": {"opened"}, "source_branch": {in.BranchName}, "target_branch": {in.TargetBranchName}}
		err := x.send(ctx, http.MethodGet, x.top()+"/merge_requests?"+q.Encode(), nil, &all)
		if err != nil || len(all) == 0 {
			return merge{}, false, rest.Classify(err, "look for the merge request of %s in %s", in.BranchName, x.id())
		}
		return all[0], true, nil
	}
	if m, found, err := find(); err != nil || found {
		return m, err
	}
	b := map[string]any{
		"source_branch": in.BranchName, "target_branch": in.TargetBranchName, "title": in.Title, "description": in.Description, "remove_source_branch": in.RemoveSourceBranch,
	}
	if in.Assignee != "" {
		if id, ok := x.person(ctx, in.Assignee); ok {
			b["assignee_id"] = id
		}
	}
	var ids []int64
	for _, login := range in.Reviewers {
		if id, ok := x.person(ctx, login); ok {
			ids = append(ids, id)
		}
	}
	if len(ids) > 0 {
		b["reviewer_ids"] = ids
	}
	var made merge
	err := x.send(ctx, http.MethodPost, x.top()+"/merge_requests", b, &made)
	if rest.Code(err) == http.StatusConflict {
		if m, found, e := find(); e == nil && found {
			return m, nil
		}
	}
	return made, refusedLab(err, "open a merge request in %s", x.id())
}
