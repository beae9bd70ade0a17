//go:build unix

package main

import (
	"os"
	"path/filepath"
	"syscall"
)

// freeBytes is how much an ordinary user may still write to the file system of a folder.
func freeBytes(dir string) (free uint64, known bool) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return 0, false
	}
	return uint64(s.Bavail) * uint64(s.Bsize), true //nolint:unconvert // the types differ by system
}

// ownedAsFolder gives a file to the owner and group of the folder it lies in. Only root can, and nobody else needs to.
func ownedAsFolder(path string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	info, err := os.Stat(filepath.Dir(path))
	if err != nil {
		return err
	}
	of, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return nil
	}
	return os.Lchown(path, int(of.Uid), int(of.Gid))
}
