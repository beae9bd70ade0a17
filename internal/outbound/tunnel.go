package outbound

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// Tunnel is an HTTP proxy on loopback through which another program, such as git, speaks https under the rules of a
// Client about addresses. It only knows CONNECT, and only those who were given its address may use it.
type Tunnel struct {
	c        *Client
	server   *http.Server
	password string
	address  string
	mu       sync.Mutex // orders begin and Close
	work     sync.WaitGroup
	ctx      context.Context
	stop     context.CancelFunc
}

// maxTunnels bounds how many connections there are at once.
const maxTunnels = 256

// NewTunnel starts a proxy; Close ends it.
func NewTunnel(c *Client) (*Tunnel, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "the way out for git cannot be opened")
	}
	t := &Tunnel{c: c, password: rand.Text(), address: listener.Addr().String()}
	t.ctx, t.stop = context.WithCancel(context.Background())
	slots := make(chan struct{}, maxTunnels)
	t.server = &http.Server{
		ReadHeaderTimeout: c.o.Connect,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          log.New(io.Discard, "", 0), // what others send is not ours to log
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			select {
			case slots <- struct{}{}:
				defer func() { <-slots }()
				t.serve(w, r)
			default:
				http.Error(w, "too many connections", http.StatusServiceUnavailable)
			}
		}),
	}
	t.work.Go(func() {
		// It ends with Close, and the error says so.
		_ = t.server.Serve(listener)
	})
	return t, nil
}

// URL is the address of the proxy, with the password that it asks for. It is a secret.
func (t *Tunnel) URL() string { return "http://backchannel:" + t.password + "@" + t.address }

// Close ends the proxy and every connection through it.
func (t *Tunnel) Close() error {
	t.mu.Lock()
	t.stop()
	t.mu.Unlock()
	err := t.server.Close()
	t.work.Wait()
	return err
}

// begin counts a request that Close waits for; it reports false once the tunnel is closed.
func (t *Tunnel) begin() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ctx.Err() != nil {
		return false
	}
	t.work.Add(1)
	return true
}

func (t *Tunnel) serve(w http.ResponseWriter, r *http.Request) {
	if !t.begin() {
		return
	}
	defer t.work.Done()
	want := "Basic " + base64.StdEncoding.EncodeToString([]byte("backchannel:"+t.password))
	if subtle.ConstantTimeCompare([]byte(r.Header.Get("Proxy-Authorization")), []byte(want)) != 1 {
		w.Header().Set("Proxy-Authenticate", `Basic realm="backchannel"`)
		http.Error(w, "this proxy is not for you", http.StatusProxyAuthRequired)
		return
	}
	if r.Method != http.MethodConnect {
		http.Error(w, "only https goes through here", http.StatusMethodNotAllowed)
		return
	}
	ctx, cancel := context.WithTimeout(t.ctx, t.c.o.Connect)
	there, err := t.dial(ctx, r.Host)
	cancel()
	if err != nil {
		status := http.StatusBadGateway
		if e, ok := errors.AsType[*fault.Error](err); ok && e.Kind == fault.Forbidden {
			status = http.StatusForbidden
		}
		http.Error(w, "the host cannot be reached", status)
		return
	}
	here, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		there.Close()
		return
	}
	t.join(here, buffered, there)
}

// dial connects to a host, through the Client's own proxy where it has one for it.
func (t *Tunnel) dial(ctx context.Context, address string) (net.Conn, error) {
	u, err := t.c.proxy(&http.Request{Method: http.MethodGet, URL: &url.URL{Scheme: "https", Host: address}})
	if err != nil || u == nil {
		if err != nil {
			return nil, err
		}
		return t.c.DialContext(ctx, "tcp", address)
	}
	if u.Scheme != "http" {
		return nil, fault.New(fault.Invalid, "the proxy %s is not an http proxy", Show(u))
	}
	if err := t.c.allowed(&url.URL{Scheme: "https", Host: address}); err != nil {
		return nil, err
	}
	conn, err := t.c.DialContext(ctx, "tcp", hostPort(u))
	if err != nil {
		return nil, err
	}
	if err := ask(ctx, conn, u, address); err != nil {
		conn.Close()
		return nil, err
	}
	return conn, nil
}

// ask has a proxy connect to an address. It reads byte by byte: what follows the answer belongs to others.
func ask(ctx context.Context, conn net.Conn, proxy *url.URL, address string) error {
	off := context.AfterFunc(ctx, func() { conn.Close() })
	defer off()
	req := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: address}, Host: address, Header: http.Header{}}
	if user := proxy.User; user != nil {
		password, _ := user.Password()
		req.Header.Set("Proxy-Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(user.Username()+":"+password)))
	}
	if err := req.Write(conn); err != nil {
		return err
	}
	var head []byte
	for b := make([]byte, 1); !bytes.HasSuffix(head, []byte("\r\n\r\n")); {
		if _, err := conn.Read(b); err != nil {
			return err
		}
		if head = append(head, b[0]); len(head) > 16<<10 {
			return fault.New(fault.Upstream, "the proxy answers at too great a length")
		}
	}
	resp, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(head)), req)
	if err != nil {
		return err
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fault.New(fault.Upstream, "the proxy answers with status %d", resp.StatusCode)
	}
	return nil
}

// join carries bytes both ways until one side ends, nothing comes for twice Options.Idle, or the tunnel is closed.
func (t *Tunnel) join(here net.Conn, in io.Reader, there net.Conn) {
	off := context.AfterFunc(t.ctx, func() { here.Close(); there.Close() })
	defer off()
	defer here.Close()
	defer there.Close()
	if _, err := io.WriteString(here, "HTTP/1.1 200 OK\r\n\r\n"); err != nil {
		return
	}
	alive := func() {
		end := time.Now().Add(2 * t.c.o.Idle)
		// A connection that cannot be given a deadline is closed already.
		_ = errors.Join(here.SetDeadline(end), there.SetDeadline(end))
	}
	var back sync.WaitGroup
	back.Go(func() {
		carry(here, there, alive)
		here.Close()
	})
	carry(there, in, alive)
	if c, ok := there.(*net.TCPConn); ok {
		// The other side may still have something to say.
		_ = c.CloseWrite()
	}
	back.Wait()
}

// carry copies until an error, which is how connections end.
func carry(to io.Writer, from io.Reader, alive func()) {
	buf := make([]byte, 32<<10)
	for {
		alive()
		n, err := from.Read(buf)
		if n > 0 {
			if _, err := to.Write(buf[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}
