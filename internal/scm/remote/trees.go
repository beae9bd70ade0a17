package remote

import (
	"context"
	"path"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/scm"
)

// Knows implements scm.Knower: whether target is an address of this host.
func (h *Host) Knows(target string) bool {
	a, ok, err := scm.ParseAddress(target)
	return err == nil && ok && a.Host == h.o.Name && strings.Contains(a.Repo, "/")
}

// Open implements scm.Trees for addresses of this host. Everything else is an error of kind fault.NotFound.
func (h *Host) Open(ctx context.Context, target string) (scm.Tree, error) {
	a, ok, err := scm.ParseAddress(target)
	if err != nil {
		return nil, err
	}
	if !ok || a.Host != h.o.Name {
		return nil, fault.New(fault.NotFound, "it is not an address of %s", h.o.Name)
	}
	if !strings.Contains(a.Repo, "/") {
		return nil, fault.New(fault.NotFound, "%s names no repository", a.Where)
	}
	return h.OpenIn(ctx, a.Repo, a.Ref, a.Where)
}

// place finds the commit and the folder that the rest of an address means. A branch may have slashes in its name; the
// shortest name that exists is the branch, as no branch can be named like a folder of another.
func (h *Host) place(ctx context.Context, r Repo, rest []string) (Commit, string, error) {
	if len(rest) == 0 || rest[0] == "HEAD" {
		c, err := h.Head(ctx, r, r.Branch)
		if len(rest) > 0 {
			rest = rest[1:]
		}
		return c, path.Join(".", path.Join(rest...)), err
	}
	for n := range h.likely(r, rest) {
		c, err := h.Head(ctx, r, path.Join(rest[:n]...))
		if fault.Is(err, fault.NotFound) {
			continue
		}
		return c, path.Join(".", path.Join(rest[n:]...)), err
	}
	return Commit{}, "", fault.New(fault.NotFound, "%s has no branch or tag %s", r.Web, rest[0])
}

// likely gives the lengths that the branch may have in an address: that of the default branch and of branches that
// are known first, then one after the other.
func (h *Host) likely(r Repo, rest []string) func(yield func(int) bool) {
	const most = 5 // elements of a branch's name
	order := make([]int, 0, most)
	if b := strings.Split(r.Branch, "/"); len(b) <= len(rest) && slices.Equal(b, rest[:len(b)]) {
		order = append(order, len(b))
	}
	h.mu.Lock()
	for n := 1; n <= min(most, len(rest)); n++ {
		if _, ok := h.heads[r.ID+"\x00"+path.Join(rest[:n]...)]; ok {
			order = append(order, n)
		}
	}
	h.mu.Unlock()
	for n := 1; n <= min(most, len(rest)); n++ {
		order = append(order, n)
	}
	return func(yield func(int) bool) {
		for i, n := range order {
			if !slices.Contains(order[:i], n) && !yield(n) {
				return
			}
		}
	}
}

// Tree opens a commit whose files are already listed.
func (h *Host) Tree(ctx context.Context, r Repo, c Commit, l *Listing) scm.Tree {
	t := &tree{host: h, repo: r, files: l, dir: ".", where: r.Web, id: path.Join(h.o.Name, r.ID, c.ID, ".")}
	t.ctx, t.close = context.WithCancel(context.WithoutCancel(ctx))
	return t
}
