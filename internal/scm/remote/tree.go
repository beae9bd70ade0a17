package remote

import (
	"bytes"
	"context"
	"hash/fnv"
	"io"
	"io/fs"
	"path"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/scm"
)

// Commits of repositories are read-only file systems. Files are fetched when they are opened. A file's modification
// time is no time: it stands for the content and differs whenever the content does, which is all that readers ask it
// for.

// tree is a folder of a commit.
type tree struct {
	ctx   context.Context // ends with Close; readers of file systems have none of their own
	close context.CancelFunc
	host  *Host
	repo  Repo
	files *Listing
	dir   string // of the tree in the repository
	where string
	id    string
}

var (
	_ scm.Tree      = (*tree)(nil)
	_ scm.Nested    = (*tree)(nil)
	_ scm.Versioned = (*tree)(nil)
	_ fs.StatFS     = (*tree)(nil)
	_ fs.ReadDirFS  = (*tree)(nil)
)

// Where implements scm.Tree.
func (t *tree) Where() string { return t.where }

// Close implements scm.Tree.
func (t *tree) Close() error {
	t.close()
	return nil
}

// content reads a file. However long a tree stays open, one file must not take longer than readTimeout.
func (t *tree) content(e Entry) ([]byte, error) {
	ctx, cancel := context.WithTimeout(t.ctx, readTimeout)
	defer cancel()
	return t.host.Content(ctx, t.repo, e)
}

const readTimeout = 2 * time.Minute

// Identity implements scm.Nested.
func (t *tree) Identity() string { return t.id }

// Repository implements scm.Nested.
func (t *tree) Repository() (fs.FS, string) {
	top := *t
	top.dir = "."
	return &top, t.dir
}

// Version implements scm.Versioned.
func (t *tree) Version(name string) string {
	full := path.Join(t.dir, name)
	if e, ok := t.files.File(full); ok && e.Kind == File {
		return e.ID
	}
	return t.files.sum(full)
}

// resolve finds what a name stands for, following symbolic links inside the repository. dir is set for folders.
func (t *tree) resolve(op, name string) (e Entry, dir string, err error) {
	if !fs.ValidPath(name) {
		return e, "", &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
	full := path.Join(t.dir, name)
	const hops = 8
	for range hops {
		if _, ok := t.files.folder(full); ok {
			return e, full, nil
		}
		e, ok := t.files.File(full)
		switch {
		case !ok:
			return e, "", &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
		case e.Kind == File:
			return e, "", nil
		}
		to, err := t.content(e)
		if err != nil {
			return e, "", &fs.PathError{Op: op, Path: name, Err: err}
		}
		full = path.Join(path.Dir(full), string(to))
		if path.IsAbs(string(to)) || !fs.ValidPath(full) || !inside(t.dir, full) {
			return e, "", &fs.PathError{Op: op, Path: name, Err: scm.ErrLeadsOut}
		}
	}
	return e, "", &fs.PathError{Op: op, Path: name, Err: scm.ErrCircle}
}

// inside reports whether a path lies in a folder: links must not lead out of the tree.
func inside(dir, name string) bool {
	return dir == "." || name == dir || strings.HasPrefix(name, dir+"/")
}

// Open implements fs.FS.
func (t *tree) Open(name string) (fs.File, error) {
	e, dir, err := t.resolve("open", name)
	if err != nil {
		return nil, err
	}
	if dir != "" {
		list, err := t.list(dir)
		return &openDir{info: folderInfo(name), list: list}, err
	}
	data, err := t.content(e)
	if err != nil {
		if fault.Is(err, fault.NotFound) {
			err = fault.Wrap(fault.Upstream, err, "the host lists the file but does not have it")
		}
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return &openFile{info: fileInfo(name, e), Reader: bytes.NewReader(data)}, nil
}

// Stat implements fs.StatFS.
func (t *tree) Stat(name string) (fs.FileInfo, error) {
	e, dir, err := t.resolve("stat", name)
	if err != nil {
		return nil, err
	}
	if dir != "" {
		return folderInfo(name), nil
	}
	return fileInfo(name, e), nil
}

// ReadDir implements fs.ReadDirFS.
func (t *tree) ReadDir(name string) ([]fs.DirEntry, error) {
	_, dir, err := t.resolve("readdir", name)
	if err != nil {
		return nil, err
	}
	if dir == "" {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: fs.ErrInvalid}
	}
	return t.list(dir)
}

func (t *tree) list(dir string) ([]fs.DirEntry, error) {
	children, _ := t.files.folder(dir)
	out := make([]fs.DirEntry, 0, len(children))
	for _, c := range children {
		i := folderInfo(c.name)
		if c.entry >= 0 {
			i = fileInfo(c.name, t.files.entries[c.entry])
		}
		out = append(out, fs.FileInfoToDirEntry(i))
	}
	return out, nil
}

// info describes a file or folder.
type info struct {
	name string
	size int64
	mode fs.FileMode
	at   time.Time
}

func fileInfo(name string, e Entry) info {
	h := fnv.New64a()
	io.WriteString(h, e.ID) //nolint:errcheck // hashes do not fail
	mode := fs.FileMode(0o444)
	switch {
	case e.Kind == Link:
		mode |= fs.ModeSymlink
	case e.Exec:
		mode = 0o555
	}
	return info{path.Base(name), max(e.Size, 0), mode, time.Unix(0, int64(h.Sum64()>>1)).UTC()}
}

func folderInfo(name string) info {
	return info{name: path.Base(name), mode: fs.ModeDir | 0o555}
}

func (i info) Name() string       { return i.name }
func (i info) Size() int64        { return i.size }
func (i info) Mode() fs.FileMode  { return i.mode }
func (i info) ModTime() time.Time { return i.at }
func (i info) IsDir() bool        { return i.mode.IsDir() }
func (i info) Sys() any           { return nil }

type openFile struct {
	info
	*bytes.Reader
}

func (f *openFile) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *openFile) Size() int64                { return f.info.Size() }
func (f *openFile) Close() error               { return nil }

type openDir struct {
	info
	list []fs.DirEntry
}

func (d *openDir) Stat() (fs.FileInfo, error) { return d.info, nil }
func (d *openDir) Close() error               { return nil }

func (d *openDir) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: d.name, Err: fs.ErrInvalid}
}

func (d *openDir) ReadDir(n int) ([]fs.DirEntry, error) {
	if n <= 0 {
		out := d.list
		d.list = nil
		return out, nil
	}
	if len(d.list) == 0 {
		return nil, io.EOF
	}
	n = min(n, len(d.list))
	out := d.list[:n]
	d.list = d.list[n:]
	return out, nil
}
