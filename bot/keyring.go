package bot

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// The life of signing keys. A key signs for keyAge and opens for as long again, so a token must not live longer.
const (
	keyBytes   = 32
	keyAge     = 30 * 24 * time.Hour
	keyLead    = time.Hour        // all replicas know a new key for this long before it signs
	keyRefresh = 10 * time.Minute // how often a replica looks for new keys
)

// KeyFile reads the keys that sign buttons from a file, one in hex a line, the first signs; the first start makes
// one. With it a process signs before it has reached its store, and while the store is away.
func KeyFile(path string) ([][]byte, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		keys := [][]byte{newKey()}
		return keys, writeKeys(path, keys)
	}
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "read the button keys")
	}
	var keys [][]byte
	for n, line := range strings.Split(string(text), "\n") {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		key, err := hex.DecodeString(line)
		if err != nil || len(key) != keyBytes {
			return nil, fault.At(fault.Position{File: path, Line: n + 1}, "expected a key of %d bytes in hex; delete the file to have a new one made", keyBytes)
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return nil, fault.At(fault.Position{File: path}, "the file holds no key; delete it to have a new one made")
	}
	return keys, nil
}

func newKey() []byte {
	key := make([]byte, keyBytes)
	rand.Read(key) // crypto/rand.Read never fails (Go 1.24)
	return key
}

// writeKeys replaces the file as a whole.
func writeKeys(path string, keys [][]byte) error {
	var b strings.Builder
	for _, key := range keys {
		b.WriteString(hex.EncodeToString(key) + "\n")
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fault.Wrap(fault.Invalid, err, "make the data folder")
	}
	if err := os.WriteFile(path+".new", []byte(b.String()), 0o600); err != nil {
		return fault.Wrap(fault.Invalid, err, "write the button keys")
	}
	return fault.Wrap(fault.Invalid, os.Rename(path+".new", path), "write the button keys")
}

// KeyRing keeps the keys of one replica's buttons the same as everybody's: it takes them from the store, has them
// replaced every thirty days, and writes them to the file that the next start begins with.
type KeyRing struct {
	store  KeyStore
	tokens *Tokens
	path   string
	keys   [][]byte // as the tokens have them, the signing one first
	log    *slog.Logger
	now    func() time.Time
	health
}

// NewKeyRing returns a ring for tokens made with the keys of KeyFile(path).
func NewKeyRing(store KeyStore, tokens *Tokens, path string, keys [][]byte, log *slog.Logger, now func() time.Time) *KeyRing {
	return &KeyRing{store: store, tokens: tokens, path: path, keys: keys, log: log, now: now, health: newHealth("buttons are signed with the last known keys", log)}
}

// Run keeps the keys fresh until ctx is done.
func (r *KeyRing) Run(ctx context.Context) error {
	for {
		pause := keyRefresh
		if err := r.Refresh(ctx); err != nil {
			pause = storeRetry
		}
		if !Sleep(ctx, pause) {
			return nil
		}
	}
}

// Refresh takes the keys from the store now.
func (r *KeyRing) Refresh(ctx context.Context) error {
	limited, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	keys, err := r.rotate(limited)
	if ctx.Err() == nil {
		r.report(err)
	}
	if err != nil {
		return err
	}
	if order := signingFirst(keys, r.now()); !slices.EqualFunc(order, r.keys, bytes.Equal) {
		r.tokens.Rekey(order)
		r.keys = order
		if err := writeKeys(r.path, order); err != nil {
			r.log.Error("the button keys cannot be written; a restart without the store would not know them", "err", err)
		}
	}
	return nil
}

// rotate offers the store the key that this process has, in case there is none yet; and, when the time for a new one
// has come, a new one.
func (r *KeyRing) rotate(ctx context.Context) ([]SigningKey, error) {
	now := r.now()
	keys, err := r.store.Rotate(ctx, SigningKey{Secret: r.keys[0], From: now}, 100*keyAge)
	if err != nil || len(keys) == 0 || now.Sub(keys[0].From) <= keyAge-keyLead {
		return keys, err
	}
	return r.store.Rotate(ctx, SigningKey{Secret: newKey(), From: now.Add(keyLead)}, keyAge-keyLead)
}

// signingFirst orders keys for Tokens: first the newest that has begun to sign, else the oldest.
func signingFirst(keys []SigningKey, now time.Time) [][]byte {
	signs := len(keys) - 1
	for i, k := range keys { // newest first
		if !k.From.After(now) {
			signs = i
			break
		}
	}
	out := [][]byte{keys[signs].Secret}
	for i, k := range keys {
		if i != signs {
			out = append(out, k.Secret)
		}
	}
	return out
}
