package plugins

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
)

// HappeningKind says what sort of thing happened.
type HappeningKind string

// The kinds of happenings.
const (
	HappenedMerge   HappeningKind = "merge"
	HappenedRelease HappeningKind = "release"
	HappenedDeploy  HappeningKind = "deploy"
	HappenedFailed  HappeningKind = "failed"        // a build
	HappenedFixed   HappeningKind = "fixed"         // a build that had failed
	HappenedUndone  HappeningKind = "deploy-failed" // a deployment that failed
)

// Happening is one thing that happened to an entity.
type Happening struct {
	Kind  HappeningKind
	Title string // what it is called where it happened: the title of a change, a version, a branch
	Where string // the environment of a deployment, the branch of a build; may be empty
	By    string // who did it; may be empty
	URL   string // may be empty
	At    time.Time
}

// HasHappenings is a Plugin that knows what happened around an entity lately.
type HasHappenings interface {
	// Happened returns what happened to an entity since a time, in any order, at most 100. It may ask upstreams until the
	// deadline of ctx. Nothing, without an error, where it knows nothing of the entity.
	Happened(ctx context.Context, e *catalog.Entity, since time.Time) ([]Happening, error)
}

// RunHappenings are the failures of a branch and their ends since a time.
func RunHappenings(runs []Run, branch string, since time.Time) []Happening {
	var out []Happening
	sorted := make([]Run, 0, len(runs))
	for _, r := range runs {
		if r.Branch == branch && r.State.Finished() && r.State != RunCanceled {
			sorted = append(sorted, r)
		}
	}
	for i, r := range sorted {
		if r.Ended.Before(since) {
			continue
		}
		title := r.Name
		if r.Number > 0 {
			title += " #" + strconv.FormatInt(r.Number, 10)
		}
		h := Happening{Title: strings.TrimSpace(title), Where: branch, By: r.Author, URL: r.URL, At: r.Ended}
		before, known := lastBefore(sorted[i+1:], r)
		switch {
		case r.State == RunFailed:
			h.Kind = HappenedFailed
		case known && before.State == RunFailed:
			h.Kind = HappenedFixed
		default:
			continue
		}
		out = append(out, h)
	}
	return out
}

// lastBefore is the run of the same workflow before one, among those that are older, newest first.
func lastBefore(older []Run, r Run) (Run, bool) {
	for _, o := range older {
		if o.Name == r.Name {
			return o, true
		}
	}
	return Run{}, false
}

// The bounds of asking all plugins what happened.
const (
	happenedWait = 15 * time.Second
	maxHappened  = 100 // of one plugin about one entity
)

// TellsHappenings reports whether there is a plugin that knows what happens around entities.
func (r *Runner) TellsHappenings() bool {
	return r != nil && slices.ContainsFunc(r.Registry.All(), func(e *Entry) bool {
		_, ok := e.Plugin.(HasHappenings)
		return ok
	})
}

// Happened asks all plugins what happened to an entity since a time. away are the titles of those that did not answer;
// what they had found by then counts.
func (r *Runner) Happened(ctx context.Context, e *catalog.Entity, since time.Time) (found []Happening, away []string) {
	if r == nil {
		return nil, nil
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	for _, entry := range r.Registry.All() {
		h, ok := entry.Plugin.(HasHappenings)
		if !ok {
			continue
		}
		wg.Go(func() {
			all, err := Call(ctx, r.Gates, entry.About.Name, "happenings", happenedWait, func(ctx context.Context) ([]Happening, error) {
				return h.Happened(ctx, e, since)
			})
			mu.Lock()
			defer mu.Unlock()
			found = append(found, all[:min(len(all), maxHappened)]...)
			if err != nil {
				away = append(away, entry.About.Title)
			}
		})
	}
	wg.Wait()
	slices.Sort(away)
	return found, away
}
