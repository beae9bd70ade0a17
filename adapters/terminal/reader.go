package terminal

import (
	"bufio"
	"context"
	"io"
	"os"
	"sync"

	"golang.org/x/term"
)

// maxLine bounds one line of input, in bytes; what is longer ends the session with an error.
const maxLine = 1 << 20

// reader reads one line. It returns io.EOF at the end of the input and when the user presses ctrl-C. close leaves the
// terminal as it was found, while a line is being read too.
type reader interface {
	read() (string, error)
	close() error
}

// newReader edits lines with history where in is a terminal, and reads them plainly elsewhere. It reports whether
// in is a terminal.
func newReader(in io.Reader, out io.Writer, prompt string) (reader, bool) {
	f, ok := in.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		s := bufio.NewScanner(in)
		s.Buffer(make([]byte, 0, 4096), maxLine)
		return &plainReader{s}, false
	}
	rw := struct {
		io.Reader
		io.Writer
	}{in, out}
	return &editor{fd: int(f.Fd()), t: term.NewTerminal(rw, prompt)}, true
}

type plainReader struct{ *bufio.Scanner }

func (r *plainReader) read() (string, error) {
	if r.Scan() {
		return r.Text(), nil
	}
	if err := r.Err(); err != nil {
		return "", err
	}
	return "", io.EOF
}

func (*plainReader) close() error { return nil }

// editor holds the terminal in raw mode only while a line is typed, so that answers are written as usual and ctrl-C
// interrupts a slow one.
type editor struct {
	fd int
	t  *term.Terminal

	mu     sync.Mutex
	before *term.State // of the terminal; nil while it is not raw
	closed bool
}

func (e *editor) read() (string, error) {
	if w, h, err := term.GetSize(e.fd); err == nil && w > 0 {
		if err := e.t.SetSize(w, h); err != nil {
			return "", err
		}
	}
	if err := e.raw(); err != nil {
		return "", err
	}
	line, err := e.t.ReadLine()
	if back := e.restore(); err == nil {
		err = back
	}
	if err == term.ErrPasteIndicator {
		err = nil
	}
	return line, err
}

func (e *editor) raw() (err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return io.EOF
	}
	e.before, err = term.MakeRaw(e.fd)
	return err
}

func (e *editor) restore() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.before == nil {
		return nil
	}
	err := term.Restore(e.fd, e.before)
	e.before = nil
	return err
}

func (e *editor) close() error {
	e.mu.Lock()
	e.closed = true
	e.mu.Unlock()
	return e.restore()
}

// Detect returns the options that fit an output: colours on a terminal unless NO_COLOR is set (no-color.org) or TERM
// is dumb, and the terminal's width. Elsewhere it is plain text that is not wrapped. getenv is os.Getenv.
func Detect(out io.Writer, getenv func(string) string) Options {
	f, ok := out.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return Options{}
	}
	w, _, err := term.GetSize(int(f.Fd()))
	if err != nil || w <= 0 {
		w = 80
	}
	return Options{Color: getenv("NO_COLOR") == "" && getenv("TERM") != "dumb", Width: min(w, 120)}
}

// lines reads lines in a goroutine of its own, one only after the last was answered, so that the context can end the
// wait. The goroutine ends with the context at its next line, or with the input.
func lines(ctx context.Context, r reader) (next func() (string, error)) {
	type result struct {
		line string
		err  error
	}
	want, got := make(chan struct{}), make(chan result)
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			case <-want:
			}
			line, err := r.read()
			select {
			case <-ctx.Done():
				return
			case got <- result{line, err}:
			}
			if err != nil {
				return
			}
		}
	}()
	return func() (string, error) {
		select {
		case <-ctx.Done():
			return "", io.EOF
		case want <- struct{}{}:
		}
		select {
		case <-ctx.Done():
			return "", io.EOF
		case r := <-got:
			return r.line, r.err
		}
	}
}
