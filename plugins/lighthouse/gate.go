package lighthouse

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/outbound"
)

// Bounds of a gate.
const (
	gateConns = 256
	gateIdle  = 30 * time.Second
)

// gate is an HTTP proxy on loopback that the browser of one audit goes through. Pages name what they like; what leads
// to an address inside of the network is refused when the connection is made, after the name was resolved.
type gate struct {
	address string
	out     *outbound.Client
	plain   *http.Transport // for http
	server  *http.Server
	ctx     context.Context
	stop    context.CancelFunc
	work    sync.WaitGroup
}

func openGate(out *outbound.Client) (*gate, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "the way out for the browser cannot be opened")
	}
	g := &gate{address: l.Addr().String(), out: out, plain: &http.Transport{
		DialContext: out.DialContext, ResponseHeaderTimeout: gateIdle, MaxConnsPerHost: 16, DisableCompression: true,
	}}
	g.ctx, g.stop = context.WithCancel(context.Background())
	slots := make(chan struct{}, gateConns)
	g.server = &http.Server{
		ReadHeaderTimeout: gateIdle, MaxHeaderBytes: 64 << 10, ErrorLog: log.New(io.Discard, "", 0),
		BaseContext: func(net.Listener) context.Context { return g.ctx },
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			select {
			case slots <- struct{}{}:
				defer func() { <-slots }()
				g.serve(w, r)
			default:
				http.Error(w, "too many connections", http.StatusServiceUnavailable)
			}
		}),
	}
	g.work.Go(func() {
		// It ends with close, and the error says so.
		_ = g.server.Serve(l)
	})
	return g, nil
}

// close ends the gate and every connection through it.
func (g *gate) close() {
	g.stop()
	// What is still open ends with it.
	_ = g.server.Close()
	g.plain.CloseIdleConnections()
	g.work.Wait()
}

func (g *gate) serve(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Method == http.MethodConnect:
		g.tunnel(w, r)
	case r.URL.Scheme == "http" && r.URL.Host != "":
		g.forward(w, r)
	default:
		http.Error(w, "this is a proxy", http.StatusBadRequest)
	}
}

// tunnel joins the browser with a host.
func (g *gate) tunnel(w http.ResponseWriter, r *http.Request) {
	there, err := g.out.DialContext(r.Context(), "tcp", r.Host)
	if err != nil {
		refuse(w, err)
		return
	}
	defer there.Close()
	here, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer here.Close()
	off := context.AfterFunc(g.ctx, func() { here.Close(); there.Close() })
	defer off()
	if _, err := io.WriteString(here, "HTTP/1.1 200 OK\r\n\r\n"); err != nil {
		return
	}
	back := make(chan struct{})
	go func() {
		defer close(back)
		carry(here, there)
		here.Close()
	}()
	carry(there, buffered.Reader)
	there.Close()
	<-back
}

// carry copies until one side ends or the gate is closed.
func carry(to net.Conn, from io.Reader) {
	if b, ok := from.(*bufio.Reader); ok {
		from = io.Reader(b)
	}
	_, _ = io.Copy(to, from) // an error is how connections end
}

// forward makes a request for the browser.
func (g *gate) forward(w http.ResponseWriter, r *http.Request) {
	out := r.Clone(r.Context())
	out.RequestURI = ""
	for _, name := range []string{"Proxy-Connection", "Proxy-Authorization", "Connection", "Keep-Alive", "Upgrade", "Te", "Trailer"} {
		out.Header.Del(name)
	}
	resp, err := g.plain.RoundTrip(out)
	if err != nil {
		refuse(w, err)
		return
	}
	defer resp.Body.Close()
	for name, values := range resp.Header {
		if name != "Connection" && name != "Keep-Alive" && name != "Transfer-Encoding" {
			w.Header()[name] = values
		}
	}
	w.WriteHeader(resp.StatusCode)
	_, _ = io.Copy(w, resp.Body) // what breaks off here breaks off for the page
}

// refuse answers a request that leads nowhere, or where it may not.
func refuse(w http.ResponseWriter, err error) {
	status := http.StatusBadGateway
	if e, ok := errors.AsType[*fault.Error](err); ok && e.Kind == fault.Forbidden {
		status = http.StatusForbidden
	}
	http.Error(w, "the host cannot be reached", status)
}
