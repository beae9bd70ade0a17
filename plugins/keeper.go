package plugins

import (
	"bytes"
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// MaxKept bounds one thing that a Keeper keeps, in bytes.
const MaxKept = 8 << 20

// Keeper keeps the last good state of what is read elsewhere, for all replicas and over restarts. It is safe for
// concurrent use. Errors have kind Upstream when the store is away.
type Keeper interface {
	// Kept returns what is kept under a name; what is not known is an error of kind NotFound.
	Kept(ctx context.Context, name string) (Kept, error)
	// Keep keeps a state in the place of the one before. More than MaxKept is an error of kind Invalid.
	Keep(ctx context.Context, name string, k Kept) error
}

// Kept is a state with the moment it was true.
type Kept struct {
	State json.RawMessage
	At    time.Time // to the microsecond
}

// CheckKept returns what is wrong with something to be kept, as an error of kind Invalid. Keepers call it.
func CheckKept(name string, k Kept) error {
	switch {
	case name == "" || len(name) > 200:
		return fault.New(fault.Invalid, "what is kept needs a name of at most 200 bytes")
	case len(k.State) > MaxKept:
		return fault.New(fault.Invalid, "what is kept as %s has %d bytes, more than %d", name, len(k.State), MaxKept)
	case !json.Valid(k.State):
		return fault.New(fault.Invalid, "what is kept as %s is not JSON", name)
	}
	return nil
}

// NotKept is the error for a name under which nothing is kept.
func NotKept(name string) error { return fault.New(fault.NotFound, "nothing is kept as %q", name) }

// NewMemoryKeeper returns a keeper that forgets everything with its process.
func NewMemoryKeeper() Keeper { return &memoryKeeper{rows: map[string]Kept{}} }

type memoryKeeper struct {
	mu   sync.Mutex
	rows map[string]Kept
}

func (m *memoryKeeper) Kept(_ context.Context, name string) (Kept, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	k, ok := m.rows[name]
	if !ok {
		return Kept{}, NotKept(name)
	}
	k.State = bytes.Clone(k.State)
	return k, nil
}

func (m *memoryKeeper) Keep(_ context.Context, name string, k Kept) error {
	if err := CheckKept(name, k); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.rows[name] = Kept{bytes.Clone(k.State), k.At.UTC().Truncate(time.Microsecond)}
	return nil
}
