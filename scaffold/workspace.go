package scaffold

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// WorkspaceLimits bound what a workspace may hold. A zero field takes the default.
type WorkspaceLimits struct {
	Entries int   // files and folders; 20,000
	Bytes   int64 // of all files; 256 MiB
	File    int64 // of one file; 64 MiB
	Path    int   // bytes of a path; 1,024
}

func (l WorkspaceLimits) orDefault() WorkspaceLimits {
	if l.Entries == 0 {
		l.Entries = 20_000
	}
	if l.Bytes == 0 {
		l.Bytes = 256 << 20
	}
	if l.File == 0 {
		l.File = 64 << 20
	}
	if l.Path == 0 {
		l.Path = 1024
	}
	return l
}

// maxComponent is how long one name in a path may be, in bytes; file systems allow no more.
const maxComponent = 255

// Workspace is the folder of one run. Paths in it are relative and have slashes; none leads outside, none goes through
// a symbolic link, and none lies in a folder .git, which git would take orders from. It is safe for concurrent use.
type Workspace struct {
	root   *os.Root
	dir    string
	home   string // what Close removes, "" for nothing
	limits WorkspaceLimits

	mu      sync.Mutex
	entries int
	bytes   int64
	writes  int // changes made through the workspace
	temps   []string
}

// NewWorkspace makes an empty workspace in a new folder below parent, which Close removes. parent "" is the system's
// folder for temporary files.
func NewWorkspace(parent string, l WorkspaceLimits) (*Workspace, error) {
	if parent != "" {
		if err := os.MkdirAll(parent, 0o700); err != nil {
			return nil, fault.Wrap(fault.Internal, err, "make a workspace")
		}
	}
	home, err := os.MkdirTemp(parent, workspacePrefix)
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "make a workspace")
	}
	w, err := openWorkspace(home, l)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(home))
	}
	w.home = home
	return w, nil
}

// EmptyWorkspace makes a workspace of a folder that must be absent or empty; Close leaves it there.
func EmptyWorkspace(dir string, l WorkspaceLimits) (*Workspace, error) {
	list, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return nil, fault.Wrap(fault.Invalid, err, "make the folder %s", dir)
		}
	case err != nil:
		return nil, fault.Wrap(fault.Invalid, err, "the folder %s", dir)
	case len(list) > 0:
		return nil, fault.New(fault.Invalid, "the folder %s is not empty", dir)
	}
	return openWorkspace(dir, l)
}

func openWorkspace(dir string, l WorkspaceLimits) (*Workspace, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "open a workspace")
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "open a workspace")
	}
	return &Workspace{root: root, dir: dir, limits: l.orDefault()}, nil
}

// Close releases the workspace and removes it, with all temporary folders.
func (w *Workspace) Close() error {
	w.mu.Lock()
	temps := w.temps
	w.temps = nil
	w.mu.Unlock()
	err := w.root.Close()
	for _, t := range append(temps, w.home) {
		if t != "" {
			err = errors.Join(err, os.RemoveAll(t))
		}
	}
	return fault.Wrap(fault.Internal, err, "remove a workspace")
}

