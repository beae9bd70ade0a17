package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"syscall"
	"time"

	"github.com/backchannel-portal/backchannel/cmd/backchannel/config"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// The bounds of every connection to our listener.
const (
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 30 * time.Second
	writeTimeout      = 60 * time.Second
	idleTimeout       = 2 * time.Minute
	maxHeaderBytes    = 32 << 10
	shutdownTimeout   = 10 * time.Second
)

// listener is an open port with the handler it serves.
type listener struct {
	net.Listener
	server *http.Server
}

// listen opens the port. An address in use is an error of kind Invalid.
func listen(addr string, h http.Handler) (*listener, error) {
	l, err := openPort(addr)
	if err != nil {
		return nil, err
	}
	return serveOn(l, h), nil
}

// openPort opens a port whose handler is not known yet; see listen.
func openPort(addr string) (net.Listener, error) {
	l, err := net.Listen("tcp", addr)
	if err == nil {
		return l, nil
	}
	why := err.Error()
	if e, ok := errors.AsType[*net.OpError](err); ok {
		why = e.Err.Error()
	}
	if errors.Is(err, syscall.EADDRINUSE) {
		why = "another program uses this port; choose another one with demo --listen or web.listen"
	}
	return nil, fault.New(fault.Invalid, "cannot listen on %s: %s", addr, why)
}

func serveOn(l net.Listener, h http.Handler) *listener {
	return &listener{Listener: l, server: &http.Server{
		Handler: h, ReadHeaderTimeout: readHeaderTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout,
		IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeaderBytes,
	}}
}

// run serves until ctx is done, then lets requests finish.
func (l *listener) run(ctx context.Context) error {
	done := make(chan error, 1)
	go func() { done <- l.server.Serve(l.Listener) }()
	select {
	case err := <-done:
		return fault.Wrap(fault.Internal, err, "serve %s", l.Addr())
	case <-ctx.Done():
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()
	err := l.server.Shutdown(end)
	<-done
	if errors.Is(err, context.DeadlineExceeded) {
		return l.server.Close()
	}
	return err
}

// onLoopback reports whether only this machine reaches addr.
func onLoopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// pagesServed reports whether a listener serves pages: not where it is reachable from outside, and web.auth does not say
// who may see them.
func pagesServed(auth config.Auth, addr string) bool {
	return auth.Required() || auth.Open || onLoopback(addr)
}

// pagesURL is where people reach the pages, or "" where none are served.
func pagesURL(cfg *config.Config) string {
	if !pagesServed(cfg.Web.Auth, cfg.Web.Listen) {
		return ""
	}
	return cfg.Web.BaseURL
}
