package plugins

import (
	"context"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
)

// Repository is where the code of an entity lies.
type Repository struct {
	Host string // in addresses, for example "github.com"
	Path string // for example "acme/pay"
	URL  string // of its page
}

// Forge is a host of code, such as GitHub, as far as it tells what happens in its repositories. Errors are of kind
// NotFound for a repository that it does not know or does not show, Forbidden where it refuses, Upstream for the rest.
type Forge interface {
	Repositories
	PullRequests
	Shipments
	Workflows
	Owners
}

// Repositories knows which repository an entity has.
type Repositories interface {
	// Of returns the repository of an entity from what its descriptor says; false where it has none here.
	Of(e *catalog.Entity) (Repository, bool)
	// Branch returns the branch that a repository is judged by.
	Branch(ctx context.Context, r Repository) (string, error)
}

// PullRequests knows the changes that people propose. GitLab calls them merge requests.
type PullRequests interface {
	// Open returns those that are open, the one last worked on first, at most 50.
	Open(ctx context.Context, r Repository) ([]PullRequest, error)
	// Merged returns those that were merged since a time, the newest first, at most 50.
	Merged(ctx context.Context, r Repository, since time.Time) ([]PullRequest, error)
}

// PullRequest is a change that somebody proposes.
type PullRequest struct {
	Number  int64
	Title   string
	Author  string
	URL     string
	Draft   bool
	Waits   []string // who is asked to review
	Opened  time.Time
	Updated time.Time
	Merged  time.Time // zero: it is not
}

// Shipments knows what was released and deployed.
type Shipments interface {
	// Releases returns the last releases, the newest first, at most 10.
	Releases(ctx context.Context, r Repository) ([]Release, error)
	// Deployments returns the last deployments, the newest first, at most 10.
	Deployments(ctx context.Context, r Repository) ([]Deployment, error)
}

// Release is a version that was published.
type Release struct {
	Tag    string
	Name   string
	Author string
	URL    string
	Early  bool // a pre-release
	At     time.Time
}

// Deployment is a version that was brought somewhere.
type Deployment struct {
	Environment string
	Ref         string // branch or tag
	Commit      string // full id
	By          string
	URL         string
	State       RunState
	At          time.Time
}

// Workflows knows the runs of a host's own pipelines.
type Workflows interface {
	// Runs returns the newest runs of all branches, at most 100; Provider and Project are filled in.
	Runs(ctx context.Context, r Repository) ([]Run, error)
	// Failure returns where a run failed; an empty Job says that it cannot be told.
	Failure(ctx context.Context, r Repository, run Run) (RunFailure, error)
}

// RunFailure is where a run failed.
type RunFailure struct {
	Job  string
	Step string
	URL  string
	Tail string // the end of what the job wrote; empty where it cannot be told. See LogTail
}

// Owners knows who must review what.
type Owners interface {
	// Owners returns the rules of the repository's CODEOWNERS file in their order, and where it lies. No file is none.
	Owners(ctx context.Context, r Repository) (rules []OwnerRule, url string, err error)
}

// OwnerRule is a line of a CODEOWNERS file.
type OwnerRule struct {
	Pattern string
	Owners  []string // as written: @user, @org/team, an e-mail address
	Line    int
}
