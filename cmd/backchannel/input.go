package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// readInput reads a file named on the command line, of at most most bytes. Standard input and the pipes of a shell
// (/dev/stdin, /dev/fd/63) are read until they end or ctx is done; any other path must be a regular file, because
// opening a named pipe waits for somebody to write. Errors have kind fault.Invalid and name the file.
func readInput(ctx context.Context, path string, most int64) ([]byte, error) {
	at := fault.Position{File: path}
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() && (!passed(path) || info.IsDir()) {
		if info.IsDir() {
			return nil, fault.At(at, "this is a folder, not a file")
		}
		return nil, fault.At(at, "this is not a regular file")
	}
	var f *os.File
	if err == nil {
		f, err = os.Open(path)
	}
	if err != nil {
		return nil, fault.At(at, "the file cannot be read: %s", reason(err))
	}
	defer f.Close()
	stop := context.AfterFunc(ctx, func() { _ = f.SetReadDeadline(time.Unix(1, 0)) }) // a pipe; others do not wait
	defer stop()
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, fault.At(at, "the file cannot be read: %s", reason(err))
	case int64(len(data)) > most:
		return nil, fault.At(at, "the file is larger than %s", size(most))
	}
	return data, nil
}

// passed reports whether path is an open file that the shell passed on.
func passed(path string) bool { return path == "/dev/stdin" || strings.HasPrefix(path, "/dev/fd/") }

// reason is a file error without the system call and the path, which the sentence around it names.
func reason(err error) string {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err.Error()
	}
	return err.Error()
}

// size writes a number of bytes for people.
func size(n int64) string {
	if n >= 1<<20 {
		return fmt.Sprintf("%d MB", n>>20)
	}
	return fmt.Sprintf("%d kB", n>>10)
}

// interruptible reads from r until ctx is done. A read that waits for a terminal or a pipe cannot be called back, so
// it is left behind with a buffer of its own; the process is about to end.
type interruptible struct {
	ctx context.Context
	r   io.Reader
	buf []byte
}

// Read implements io.Reader.
func (i *interruptible) Read(p []byte) (int, error) {
	if err := i.ctx.Err(); err != nil {
		return 0, err
	}
	if len(i.buf) < len(p) {
		i.buf = make([]byte, len(p))
	}
	type result struct {
		n   int
		err error
	}
	done, buf := make(chan result, 1), i.buf[:len(p)]
	go func() {
		n, err := i.r.Read(buf)
		done <- result{n, err}
	}()
	select {
	case <-i.ctx.Done():
		return 0, i.ctx.Err()
	case r := <-done:
		return copy(p, buf[:r.n]), r.err
	}
}
