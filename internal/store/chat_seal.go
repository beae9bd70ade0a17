package store

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// Seal encrypts what the database must not give away: AES-256-GCM with random nonces, under keys that are derived by
// HKDF-SHA-256 from secrets kept elsewhere. Each value is bound to its place, so that a value copied to another row
// does not open.
type Seal struct{ keys []sealKey } // the first seals, all open

type sealKey struct {
	id   []byte // tells which key sealed a value
	aead cipher.AEAD
}

const (
	minSealSecret = 32 // bytes
	sealIDBytes   = 4
	sealVersion   = 1
	sealFileName  = "store.key"
)

// NewSeal returns a seal. The first secret seals, all open, so that one can be replaced. A secret has at least 32
// bytes and should be random, for example the output of "openssl rand -hex 32".
func NewSeal(secrets ...[]byte) (*Seal, error) {
	s := &Seal{}
	for _, secret := range secrets {
		if len(secret) < minSealSecret {
			return nil, fault.New(fault.Invalid, "the key of the store needs at least %d bytes; make one with: openssl rand -hex 32", minSealSecret)
		}
		key, err := hkdf.Key(sha256.New, secret, nil, "backchannel store seal 1", 32+sealIDBytes)
		if err != nil {
			return nil, fault.Wrap(fault.Internal, err, "derive the key of the store")
		}
		block, err := aes.NewCipher(key[:32])
		if err != nil {
			return nil, fault.Wrap(fault.Internal, err, "make the cipher of the store")
		}
		aead, err := cipher.NewGCMWithRandomNonce(block)
		if err != nil {
			return nil, fault.Wrap(fault.Internal, err, "make the cipher of the store")
		}
		s.keys = append(s.keys, sealKey{key[32:], aead})
	}
	if len(s.keys) == 0 {
		return nil, fault.New(fault.Invalid, "the store needs a key for what it encrypts")
	}
	return s, nil
}

// SealFile reads the secrets of a seal from store.key in the data folder, one a line; the first start makes one.
// Replicas that share a database must share the file, or be given its content.
func SealFile(dir string) (*Seal, error) {
	path := filepath.Join(dir, sealFileName)
	text, err := readSealFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		text, err = makeSealFile(dir, path)
	}
	if err != nil {
		return nil, err
	}
	secrets, err := sealLines(path, text)
	if err != nil {
		return nil, err
	}
	return NewSeal(secrets...)
}

// SealSecret is the seal of secrets that are kept elsewhere, one a line. Those of a store.key that the data folder has
// from before open as well.
func SealSecret(text, dir string) (*Seal, error) {
	var secrets [][]byte
	for _, secret := range strings.Fields(text) {
		secrets = append(secrets, []byte(secret))
	}
	path := filepath.Join(dir, sealFileName)
	old, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return NewSeal(secrets...)
	case err != nil:
		return nil, fault.Wrap(fault.Invalid, err, "read the key of the store")
	}
	before, err := sealLines(path, old)
	if err != nil {
		return nil, err
	}
	return NewSeal(append(secrets, before...)...)
}

// sealLines are the secrets of a file.
func sealLines(path string, text []byte) ([][]byte, error) {
	var secrets [][]byte
	for n, line := range strings.Split(string(text), "\n") {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if len(line) < minSealSecret {
			return nil, fault.At(fault.Position{File: path, Line: n + 1}, "a key of the store needs at least %d characters; make one with: openssl rand -hex 32", minSealSecret)
		}
		secrets = append(secrets, []byte(line))
	}
	if len(secrets) == 0 {
		return nil, fault.At(fault.Position{File: path}, "the file holds no key; without the one that was there, what it encrypted cannot be read")
	}
	return secrets, nil
}

// readSealFile reads the file. One that is empty is probably being written by another process, which is waited for.
func readSealFile(path string) ([]byte, error) {
	const often, between = 250, 20 * time.Millisecond
	for n := 1; ; n++ {
		text, err := os.ReadFile(path)
		if err != nil || len(text) > 0 || n == often {
			return text, fault.Wrap(fault.Invalid, err, "read the key of the store")
		}
		time.Sleep(between)
	}
}

// makeSealFile writes a new key, unless another process was faster, and returns the file's content.
func makeSealFile(dir, path string) ([]byte, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "make the data folder")
	}
	secret := make([]byte, 32)
	rand.Read(secret) // crypto/rand.Read never fails (Go 1.24)
	text := []byte(hex.EncodeToString(secret) + "\n")
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return readSealFile(path)
	}
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "write the key of the store")
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "write the key of the store")
	}
	return text, nil
}

// seal encrypts a value for a place.
func (s *Seal) seal(place string, plain []byte) []byte {
	k := s.keys[0]
	out := append([]byte{sealVersion}, k.id...)
	return k.aead.Seal(out, nil, plain, []byte(place))
}

// open decrypts a value of a place. What is wrong with it is an error of kind Invalid.
func (s *Seal) open(place string, sealed []byte) ([]byte, error) {
	const head = 1 + sealIDBytes
	if len(sealed) < head || sealed[0] != sealVersion {
		return nil, fault.New(fault.Invalid, "an encrypted value of the store (%s) is damaged, or of a newer version", place)
	}
	for _, k := range s.keys {
		if !bytes.Equal(k.id, sealed[1:head]) {
			continue
		}
		plain, err := k.aead.Open(nil, nil, sealed[head:], []byte(place))
		if err != nil {
			return nil, fault.New(fault.Invalid, "an encrypted value of the store (%s) is damaged", place)
		}
		return plain, nil
	}
	return nil, fault.New(fault.Invalid, "a value of the store (%s) was encrypted with another key: give every replica the same store.secret or %s, and keep old keys as further lines", place, sealFileName)
}