// Temp makes an empty folder outside of the workspace, for what an action needs meanwhile, such as a clone.
func (w *Workspace) Temp() (dir string, remove func() error, err error) {
	parent := ""
	if w.home != "" {
		parent = filepath.Dir(w.home)
	}
	dir, err = os.MkdirTemp(parent, tempPrefix)
	if err != nil {
		return "", nil, fault.Wrap(fault.Internal, err, "make a temporary folder")
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.temps = append(w.temps, dir)
	return dir, func() error { return os.RemoveAll(dir) }, nil
}

// Dir is the folder's absolute path, for programs such as git that are to read it. They must not write to it.
func (w *Workspace) Dir() string { return w.dir }

// FS is the workspace for reading.
func (w *Workspace) FS() fs.FS { return w.root.FS() }

// Clean checks a path and returns it without dots and double slashes; "." is the workspace itself. What would leave
// the workspace is an error of kind fault.Forbidden.
func (w *Workspace) Clean(name string) (string, error) {
	if strings.ContainsRune(name, 0) {
		return "", fault.New(fault.Forbidden, "the path %q has a NUL", clip(name))
	}
	clean := path.Clean(name)
	if name == "" {
		clean = "."
	}
	if path.IsAbs(clean) || clean == ".." || strings.HasPrefix(clean, "../") || !filepath.IsLocal(filepath.FromSlash(clean)) {
		return "", fault.New(fault.Forbidden, "the path %q leads out of the workspace", clip(name))
	}
	if len(clean) > w.limits.Path {
		return "", fault.New(fault.Invalid, "the path %q has more than %d bytes", clip(name), w.limits.Path)
	}
	for part := range strings.SplitSeq(clean, "/") {
		if len(part) > maxComponent {
			return "", fault.New(fault.Invalid, "a name in the path %q has more than %d bytes", clip(name), maxComponent)
		}
		if strings.EqualFold(part, ".git") || strings.EqualFold(part, "git~1") {
			return "", fault.New(fault.Forbidden, "the path %q lies in a folder of git", clip(name))
		}
	}
	return clean, nil
}

// clip shortens what is quoted in a message.
func clip(s string) string {
	const most = 120
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "..."
}

// changed counts the changes made through the workspace.
func (w *Workspace) changed() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.writes
}

// Usage is how many files and folders there are, and how many bytes the files have.
func (w *Workspace) Usage() (entries int, bytes int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.entries, w.bytes
}

// ReadFile reads a file. One that is not there is an error of kind fault.NotFound.
func (w *Workspace) ReadFile(name string) ([]byte, error) {
	clean, err := w.Clean(name)
	if err != nil {
		return nil, err
	}
	f, info, err := w.open(clean)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if !info.Mode().IsRegular() {
		return nil, fault.New(fault.Invalid, "%s is no file", clean)
	}
	if info.Size() > w.limits.File {
		return nil, fault.New(fault.Invalid, "%s has more than %d bytes", clean, w.limits.File)
	}
	data, err := io.ReadAll(io.LimitReader(f, w.limits.File))
	return data, fault.Wrap(fault.Internal, err, "read %s", clean)
}

func (w *Workspace) open(clean string) (*os.File, fs.FileInfo, error) {
	if err := w.noLink(clean); err != nil {
		return nil, nil, err
	}
	f, err := w.root.Open(clean)
	if err != nil {
		return nil, nil, w.explain(err, clean)
	}
	info, err := f.Stat()
	if err != nil {
		return nil, nil, errors.Join(w.explain(err, clean), f.Close())
	}
	return f, info, nil
}

// noLink refuses a path that goes through a symbolic link. Only programs that wrote to the folder can have made one.
func (w *Workspace) noLink(clean string) error {
	for end := 0; end < len(clean); end++ {
		if next := strings.IndexByte(clean[end:], '/'); next >= 0 {
			end += next
		} else {
			end = len(clean)
		}
		info, err := w.root.Lstat(clean[:end])
		if err != nil {
			return nil //nolint:nilerr // what does not exist is no link; using it gives the error
		}
		if info.Mode()&fs.ModeSymlink != 0 {
			return fault.New(fault.Forbidden, "%s is a symbolic link", clean[:end])
		}
	}
	return nil
}

// explain classifies an error of the file system.
func (w *Workspace) explain(err error, clean string) error {
	var p *fs.PathError
	cause := err
	if errors.As(err, &p) {
		cause = p.Err
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fault.New(fault.NotFound, "there is no %s in the workspace", clean)
	case errors.Is(err, fs.ErrExist), isShape(err):
		return fault.Wrap(fault.Invalid, cause, "%s", clean)
	}
	return fault.Wrap(fault.Internal, cause, "%s", clean)
}
