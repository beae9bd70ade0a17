package process

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// handler answers a request of the other side, or hears a notification, whose result nobody sees.
type handler func(ctx context.Context, method string, params json.RawMessage) (any, error)

// conn is one side of a conversation. Its reader ends when the other side closes or breaks the rules.
type conn struct {
	handle handler
	slots  chan struct{} // of requests that are worked on

	w    io.Writer
	out  chan []byte   // lines to be written: nobody waits for a side that does not read
	gone chan struct{} // closed at the end

	mu      sync.Mutex
	next    int64
	pending map[int64]chan message
	serving map[int64]context.CancelFunc // the other side's requests
	over    error                        // why it is at its end
}

// errClosed says that the other side is gone.
var errClosed = errors.New("the plugin is not running")

func newConn(w io.Writer, h handler) *conn {
	return &conn{handle: h, w: w, out: make(chan []byte, maxQueued), gone: make(chan struct{}), slots: make(chan struct{}, maxInFlight), pending: map[int64]chan message{}, serving: map[int64]context.CancelFunc{}}
}

// run reads until the other side ends, and returns why: nil at the end of its output.
func (c *conn) run(ctx context.Context, r io.Reader) error {
	ctx, cancel := context.WithCancel(ctx)
	var working sync.WaitGroup
	defer working.Wait()
	defer cancel()
	working.Go(func() { c.pump(ctx) })
	lines := bufio.NewReaderSize(r, 64<<10)
	for {
		line, err := readLine(lines)
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			c.end(err)
			return err
		}
		if len(line) == 0 {
			continue
		}
		var m message
		if err := json.Unmarshal(line, &m); err != nil {
			err = fmt.Errorf("it wrote %q, which is no message: its standard output belongs to the protocol, what it wants to log goes to standard error", clip(line))
			c.end(err)
			return err
		}
		c.take(ctx, &working, m)
	}
}

func clip(line []byte) []byte {
	const most = 80
	if len(line) > most {
		return append(line[:most:most], "…"...)
	}
	return line
}

// readLine reads a line of at most maxLine bytes.
func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case len(line) > maxLine:
			return nil, fmt.Errorf("it wrote a message of more than %d MB", maxLine>>20)
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil:
			return nil, err
		}
		return line[:len(line)-1], nil
	}
}

// take deals with one message.
func (c *conn) take(ctx context.Context, working *sync.WaitGroup, m message) {
	switch {
	case m.Method == "" && m.ID != nil:
		c.mu.Lock()
		waiting := c.pending[*m.ID]
		delete(c.pending, *m.ID)
		c.mu.Unlock()
		if waiting != nil { // else nobody asked, or nobody waits any more
			waiting <- m
		}
	case m.Method == methodCancel:
		var p struct{ ID int64 }
		if json.Unmarshal(m.Params, &p) == nil {
			c.mu.Lock()
			stop := c.serving[p.ID]
			c.mu.Unlock()
			if stop != nil {
				stop()
			}
		}
	case m.ID == nil:
		_, _ = c.handle(ctx, m.Method, m.Params) // there is nobody to tell
	default:
		c.serve(ctx, working, m)
	}
}

// serve works on a request of the other side, unless it has too many already.
func (c *conn) serve(ctx context.Context, working *sync.WaitGroup, m message) {
	id := *m.ID
	select {
	case c.slots <- struct{}{}:
	default:
		c.answer(id, nil, fault.New(fault.Upstream, "there are more than %d requests at a time", maxInFlight))
		return
	}
	ctx, stop := context.WithCancel(ctx)
	c.mu.Lock()
	c.serving[id] = stop
	c.mu.Unlock()
	working.Go(func() {
		defer func() {
			c.mu.Lock()
			delete(c.serving, id)
			c.mu.Unlock()
			stop()
			<-c.slots
		}()
		result, err := c.guarded(ctx, m)
		c.answer(id, result, err)
	})
}

// guarded calls the handler; a panic there is an error.
func (c *conn) guarded(ctx context.Context, m message) (result any, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("it broke: %v", r)
		}
	}()
	return c.handle(ctx, m.Method, m.Params)
}

func (c *conn) answer(id int64, result any, err error) {
	m := message{ID: &id}
	if err == nil {
		m.Result, err = json.Marshal(result)
	}
	if err != nil {
		m.Result, m.Error = nil, toWire(err)
	}
	line, err := lineOf(m)
	if err != nil {
		line, _ = lineOf(message{ID: &id, Error: toWire(err)}) // small enough
	}
	select { // unlike a request, an answer is waited for
	case c.out <- line:
	case <-c.gone:
	}
}

// end gives everybody who waits the reason.
func (c *conn) end(err error) {
	if err == nil {
		err = errClosed
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over == nil {
		close(c.gone)
	}
	c.over = err
	for id, waiting := range c.pending {
		close(waiting)
		delete(c.pending, id)
	}
}

// call asks the other side and waits for the answer, or for the end of ctx, of which the other side is told.
func (c *conn) call(ctx context.Context, method string, params, into any) error {
	data, err := json.Marshal(params)
	if err != nil {
		return err
	}
	waiting := make(chan message, 1)
	c.mu.Lock()
	if c.over != nil {
		c.mu.Unlock()
		return fault.Wrap(fault.Upstream, errClosed, "%s", method)
	}
	c.next++
	id := c.next
	c.pending[id] = waiting
	c.mu.Unlock()
	if err := c.write(message{ID: &id, Method: method, Params: data}); err != nil {
		c.forget(id)
		return fault.Wrap(fault.Upstream, errClosed, "%s", method)
	}
	select {
	case m, ok := <-waiting:
		switch {
		case !ok:
			return fault.Wrap(fault.Upstream, errClosed, "%s", method)
		case m.Error != nil:
			return m.Error.fromWire()
		case into == nil:
			return nil
		}
		if err := decode(m.Result, into); err != nil {
			return fault.Wrap(fault.Upstream, err, "the answer to %s", method)
		}
		return nil
	case <-ctx.Done():
		c.forget(id)
		_ = c.notify(methodCancel, map[string]int64{"id": id})
		return ctx.Err()
	}
}

func (c *conn) forget(id int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.pending, id)
}

// notify tells the other side something that it does not answer.
func (c *conn) notify(method string, params any) error {
	data, err := json.Marshal(params)
	if err != nil {
		return err
	}
	return c.write(message{Method: method, Params: data})
}

func (c *conn) write(m message) error {
	line, err := lineOf(m)
	if err != nil {
		return err
	}
	select {
	case c.out <- line:
		return nil
	default:
		return fault.New(fault.Upstream, "it reads nothing of what it is sent")
	}
}

// lineOf is a message as it is written.
func lineOf(m message) ([]byte, error) {
	m.Version = "2.0"
	line, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	if len(line) > maxLine {
		return nil, fault.New(fault.Invalid, "a message has more than %d MB", maxLine>>20)
	}
	return append(line, '\n'), nil
}

// maxQueued bounds how many messages wait to be written.
const maxQueued = 256

// pump writes what is to be written, until ctx is done or the other side is gone. Whoever waits for room to answer does
// not wait any longer then.
func (c *conn) pump(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			c.end(nil)
			return
		case line := <-c.out:
			if _, err := c.w.Write(line); err != nil {
				c.end(err)
				return
			}
		}
	}
}
