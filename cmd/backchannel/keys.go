package main

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// keyBytes is the length of a signing key.
const keyBytes = 32

// newKey returns a random signing key.
func newKey() []byte {
	key := make([]byte, keyBytes)
	rand.Read(key) // crypto/rand.Read never fails (Go 1.24)
	return key
}

// buttonKeys reads the keys that sign buttons from the data folder, so that buttons outlive a restart; the first
// start makes one. The file has one key in hex a line; the first signs, all open.
func buttonKeys(dir string) ([][]byte, error) {
	path := filepath.Join(dir, "button.keys")
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		key := newKey()
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, fault.Wrap(fault.Invalid, err, "make the data folder")
		}
		err := os.WriteFile(path, []byte(hex.EncodeToString(key)+"\n"), 0o600)
		return [][]byte{key}, fault.Wrap(fault.Invalid, err, "write the button keys")
	}
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "read the button keys")
	}
	var keys [][]byte
	for n, line := range strings.Fields(string(text)) {
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
