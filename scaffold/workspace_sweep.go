package scaffold

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// SweepWorkspaces removes the workspaces below a folder that a process left behind when it died: those that have not
// changed since a moment, which must lie further back than any run takes. It returns how many there were.
func SweepWorkspaces(parent string, before time.Time) (int, error) {
	list, err := os.ReadDir(parent)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fault.Wrap(fault.Internal, err, "look for workspaces that were left behind")
	}
	n := 0
	for _, d := range list {
		if !d.IsDir() || !strings.HasPrefix(d.Name(), workspacePrefix) && !strings.HasPrefix(d.Name(), tempPrefix) {
			continue
		}
		info, err := d.Info()
		if err != nil || !info.ModTime().Before(before) {
			continue // it is being removed, or in use
		}
		if err := os.RemoveAll(filepath.Join(parent, d.Name())); err != nil {
			return n, fault.Wrap(fault.Internal, err, "remove a workspace that was left behind")
		}
		n++
	}
	return n, nil
}

// How the folders of workspaces and temporary files are named.
const (
	workspacePrefix = "run-"
	tempPrefix      = "tmp-"
)
