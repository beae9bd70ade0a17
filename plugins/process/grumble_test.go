package process

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/plugins"
)

// dawdler is a log that is slow at first, and keeps how lines begin.
type dawdler struct {
	mu    sync.Mutex
	begun []string
}

func (d *dawdler) Handle(_ context.Context, r slog.Record) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.begun) == 0 {
		time.Sleep(500 * time.Millisecond) // meanwhile the program ends; should it not, nothing is shown
	}
	if head, _, ok := strings.Cut(r.Message, " "); ok {
		d.begun = append(d.begun, head)
	}
	return nil
}

func (d *dawdler) Enabled(context.Context, slog.Level) bool { return true }

func (d *dawdler) WithAttrs([]slog.Attr) slog.Handler { return d }

func (d *dawdler) WithGroup(string) slog.Handler { return d }

// TestLastWords: why a program ended is what it wrote last, and is logged to the end.
func TestLastWords(t *testing.T) {
	const lines = 15 // more than is read at once
	d := &dawdler{}
	rhythm := hasty()
	rhythm.firstPause = time.Hour
	s := newSet(SetOptions{
		Programs: []Program{{Command: []string{"sh", "-c", fmt.Sprintf("for i in $(seq %d); do printf 'n%%d %%2000d\\n' $i 0 >&2; done; exit 1", lines)}}},
		Registry: plugins.NewRegistry(), Log: slog.New(d),
	}, rhythm)
	defer s.Close() //nolint:errcheck // it has none
	if err := s.Load(t.Context()); err == nil {
		t.Error("a program that ends at once is no plugin")
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if !slices.Contains(d.begun, "n1") || !slices.Contains(d.begun, fmt.Sprintf("n%d", lines)) {
		t.Errorf("of %d lines there are %v", lines, d.begun)
	}
}
