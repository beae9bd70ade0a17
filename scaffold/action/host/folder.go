package host

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/scaffold"
	"github.com/backchannel-portal/backchannel/scaffold/action/input"
)

// folder is where a repository of a sample company lies, "" for one on a real host.
func (h Host) folder(at input.RepoURL) string {
	if h.Folder == nil {
		return ""
	}
	return h.Folder(at.Owner, at.Repo)
}

// unfolded is an error where a repository of a sample company is there already.
func (r *repository) unfolded(dir string) error {
	if _, err := os.Lstat(dir); !errors.Is(err, fs.ErrNotExist) {
		return fault.New(fault.Invalid, "%s exists already on %s", r.Path(), r.Host)
	}
	return nil
}

// fold makes a repository of a sample company: a folder with the files. It is there whole or not at all.
func (r *repository) fold(ctx context.Context, dir string, list []file) (err error) {
	if err := r.unfolded(dir); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return fault.Wrap(fault.Internal, err, "make %s", r.Path())
	}
	made, err := os.MkdirTemp(filepath.Dir(dir), ".new-")
	if err != nil {
		return fault.Wrap(fault.Internal, err, "make %s", r.Path())
	}
	defer func() { err = errors.Join(err, os.RemoveAll(made)) }() // nothing is there once it has its name
	for _, f := range list {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := write(r.c.Workspace, f, filepath.Join(made, filepath.FromSlash(f.path))); err != nil {
			return fault.Wrap(fault.Internal, err, "write %s of %s", f.path, r.Path())
		}
	}
	if err := errors.Join(os.Chmod(made, 0o755), os.Rename(made, dir)); err != nil {
		return fault.Wrap(fault.Internal, err, "make %s", r.Path())
	}
	return nil
}

func write(w *scaffold.Workspace, f file, to string) error {
	data, err := w.ReadFile(f.from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	mode := fs.FileMode(0o644)
	if f.exec {
		mode = 0o755
	}
	return os.WriteFile(to, data, mode)
}
