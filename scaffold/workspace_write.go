package scaffold

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"syscall"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// isShape reports whether an operation does not fit what is there: a file where a folder is needed, and the like.
func isShape(err error) bool {
	return errors.Is(err, syscall.ENOTDIR) || errors.Is(err, syscall.EISDIR) || errors.Is(err, syscall.ENOTEMPTY) || errors.Is(err, syscall.ENAMETOOLONG)
}

// WriteFile writes a file, in place of one that is there, and makes the folders around it. Of mode the permissions
// count; the owner can always read and write.
func (w *Workspace) WriteFile(name string, data []byte, mode fs.FileMode) error {
	return w.Create(name, bytes.NewReader(data), mode)
}

// Create writes a file from a reader, as WriteFile does.
func (w *Workspace) Create(name string, from io.Reader, mode fs.FileMode) error {
	clean, err := w.Clean(name)
	if err != nil {
		return err
	}
	if err := w.Mkdir(path.Dir(clean)); err != nil {
		return err
	}
	if err := w.noLink(clean); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	old, err := w.root.Lstat(clean)
	fresh := errors.Is(err, fs.ErrNotExist)
	switch {
	case fresh:
		if err := w.room(1, 0); err != nil {
			return err
		}
	case err != nil:
		return w.explain(err, clean)
	case !old.Mode().IsRegular():
		return fault.New(fault.Invalid, "%s is no file and cannot be written", clean)
	}
	w.writes++
	f, err := w.root.OpenFile(clean, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return w.explain(err, clean)
	}
	if fresh {
		w.entries++
	} else {
		w.bytes -= old.Size()
	}
	n, err := w.copy(f, from, clean)
	w.bytes += n
	if mode == 0 {
		mode = 0o644
	}
	if chmod := f.Chmod(mode.Perm() | 0o600); err == nil && chmod != nil {
		err = w.explain(chmod, clean)
	}
	if closed := f.Close(); err == nil && closed != nil {
		err = w.explain(closed, clean)
	}
	return err
}

// copy writes what a reader has, as far as there is room.
func (w *Workspace) copy(to io.Writer, from io.Reader, clean string) (int64, error) {
	most := min(w.limits.File, w.limits.Bytes-w.bytes)
	n, err := io.Copy(to, io.LimitReader(from, most))
	if err != nil {
		return n, fault.Wrap(fault.Internal, err, "write %s", clean)
	}
	var one [1]byte
	if more, _ := io.ReadFull(from, one[:]); n == most && more > 0 {
		if most == w.limits.File {
			return n, fault.New(fault.Invalid, "%s has more than %d bytes", clean, w.limits.File)
		}
		return n, fault.New(fault.Invalid, "the files of the workspace have more than %d bytes", w.limits.Bytes)
	}
	return n, nil
}

// room reports as an error that there is none for more entries and bytes. The caller holds mu.
func (w *Workspace) room(entries int, bytes int64) error {
	if w.entries+entries > w.limits.Entries {
		return fault.New(fault.Invalid, "the workspace has more than %d files and folders", w.limits.Entries)
	}
	if w.bytes+bytes > w.limits.Bytes {
		return fault.New(fault.Invalid, "the files of the workspace have more than %d bytes", w.limits.Bytes)
	}
	return nil
}

// Mkdir makes a folder and those around it; one that is there is fine.
func (w *Workspace) Mkdir(name string) error {
	clean, err := w.Clean(name)
	if err != nil || clean == "." {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	var missing []string
	for at := clean; at != "."; at = path.Dir(at) {
		info, err := w.root.Lstat(at)
		if err == nil && info.Mode()&fs.ModeSymlink != 0 {
			return fault.New(fault.Forbidden, "%s is a symbolic link", at)
		}
		if err == nil && !info.IsDir() {
			return fault.New(fault.Invalid, "%s is no folder", at)
		}
		if err == nil {
			break
		}
		if !errors.Is(err, fs.ErrNotExist) && !isShape(err) {
			return w.explain(err, at)
		}
		missing = append(missing, at)
	}
	for i := len(missing) - 1; i >= 0; i-- {
		if err := w.room(1, 0); err != nil {
			return err
		}
		w.writes++
		if err := w.root.Mkdir(missing[i], 0o755); err != nil {
			return w.explain(err, missing[i])
		}
		w.entries++
	}
	return nil
}

// Remove removes a file, or a folder with all that is in it. What is not there is an error of kind fault.NotFound; the
// workspace itself cannot be removed, only emptied.
func (w *Workspace) Remove(name string) error {
	clean, err := w.Clean(name)
	if err != nil {
		return err
	}
	if clean == "." {
		return fault.New(fault.Forbidden, "the workspace itself cannot be removed")
	}
	if err := w.noLink(path.Dir(clean)); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	entries, bytes := 0, int64(0)
	err = w.walk(clean, func(e Entry) error {
		entries, bytes = entries+1, bytes+e.Size
		return nil
	})
	if err != nil {
		return err
	}
	w.writes++
	if err := w.root.RemoveAll(clean); err != nil {
		return w.explain(err, clean)
	}
	w.entries, w.bytes = w.entries-entries, w.bytes-bytes
	return nil
}

// Rename moves a file or folder, making the folders around its new place. What is there is replaced only with
// overwrite.
func (w *Workspace) Rename(from, to string, overwrite bool) error {
	source, err := w.Clean(from)
	if err != nil {
		return err
	}
	target, err := w.Clean(to)
	if err != nil {
		return err
	}
	if source == target {
		return nil
	}
	if source == "." || target == "." || strings.HasPrefix(target, source+"/") || strings.HasPrefix(source, target+"/") {
		return fault.New(fault.Invalid, "%s cannot be moved to %s: one lies in the other", source, target)
	}
	if _, err := w.Stat(source); err != nil {
		return err
	}
	if err := w.Mkdir(path.Dir(target)); err != nil {
		return err
	}
	switch _, err := w.Stat(target); {
	case err == nil && !overwrite:
		return fault.New(fault.Invalid, "%s exists and is not to be overwritten", target)
	case err == nil:
		if err := w.Remove(target); err != nil {
			return err
		}
	case !fault.Is(err, fault.NotFound):
		return err
	}
	w.touch()
	if err := w.root.Rename(source, target); err != nil {
		return w.explain(err, target)
	}
	return nil
}

func (w *Workspace) touch() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.writes++
}

// Chmod sets the permissions of a file; the owner can always read and write.
func (w *Workspace) Chmod(name string, mode fs.FileMode) error {
	clean, err := w.Clean(name)
	if err != nil {
		return err
	}
	if err := w.noLink(clean); err != nil {
		return err
	}
	w.touch()
	if err := w.root.Chmod(clean, mode.Perm()|0o600); err != nil {
		return w.explain(err, clean)
	}
	return nil
}
