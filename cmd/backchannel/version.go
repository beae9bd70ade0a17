package main

import (
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"
)

// build is what the binary knows of itself.
type build struct {
	Version string `json:"version"`
	Commit  string `json:"commit"`
	Go      string `json:"go"`
}

// thisBuild reads the build information that the Go toolchain put into the binary.
func thisBuild() build {
	b := build{Version: "devel", Commit: "unknown", Go: runtime.Version()}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		b.Version = v
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			b.Commit = s.Value
		}
	}
	return b
}

type versionCmd struct{}

// Run prints the version.
func (versionCmd) Run(s *session) error {
	b := thisBuild()
	if s.Output == "json" {
		return json.NewEncoder(s.out).Encode(b)
	}
	_, err := fmt.Fprintf(s.out, "backchannel %s\ncommit %s\n%s\n", b.Version, b.Commit, b.Go)
	return err
}
