package terminal

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/backchannel-portal/backchannel/bot"
)

// pseudo returns the two ends of a pseudo-terminal.
func pseudo(t *testing.T) (user, program *os.File) {
	t.Helper()
	user, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { user.Close() })
	raw, err := user.SyscallConn() // Fd would make reads block, so that closing could not end them
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	var failed error
	err = raw.Control(func(fd uintptr) {
		if failed = unix.IoctlSetPointerInt(int(fd), unix.TIOCSPTLCK, 0); failed == nil {
			n, failed = unix.IoctlGetInt(int(fd), unix.TIOCGPTN)
		}
	})
	if err != nil || failed != nil {
		t.Fatal(err, failed)
	}
	program, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { program.Close() })
	return user, program
}

func mode(t *testing.T, f *os.File) unix.Termios {
	t.Helper()
	m, err := unix.IoctlGetTermios(int(f.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	return *m
}

// A signal that arrives while a line is typed must not leave the user a terminal without echo.
func TestTerminalIsRestored(t *testing.T) {
	user, program := pseudo(t)
	go func() { _, _ = io.Copy(io.Discard, user) }() // ends with user
	before := mode(t, program)
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		done <- New(Config{In: program, Out: program}).Run(ctx, bot.HandlerFunc(
			func(context.Context, *bot.Event) (bot.Reply, error) { return bot.Nothing{}, nil }))
	}()
	for end := time.Now().Add(30 * time.Second); mode(t, program) == before; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("no line was ever read")
		}
	}
	stop()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if mode(t, program) != before {
		t.Error("the terminal is still raw")
	}
}

// Lines that are not typed are read as they are, up to a bound.
func TestPlainLines(t *testing.T) {
	r, typed := newReader(strings.NewReader("a\r\nb"), new(bytes.Buffer), "")
	if typed {
		t.Fatal("a string is no terminal")
	}
	for _, want := range []string{"a", "b"} {
		if got, err := r.read(); got != want || err != nil {
			t.Errorf("%q, %v", got, err)
		}
	}
	if _, err := r.read(); err != io.EOF {
		t.Error(err)
	}
	if r, _ := newReader(strings.NewReader(strings.Repeat("x", maxLine+2)), nil, ""); r != nil {
		if _, err := r.read(); err == nil || err == io.EOF {
			t.Errorf("a line without a bound: %v", err)
		}
	}
}
