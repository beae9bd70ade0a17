// Package scm reads source trees: folders of the local disk, and repositories by their web address through mirrors.
// Nothing outside the opened folder can be reached through it, whatever symbolic links or dots a name contains.
package scm

import (
	"context"
	"io/fs"
)

// Mirror says that URLs which start with URL are read from the folder Dir: the next path part is the repository's
// folder, the branch marker of the host (/tree/BRANCH/, /blob/BRANCH/, /-/tree/BRANCH/, /-/blob/BRANCH/,
// /src/BRANCH/) is dropped, the rest is the path in it.
type Mirror struct{ URL, Dir string }

// Trees opens source trees.
type Trees interface {
	// Open returns the folder that target denotes: "url:https://host/org/repo/tree/main/sub/", the same without
	// "url:", "file:/path", "dir:/path" or a plain local path. The file system is read-only, refuses to leave the
	// folder, and must be closed. An error of kind fault.NotFound means that nothing is known under the target.
	Open(ctx context.Context, target string) (Tree, error)
}

// Tree is an opened source tree.
type Tree interface {
	fs.FS
	// Where is the tree's address as a person would open it, without a trailing slash.
	Where() string
	// Close releases the folder.
	Close() error
}
