package gitrun

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// Cmd is one run of git.
type Cmd struct {
	// Dir is the repository, or for a command that makes one, the folder above it.
	Dir string
	// Args are the command and its arguments. What somebody else wrote may be among them only after "--", or when
	// ParseAddress, CheckRef or IsID accepts it.
	Args  []string
	Stdin []byte
	// At and Credential are the repository to be contacted, where one is.
	At         Address
	Credential Credential
	// Grow is the folder that the run makes larger, and MaxDisk how large it may become, in bytes; zero: not looked at.
	Grow    string
	MaxDisk int64
	// Timeout bounds the run; zero: Options.Timeout.
	Timeout time.Duration
}

// errTooLarge is the cause with which a run ends that outgrew its bounds.
var errTooLarge = errors.New("too large")

// watchEvery is how often the size of what a run writes is looked at.
const watchEvery = 100 * time.Millisecond

// Run runs git and returns what it printed. Errors are classified: fault.NotFound when the repository or branch does
// not exist, fault.Forbidden when access is refused, fault.Invalid when something is larger than allowed,
// fault.Upstream when the host did not do its part.
func (r *Runner) Run(ctx context.Context, c Cmd) ([]byte, error) {
	timeout := c.Timeout
	if timeout <= 0 {
		timeout = r.o.Timeout
	}
	limited, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	run, stop := context.WithCancelCause(limited)
	defer stop(nil)
	out := &capped{most: r.o.MaxOutput, full: func() { stop(errTooLarge) }}
	notes := &tail{}
	cmd := r.command(run, c.Dir, c.Args, c.At, c.Credential)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(c.Stdin), out, notes
	if err := cmd.Start(); err != nil {
		return nil, fault.Wrap(fault.Internal, err, "git cannot be started")
	}
	var watcher sync.WaitGroup
	ended := make(chan struct{})
	if c.Grow != "" && c.MaxDisk > 0 {
		watcher.Go(func() { watch(c.Grow, c.MaxDisk, ended, func() { stop(errTooLarge) }) })
	}
	err := cmd.Wait()
	close(ended)
	watcher.Wait()
	killGroup(cmd) // whatever a helper left behind
	switch {
	case errors.Is(context.Cause(run), errTooLarge):
		return nil, tooLarge(c)
	case err == nil:
		return out.buf.Bytes(), nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case limited.Err() != nil:
		return nil, fault.New(fault.Upstream, "%s was not read within %s", c.name(), timeout)
	}
	return nil, c.explain(notes.String())
}

func tooLarge(c Cmd) error {
	if c.MaxDisk > 0 {
		return fault.New(fault.Invalid, "%s is larger than the %d MB that may be kept of it", c.name(), c.MaxDisk>>20)
	}
	return fault.New(fault.Invalid, "%s has more in it than can be listed", c.name())
}

func (c Cmd) name() string {
	if c.At.Host != "" {
		return c.At.String()
	}
	return "the repository"
}

// command prepares a process that dies with its context, together with those it starts.
func (r *Runner) command(ctx context.Context, dir string, args []string, at Address, cred Credential) *exec.Cmd {
	name := r.binary
	if r.shell != "" { // which sets the bound before git can start a helper, and becomes git
		args = append([]string{"-c", `ulimit -d "$0" 2>/dev/null; exec "$@"`, strconv.FormatInt(r.o.MaxMemory>>10, 10), name}, args...)
		name = r.shell
	}
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env = dir, r.env(at, cred)
	ownGroup(cmd)
	cmd.Cancel = func() error { return killGroup(cmd) }
	cmd.WaitDelay = 5 * time.Second
	return cmd
}

// watch calls full when a folder outgrows its bound, until ended.
func watch(dir string, most int64, ended <-chan struct{}, full func()) {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		select {
		case <-ended:
			return
		case <-tick.C:
			if Size(dir) > most {
				full()
				return
			}
		}
	}
}

// Size is how many bytes the files below a folder have, as far as they can be seen.
func Size(dir string) int64 {
	var sum int64
	// What goes away while it is looked at does not count; there is no other error.
	_ = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil
		}
		if info, err := d.Info(); err == nil {
			sum += info.Size()
		}
		return nil
	})
	return sum
}

// capped keeps what is written to it, up to a bound.
type capped struct {
	buf  bytes.Buffer // not embedded: its ReadFrom would go past the bound
	most int64
	full func()
}

// Write implements io.Writer.
func (c *capped) Write(p []byte) (int, error) {
	if int64(c.buf.Len()+len(p)) > c.most {
		c.full()
		return 0, io.ErrShortWrite
	}
	return c.buf.Write(p)
}

// tail keeps the end of what is written to it. It is safe for concurrent use.
type tail struct {
	mu  sync.Mutex
	buf []byte
}

const maxTail = 8 << 10

// Write implements io.Writer.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.buf = append(t.buf, p...)
	if over := len(t.buf) - maxTail; over > 0 {
		t.buf = append(t.buf[:0], t.buf[over:]...)
	}
	return len(p), nil
}

// String returns the end of what was written.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.buf)
}
