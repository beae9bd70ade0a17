package main

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/backchannel-portal/backchannel/cmd/backchannel/config"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// maxMermaid bounds the script that draws diagrams, in bytes. Mermaid 12 has some 3 MB.
const maxMermaid = 16 << 20

// sharedMermaid is where the script lies with the program, as the container image has it: bin/backchannel and
// share/backchannel/mermaid.min.js.
const sharedMermaid = "../share/backchannel/mermaid.min.js"

// mermaid is the script that draws diagrams: the one that is configured, else the one that lies with the program; nil
// where there is none.
func mermaid(cfg *config.Config) ([]byte, error) {
	path := cfg.Docs.Mermaid
	switch {
	case path == "":
		program, err := os.Executable()
		if err != nil {
			return nil, nil
		}
		if program, err = filepath.EvalSymlinks(program); err != nil {
			return nil, nil
		}
		script, err := readMermaid(filepath.Join(filepath.Dir(program), filepath.FromSlash(sharedMermaid)))
		if errors.Is(err, fs.ErrNotExist) {
			return nil, nil
		}
		return script, err
	case !filepath.IsAbs(path):
		path = filepath.Join(cfg.Dir, path)
	}
	return readMermaid(path)
}

func readMermaid(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "docs.mermaid")
	}
	defer f.Close()
	script, err := io.ReadAll(io.LimitReader(f, maxMermaid+1))
	switch {
	case err != nil:
		return nil, fault.Wrap(fault.Invalid, err, "docs.mermaid")
	case len(script) == 0 || len(script) > maxMermaid:
		return nil, fault.At(fault.Position{File: path}, "docs.mermaid is to be a script of 1 to %d bytes, found %d or more", maxMermaid, len(script))
	}
	return script, nil
}
