package process

import (
	"context"
	"encoding/json"
	"regexp"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/plugins"
)

// The bounds of turns.
const (
	maxTurns     = 16               // that one program holds or waits for
	maxTurnNames = 8                // different things that one program does in turn: each is a kind of job, with its metrics
	maxTurnKey   = 100              // bytes of what it calls one
	turnWait     = 10 * time.Minute // for one turn
)

var turnName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,39}$`)

// turnParams name a turn: what is done in it, and what the plugin calls its holding of it, which is new each time.
type turnParams struct {
	Name string `json:"name,omitempty"`
	Turn string `json:"turn"`
}

// turns are those that one program holds or waits for. They end with it.
type turns struct {
	mu    sync.Mutex
	by    map[string]*heldTurn
	names map[string]bool // that were asked for
	over  bool
}

// heldTurn is one of them.
type heldTurn struct {
	stop context.CancelFunc // of waiting and holding
	done func()             // nil while it is waited for
}

// turn answers what a plugin asks about turns.
func (r *remote) turn(ctx context.Context, h *plugins.Host, method string, params json.RawMessage) error {
	var p turnParams
	if err := decode(params, &p); err != nil {
		return err
	}
	if p.Turn == "" || len(p.Turn) > maxTurnKey {
		return fault.New(fault.Invalid, "a turn is called something of at most %d bytes", maxTurnKey)
	}
	if method == methodTurnDone {
		r.turns.give(p.Turn)
		return nil
	}
	if !turnName.MatchString(p.Name) {
		return fault.New(fault.Invalid, "the name of what is done in turn has small letters, digits and dashes, at most 40")
	}
	return r.turns.take(ctx, h, p, func(method string) {
		if c := r.conn.Load(); c != nil {
			_ = c.notify(method, turnParams{Turn: p.Turn}) // one that is gone holds no turn
		}
	})
}

// take waits for a turn and holds it until it is given back; tell tells the plugin that it waits, or that it lost it.
// The end of ctx ends the wait, and not what is held.
func (t *turns) take(ctx context.Context, h *plugins.Host, p turnParams, tell func(method string)) error {
	ctx, cancel := context.WithTimeout(ctx, turnWait)
	defer cancel()
	own, stop := context.WithCancel(context.WithoutCancel(ctx))
	mine := &heldTurn{stop: stop}
	if err := t.begin(p, mine); err != nil {
		stop()
		return err
	}
	waiting := context.AfterFunc(ctx, stop)
	held, done, err := h.Turn(own, p.Name, func() { tell(methodTurnWaits) })
	if err != nil {
		t.give(p.Turn)
		return err
	}
	t.mu.Lock()
	wanted := waiting() && t.by[p.Turn] == mine
	if wanted {
		mustTell := context.AfterFunc(held, func() { tell(methodTurnLost) })
		mine.done = func() { mustTell(); done() }
	}
	t.mu.Unlock()
	if !wanted { // nobody waits for it any more
		done()
		t.give(p.Turn)
		return fault.New(fault.Upstream, "the turn %s is not wanted any more", p.Name)
	}
	return nil
}

// begin notes that a turn is waited for.
func (t *turns) begin(p turnParams, mine *heldTurn) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.over:
		return fault.Wrap(fault.Upstream, errClosed, "turn %s", p.Name)
	case t.by[p.Turn] != nil:
		return fault.New(fault.Invalid, "there is a turn called %q already", p.Turn)
	case len(t.by) >= maxTurns:
		return fault.New(fault.Invalid, "a plugin has at most %d turns at a time", maxTurns)
	case !t.names[p.Name] && len(t.names) >= maxTurnNames:
		return fault.New(fault.Invalid, "a plugin does at most %d different things in turn", maxTurnNames)
	case t.by == nil:
		t.by, t.names = map[string]*heldTurn{}, map[string]bool{}
	}
	t.by[p.Turn], t.names[p.Name] = mine, true
	return nil
}

// give gives a turn back, or stops waiting for it. One that is not there was given back already.
func (t *turns) give(name string) {
	t.mu.Lock()
	mine := t.by[name]
	delete(t.by, name)
	t.mu.Unlock()
	if mine == nil {
		return
	}
	if mine.done != nil {
		mine.done()
	}
	mine.stop()
}

// end gives all turns back, when the program has ended.
func (t *turns) end() {
	t.mu.Lock()
	t.over = true
	var names []string
	for name := range t.by {
		names = append(names, name)
	}
	t.mu.Unlock()
	for _, name := range names {
		t.give(name)
	}
}
