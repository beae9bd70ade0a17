package bot

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// BindingBoard keeps all bindings in memory beside their store, so that no question waits for it. What other replicas
// bind is seen at the next look.
type BindingBoard struct {
	store Bindings
	log   *slog.Logger

	mu    sync.RWMutex
	bound map[Address]string
	moves uint64 // grows with every change made here, so that a slow look does not undo it
}

// NewBindingBoard returns a board that knows nothing before it has run, or Look was called.
func NewBindingBoard(store Bindings, log *slog.Logger) *BindingBoard {
	return &BindingBoard{store: store, log: log, bound: map[Address]string{}}
}

// Of returns the entity that the channel of an address is about; "" for none. It does not block.
func (b *BindingBoard) Of(at Address) string {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.bound[at.Place()]
}

// Bind makes a channel be about an entity, now and for all replicas.
func (b *BindingBoard) Bind(ctx context.Context, one Binding) error {
	one.Address = one.Address.Place()
	if err := b.store.Bind(ctx, one); err != nil {
		return err
	}
	b.set(one.Address, one.Entity)
	return nil
}

// Unbind ends the binding of a channel and reports whether there was one.
func (b *BindingBoard) Unbind(ctx context.Context, at Address) (bool, error) {
	was, err := b.store.Unbind(ctx, at.Place())
	if err == nil {
		b.set(at.Place(), "")
	}
	return was, err
}

// End forgets the bindings of a channel that is gone, or with channel "" of a workspace.
func (b *BindingBoard) End(ctx context.Context, platform, workspace, channel string) error {
	if _, err := b.store.End(ctx, platform, workspace, channel); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.moves++
	for at := range b.bound {
		if at.Platform == platform && at.Workspace == workspace && (channel == "" || at.Channel == channel) {
			delete(b.bound, at)
		}
	}
	return nil
}

func (b *BindingBoard) set(at Address, entity string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.moves++
	if entity == "" {
		delete(b.bound, at)
		return
	}
	b.bound[at] = entity
}

// Look reads all bindings from the store.
func (b *BindingBoard) Look(ctx context.Context) error {
	b.mu.RLock()
	before := b.moves
	b.mu.RUnlock()
	all, err := b.store.All(ctx)
	if err != nil {
		return err
	}
	next := make(map[Address]string, len(all))
	for _, one := range all {
		next[one.Address] = one.Entity
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.moves == before { // otherwise the next look knows better
		b.bound = next
	}
	return nil
}

// Run looks every so often until ctx is done. While the store is away what was known stays.
func (b *BindingBoard) Run(ctx context.Context, every time.Duration) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	well := true
	for {
		err := b.Look(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if (err == nil) != well {
			if well = err == nil; well {
				b.log.Info("the bindings of channels are read again")
			} else {
				b.log.Warn("the bindings of channels cannot be read; what was known stays", "err", err)
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
