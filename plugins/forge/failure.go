package forge

import (
	"context"
	"strconv"
	"sync"

	"github.com/backchannel-portal/backchannel/plugins"
)

// maxFailures bounds the failures that are remembered; all are forgotten at once when they are more.
const maxFailures = 500

// failures are where runs failed: that does not change any more, and a log costs two requests.
type failures struct {
	mu sync.Mutex
	of map[string]plugins.RunFailure
}

// failureOf is where a run failed; false where that cannot be told.
func (p *Plugin) failureOf(ctx context.Context, r plugins.Repository, run plugins.Run) (plugins.RunFailure, bool) {
	key := r.Host + "/" + r.Path + " " + run.ID + " " + strconv.Itoa(run.Attempt)
	p.failed.mu.Lock()
	f, known := p.failed.of[key]
	p.failed.mu.Unlock()
	if known {
		return f, true
	}
	f, err := p.forge.Failure(ctx, r, run)
	if err != nil || f.Job == "" {
		return f, false
	}
	if f.Tail != "" { // without it, it is tried again
		p.failed.mu.Lock()
		defer p.failed.mu.Unlock()
		if p.failed.of == nil || len(p.failed.of) >= maxFailures {
			p.failed.of = map[string]plugins.RunFailure{}
		}
		p.failed.of[key] = f
	}
	return f, true
}
