package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/backchannel-portal/backchannel/adapters/terminal"
	"github.com/backchannel-portal/backchannel/cmd/backchannel/config"
	"github.com/backchannel-portal/backchannel/cmd/backchannel/demo"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

type demoCmd struct {
	Listen string `help:"Address of the web view." default:"localhost:7007" placeholder:"ADDR"`
}

// Run starts the sample company: pages in the browser and a prompt in the terminal. At the end of standard input it
// goes on serving until SIGINT or SIGTERM. Its folder is removed at the end.
func (c *demoCmd) Run(s *session) error {
	limitMemory()
	port, err := openPort(c.Listen) // first, so that a port that is taken is said at once
	if err != nil {
		return err
	}
	defer port.Close() // closed already unless something failed before it was served on
	dir, err := os.MkdirTemp("", "backchannel-demo-")
	if err != nil {
		return fault.Wrap(fault.Internal, err, "make a folder for the demo")
	}
	defer os.RemoveAll(dir)
	if err := demo.Unpack(dir); err != nil {
		return err
	}
	cfg, err := config.Load(filepath.Join(dir, demo.Config), os.LookupEnv)
	if err != nil {
		return err
	}
	if err := s.override(cfg); err != nil {
		return err
	}
	cfg.Web.Listen, cfg.Web.Auth.Open, cfg.Sample = c.address(port), true, true
	cfg.Web.BaseURL = config.BaseURL(cfg.Web.Listen)
	svc, err := newService(cfg, memoryBase(), slog.New(slog.NewTextHandler(s.err, &slog.HandlerOptions{Level: slog.LevelWarn})), filepath.Join(dir, "index"))
	if err != nil {
		return err
	}
	defer svc.close()
	if err := svc.wire(); err != nil {
		return err
	}
	return c.start(s, svc, port)
}

// address is what to listen on with the number of the port that was opened: port 0 takes any that is free.
func (c *demoCmd) address(port net.Listener) string {
	host, _, err := net.SplitHostPort(c.Listen)
	_, number, err2 := net.SplitHostPort(port.Addr().String())
	if err != nil || err2 != nil {
		return c.Listen
	}
	return net.JoinHostPort(host, number)
}

func (c *demoCmd) start(s *session, svc *service, port net.Listener) error {
	ctx, stop := context.WithCancel(s.ctx)
	defer stop()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return svc.run(ctx, port) })
	g.Go(func() error {
		start, cancel := context.WithTimeout(ctx, startTimeout)
		defer cancel()
		if err := waitFor(start, 20*time.Millisecond, svc.warmed); err != nil {
			return nil // the service ended first and says why
		}
		if !s.Quiet {
			fmt.Fprintf(s.out, "%s, a sample company with %s entities.\nBrowser: %s\n", svc.cfg.Organization, svc.count(), svc.cfg.Web.BaseURL)
		}
		return c.prompt(ctx, s, svc, stop)
	})
	return g.Wait()
}

// prompt answers in the terminal. When the user leaves, the demo ends; at the end of the input it goes on serving.
func (c *demoCmd) prompt(ctx context.Context, s *session, svc *service, stop func()) error {
	left := false
	cfg := terminal.Config{In: s.in, Out: s.out, Organization: svc.cfg.Organization, Lang: lang.Parse(os.Getenv("LANG")), Quit: func() { left = true }}
	if all := svc.commands.Examples(ctx, svc.view(svc.nobody()), cfg.Lang); len(all) > 0 {
		cfg.Example = all[0]
	}
	t := terminal.New(cfg)
	if err := t.Run(ctx, svc.mux); err != nil {
		svc.log.Warn("the prompt ended", "err", err)
	}
	if left {
		stop()
	} else if !s.Quiet && ctx.Err() == nil {
		fmt.Fprintf(s.out, "Serving %s until interrupted (Ctrl-C).\n", svc.cfg.Web.BaseURL)
	}
	return nil
}
