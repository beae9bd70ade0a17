package fetch

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/scm"
	"github.com/backchannel-portal/backchannel/scaffold"
	"github.com/backchannel-portal/backchannel/scaffold/action/input"
)

// Sources are where files are fetched from.
type Sources struct {
	// Trees opens repositories by their web address: those of mirrors and of the configured hosts.
	Trees scm.Trees
	// As opens them with somebody's own token; nil: tokens in a step are refused.
	As func(token string) scm.Trees
	// Root is the folder that addresses relative to a template on the local disk may reach; nil: Repository.
	Root func(file string) string
}

// Repository is the folder of the repository that holds a local file: the nearest one above it with a .git in it. Where
// there is none, as in an unpacked archive, it is the nearest one with what stands at the top of repositories, else the
// file's own folder.
func Repository(file string) string {
	dir := filepath.Dir(file)
	for _, marks := range [][]string{{".git"}, {".github", ".gitlab", ".gitlab-ci.yml", "LICENSE", "LICENSE.md", "LICENSE.txt", "COPYING"}} {
		if at := above(dir, marks); at != "" {
			return at
		}
	}
	return dir
}

// above is the nearest of a folder and those above it that has one of some files in it, "" for none.
func above(dir string, marks []string) string {
	for {
		for _, name := range marks {
			if _, err := os.Lstat(filepath.Join(dir, name)); err == nil {
				return dir
			}
		}
		up := filepath.Dir(dir)
		if up == dir {
			return ""
		}
		dir = up
	}
}

// source is an opened folder, or a folder with the one file in it that was asked for.
type source struct {
	files fs.FS
	name  string // of the file, "" for the folder
	where string // for people
	close func() error
}

// open finds what an address in a step means. With file it is a file, else a folder.
func (s Sources) open(ctx context.Context, c *scaffold.Call, address, token string, file bool) (source, error) {
	if input.IsWeb(address) {
		return s.openWeb(ctx, address, token, file)
	}
	if scheme, _, ok := strings.Cut(address, ":"); ok && !strings.ContainsAny(scheme, "/.") {
		return source{}, fault.New(fault.Forbidden, "%q: what is fetched has a web address, or one relative to the template", clip(address))
	}
	base := strings.TrimPrefix(c.Template.File, "url:")
	if base == "" {
		return source{}, fault.New(fault.Invalid, "%q is relative, but where the template lies is not known", clip(address))
	}
	if input.IsWeb(base) {
		full, err := input.ResolveURL(base, address)
		if err != nil {
			return source{}, err
		}
		return s.openWeb(ctx, full, token, file)
	}
	return s.openLocal(base, address, file)
}

func (s Sources) openWeb(ctx context.Context, address, token string, file bool) (source, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return source{}, fault.New(fault.Invalid, "%q is not a usable address", clip(address))
	}
	if u.User != nil {
		return source{}, fault.New(fault.Invalid, "credentials do not belong in the address of what is fetched")
	}
	out := source{}
	if file {
		out.name = path.Base(u.Path)
		u.Path, u.RawPath = path.Dir(strings.TrimRight(u.Path, "/")), ""
	}
	trees := s.Trees
	if token != "" {
		if s.As == nil {
			return source{}, fault.New(fault.Forbidden, "files are not fetched with a token of one's own here")
		}
		trees = s.As(token)
	}
	if trees == nil {
		return source{}, fault.New(fault.Invalid, "no repositories can be read here")
	}
	u.RawQuery, u.Fragment = "", ""
	tree, err := trees.Open(ctx, u.String())
	if err != nil {
		return source{}, err
	}
	out.files, out.where, out.close = tree, tree.Where(), tree.Close
	return out, nil
}

// openLocal opens a folder beside a template on the local disk. It must lie in the template's repository, whatever
// symbolic links there are.
func (s Sources) openLocal(file, address string, one bool) (source, error) {
	file = strings.TrimPrefix(strings.TrimPrefix(file, "file:"), "//")
	file, err := filepath.Abs(filepath.FromSlash(file))
	if err != nil {
		return source{}, fault.Wrap(fault.Internal, err, "find the template's folder")
	}
	top := ""
	if s.Root != nil {
		top = s.Root(file)
	}
	if top == "" {
		top = Repository(file)
	}
	if strings.ContainsRune(address, 0) {
		return source{}, fault.New(fault.Forbidden, "the address %q has a NUL", clip(address))
	}
	at := filepath.Join(filepath.Dir(file), filepath.FromSlash(address))
	if strings.HasPrefix(address, "/") { // from the top of the repository
		at = filepath.Join(top, filepath.FromSlash(address))
	}
	out := source{where: address}
	if one {
		out.name, at = filepath.Base(at), filepath.Dir(at)
	}
	rel, err := filepath.Rel(top, at)
	if err != nil || !filepath.IsLocal(rel) {
		return source{}, fault.New(fault.Forbidden, "%q leads out of the template's repository, whose top is the nearest folder above with .git, .github or LICENSE", clip(address))
	}
	root, err := os.OpenRoot(top)
	if err != nil {
		return source{}, fault.Wrap(fault.Internal, err, "open the template's folder")
	}
	defer root.Close()
	sub, err := root.OpenRoot(rel)
	if err != nil {
		return source{}, fault.New(fault.NotFound, "there is no folder %q beside the template, or it cannot be opened", clip(address))
	}
	out.files, out.close = sub.FS(), sub.Close
	return out, nil
}

// maxSource bounds one fetched file, in bytes.
const maxSource = 64 << 20

// read reads a file of a source that somebody named. What is no file is not opened: a pipe would block.
func read(files fs.FS, name string) ([]byte, fs.FileMode, error) {
	info, err := fs.Stat(files, name)
	if err != nil {
		return nil, 0, missing(err, name)
	}
	if !info.Mode().IsRegular() {
		return nil, 0, fault.New(fault.Invalid, "%s is no file", clip(name))
	}
	return readListed(files, name)
}

// readListed reads a file that a list of the source holds.
func readListed(files fs.FS, name string) ([]byte, fs.FileMode, error) {
	f, err := files.Open(name)
	if err != nil {
		return nil, 0, missing(err, name)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, 0, missing(err, name)
	}
	if info.Size() > maxSource {
		return nil, 0, fault.New(fault.Invalid, "%s has more than %d bytes", clip(name), maxSource)
	}
	data, err := io.ReadAll(io.LimitReader(f, maxSource))
	return data, info.Mode().Perm() | 0o200, missing(err, name)
}

// missing classifies an error of reading a source.
func missing(err error, name string) error {
	var own *fault.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &own):
		return err
	case errors.Is(err, fs.ErrNotExist):
		return fault.New(fault.NotFound, "there is no file %s where it is fetched from", clip(name))
	}
	return fault.Wrap(fault.Upstream, err, "read %s", clip(name))
}

// clip bounds foreign text inside an error message.
func clip(s string) string {
	const most = 120
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
