package ingest

import (
	"context"
	"io/fs"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/scm"
)

// treeTimeout bounds the opening of one tree.
const treeTimeout = 2 * time.Minute

// trees is the place of addresses in repositories, read through scm.Trees.
type trees struct {
	open scm.Trees
	most int64
}

// NewTrees returns the place of all that the given trees know. Descriptors may hold up to most bytes.
func NewTrees(t scm.Trees, most int64) Place { return trees{t, most} }

// Has implements Place.
func (p trees) Has(address string) bool { return IsWeb(address) }

// Find implements Place.
func (p trees) Find(ctx context.Context, address string, named bool) (Found, error) {
	folder, pattern := splitWeb(address)
	if !HasMeta(pattern) {
		return p.single(ctx, address, named)
	}
	if !doublestar.ValidatePattern(pattern) {
		return Found{Pattern: true}, fault.New(fault.Invalid, "%q is not a valid pattern", pattern)
	}
	tree, err := p.tree(ctx, folder)
	if err != nil {
		return Found{Pattern: true}, err
	}
	defer tree.Close()
	names, err := glob(ctx, tree, pattern)
	return Found{Addresses: below(folder, names), Pattern: true}, err
}

// single finds the one file that an address names, or the descriptors of the folder that it names.
func (p trees) single(ctx context.Context, address string, named bool) (Found, error) {
	tree, name, err := p.file(ctx, address)
	if err == nil {
		defer tree.Close()
		var info fs.FileInfo
		if info, err = fs.Stat(tree, name); err == nil && !info.IsDir() {
			return Found{Addresses: []string{address}}, nil
		}
	}
	folder, asFolder := p.tree(ctx, strings.TrimSuffix(address, "/")+"/")
	if asFolder != nil {
		if err == nil {
			err = asFolder
		}
		return Found{Addresses: []string{address}}, err
	}
	defer folder.Close()
	names, err := glob(ctx, folder, "**/*.{yaml,yml,YAML,YML}")
	if !named {
		names = slices.DeleteFunc(names, func(n string) bool { return !IsCatalogInfo(n) })
	}
	return Found{Addresses: below(strings.TrimSuffix(address, "/")+"/", names), Pattern: true, Sift: named}, err
}

func below(folder string, names []string) []string {
	for i, n := range names {
		names[i] = folder + EscapePath(n)
	}
	return names
}

// glob lists the files of a tree that match, in order.
func glob(ctx context.Context, tree fs.FS, pattern string) ([]string, error) {
	var out []string
	err := doublestar.GlobWalk(tree, pattern, func(name string, d fs.DirEntry) error {
		if !d.IsDir() && !InSkipped(name) {
			out = append(out, name)
		}
		if len(out) > MaxFiles {
			return fault.New(fault.Invalid, "there are more than %d descriptor files", MaxFiles)
		}
		return ctx.Err()
	})
	slices.Sort(out)
	return out, err
}

// Read implements Place.
func (p trees) Read(ctx context.Context, address string, have Token) (Content, error) {
	return p.read(ctx, address, have, p.most)
}

// Beside implements Place: a descriptor may only refer to its own repository.
func (p trees) Beside(ctx context.Context, from, address string, have Token) (Content, error) {
	if IsWeb(from) && !SameRepository(from, address) {
		return Content{}, fault.New(fault.Forbidden, "a descriptor may only refer to files of its own repository")
	}
	return p.read(ctx, address, have, PlaceholderBytes)
}

func (p trees) read(ctx context.Context, address string, have Token, most int64) (Content, error) {
	tree, name, err := p.file(ctx, address)
	if err != nil {
		return Content{}, err
	}
	defer tree.Close()
	token := Token(scm.Version(tree, name))
	if token != "" && token == have {
		return Content{Token: token, Same: true}, nil
	}
	data, err := scm.ReadFile(tree, name, most)
	return Content{Data: data, Token: token}, err
}

// file opens the folder of an address and returns the name in it; a tree's own address gives ".".
func (p trees) file(ctx context.Context, address string) (scm.Tree, string, error) {
	address = strings.TrimSuffix(address, "/")
	i := strings.LastIndexByte(address, '/')
	name, err := url.PathUnescape(address[i+1:])
	if err != nil || !fs.ValidPath(name) {
		return nil, "", fault.New(fault.Invalid, "it is not a usable address")
	}
	tree, err := p.tree(ctx, address[:i+1])
	return tree, name, err
}

func (p trees) tree(ctx context.Context, folder string) (scm.Tree, error) {
	if p.open == nil {
		return nil, fault.New(fault.NotFound, "no mirror has it")
	}
	ctx, cancel := context.WithTimeout(ctx, treeTimeout)
	defer cancel()
	return p.open.Open(ctx, folder)
}

// nowhere is the place of those who have none of their own.
type nowhere struct{}

func (nowhere) Has(string) bool { return false }

func (nowhere) Find(context.Context, string, bool) (Found, error) { return Found{}, errNowhere() }

func (nowhere) Read(context.Context, string, Token) (Content, error) { return Content{}, errNowhere() }

func (nowhere) Beside(context.Context, string, string, Token) (Content, error) {
	return Content{}, errNowhere()
}

func errNowhere() error {
	return fault.New(fault.Forbidden, "local files cannot be read from here")
}
