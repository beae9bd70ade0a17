package scm

import (
	"context"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// Local opens folders of the local disk, and repositories that a mirror keeps there. It is safe for concurrent use.
type Local struct {
	base    string
	mirrors []mirror // the longest prefix first
}

type mirror struct {
	host  string
	parts []string
	dir   string
}

// New returns the trees of the given mirrors and of the local disk. Relative folders, those of mirrors included,
// are looked for below base. A mirror whose URL is not one is an error of kind fault.Invalid.
func New(mirrors []Mirror, base string) (*Local, error) {
	l := &Local{base: base}
	for _, m := range mirrors {
		t, err := parseTarget(m.URL)
		if err != nil {
			return nil, err
		}
		if t.host == "" || m.Dir == "" {
			return nil, fault.New(fault.Invalid, "a mirror needs the start of a web address as its url and a dir, not %q and %q", clip(m.URL), clip(m.Dir))
		}
		l.mirrors = append(l.mirrors, mirror{t.host, t.parts, l.abs(m.Dir)})
	}
	slices.SortStableFunc(l.mirrors, func(a, b mirror) int { return len(b.parts) - len(a.parts) })
	return l, nil
}

func (l *Local) abs(p string) string {
	if filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(l.base, p)
}

// place is where a target lies on disk.
type place struct {
	top   string // opened first; nothing outside it can be reached
	repo  string // the repository below top, in slashes
	sub   string // the path in the repository, in slashes
	where string
}

func (p place) id() string {
	return filepath.ToSlash(filepath.Join(p.top, filepath.FromSlash(p.repo), filepath.FromSlash(p.sub)))
}

// Open implements Trees.
func (l *Local) Open(ctx context.Context, target string) (Tree, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	p, err := l.place(target)
	if err != nil {
		return nil, err
	}
	repo, err := openRepo(p)
	if err != nil {
		return nil, notFound(target, err)
	}
	if p.sub == "." {
		return &tree{files: files{repo}, where: p.where, id: p.id()}, nil
	}
	sub, err := repo.OpenRoot(p.sub)
	if err != nil {
		repo.Close()
		return nil, notFound(target, err)
	}
	return &tree{files: files{sub}, repo: repo, repoDir: p.sub, where: p.where, id: p.id()}, nil
}

// ReadFile reads the one file that target denotes, through the mirrors or from the local disk. A file of more than
// most bytes is an error of kind fault.Invalid; one that is not there gives fault.NotFound.
func (l *Local) ReadFile(ctx context.Context, target string, most int64) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	p, err := l.place(target)
	if err != nil {
		return nil, err
	}
	if p.sub == "." { // a local file, or a file at the top of a mirror
		p.sub, p.repo = path.Base(p.repo), path.Dir(p.repo)
		if p.repo == "." && p.sub == "." {
			p.sub, p.top = filepath.Base(p.top), filepath.Dir(p.top)
		}
	}
	repo, err := openRepo(p)
	if err != nil {
		return nil, notFound(target, err)
	}
	defer repo.Close()
	return ReadFile(files{repo}, p.sub, most)
}

func openRepo(p place) (*os.Root, error) {
	top, err := os.OpenRoot(p.top)
	if err != nil || p.repo == "." {
		return top, err
	}
	defer top.Close()
	return top.OpenRoot(p.repo)
}

func notFound(target string, err error) error {
	return fault.Wrap(fault.NotFound, err, "the source tree %s cannot be opened", clip(target))
}

// place maps a target to the disk.
func (l *Local) place(s string) (place, error) {
	t, err := parseTarget(s)
	if err != nil {
		return place{}, err
	}
	if t.host == "" {
		return l.localPlace(t), nil
	}
	for _, m := range l.mirrors {
		if !m.has(t) {
			continue
		}
		repo, branch, rest := split(t.parts[len(m.parts):])
		if !filepath.IsLocal(repo) {
			break
		}
		if branch != "" {
			rest = cutBranch(m.dir, repo, branch, rest)
		}
		sub := path.Join(rest...)
		if sub == "" {
			sub = "."
		}
		if !filepath.IsLocal(sub) {
			break
		}
		return place{m.dir, repo, sub, t.where}, nil
	}
	return place{}, fault.New(fault.NotFound, "no mirror or integration knows %s", clip(t.where))
}

func (m mirror) has(t target) bool {
	if m.host != t.host || len(t.parts) <= len(m.parts) {
		return false
	}
	return slices.EqualFunc(m.parts, t.parts[:len(m.parts)], strings.EqualFold)
}

// localPlace is a folder of the disk; when it lies in a git work tree, that is its repository.
func (l *Local) localPlace(t target) place {
	dir := l.abs(t.path)
	const levels = 12
	for i, at := 0, dir; i < levels; i++ {
		if _, err := os.Lstat(filepath.Join(at, ".git")); err == nil {
			if sub, err := filepath.Rel(at, dir); err == nil {
				return place{at, ".", filepath.ToSlash(sub), t.where}
			}
		}
		up := filepath.Dir(at)
		if up == at {
			break
		}
		at = up
	}
	return place{dir, ".", ".", t.where}
}

// cutBranch drops the rest of a branch name with slashes from the front of a path. Only the branch that the mirror
// has checked out is known, so only that one can be told from folders.
func cutBranch(dir, repo, branch string, rest []string) []string {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return rest
	}
	defer root.Close()
	head, err := ReadFile(files{root}, path.Join(repo, ".git", "HEAD"), maxTarget)
	if err != nil {
		return rest
	}
	name, ok := strings.CutPrefix(strings.TrimSpace(string(head)), "ref: refs/heads/")
	if !ok {
		return rest
	}
	want := strings.Split(name, "/")
	if len(want) < 2 || len(want)-1 > len(rest) || want[0] != branch || !slices.Equal(want[1:], rest[:len(want)-1]) {
		return rest
	}
	return rest[len(want)-1:]
}
