package lighthouse

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/outbound"
	"github.com/backchannel-portal/backchannel/plugins"
)

// Bounds of a run.
const (
	runFor    = 4 * time.Minute
	startFor  = 30 * time.Second // until the browser listens
	endFor    = 5 * time.Second  // until a program that was ended is given up
	maxOutput = 64 << 10         // bytes of what a program says that are kept
	maxResult = 64 << 20         // and of its result
	nodeHeap  = 1024             // MB
)

// Runner audits on this machine: with the lighthouse program (npm) and a Chromium that it starts for each audit and
// ends after it. All requests of the browser go through a gate of its own, which lets it reach what Gate may reach.
type Runner struct {
	Chrome     string // path of a Chromium or Chrome
	Lighthouse string // path of the lighthouse program; "": lighthouse in the PATH
	Timeout    time.Duration
	Gate       *outbound.Client // judges every address; required
	Dir        string           // for what an audit needs while it runs; "": the system's
}

func (r *Runner) timeout() time.Duration { return cmp.Or(max(r.Timeout, 0), runFor) }

// known implements engine: nobody else has audits made here.
func (r *Runner) known(context.Context) ([]plugins.Audit, error) { return nil, nil }

// report implements engine.
func (r *Runner) report(_ context.Context, id string) ([]byte, error) {
	return nil, plugins.NoReport(id)
}

// Programs returns the versions of the two programs, for the doctor.
func (r *Runner) Programs(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, startFor)
	defer cancel()
	var out []string
	for _, program := range []string{r.Chrome, r.tool()} {
		c := child{path: program, args: []string{"--version"}, env: environment(os.TempDir())}
		said, err := c.output(ctx)
		if err != nil {
			return "", err
		}
		line, _, _ := strings.Cut(strings.TrimSpace(string(said)), "\n")
		out = append(out, clip(line, 100))
	}
	return strings.Join(out, ", "+Title+" "), nil
}

func (r *Runner) tool() string { return cmp.Or(r.Lighthouse, "lighthouse") }

// audit implements engine. What lighthouse itself asks to be tried again is, once: the browser was too busy.
func (r *Runner) audit(ctx context.Context, address, form string, step func(plugins.AuditStep)) (plugins.Audit, []byte, error) {
	ctx, cancel := context.WithTimeout(ctx, r.timeout())
	defer cancel()
	a, report, err := r.once(ctx, address, form, step)
	if err != nil && ctx.Err() == nil && passing(err) {
		a, report, err = r.once(ctx, address, form, step)
	}
	return a, report, err
}

// passing reports whether an error is one of those that lighthouse has seen go away by itself
// (lighthouse/core/lib/lh-error.js).
func passing(err error) bool {
	for _, code := range []string{"NO_NAVSTART", "NO_TRACING_STARTED", "NO_RESOURCE_REQUEST", "PROTOCOL_TIMEOUT", "NO_SCREENSHOTS", "Please run Lighthouse again"} {
		if strings.Contains(err.Error(), code) {
			return true
		}
	}
	return false
}

// once looks at a website once.
func (r *Runner) once(ctx context.Context, address, form string, step func(plugins.AuditStep)) (a plugins.Audit, report []byte, err error) {
	dir, err := os.MkdirTemp(r.Dir, "lighthouse-")
	if err != nil {
		return a, nil, fault.Wrap(fault.Internal, err, "there is no place for an audit")
	}
	defer os.RemoveAll(dir)
	g, err := openGate(r.Gate)
	if err != nil {
		return a, nil, err
	}
	defer g.close()
	browser, port, err := r.browse(ctx, dir, g.address)
	if err != nil {
		return a, nil, err
	}
	defer browser.end()
	step(plugins.AuditMeasures)
	out := filepath.Join(dir, "result")
	c := child{path: r.tool(), args: arguments(address, form, out, port), env: environment(dir), dir: dir}
	if _, err := c.output(ctx); err != nil {
		return a, nil, err
	}
	data, err := readBounded(out+".report.json", maxResult)
	if err != nil {
		return a, nil, err
	}
	if a, err = readLHR(data); err != nil {
		return a, nil, err
	}
	if report, err = readBounded(out+".report.html", plugins.MaxReport); err != nil {
		report = nil // the scores are there all the same
	}
	return a, report, nil
}

// arguments are those of the lighthouse program.
func arguments(address, form, out string, port int) []string {
	args := []string{
		address, "--output=json", "--output=html", "--output-path=" + out, "--port=" + strconv.Itoa(port), "--hostname=127.0.0.1",
		"--quiet", "--no-enable-error-reporting", "--max-wait-for-load=45000", "--skip-audits=full-page-screenshot",
	}
	if form == plugins.FormDesktop {
		args = append(args, "--preset=desktop")
	}
	return args
}

// environment is all that the programs know of this one's: no secret is in it.
func environment(home string) []string {
	return []string{
		"PATH=" + cmp.Or(os.Getenv("PATH"), "/usr/local/bin:/usr/bin:/bin"), "HOME=" + home, "TMPDIR=" + home, "LANG=C.UTF-8", "CI=1",
		"NODE_OPTIONS=--max-old-space-size=" + strconv.Itoa(nodeHeap),
	}
}

