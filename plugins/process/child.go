package process

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/plugins"
)

// Program is a plugin that is a program of its own.
type Program struct {
	Command []string
	Dir     string            // that it runs in, and that a relative command is relative to; "": the program's own
	Env     map[string]string // beside PATH and HOME, all there is
	Config  json.RawMessage   // handed over as it is
	Memory  int64             // bytes that it and what it starts may hold; zero: 256 MB
	Start   time.Duration     // how long it may take to introduce itself; zero: 10 s
}

// The rhythm of supervision.
const (
	defaultMemory = 256 << 20
	defaultStart  = 10 * time.Second
	firstPause    = time.Second
	longestPause  = time.Minute
	settled       = time.Minute // a program that ran for so long is no worse than before
	endPatience   = 2 * time.Second
)

// tuning is the rhythm that tests change.
type tuning struct {
	firstPause, ping, pingWait, memory time.Duration
}

func defaultTuning() tuning {
	return tuning{firstPause: firstPause, ping: 30 * time.Second, pingWait: 10 * time.Second, memory: 2 * time.Second}
}

// child supervises one program.
type child struct {
	p    Program
	o    SetOptions
	tune tuning
	name string // as the configuration has it, until it has introduced itself

	first  chan struct{} // closed when the first attempt was made
	opened sync.Once

	mu     sync.Mutex
	err    error // why it is down
	remote *remote
	entry  *plugins.Entry
}

func newChild(p Program, o SetOptions, t tuning) *child {
	if p.Memory <= 0 {
		p.Memory = defaultMemory
	}
	if p.Start <= 0 {
		p.Start = defaultStart
	}
	return &child{p: p, o: o, tune: t, name: p.Command[0], first: make(chan struct{})}
}

// state is how the program is: its entry, which stays while it is down, and why it is down.
func (c *child) state() (name string, e *plugins.Entry, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.name, c.entry, c.err
}

func (c *child) fail(err error) {
	c.mu.Lock()
	c.err = err
	c.mu.Unlock()
}

// supervise runs the program again and again until ctx is done.
func (c *child) supervise(ctx context.Context) {
	pause := c.tune.firstPause
	for ctx.Err() == nil {
		began := time.Now()
		err := c.once(ctx)
		if ctx.Err() == nil {
			c.fail(err)
		}
		c.opened.Do(func() { close(c.first) })
		if ctx.Err() != nil {
			return
		}
		if time.Since(began) > settled {
			pause = c.tune.firstPause
		}
		name, _, _ := c.state()
		c.o.Log.Warn("a plugin is down, starting it again", "plugin", name, "in", pause, "err", err)
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
		pause = min(2*pause, longestPause)
	}
}

// once starts the program and returns when it has ended, with the reason.
func (c *child) once(ctx context.Context) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	cmd := exec.Command(c.p.Command[0], c.p.Command[1:]...) //nolint:gosec // the operator names the program
	cmd.Env, cmd.Dir = environment(c.p.Env), c.p.Dir
	group(cmd)
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	grumble, err := cmd.StderrPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fault.Wrap(fault.Invalid, err, "start %s", c.p.Command[0])
	}
	var wg sync.WaitGroup
	r := &remote{}
	conn := newConn(in, r.asked)
	said := make(chan struct{})
	wg.Go(func() {
		defer close(said)
		c.grumbles(grumble)
	})
	wg.Go(func() { stop(conn.run(ctx, out)) })
	wg.Go(func() { c.look(ctx, cmd.Process.Pid, stop) })
	err = c.introduce(ctx, conn, r)
	if err == nil {
		err = c.pings(ctx, conn)
	}
	if errors.Is(err, errClosed) { // the reader is about to say why
		select {
		case <-ctx.Done():
		case <-time.After(endPatience):
		}
	}
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, context.Canceled) {
		err = cause
	}
	_ = conn.notify(methodShutdown, nil)
	stop(nil)
	r.conn.Store(nil)
	ended := end(cmd, in, said)
	wg.Wait()
	r.turns.end()
	if err == nil || errors.Is(err, errClosed) {
		err = fault.New(fault.Upstream, "the program ended (%s)", ended)
	}
	return err
}

