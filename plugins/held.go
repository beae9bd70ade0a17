package plugins

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"os"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// Held is a value parsed from a file that people edit while the program runs. A file that became unreadable or
// invalid leaves the last good value in place, and Problem says what is wrong. It is safe for concurrent use.
type Held[T any] struct {
	path  string
	most  int64
	now   func() time.Time
	parse func(name string, data []byte) (T, error)
	load  func() ([]byte, error) // nil: the file at path

	reading sync.Mutex // one reader at a time; guards hash
	hash    [sha256.Size]byte

	mu    sync.RWMutex // guards what follows
	value T
	good  bool
	asOf  time.Time
	err   error
}

// Hold returns a Held for the file at path without reading it; call Reload. A file larger than most bytes is refused.
// parse is given the path as the user wrote it, for messages, and must not keep data.
func Hold[T any](path string, most int64, now func() time.Time, parse func(name string, data []byte) (T, error)) *Held[T] {
	return &Held[T]{path: path, most: most, now: now, parse: parse}
}

// ErrNotDue says that a source of HoldFrom was not looked at: what is known of it stands as it is.
var ErrNotDue = errors.New("it is not due yet")

// HoldFrom is Hold for what is read in another way than from a file: load returns it whole, an error, or ErrNotDue. name
// is what people know it by.
func HoldFrom[T any](name string, most int64, now func() time.Time, load func() ([]byte, error), parse func(name string, data []byte) (T, error)) *Held[T] {
	h := Hold(name, most, now, parse)
	h.load = load
	return h
}

// Path returns the path the value is read from.
func (h *Held[T]) Path() string { return h.path }

// Get returns the last good value and when it was last read or confirmed unchanged; ok is false while there is none.
func (h *Held[T]) Get() (value T, asOf time.Time, ok bool) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.value, h.asOf, h.good
}

// Problem returns what was wrong with the file when it was last looked at, or nil.
func (h *Held[T]) Problem() error {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.err
}

// Reload looks at the file and parses it when its content changed. It returns what Problem returns from then on.
func (h *Held[T]) Reload() error {
	h.reading.Lock()
	defer h.reading.Unlock()
	data, err := h.read()
	if errors.Is(err, ErrNotDue) {
		return h.Problem()
	}
	if err != nil {
		h.hash = [sha256.Size]byte{} // a file that comes back is parsed again
		return h.settle(err)
	}
	sum := sha256.Sum256(data)
	if sum == h.hash {
		return h.confirm()
	}
	h.hash = sum
	value, err := h.parse(h.path, data)
	if err != nil {
		return h.settle(err)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.value, h.good, h.asOf, h.err = value, true, h.now(), nil
	return nil
}

// confirm notes that the content is what it was: still good, or still broken.
func (h *Held[T]) confirm() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.err == nil {
		h.asOf = h.now()
	}
	return h.err
}

func (h *Held[T]) settle(err error) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.err = err
	return err
}

func (h *Held[T]) read() ([]byte, error) {
	at := fault.Position{File: h.path}
	if h.load != nil {
		data, err := h.load()
		if err == nil && int64(len(data)) > h.most {
			return nil, fault.At(at, "it is larger than %d bytes", h.most)
		}
		return data, err
	}
	info, err := os.Stat(h.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, &fault.Error{Kind: fault.NotFound, At: at, Message: "there is no such file"}
	case err == nil && !info.Mode().IsRegular(): // opening a pipe could wait for ever
		return nil, fault.At(at, "this is not a regular file")
	}
	f, err := os.Open(h.path)
	if err != nil {
		return nil, &fault.Error{Kind: fault.Invalid, At: at, Message: "the file cannot be read", Err: err}
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, h.most+1))
	if err != nil {
		return nil, &fault.Error{Kind: fault.Invalid, At: at, Message: "the file cannot be read", Err: err}
	}
	if int64(len(data)) > h.most {
		return nil, fault.At(at, "the file is larger than %d bytes", h.most)
	}
	return data, nil
}

// Watch reloads every so often until ctx is done. Problems are kept for Problem; changed is called, when it is not
// nil, after each look whose outcome differs from the one before.
func (h *Held[T]) Watch(ctx context.Context, every time.Duration, changed func(error)) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		before := text(h.Problem())
		if err := h.Reload(); changed != nil && text(err) != before {
			changed(err)
		}
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
