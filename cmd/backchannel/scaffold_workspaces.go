package main

import (
	"path/filepath"
	"time"

	"github.com/backchannel-portal/backchannel/scaffold"
)

// workspacesOf is the folder of the workspaces of runs: in the data folder, which the next process finds again; "" for
// one that is removed at the end is the system's folder for temporary files.
func workspacesOf(b *base) string {
	if b.dir == "" {
		return ""
	}
	return filepath.Join(b.dir, "workspaces")
}

// sweepWorkspaces removes what a process that died left behind. No run takes as long as twice its time.
func (f *followed) sweepWorkspaces() error {
	if f.workspaces == "" {
		return nil
	}
	_, err := scaffold.SweepWorkspaces(f.workspaces, time.Now().Add(-2*templateRunFor))
	return err
}
