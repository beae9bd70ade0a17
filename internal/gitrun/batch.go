package gitrun

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os/exec"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// Batch reads objects of one repository through one git process, which starts with the first read and again when it
// ended. It is safe for concurrent use; reads take turns.
type Batch struct {
	r    *Runner
	dir  string
	at   Address
	cred Credential
	grow int64

	mu    sync.Mutex
	child *child
}

// child is a running cat-file --batch.
type child struct {
	cmd   *exec.Cmd
	stop  context.CancelCauseFunc
	ctx   context.Context
	in    io.WriteCloser
	out   *bufio.Reader
	notes *tail
	ended chan struct{}
	watch sync.WaitGroup
}

// NewBatch returns a reader of a repository that Clone made from at. What is missing is fetched as it is read; the
// repository may grow to maxDisk bytes.
func (r *Runner) NewBatch(dir string, at Address, cred Credential, maxDisk int64) *Batch {
	return &Batch{r: r, dir: dir, at: at, cred: cred, grow: maxDisk}
}

// Read returns the content of a file by its object id. One of more than most bytes is an error of kind fault.Invalid.
func (b *Batch) Read(ctx context.Context, id string, most int64) ([]byte, error) {
	if !IsID(id) {
		return nil, fault.New(fault.Invalid, "%q is not an object id", clip(id))
	}
	if err := b.r.allowed(b.at); err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if b.child != nil && b.child.ctx.Err() != nil {
		b.end() // somebody stopped waiting just as the last read was done
	}
	if b.child == nil {
		c, err := b.start()
		if err != nil {
			return nil, err
		}
		b.child = c
	}
	c := b.child
	// A read that takes too long, or nobody waits for, ends the process: its answer could not be told from the next.
	limit := time.AfterFunc(b.r.o.Timeout, func() { c.stop(context.DeadlineExceeded) })
	defer limit.Stop()
	off := context.AfterFunc(ctx, func() { c.stop(ctx.Err()) })
	defer off()
	data, err := c.read(id, most)
	if err == nil {
		return data, nil
	}
	e, ours := errors.AsType[*fault.Error](err)
	if ours && e.Kind == fault.NotFound {
		return nil, err // the process is ready for the next
	}
	cause := context.Cause(c.ctx)
	notes := b.end()
	switch cmd := (Cmd{At: b.at, Credential: b.cred, MaxDisk: b.grow}); {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(cause, errTooLarge):
		return nil, tooLarge(cmd)
	case cause != nil:
		return nil, fault.New(fault.Upstream, "%s was not read within %s", cmd.name(), b.r.o.Timeout)
	case ours:
		return nil, err
	default:
		return nil, cmd.explain(notes)
	}
}

func (b *Batch) start() (*child, error) {
	ctx, stop := context.WithCancelCause(context.Background())
	c := &child{ctx: ctx, stop: stop, notes: &tail{}, ended: make(chan struct{})}
	c.cmd = b.r.command(ctx, b.dir, []string{"cat-file", "--batch"}, b.at, b.cred)
	c.cmd.Stderr = c.notes
	in, err1 := c.cmd.StdinPipe()
	out, err2 := c.cmd.StdoutPipe()
	err := errors.Join(err1, err2)
	if err == nil {
		err = c.cmd.Start()
	}
	if err != nil {
		stop(nil)
		return nil, fault.Wrap(fault.Internal, err, "git cannot be started")
	}
	c.in, c.out = in, bufio.NewReaderSize(out, 64<<10)
	if b.grow > 0 {
		c.watch.Go(func() { watch(b.dir, b.grow, c.ended, func() { stop(errTooLarge) }) })
	}
	return c, nil
}

func (c *child) read(id string, most int64) ([]byte, error) {
	if _, err := io.WriteString(c.in, id+"\n"); err != nil {
		return nil, err
	}
	line, err := c.out.ReadString('\n')
	if err != nil {
		return nil, err
	}
	size, kind, err := parseObject(line)
	switch {
	case err != nil:
		return nil, err
	case kind != "blob":
		return nil, fault.New(fault.Invalid, "it is not a file")
	case size > most:
		return nil, fault.New(fault.Invalid, "the file is larger than %d bytes", most)
	}
	data := make([]byte, size+1) // and the line break that ends it
	if _, err := io.ReadFull(c.out, data); err != nil {
		return nil, err
	}
	return data[:size], nil
}

// end stops the process, if there is one, and returns what it complained about. b.mu is held.
func (b *Batch) end() string {
	c := b.child
	if c == nil {
		return ""
	}
	b.child = nil
	c.in.Close()
	c.stop(nil)
	// It was killed or has ended; how does not matter.
	_ = c.cmd.Wait()
	close(c.ended)
	c.watch.Wait()
	killGroup(c.cmd)
	return c.notes.String()
}

// Close ends the process. The Batch can be used again.
func (b *Batch) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.end()
	return nil
}
