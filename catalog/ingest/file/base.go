package file

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/scm"
)

// placeholderBytes is the most that one placeholder target may hold.
const placeholderBytes = 16 << 20

// treeTimeout bounds the opening of one tree.
const treeTimeout = 30 * time.Second

// base is the place that relative names in one descriptor are taken from.
type base struct {
	trees  scm.Trees
	file   string // path of a local descriptor; empty for one from the web
	folder string // the folder that its placeholders may not leave
	url    string // address of a descriptor from the web
}

// placeholder reads the target of a placeholder: a web address, or a path relative to the descriptor.
func (b base) placeholder(name string) ([]byte, error) {
	if isWeb(name) {
		if b.url != "" && repository(b.url) != repository(name) {
			return nil, fault.New(fault.Forbidden, "a descriptor may only refer to files of its own repository")
		}
		return readWeb(b.trees, name)
	}
	if b.url != "" {
		u, err := joinURL(b.url, name)
		if err != nil {
			return nil, err
		}
		if repository(b.url) != repository(u) {
			return nil, fault.New(fault.Forbidden, "a descriptor may only refer to files of its own repository")
		}
		return readWeb(b.trees, u)
	}
	if filepath.IsAbs(name) {
		return nil, fault.New(fault.Forbidden, "the path must be relative to the descriptor")
	}
	local, err := filepath.Rel(b.folder, filepath.Join(filepath.Dir(b.file), filepath.FromSlash(name)))
	if err != nil || !filepath.IsLocal(local) {
		return nil, fault.New(fault.Forbidden, "it lies outside the location's folder %s", b.folder)
	}
	root, err := os.OpenRoot(b.folder)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	info, err := root.Stat(local)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fault.New(fault.Invalid, "it is not a regular file")
	}
	f, err := root.Open(local)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readAll(f, placeholderBytes)
}

// readLocal reads a regular file; anything else, such as a pipe that would block, is refused.
func readLocal(name string, most int) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return nil, fault.New(fault.Invalid, "it is a folder")
	}
	if !info.Mode().IsRegular() {
		return nil, fault.New(fault.Invalid, "it is not a regular file")
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readAll(f, most)
}

func readAll(r io.Reader, most int) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, int64(most)+1))
	if err != nil {
		return nil, err
	}
	if len(data) > most {
		return nil, fault.New(fault.Invalid, "it is larger than %d bytes", most)
	}
	return data, nil
}

func isWeb(s string) bool {
	return strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://")
}

// readWeb reads one file by its web address through the mirrors.
func readWeb(trees scm.Trees, address string) ([]byte, error) {
	tree, name, err := openWeb(trees, address)
	if err != nil {
		return nil, err
	}
	defer tree.Close()
	return scm.ReadFile(tree, name, placeholderBytes)
}

// openWeb opens the folder of a web address and returns the name in it.
func openWeb(trees scm.Trees, address string) (scm.Tree, string, error) {
	if trees == nil {
		return nil, "", fault.New(fault.NotFound, "no mirror has it")
	}
	ctx, cancel := context.WithTimeout(context.Background(), treeTimeout)
	defer cancel()
	i := strings.LastIndexByte(address, '/')
	tree, err := trees.Open(ctx, address[:i+1])
	if err != nil {
		return nil, "", err
	}
	return tree, address[i+1:], nil
}

// joinURL resolves a relative name, which may be a pattern, in a descriptor from the web.
func joinURL(from, name string) (string, error) {
	scheme, rest, _ := strings.Cut(from, "://")
	host, dir, _ := strings.Cut(rest, "/")
	if strings.HasPrefix(name, "/") {
		return "", fault.New(fault.Forbidden, "the path must be relative to the descriptor")
	}
	return scheme + "://" + host + path.Join("/", path.Dir("/"+dir), name), nil
}

// repository is what two addresses of the same repository have in common: host, owner and name.
func repository(address string) string {
	_, rest, _ := strings.Cut(address, "://")
	parts := strings.SplitN(rest, "/", 4)
	return strings.ToLower(strings.Join(parts[:min(len(parts), 3)], "/"))
}

// missing reports whether an error means that there is nothing, as against something that cannot be read.
func missing(err error) bool { return errors.Is(err, fs.ErrNotExist) || fault.Is(err, fault.NotFound) }
