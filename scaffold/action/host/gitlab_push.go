package host

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/url"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/scm/rest"
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

// commitAction is an element of "actions" of GitLab's "Create a commit with multiple files and actions".
type commitAction struct {
	Action   string `json:"action"`
	Path     string `json:"file_path"`
	Content  string `json:"content,omitempty"`
	Encoding string `json:"encoding,omitempty"`
	Exec     bool   `json:"execute_filemode,omitempty"`
}

// maxCommit bounds what one commit of GitLab's API carries, in bytes.
const maxCommit = 200 << 20

// actions are the files of a commit; how says what is done with each, "" leaves it out.
func (x *project) actions(list []file, how func(file, []byte) (string, error)) ([]commitAction, error) {
	out := []commitAction{}
	var sum int64
	for _, f := range list {
		data, err := x.c.Workspace.ReadFile(f.from)
		if err != nil {
			return nil, err
		}
		if sum += int64(len(data)); sum > maxCommit {
			return nil, fault.New(fault.Invalid, "the files to publish have more than %d bytes", maxCommit)
		}
		action, err := how(f, data)
		if err != nil {
			return nil, err
		}
		switch action {
		case "":
		case "delete":
			out = append(out, commitAction{Action: action, Path: f.path})
		default:
			out = append(out, commitAction{Action: action, Path: f.path, Content: base64.StdEncoding.EncodeToString(data), Encoding: "base64", Exec: f.exec})
		}
	}
	return out, nil
}

// first publishes the first commit of a project.
func (x *project) first(ctx context.Context, branch string, ch change) (string, error) {
	v, err := x.c.Once(ctx, "commit", func(ctx context.Context, again bool) (template.Value, error) {
		if again {
			now, err := x.head(ctx, branch)
			if err != nil {
				return template.Value{}, err
			}
			if now.Commit.ID != "" { // only this call has written to the project so far
				return template.StringValue(now.Commit.ID), nil
			}
		}
		all, err := x.actions(ch.files, func(file, []byte) (string, error) { return "create", nil })
		if err != nil {
			return template.Value{}, err
		}
		id, err := x.commit(ctx, branch, "", ch, all)
		return template.StringValue(id), err
	})
	return v.String(), err
}

// commit makes a commit on a branch, which begins at start where that is not empty.
func (x *project) commit(ctx context.Context, branch, start string, ch change, all []commitAction) (string, error) {
	b := map[string]any{"branch": branch, "commit_message": ch.message, "actions": all}
	if start != "" {
		b["start_branch"] = start
	}
	if ch.author != (Author{}) {
		b["author_name"], b["author_email"] = ch.author.Name, ch.author.Email
	}
	var made struct{ ID string }
	err := x.send(ctx, http.MethodPost, x.top()+"/repository/commits", b, &made)
	return made.ID, refusedLab(err, "commit to %s", x.id())
}

// settle gives the project its description and what else the step says. Each can be done again.
func (x *project) settle(ctx context.Context, in labInput) error {
	for _, b := range in.Branches {
		if err := x.branch(ctx, b.Name, b.Ref, b.Create, b.Protect); err != nil {
			return err
		}
	}
	for _, v := range in.ProjectVariables {
		if err := x.variable(ctx, v); err != nil {
			return err
		}
	}
	err := x.send(ctx, http.MethodPut, x.top(), map[string]any{"description": in.about(), "default_branch": in.branch()}, nil)
	return refusedLab(err, "describe the project %s", x.Path())
}

func (x *project) branch(ctx context.Context, name, ref string, create, protect bool) error {
	if create {
		if ref == "" {
			ref = defaultBranch
		}
		q := url.Values{"branch": {name}, "ref": {ref}}
		err := x.send(ctx, http.MethodPost, x.top()+"/repository/branches?"+q.Encode(), nil, nil)
		if err != nil {
			if now, e := x.head(ctx, name); e != nil || now.Commit.ID == "" { // an earlier attempt made it
				return refusedLab(err, "make the branch %s of %s", name, x.Path())
			}
		}
	}
	if !protect {
		return nil
	}
	err := x.send(ctx, http.MethodPost, x.top()+"/protected_branches", map[string]any{"name": name}, nil)
	if rest.Code(err) == http.StatusConflict { // it is protected
		return nil
	}
	return refusedLab(err, "protect the branch %s of %s", name, x.Path())
}

func (x *project) variable(ctx context.Context, v map[string]any) error {
	key, _ := v["key"].(string)
	err := x.send(ctx, http.MethodPost, x.top()+"/variables", v, nil)
	if rest.Code(err) == http.StatusBadRequest { // maybe an earlier attempt set it
		if e := x.send(ctx, http.MethodPut, x.top()+"/variables/"+url.PathEscape(key), v, nil); e == nil {
			return nil
		}
	}
	return refusedLab(err, "set the variable %s of %s", key, x.Path())
}
