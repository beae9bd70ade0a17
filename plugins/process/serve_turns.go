package process

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"sync"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// errTurnLost ends the work of a turn that somebody else may have by now.
var errTurnLost = errors.New("somebody else may have the turn by now")

// farTurns are the turns that the plugin holds or waits for at the program.
type farTurns struct {
	mu   sync.Mutex
	next int
	by   map[string]farTurn
}

type farTurn struct {
	waits chan struct{} // has something when somebody else has it
	lose  context.CancelCauseFunc
}

// begin gives a new turn its name.
func (t *farTurns) begin(mine farTurn) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.by == nil {
		t.by = map[string]farTurn{}
	}
	t.next++
	name := strconv.Itoa(t.next)
	t.by[name] = mine
	return name
}

func (t *farTurns) forget(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.by, name)
}

// told hears what the program says of a turn.
func (t *farTurns) told(method string, params json.RawMessage) error {
	var p turnParams
	if err := decode(params, &p); err != nil {
		return err
	}
	t.mu.Lock()
	mine, ok := t.by[p.Turn]
	t.mu.Unlock()
	switch {
	case !ok:
	case method == methodTurnLost:
		mine.lose(errTurnLost)
	default:
		select {
		case mine.waits <- struct{}{}:
		default:
		}
	}
	return nil
}

// take is a plugins.TakeTurn.
func (h farHost) take(ctx context.Context, name string, waits func()) (context.Context, func(), error) {
	held, lose := context.WithCancelCause(ctx)
	mine := farTurn{waits: make(chan struct{}, 1), lose: lose}
	turn := h.s.turns.begin(mine)
	ended := context.AfterFunc(h.s.ctx, func() { lose(errClosed) })
	give := sync.OnceFunc(func() {
		ended()
		h.s.turns.forget(turn)
		limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), wait)
		defer cancel()
		// What the program does not hear ends with this process.
		_ = h.s.conn.call(limited, methodTurnDone, turnParams{Turn: turn}, nil)
		lose(context.Canceled)
	})
	answered := make(chan error, 1)
	go func() { answered <- h.s.conn.call(ctx, methodTurnTake, turnParams{name, turn}, nil) }()
	said := false
	for {
		select {
		case <-mine.waits:
			if !said {
				said = true
				waits()
			}
		case err := <-answered:
			if err == nil {
				return held, give, nil
			}
			give()
			if ctx.Err() != nil {
				err = fault.Wrap(fault.Upstream, context.Cause(ctx), "wait for the turn %s", name)
			}
			return nil, nil, err
		}
	}
}
