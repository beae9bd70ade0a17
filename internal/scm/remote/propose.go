package remote

import (
	"context"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// Change is a change of files that is proposed to the owners of a repository: a pull request, a merge request.
type Change struct {
	// Base is the branch it is for; empty: the default branch.
	Base string
	// Branch holds the change. It names the proposal: one that is made again under the same branch is the same.
	Branch string
	// Title and Body describe the proposal, in Markdown; Message is that of the commit, empty: Title.
	Title, Body, Message string
	Files                []FileChange
}

// FileChange is one file as it is to be.
type FileChange struct {
	Path    string // from the top of the repository, with slashes
	Content []byte
	Add     bool // the file is new; otherwise it replaces the one that is there
	Delete  bool
}

// Proposal is a pull or merge request.
type Proposal struct {
	Number int64
	URL    string // as a person would open it
	State  ProposalState
	Fresh  bool // it was made just now, not found
}

// ProposalState is how far a proposal has come.
type ProposalState string

// The states of proposals.
const (
	ProposalOpen   ProposalState = "open"
	ProposalMerged ProposalState = "merged"
	ProposalClosed ProposalState = "closed" // and not merged
)

// Proposer is a host on which changes can be proposed. Errors are classified as those of API are; a credential that
// may read but not write is fault.Forbidden.
type Proposer interface {
	API
	// Propose makes a proposal, or returns the one that its branch has already.
	Propose(ctx context.Context, r Repo, c Change) (Proposal, error)
	// Proposal looks at one by its number.
	Proposal(ctx context.Context, r Repo, number int64) (Proposal, error)
}

// The bounds of a change.
const (
	maxChangedFiles = 5000
	maxChangeTitle  = 250 // bytes; GitHub and GitLab take 255 characters
)

// Check returns what is wrong with a change, as an error of kind Invalid, and fills in what may be empty.
func (c *Change) Check(r Repo) error {
	if c.Base == "" {
		c.Base = r.Branch
	}
	if c.Message == "" {
		c.Message = c.Title
	}
	if len(c.Title) > maxChangeTitle {
		c.Title = strings.ToValidUTF8(c.Title[:maxChangeTitle], "") + "…"
	}
	switch {
	case c.Base == "":
		return fault.New(fault.Invalid, "%s has no branch that a change could be for", r.Path)
	case c.Branch == "" || c.Branch == c.Base || strings.ContainsAny(c.Branch, " ~^:?*[\\\x00") || strings.Contains(c.Branch, ".."):
		return fault.New(fault.Invalid, "%q cannot be the branch of a change", c.Branch)
	case strings.TrimSpace(c.Title) == "":
		return fault.New(fault.Invalid, "a change needs a title")
	case len(c.Files) == 0 || len(c.Files) > maxChangedFiles:
		return fault.New(fault.Invalid, "a change is of between 1 and %d files", maxChangedFiles)
	}
	for _, f := range c.Files {
		if f.Path == "" || strings.HasPrefix(f.Path, "/") || strings.HasPrefix(f.Path, ".git/") || strings.Contains("/"+f.Path+"/", "/../") {
			return fault.New(fault.Invalid, "%q cannot be the path of a file in a change", f.Path)
		}
		if len(f.Content) > MaxBlob {
			return fault.New(fault.Invalid, "%s has more than %d bytes", f.Path, MaxBlob)
		}
	}
	return nil
}
