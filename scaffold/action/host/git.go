package host

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/gitrun"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/scaffold"
	"github.com/backchannel-portal/backchannel/scaffold/action/input"
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

// publishGit is publish:git.
type publishGit struct{ p *publisher }

// Spec implements scaffold.Action.
func (publishGit) Spec() scaffold.Spec {
	return scaffold.Spec{
		Name:        "publish:git",
		Description: "Pushes the workspace as the first commit of a branch to any git repository.",
		Input: input.Schema(slices.Concat([]input.Field{
			input.Must("remoteUrl", input.Name, "the address of the repository, which exists: https://git.acme.dev/team/shop.git or git@git.acme.dev:team/shop.git"),
			input.May("defaultBranch", input.Text, "the branch to push to, which must not exist; main by default"), sourceField(),
			input.May("gitCommitMessage", input.Text, "initial commit by default"),
			input.May("username", input.Text, "whom the token belongs to, where the host wants it"), tokenField()}, authorFields())...),
		Output: input.Schema(input.May("remoteUrl", input.Text, "the address"), input.May("commitHash", input.Text, "the commit")),
		Strict: []string{"remoteUrl"},
		Examples: []scaffold.Example{{
			Description: "Push to a repository on a host of one's own",
			YAML:        "id: push\naction: publish:git\ninput:\n  remoteUrl: https://git.acme.dev/shop/${{ parameters.name }}.git\n  token: ${{ secrets.gitToken }}\n",
		}},
	}
}

type gitInput struct {
	RemoteURL, DefaultBranch, SourcePath, GitCommitMessage string
	GitAuthorName, GitAuthorEmail, Username, Token         string
}

func (a publishGit) read(ctx context.Context, c *scaffold.Call) (in gitInput, at gitrun.Address, list []file, err error) {
	input.Unknown(ctx, c, a.Spec().Input)
	in.DefaultBranch = "main"
	if err := input.Read(c, &in); err != nil {
		return in, at, nil, err
	}
	if err := checkBranch(in.DefaultBranch); err != nil {
		return in, at, nil, err
	}
	if at, err = gitrun.ParseAddress(in.RemoteURL); err != nil {
		return in, at, nil, err
	}
	if list, err = files(c.Workspace, in.SourcePath, ""); err == nil && len(list) == 0 {
		err = fault.New(fault.Invalid, "there are no files to push to %s", at)
	}
	return in, at, list, err
}

// Plan implements scaffold.Action.
func (a publishGit) Plan(ctx context.Context, c *scaffold.Call) (scaffold.Planned, error) {
	in, at, list, err := a.read(ctx, c)
	if err != nil {
		return scaffold.Planned{}, err
	}
	return scaffold.Planned{
		Effects: []scaffold.Effect{{Key: lang.EffectPush, Args: lang.Args{"repo": at.String(), "branch": in.DefaultBranch, "n": len(list)}}},
		Output:  input.Output(input.Str("remoteUrl", at.String())),
	}, nil
}

// Apply implements scaffold.Action.
func (a publishGit) Apply(ctx context.Context, c *scaffold.Call) (out template.Value, err error) {
	in, at, list, err := a.read(ctx, c)
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
	commit, err := a.p.push(ctx, c, pushing{
		git: git, at: at, credential: a.credential(at, in), branch: in.DefaultBranch, list: list,
		message: a.p.message(in.GitCommitMessage), author: a.p.author(in.GitAuthorName, in.GitAuthorEmail),
	})
	if err != nil {
		return out, err
	}
	c.Logf(ctx, "pushed %s to %s, branch %s", count(len(list), "file"), at, in.DefaultBranch)
	return input.Output(input.Str("remoteUrl", at.String()), input.Str("commitHash", commit)), nil
}

func (a publishGit) credential(at gitrun.Address, in gitInput) gitrun.Credential {
	switch {
	case in.Token != "":
		return gitrun.Credential{User: in.Username, Password: in.Token}
	case a.p.o.Credential != nil:
		return a.p.o.Credential(at)
	}
	return gitrun.Credential{}
}

// push is one push of one commit.
type push struct {
	git        *gitrun.Runner
	at         gitrun.Address
	dir        string // of the repository that is made for it
	branch     string
	credential gitrun.Credential
}

// maxPush bounds what a pushed repository may take on disk, in bytes.
const maxPush = 512 << 20

// commit makes a repository with one commit. git reads the contents as they are: no attribute or filter that a
// workspace holds has a say. The same files at the same time give the same commit, so that a push can be repeated.
func (p push) commit(ctx context.Context, c *scaffold.Call, list []file, message string, by Author, when time.Time) (string, error) {
	run := func(stdin []byte, dir string, args ...string) ([]byte, error) {
		return p.git.Run(ctx, gitrun.Cmd{Dir: dir, Args: args, Stdin: stdin, Grow: filepath.Dir(p.dir), MaxDisk: maxPush})
	}
	if _, err := run(nil, filepath.Dir(p.dir), "init", "--quiet", "--bare", "--template=", p.dir); err != nil {
		return "", err
	}
	stream, err := p.stream(c, list, message, by, when)
	if err != nil {
		return "", err
	}
	if _, err := run(stream, p.dir, "fast-import", "--quiet"); err != nil {
		return "", err
	}
	id, err := run(nil, p.dir, "rev-parse", "--verify", "--quiet", "refs/heads/"+p.branch)
	return string(bytes.TrimSpace(id)), err
}

// stream is the commit for git fast-import.
func (p push) stream(c *scaffold.Call, list []file, message string, by Author, when time.Time) ([]byte, error) {
	if by == (Author{}) {
		by = Author{defaultName, defaultEmail}
	}
	clean := strings.NewReplacer("<", "", ">", "", "\n", " ", "\r", " ", "\x00", "")
	var b bytes.Buffer
	fmt.Fprintf(&b, "commit refs/heads/%s\ncommitter %s <%s> %d +0000\ndata %d\n%s\n", p.branch, clean.Replace(by.Name), clean.Replace(by.Email), when.Unix(), len(message), message)
	for _, f := range list {
		data, err := c.Workspace.ReadFile(f.from)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, "M %s inline %s\ndata %d\n", f.mode(), quotePath(f.path), len(data))
		b.Write(data)
		b.WriteByte('\n')
	}
	return b.Bytes(), nil
}

// quotePath writes a path as git fast-import reads it (git help fast-import, "<path>").
func quotePath(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(s) + `"`
}

// send pushes the commit. A branch that exists is an error, unless it is at this commit.
func (p push) send(ctx context.Context, commit string) error {
	now, err := p.git.Head(ctx, p.at, p.credential, p.branch)
	switch {
	case err == nil && now.Commit == commit:
		return nil
	case err == nil:
		return fault.New(fault.Invalid, "%s has a branch %s already", p.at, p.branch)
	case !fault.Is(err, fault.NotFound):
		return err
	}
	_, err = p.git.Run(ctx, gitrun.Cmd{
		Dir: p.dir, At: p.at, Credential: p.credential,
		Args: []string{"push", "--quiet", "--no-verify", "--porcelain", "--", p.at.String(), commit + ":refs/heads/" + p.branch},
	})
	return fault.Wrap(fault.KindOf(err), err, "push to the branch %s", p.branch)
}
