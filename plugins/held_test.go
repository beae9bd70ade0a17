package plugins_test

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/plugins"
)

type clock struct{ t time.Time }

func (c *clock) now() time.Time { return c.t }

func number(name string, data []byte) (int, error) {
	n, err := strconv.Atoi(string(data))
	if err != nil {
		return 0, fault.At(fault.Position{File: name, Line: 1}, "not a number")
	}
	return n, nil
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestHeldKeepsTheLastGoodValue(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "n")
	c := &clock{t: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	h := plugins.Hold(path, 8, c.now, number)

	if _, _, ok := h.Get(); ok {
		t.Fatal("a value before the first read")
	}
	if err := h.Reload(); !fault.Is(err, fault.NotFound) {
		t.Fatalf("missing file: %v", err)
	}
	write(t, path, "1")
	first := c.t
	expect(t, h, h.Reload(), 1, first, false)

	c.t = c.t.Add(time.Minute) // unchanged: confirmed
	expect(t, h, h.Reload(), 1, c.t, false)
	confirmed := c.t

	for _, broken := range []string{"x", "123456789"} {
		c.t = c.t.Add(time.Minute)
		write(t, path, broken)
		expect(t, h, h.Reload(), 1, confirmed, true)
		expect(t, h, h.Reload(), 1, confirmed, true) // still broken, not confirmed
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	expect(t, h, h.Reload(), 1, confirmed, true)

	c.t = c.t.Add(time.Minute)
	write(t, path, "2")
	expect(t, h, h.Reload(), 2, c.t, false)
	if h.Path() != path {
		t.Errorf("Path = %q", h.Path())
	}
}

func expect(t *testing.T, h *plugins.Held[int], err error, value int, asOf time.Time, broken bool) {
	t.Helper()
	v, at, ok := h.Get()
	if !ok || v != value || !at.Equal(asOf) {
		t.Errorf("Get = %d, %v, %v; want %d, %v", v, at, ok, value, asOf)
	}
	if (err != nil) != broken || (h.Problem() != nil) != broken {
		t.Errorf("Reload = %v, Problem = %v; want an error: %v", err, h.Problem(), broken)
	}
}

func TestHeldRefusesFolders(t *testing.T) {
	t.Parallel()
	h := plugins.Hold(t.TempDir(), 8, time.Now, number)
	if err := h.Reload(); !fault.Is(err, fault.Invalid) {
		t.Errorf("folder: %v", err)
	}
}

func TestHeldWatch(t *testing.T) {
	defer goleak.VerifyNone(t)
	path := filepath.Join(t.TempDir(), "n")
	write(t, path, "1")
	h := plugins.Hold(path, 8, time.Now, number)
	if err := h.Reload(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	changes := make(chan error, 4)
	done := make(chan struct{})
	go func() {
		defer close(done)
		h.Watch(ctx, time.Millisecond, func(err error) { changes <- err })
	}()
	write(t, path, "x")
	if err := <-changes; err == nil {
		t.Error("the broken file was not noticed")
	}
	write(t, path, "2")
	if err := <-changes; err != nil {
		t.Errorf("the repaired file: %v", err)
	}
	cancel()
	<-done
	if v, _, _ := h.Get(); v != 2 {
		t.Errorf("value = %d", v)
	}
}
