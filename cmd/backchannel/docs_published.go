package main

import (
	"path/filepath"

	"github.com/backchannel-portal/backchannel/cmd/backchannel/config"
)

// published is the folder of built sites for the library, "" when none is configured.
func published(cfg *config.Config) string {
	dir := cfg.Docs.Published
	switch {
	case dir == "":
		return ""
	case !filepath.IsAbs(dir):
		dir = filepath.Join(cfg.Dir, dir)
	}
	return "dir:" + filepath.ToSlash(dir)
}
