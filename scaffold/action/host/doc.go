// Package host holds the actions that publish: repositories with the files of a workspace, pull and merge requests,
// and what belongs to a repository on GitHub, such as webhooks and labels. On GitHub and GitLab files travel through the
// REST API, to any other remote with git.
//
// Nothing is made twice. Before something is made it is looked for, and what a run of this process or of one before it
// began is told by a mark: while a repository is being made, its description names the call (scaffold.Call.Key).
package host

import (
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/gitrun"
	"github.com/backchannel-portal/backchannel/internal/scm"
	"github.com/backchannel-portal/backchannel/internal/scm/github"
	"github.com/backchannel-portal/backchannel/internal/scm/gitlab"
	"github.com/backchannel-portal/backchannel/scaffold"
)

// Kind is what runs on a host.
type Kind string

// The kinds of hosts that can be published to.
const (
	GitHub Kind = "github"
	GitLab Kind = "gitlab"
)

// Host is a host that the configuration names.
type Host struct {
	Kind Kind
	Name string // in addresses of repositories: github.com
	Web  string // where its pages are; empty: https://NAME
	// Ready says that there is a credential for making repositories.
	Ready bool
	// GitHub and GitLab return a client with a token, or with the credential for making repositories where that is
	// empty. The one of the host's kind is set.
	GitHub func(token string) (*github.Client, error)
	GitLab func(token string) (*gitlab.Client, error)
	API    func(token string) (*API, error) // of hosts to which files are pushed with git
	// Folder is where a repository of a sample company lies, which is a folder and nothing else: publish:github makes
	// it there. "" stands for one on the host itself; nil: all are.
	Folder func(owner, repo string) string
}

func (h Host) web() string {
	if h.Web != "" {
		return strings.TrimRight(h.Web, "/")
	}
	return "https://" + h.Name
}

// Author is whom commits are by.
type Author struct{ Name, Email string }

// The author where neither a step nor the configuration names one, as in Backstage.
const (
	defaultName  = "Scaffolder"
	defaultEmail = "scaffolder@backstage.io"
)

// Options set the actions up.
type Options struct {
	Hosts []Host
	// Git returns what pushes to remotes that are neither; nil: publish:git fails.
	Git func() (*gitrun.Runner, error)
	// Credential is what Git pushes with.
	Credential func(gitrun.Address) gitrun.Credential
	// Trees reads, with the credential for reading, what plans take the place of; nil: plans say that nothing does.
	Trees scm.Trees
	// Author is whom commits are by unless a step says otherwise; empty on GitHub and GitLab: the account of the credential.
	Author Author
	// Message is that of a first commit unless a step says otherwise; empty: "initial commit".
	Message string
}

// Actions are all actions of the package.
func Actions(o Options) []scaffold.Action {
	p := &publisher{o}
	return []scaffold.Action{
		publishGitHub{p}, pullRequest{p}, createRepo{p}, pushRepo{p}, webhook{p}, labels{p}, dispatch{p},
		publishGitLab{p}, mergeRequest{p}, publishGit{p}, publishPushed{p, bitbucket()}, publishPushed{p, gitea()},
	}
}

// publisher is what the actions share.
type publisher struct{ o Options }

// host finds a host of a kind by its name.
func (p *publisher) host(kind Kind, name string) (Host, error) {
	i := slices.IndexFunc(p.o.Hosts, func(h Host) bool { return h.Kind == kind && strings.EqualFold(h.Name, name) })
	if i < 0 {
		return Host{}, fault.New(fault.Invalid, "the configuration's integrations name no %s at %s", kind, clip(name))
	}
	return p.o.Hosts[i], nil
}

// message is that of a first commit.
func (p *publisher) message(s string) string {
	switch {
	case s != "":
		return s
	case p.o.Message != "":
		return p.o.Message
	}
	return "initial commit"
}

// author is whom a commit is by; zero: the host fills in the account of the credential.
func (p *publisher) author(name, email string) Author {
	if name == "" && email == "" {
		return p.o.Author
	}
	if name == "" {
		name = defaultName
	}
	if email == "" {
		email = defaultEmail
	}
	return Author{name, email}
}

// clip bounds foreign text inside an error message.
func clip(s string) string {
	const most = 120
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