// browse starts a browser whose requests go through a gate, and returns the port it is steered by.
func (r *Runner) browse(ctx context.Context, dir, gate string) (*child, int, error) {
	profile := filepath.Join(dir, "profile")
	c := &child{path: r.Chrome, env: environment(dir), dir: dir, args: []string{
		"--headless=new", "--remote-debugging-port=0", "--user-data-dir=" + profile, "--proxy-server=http://" + gate, "--proxy-bypass-list=<-loopback>",
		"--force-webrtc-ip-handling-policy=disable_non_proxied_udp", "--disable-quic", "--no-first-run", "--no-default-browser-check",
		"--disable-background-networking", "--disable-component-update", "--disable-default-apps", "--disable-sync", "--disable-extensions",
		"--disable-crash-reporter", "--disable-breakpad", "--disable-dev-shm-usage", "--disable-gpu", "--mute-audio", "--password-store=basic",
	}}
	if os.Geteuid() == 0 { // its sandbox does not work for root
		c.args = append(c.args, "--no-sandbox")
	}
	c.args = append(c.args, "about:blank")
	if err := c.start(ctx); err != nil {
		return nil, 0, err
	}
	end := time.Now().Add(startFor)
	for {
		// The first line of the file is the port (Chromium, DevToolsActivePort).
		if data, err := os.ReadFile(filepath.Join(profile, "DevToolsActivePort")); err == nil {
			line, _, _ := strings.Cut(string(data), "\n")
			if port, err := strconv.Atoi(strings.TrimSpace(line)); err == nil && port > 0 {
				return c, port, nil
			}
		}
		select {
		case <-c.done:
			err := c.failure(ctx)
			c.end()
			return nil, 0, err
		case <-ctx.Done():
		case <-time.After(50 * time.Millisecond):
			if time.Now().Before(end) {
				continue
			}
		}
		c.end()
		return nil, 0, fault.New(fault.Upstream, "the browser did not start in time")
	}
}

// child is a program that this one starts and ends, with all that it starts itself.
type child struct {
	path string
	args []string
	env  []string
	dir  string

	cmd  *exec.Cmd
	said tail
	done chan struct{} // is closed when it has ended
	err  error         // how it did; read after done
	once sync.Once
}

// start starts it. It ends with ctx, with end, and where the system can with this program.
func (c *child) start(ctx context.Context) error {
	c.cmd = exec.Command(c.path, c.args...)
	c.cmd.Env, c.cmd.Dir, c.cmd.Stderr, c.cmd.Stdout, c.cmd.WaitDelay = c.env, c.dir, &c.said, &c.said, endFor
	apart(c.cmd)
	c.done = make(chan struct{})
	started := make(chan error, 1)
	go func() {
		// What ends with its parent ends with the thread that started it.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := c.cmd.Start()
		if started <- err; err != nil {
			return
		}
		c.err = c.cmd.Wait()
		close(c.done)
	}()
	if err := <-started; err != nil {
		return fault.New(fault.Invalid, "%s cannot be started: %s", filepath.Base(c.path), plain(err))
	}
	context.AfterFunc(ctx, c.end)
	return nil
}

// plain is an error of the system without paths of this machine.
func plain(err error) string {
	switch {
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, os.ErrNotExist):
		return "there is no such program"
	case errors.Is(err, os.ErrPermission):
		return "it may not be run"
	}
	return "the system refuses it"
}

// end ends it and all that it started, and waits for that.
func (c *child) end() {
	c.once.Do(func() {
		kill(c.cmd)
		select {
		case <-c.done:
		case <-time.After(2 * endFor):
		}
	})
}

// output runs it until its end and returns what it said.
func (c *child) output(ctx context.Context) ([]byte, error) {
	if err := c.start(ctx); err != nil {
		return nil, err
	}
	<-c.done
	c.end() // what it may have left behind
	if c.err != nil {
		return nil, c.failure(ctx)
	}
	return c.said.bytes(), nil
}

// failure says why it ended too early, with the last it said.
func (c *child) failure(ctx context.Context) error {
	if ctx.Err() != nil {
		return fault.New(fault.Upstream, "%s did not finish in time and was ended", filepath.Base(c.path))
	}
	lines := strings.Split(strings.TrimSpace(string(c.said.bytes())), "\n")
	return fault.New(fault.Upstream, "%s ended without a result: %s", filepath.Base(c.path), clip(strings.TrimSpace(lines[len(lines)-1]), maxWhy))
}

// tail is the last of what a program says.
type tail struct {
	mu   sync.Mutex
	data []byte
}

// Write implements io.Writer.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.data = append(t.data, p...)
	if n := len(t.data); n > maxOutput {
		t.data = bytes.Clone(t.data[n-maxOutput:])
	}
	return len(p), nil
}

func (t *tail) bytes() []byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	return bytes.Clone(t.data)
}

func readBounded(path string, most int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fault.New(fault.Upstream, "lighthouse wrote no result")
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	if err != nil || int64(len(data)) > most {
		return nil, fault.New(fault.Upstream, "the result of lighthouse cannot be read, or is larger than %d bytes", most)
	}
	return data, nil
}