// end waits for the program, and kills it and what it started when that takes too long. It says how it ended. said is closed
// when all was read that it wrote to its standard error: why it ended is there, and Wait would throw it away.
func end(cmd *exec.Cmd, in io.Closer, said <-chan struct{}) string {
	_ = in.Close()
	timer := time.AfterFunc(endPatience, func() { kill(cmd) })
	select {
	case <-said:
	case <-time.After(2 * endPatience): // somebody else keeps it open
	}
	_ = cmd.Wait() // the state says the same
	timer.Stop()
	kill(cmd) // whatever it left behind in its group
	return cmd.ProcessState.String()
}

// introduce asks the program who it is, and brings it into the registry.
func (c *child) introduce(ctx context.Context, conn *conn, r *remote) error {
	start, cancel := context.WithTimeout(ctx, c.p.Start)
	defer cancel()
	config := c.p.Config
	if len(config) == 0 {
		config = json.RawMessage("{}")
	}
	if err := conn.call(start, methodInitialize, hello{Versions: versions(), Program: "backchannel", Config: config}, &r.d); err != nil {
		if errors.Is(err, context.DeadlineExceeded) {
			return fault.New(fault.Upstream, "it did not introduce itself within %s", c.p.Start)
		}
		return err
	}
	if r.d.Version < 1 || r.d.Version > plugins.API {
		return fault.New(fault.Invalid, "it speaks version %d of the contract, this program %v", r.d.Version, versions())
	}
	p := r.plugin()
	e, err := plugins.NewEntry(p)
	if err != nil {
		return err
	}
	r.conn.Store(conn)
	if c.o.Start != nil {
		if err := c.o.Start(ctx, p); err != nil {
			return err
		}
	}
	c.mu.Lock()
	c.name, c.remote, c.entry, c.err = e.About.Name, r, e, nil
	c.mu.Unlock()
	c.o.changed()
	c.opened.Do(func() { close(c.first) })
	return nil
}

// versions are those of the contract that this program speaks.
func versions() []int {
	var out []int
	for v := 1; v <= plugins.API; v++ {
		out = append(out, v)
	}
	return out
}

// pings asks the program from time to time whether it is well, until it is not or ctx is done.
func (c *child) pings(ctx context.Context, conn *conn) error {
	missed := 0
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(c.tune.ping):
		}
		wait, cancel := context.WithTimeout(ctx, c.tune.pingWait)
		err := conn.call(wait, methodPing, nil, nil)
		cancel()
		if err == nil || !errors.Is(err, context.DeadlineExceeded) { // any answer is one
			missed = 0
			continue
		}
		if missed++; missed >= 2 {
			return fault.New(fault.Upstream, "it answers nothing any more")
		}
	}
}

// look ends the program when it holds too much memory.
func (c *child) look(ctx context.Context, pid int, stop context.CancelCauseFunc) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(c.tune.memory):
		}
		if held := groupMemory(pid); held > c.p.Memory {
			stop(fault.New(fault.Upstream, "it holds %d MB of memory, more than its %d", held>>20, c.p.Memory>>20))
			return
		}
	}
}

// grumbles logs what the program writes to its standard error, at most a few lines a second.
func (c *child) grumbles(r io.Reader) {
	const most = 20
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 4<<10), 64<<10)
	var second int64
	n := 0
	for lines.Scan() {
		if now := time.Now().Unix(); now != second {
			second, n = now, 0
		}
		if n++; n <= most {
			name, _, _ := c.state()
			logTo(c.o.Log.With("plugin", name), "info", lines.Text())
		}
	}
	_, _ = io.Copy(io.Discard, r) // a line that is too long ends the scanner, not the program
}

// environment is what the program finds there.
func environment(extra map[string]string) []string {
	var out []string
	for _, name := range []string{"PATH", "HOME", "TMPDIR", "TZ"} {
		if v, ok := os.LookupEnv(name); ok {
			out = append(out, name+"="+v)
		}
	}
	for name, v := range extra {
		out = append(out, fmt.Sprintf("%s=%s", name, v))
	}
	return out
}
