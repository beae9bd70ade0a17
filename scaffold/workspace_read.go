package scaffold

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// Entry is a file or folder of a workspace.
type Entry struct {
	Path string // relative, with slashes
	Size int64  // of a file, in bytes; 0 of a folder
	Mode fs.FileMode
}

// Stat describes a file or folder. One that is not there is an error of kind fault.NotFound.
func (w *Workspace) Stat(name string) (Entry, error) {
	clean, err := w.Clean(name)
	if err != nil {
		return Entry{}, err
	}
	if err := w.noLink(clean); err != nil {
		return Entry{}, err
	}
	info, err := w.root.Lstat(clean)
	if err != nil {
		return Entry{}, w.explain(err, clean)
	}
	return entryOf(clean, info), nil
}

// Exists reports whether there is a file or folder of a name.
func (w *Workspace) Exists(name string) bool {
	_, err := w.Stat(name)
	return err == nil
}

func entryOf(name string, info fs.FileInfo) Entry {
	e := Entry{Path: name, Mode: info.Mode()}
	if info.Mode().IsRegular() {
		e.Size = info.Size()
	}
	return e
}

// Walk calls visit with a file or with everything in a folder, the folder itself left out: folders before what is in
// them, names in the order of their bytes.
func (w *Workspace) Walk(name string, visit func(Entry) error) error {
	clean, err := w.Clean(name)
	if err != nil {
		return err
	}
	return w.walk(clean, func(e Entry) error {
		if e.Path == clean && e.Mode.IsDir() {
			return nil
		}
		return visit(e)
	})
}

// Files lists the files of the workspace by path.
func (w *Workspace) Files() ([]Entry, error) {
	var out []Entry
	err := w.Walk(".", func(e Entry) error {
		if !e.Mode.IsDir() {
			out = append(out, e)
		}
		return nil
	})
	slices.SortFunc(out, func(a, b Entry) int { return strings.Compare(a.Path, b.Path) })
	return out, err
}

func (w *Workspace) walk(clean string, visit func(Entry) error) error {
	if err := w.noLink(clean); err != nil {
		return err
	}
	info, err := w.root.Lstat(clean)
	if err != nil {
		return w.explain(err, clean)
	}
	return w.walkEntry(entryOf(clean, info), visit)
}

func (w *Workspace) walkEntry(e Entry, visit func(Entry) error) error {
	if !e.Mode.IsDir() && !e.Mode.IsRegular() {
		return fault.New(fault.Forbidden, "%s is neither a file nor a folder", e.Path)
	}
	if err := visit(e); err != nil || !e.Mode.IsDir() {
		return err
	}
	list, err := fs.ReadDir(w.root.FS(), e.Path)
	if err != nil {
		return w.explain(err, e.Path)
	}
	for _, d := range list {
		info, err := d.Info()
		if err != nil {
			return w.explain(err, e.Path)
		}
		if err := w.walkEntry(entryOf(path.Join(e.Path, d.Name()), info), visit); err != nil {
			return err
		}
	}
	return nil
}
