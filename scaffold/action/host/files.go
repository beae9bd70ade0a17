package host

import (
	"path"
	"strings"
	"unicode/utf8"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/scaffold"
)

// file is one file to publish.
type file struct {
	path string // in the repository
	from string // in the workspace
	size int64
	exec bool
}

// maxFiles bounds what one commit may hold.
const maxFiles = 20_000

// files lists what is published: the files of a folder of the workspace that no .gitignore in it leaves out, under a
// folder of the repository.
func files(w *scaffold.Workspace, source, target string) ([]file, error) {
	from, err := w.Clean(source)
	if err != nil {
		return nil, err
	}
	if e, err := w.Stat(from); err != nil || !e.Mode.IsDir() {
		return nil, fault.New(fault.NotFound, "there is no folder %s in the workspace to publish", clip(from))
	}
	below, err := w.Clean(target)
	if err != nil {
		return nil, err
	}
	var rules ignored
	if err := rules.load(w, from, "."); err != nil {
		return nil, err
	}
	var out []file
	skip := ""
	err = w.Walk(from, func(e scaffold.Entry) error {
		rel := e.Path
		if from != "." {
			rel = strings.TrimPrefix(e.Path, from+"/")
		}
		if skip != "" && strings.HasPrefix(rel, skip) {
			return nil
		}
		if skip = ""; rules.match(rel, e.Mode.IsDir()) {
			if e.Mode.IsDir() {
				skip = rel + "/"
			}
			return nil
		}
		if e.Mode.IsDir() {
			return rules.load(w, e.Path, rel)
		}
		if len(out) == maxFiles {
			return fault.New(fault.Invalid, "there are more than %d files to publish", maxFiles)
		}
		out = append(out, file{path: path.Join(below, rel), from: e.Path, size: e.Size, exec: e.Mode.Perm()&0o111 != 0})
		return nil
	})
	return out, err
}

// isText reports whether content can be sent as a text in JSON.
func isText(data []byte) bool {
	return utf8.Valid(data) && !strings.ContainsRune(string(data), 0)
}

// mode is a file's mode as git writes it.
func (f file) mode() string {
	if f.exec {
		return "100755"
	}
	return "100644"
}
