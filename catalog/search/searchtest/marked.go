package searchtest

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/backchannel-portal/backchannel/catalog"
)

// Marked is a Feed whose states have marks. Two with the same history tell the same of it.
type Marked struct {
	*Feed
	History string
	Whole   atomic.Int64 // how often everything was read
}

var _ catalog.Marked = (*Marked)(nil)

func (m *Marked) mark(g catalog.Generation) string { return fmt.Sprint(m.History, " ", g) }

// Changes implements catalog.Store.
func (m *Marked) Changes(ctx context.Context, after catalog.Generation) (catalog.Changes, error) {
	c, err := m.Feed.Changes(ctx, after)
	if c.Mark = m.mark(c.Generation); c.Full && err == nil {
		m.Whole.Add(1)
	}
	return c, err
}

// ChangesSince implements catalog.Marked.
func (m *Marked) ChangesSince(ctx context.Context, after catalog.Generation, mark string) (catalog.Changes, error) {
	if mark != m.mark(after) {
		after = 0
	}
	return m.Changes(ctx, after)
}
