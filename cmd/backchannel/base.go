package main

import (
	"context"
	"crypto/rand"
	"log/slog"
	"path/filepath"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/cmd/backchannel/config"
	"github.com/backchannel-portal/backchannel/internal/job"
	"github.com/backchannel-portal/backchannel/internal/store"
)

// base is where a service keeps what must not end with its process.
type base struct {
	catalog catalog.Store
	queue   job.Store
	state   bot.State
	dir     string      // for what can be made again; "" keeps nothing
	db      *store.DB   // nil: all of it ends with the process
	shared  bool        // other replicas may serve from the same store
	seal    *store.Seal // nil with db
}

// memoryBase is the base of a service that leaves nothing behind.
func memoryBase() *base {
	return &base{catalog: store.NewMemory(time.Now), queue: job.NewMemory(time.Now), state: bot.NewMemoryState()}
}

// openBase opens the store of the configuration.
func openBase(ctx context.Context, cfg *config.Config, log *slog.Logger) (*base, error) {
	seal, err := sealOf(cfg)
	if err != nil {
		return nil, err
	}
	db, err := store.Open(ctx, store.Options{URL: cfg.Store.URL, Clock: time.Now, Logger: log, Late: true})
	if err != nil {
		return nil, err
	}
	return &base{
		catalog: db.Catalog(), queue: db.Jobs(nil), state: db.ChatState(seal), dir: cfg.Store.DataDir, db: db, seal: seal,
		shared: !strings.HasPrefix(cfg.Store.URL, "sqlite:"),
	}, nil
}

// sealOf is what encrypts in the store: the configured secret, which replicas share, or else one of this data folder.
func sealOf(cfg *config.Config) (*store.Seal, error) {
	if cfg.Store.Secret != "" {
		return store.SealSecret(cfg.Store.Secret, cfg.Store.DataDir)
	}
	return store.SealFile(cfg.Store.DataDir)
}

// part says how the store is.
func (b *base) part() part {
	p := part{Name: "store", OK: true}
	if b.db == nil {
		return p
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if err := b.db.Ping(ctx); err != nil {
		p.OK, p.Detail = false, err.Error()
	}
	return p
}

// behind says why nothing may be worked on in the background here: a newer program has changed the store too far.
func (b *base) behind() error {
	if b.db == nil {
		return nil
	}
	return b.db.Behind()
}

// image is the file that the catalog is kept in for the next start; "" keeps none.
func (b *base) image() string {
	if b.db == nil || b.dir == "" {
		return ""
	}
	return filepath.Join(b.dir, "catalog.image")
}

// buttonKeys are the keys that buttons are signed with until the store tells others, and the file they are kept in; of
// a base in memory they are new.
func (b *base) buttonKeys() (keys [][]byte, path string, err error) {
	if b.dir == "" {
		key := make([]byte, 32)
		rand.Read(key) // crypto/rand.Read never fails (Go 1.24)
		return [][]byte{key}, "", nil
	}
	path = filepath.Join(b.dir, "button.keys")
	keys, err = bot.KeyFile(path)
	return keys, path, err
}

func (b *base) close() error {
	if b.db == nil {
		return nil
	}
	return b.db.Close()
}
