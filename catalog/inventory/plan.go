package inventory

import (
	"context"
	"io/fs"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/scm"
)

// job is one component to look at.
type job struct {
	ref    catalog.Ref
	target string // "" when its code cannot be found
	id     string
	guess  bool
	skip   []string // folders of its tree that are other components'
	last   seen
}

// plan finds out where the code of each component lies, and which folders of it are other components'.
func (r *Runner) plan(ctx context.Context) []job {
	var jobs []job
	guesses := map[string]int{}
	for e := range r.c.Components() {
		if ctx.Err() != nil {
			return nil
		}
		j := r.locate(ctx, e)
		if j.guess {
			guesses[j.id]++
		}
		jobs = append(jobs, j)
	}
	byID := make([]int, 0, len(jobs))
	for i := range jobs {
		if jobs[i].guess && guesses[jobs[i].id] > 1 { // one descriptor for several components: whose code it is cannot be told
			jobs[i].target, jobs[i].id = "", ""
		}
		if jobs[i].id != "" {
			byID = append(byID, i)
		}
	}
	slices.SortFunc(byID, func(a, b int) int { return strings.Compare(jobs[a].id, jobs[b].id) })
	ids := make([]string, len(byID))
	for k, i := range byID {
		ids[k] = jobs[i].id
	}
	for i := range jobs {
		prefix := jobs[i].id + "/"
		if jobs[i].id == "" {
			continue
		}
		for k, _ := slices.BinarySearch(ids, prefix); k < len(ids) && strings.HasPrefix(ids[k], prefix); k++ {
			jobs[i].skip = append(jobs[i].skip, strings.TrimPrefix(ids[k], prefix))
		}
		jobs[i].skip = slices.Compact(jobs[i].skip)
	}
	return jobs
}

// locate finds the source tree of an entity.
func (r *Runner) locate(ctx context.Context, e *catalog.Entity) job {
	j := job{ref: e.Ref, last: r.last[e.Ref]}
	for _, c := range scm.Candidates(scm.Origin{Annotation: e.Annotation, Descriptor: e.Source.Location}) {
		tree, err := r.c.Trees.Open(ctx, c.Target)
		if err != nil {
			if !fault.Is(err, fault.NotFound) {
				r.c.Log.Debug("source tree", "entity", e.Ref.String(), "error", err)
			}
			continue
		}
		usable := !c.Guess || hasManifest(tree)
		if n, ok := tree.(scm.Nested); ok {
			j.id = n.Identity()
		}
		if err := tree.Close(); err != nil {
			r.c.Log.Debug("source tree", "entity", e.Ref.String(), "error", err)
		}
		if usable {
			j.target, j.guess = c.Target, c.Guess
			return j
		}
		j.id = ""
	}
	return j
}

// hasManifest reports whether the top folder of a tree holds a manifest.
func hasManifest(tree fs.FS) bool {
	list, err := fs.ReadDir(tree, ".")
	return err == nil && slices.ContainsFunc(list, func(e fs.DirEntry) bool { return !e.IsDir() && readerOf(e.Name()) != nil })
}
