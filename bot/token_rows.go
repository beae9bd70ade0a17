package bot

import (
	"context"
	"crypto/rand"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

const (
	maxRows    = 4096 // intents kept in the process
	rowIDChars = 16   // 80 bits
)

// intentRows keeps intents that do not fit on their button, or that are carried out once. A message is rendered
// without waiting for the store; rows are saved behind it, and in any case before they have an effect.
type intentRows struct {
	single map[string]bool

	mu      sync.Mutex
	store   IntentStore // nil: rows live as long as the process
	rows    map[string]StoredIntent
	used    map[string]bool // of those, without a store
	ring    []string        // ids, oldest first
	unsaved map[string]struct{}
}

func newIntentRows(single []string) *intentRows {
	r := &intentRows{single: map[string]bool{}, rows: map[string]StoredIntent{}, used: map[string]bool{}, unsaved: map[string]struct{}{}}
	for _, name := range single {
		r.single[name] = true
	}
	return r
}

// keep remembers a new row and returns its id.
func (r *intentRows) keep(row StoredIntent) string {
	row.ID = strings.ToLower(rand.Text()[:rowIDChars])
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.ring) >= maxRows {
		old := r.ring[0]
		r.ring = r.ring[1:]
		delete(r.rows, old)
		delete(r.used, old)
		delete(r.unsaved, old)
	}
	r.ring = append(r.ring, row.ID)
	r.rows[row.ID] = row
	if r.store != nil {
		r.unsaved[row.ID] = struct{}{}
	}
	return row.ID
}

func (r *intentRows) local(id string) (StoredIntent, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	row, ok := r.rows[id]
	return row, ok
}

// redeem returns the intent of a row, and of a single one only the first time.
func (r *intentRows) redeem(ctx context.Context, id string, now time.Time) (card.Intent, error) {
	r.mu.Lock()
	store := r.store
	row, known := r.rows[id]
	first := !r.used[id]
	if known && store == nil && row.Single {
		r.used[id] = true
	}
	r.mu.Unlock()
	if store == nil || known && !row.Single {
		return r.outcome(row.Intent, known, first || !row.Single)
	}
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	if known {
		if err := store.Save(ctx, []StoredIntent{row}); err != nil {
			return card.Intent{}, err
		}
	} else {
		var err error
		if row, err = store.Load(ctx, id, now); fault.Is(err, fault.NotFound) {
			return card.Intent{}, goneRow()
		} else if err != nil {
			return card.Intent{}, err
		}
	}
	if row.Single {
		var err error
		if first, err = store.Use(ctx, id); err != nil {
			return card.Intent{}, err
		}
	}
	return r.outcome(row.Intent, true, first || !row.Single)
}

func (r *intentRows) outcome(i card.Intent, known, first bool) (card.Intent, error) {
	switch {
	case !known:
		return card.Intent{}, goneRow()
	case !first:
		return card.Intent{}, fault.New(fault.Forbidden, "the button was used before").Say(string(lang.BotButtonUsed), nil)
	}
	return i, nil
}

// Keep has the intents of tokens made from now on saved in a store. Call it before the first token is made, and Run.
func (t *Tokens) Keep(store IntentStore) {
	t.rows.mu.Lock()
	defer t.rows.mu.Unlock()
	t.rows.store = store
}

// Run saves what Keep was called for until ctx is done, then what is left.
func (t *Tokens) Run(ctx context.Context, log *slog.Logger) error {
	h := newHealth("buttons with long intents work in this process alone", log)
	pause := saveEvery
	for Sleep(ctx, pause) {
		pause = saveEvery
		if !t.rows.save(ctx, h) {
			pause = storeRetry
		}
	}
	t.rows.save(context.WithoutCancel(ctx), h)
	return nil
}

// save writes the rows that are not saved yet and reports whether the store took them.
func (r *intentRows) save(ctx context.Context, h health) bool {
	r.mu.Lock()
	rows := make([]StoredIntent, 0, len(r.unsaved))
	for id := range r.unsaved {
		rows = append(rows, r.rows[id])
	}
	store := r.store
	r.mu.Unlock()
	if len(rows) == 0 {
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	err := store.Save(ctx, rows)
	if h.report(err); err != nil {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, row := range rows {
		delete(r.unsaved, row.ID)
	}
	return true
}
