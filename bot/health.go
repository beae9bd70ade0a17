package bot

import (
	"log/slog"
	"sync"
)

// health is how something that can do without its store is: well, or making do. It says so once, not at every try.
type health struct {
	meanwhile string // what happens while the store is away
	log       *slog.Logger
	state     *healthState
}

type healthState struct {
	mu   sync.Mutex
	down bool
}

func newHealth(meanwhile string, log *slog.Logger) health {
	return health{meanwhile, log, &healthState{}}
}

// report notes how the last try went.
func (h health) report(err error) {
	h.state.mu.Lock()
	defer h.state.mu.Unlock()
	down := err != nil
	if down != h.state.down {
		if down {
			h.log.Warn("the store does not answer: "+h.meanwhile, "err", err)
		} else {
			h.log.Info("the store answers again", "before", h.meanwhile)
		}
	}
	h.state.down = down
}

// Status says in a few words how it is, and whether it is well.
func (h health) Status() (detail string, ok bool) {
	h.state.mu.Lock()
	defer h.state.mu.Unlock()
	if h.state.down {
		return "the store does not answer: " + h.meanwhile, false
	}
	return "", true
}
