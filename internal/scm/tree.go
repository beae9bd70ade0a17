package scm

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"syscall"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// Nested is implemented by trees that know the repository they are a folder of. What a monorepo keeps at its top
// (a parent pom, a lock file, a version catalog) is found through it.
type Nested interface {
	// Repository returns the repository's files, valid until the tree is closed, and the tree's path in it
	// ("." when the tree is the whole repository).
	Repository() (fsys fs.FS, dir string)
	// Identity is the same for equal folders, however they were addressed; that of a folder below starts with it and
	// a slash. It is not for people.
	Identity() string
}

// tree is a folder of the local disk. Everything goes through an os.Root, which refuses symbolic links and dots
// that lead out of it.
type tree struct {
	files
	repo    *os.Root // of the repository; closed with the tree
	repoDir string
	where   string
	id      string
}

// Where implements Tree.
func (t *tree) Where() string { return t.where }

// Close implements Tree.
func (t *tree) Close() error {
	err := t.root.Close()
	if t.repo != nil {
		if e := t.repo.Close(); err == nil {
			err = e
		}
	}
	return err
}

// Identity implements Nested.
func (t *tree) Identity() string { return t.id }

// Repository implements Nested.
func (t *tree) Repository() (fs.FS, string) {
	if t.repo == nil {
		return t.files, "."
	}
	return files{t.repo}, t.repoDir
}

// What is wrong with symbolic links.
const (
	ErrLeadsOut linkError = "it is a symbolic link that leads out of what may be read"
	ErrCircle   linkError = "it is a symbolic link that leads in a circle"
)

type linkError string

func (e linkError) Error() string { return string(e) }

// Is makes them fs.ErrPermission for those who only ask whether a file may be read.
func (e linkError) Is(target error) bool { return target == fs.ErrPermission }

// link says what an os.Root does not: that it is a link which it refuses.
func link(name string, err error) error {
	why := linkError("")
	switch e, ok := errors.AsType[*fs.PathError](err); {
	case errors.Is(err, syscall.ELOOP):
		why = ErrCircle
	case ok && strings.HasSuffix(e.Err.Error(), "escapes from parent"): // names themselves are checked before
		why = ErrLeadsOut
	default:
		return err
	}
	return &fs.PathError{Op: "open", Path: name, Err: why}
}

// files is the read-only view of an os.Root. Named pipes and devices are refused: opening one could block for ever.
type files struct{ root *os.Root }

// Open implements fs.FS.
func (f files) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	info, err := f.root.Stat(name)
	if err != nil {
		return nil, link(name, err)
	}
	if !info.Mode().IsRegular() && !info.IsDir() {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	file, err := f.root.Open(name)
	return file, link(name, err)
}

// Stat implements fs.StatFS.
func (f files) Stat(name string) (fs.FileInfo, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "stat", Path: name, Err: fs.ErrInvalid}
	}
	info, err := f.root.Stat(name)
	return info, link(name, err)
}

// ReadFile reads a file of a tree and refuses one of more than most bytes with an error of kind fault.Invalid.
// A file that does not exist, or may not be reached, gives fault.NotFound, unless the tree says that its host is to
// blame (fault.Upstream).
func ReadFile(fsys fs.FS, name string, most int64) ([]byte, error) {
	f, err := fsys.Open(path.Clean(name))
	if err != nil {
		kind := fault.NotFound
		if fault.Is(err, fault.Upstream) {
			kind = fault.Upstream
		}
		return nil, fault.Wrap(kind, err, "%s cannot be read", clip(name))
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, most+1))
	if err != nil {
		return nil, fault.Wrap(fault.NotFound, err, "%s cannot be read", clip(name))
	}
	if int64(len(b)) > most {
		return nil, fault.At(fault.Position{File: name}, "the file is larger than %d bytes", most)
	}
	return b, nil
}
