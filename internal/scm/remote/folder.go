package remote

import (
	"context"
	"path"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/scm"
)

// OpenIn opens a folder of a repository that is known by its path: rest is the branch, tag or commit ("HEAD" is the
// default branch), whose name may have slashes, followed by the folder.
func (h *Host) OpenIn(ctx context.Context, repo string, rest []string, where string) (scm.Tree, error) {
	r, err := h.Repository(ctx, repo)
	if err != nil {
		return nil, err
	}
	c, dir, err := h.place(ctx, r, rest)
	if err != nil {
		return nil, err
	}
	l, err := h.Files(ctx, r, c)
	if err != nil {
		return nil, err
	}
	t := &tree{host: h, repo: r, files: l, dir: ".", where: where}
	t.ctx, t.close = context.WithCancel(context.WithoutCancel(ctx)) // the deadline is that of opening
	_, at, err := t.resolve("open", dir)
	if err != nil || at == "" {
		t.close()
		return nil, fault.New(fault.NotFound, "%s has no folder %s", r.Web, dir)
	}
	t.dir, t.id = at, path.Join(h.o.Name, r.ID, c.ID, at)
	return t, nil
}
