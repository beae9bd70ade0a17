// Package remote reads repositories through the API of the host that keeps them, without a clone: one request for the
// files of a commit, then only the files that somebody asks for, by their blob ids. What was read once is kept on
// disk, so that what did not change costs nothing, after a restart either.
package remote

import (
	"context"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// ErrEmpty is what API.Head returns, maybe wrapped, for a repository without a commit.
var ErrEmpty error = fault.New(fault.NotFound, "nothing was ever pushed to the repository")

// Repo is a repository as its host describes it.
type Repo struct {
	ID         string // the same for ever, across renames
	Path       string // as in its address: acme/pay, group/subgroup/project
	Name       string // the last element of Path
	Web        string // its address, for example https://github.com/acme/pay
	Branch     string // the default branch
	Mark       string // changes whenever something was pushed, maybe later and maybe oftener; empty: not told
	Visibility string // public, private or internal
	Topics     []string
	Archived   bool
	Fork       bool
	Empty      bool // nothing was ever pushed
}

// Commit is the state of a branch.
type Commit struct {
	ID   string
	Tree string // id of its top folder; equal to ID where the host takes commits for trees
}

// Kind says what an entry of a tree is. Submodules are left out of trees.
type Kind byte

// The kinds of entries.
const (
	File Kind = 'f'
	Link Kind = 'l' // a symbolic link; its content is where it points
)

// Entry is one file of a tree.
type Entry struct {
	Path string // from the top of the repository, with slashes
	ID   string // of the content: equal ids are equal contents
	Size int64  // in bytes; -1 when the host does not tell
	Kind Kind
	Exec bool // it is a program
}

// API is what a host must be able to do. Errors are classified: fault.NotFound when the host says that a thing does
// not exist (or may not be seen), fault.Forbidden when it refuses, fault.Upstream when it did not answer.
type API interface {
	// Repository finds a repository by its path, under its present name.
	Repository(ctx context.Context, path string) (Repo, error)
	// Head returns the present commit of a branch or a tag, or the commit of that id.
	Head(ctx context.Context, r Repo, ref string) (Commit, error)
	// Files lists all files of a commit. A list that the host cut short is completed or an error, never short.
	Files(ctx context.Context, r Repo, c Commit) ([]Entry, error)
	// Content reads one file.
	Content(ctx context.Context, r Repo, e Entry) ([]byte, error)
}

// The bounds of what is read.
const (
	MaxEntries = 200_000  // files of one tree
	MaxBlob    = 16 << 20 // bytes of one file
	maxWarm    = 400_000  // entries of all trees in memory
)

// FreshFor is how long the head of a branch is taken for granted without asking when Options do not say.
const FreshFor = time.Minute
