package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"runtime"
	"time"

	"github.com/backchannel-portal/backchannel/docs"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

type docsCmd struct {
	Build docsBuildCmd `cmd:"" help:"Build a static site from a folder with an mkdocs.yml or Markdown."`
	Serve docsServeCmd `cmd:"" help:"Show the same in the browser, and follow changes."`
}

type docsBuildCmd struct {
	Dir    string   `arg:"" help:"Folder with an mkdocs.yml, or with Markdown."`
	Out    string   `required:"" help:"Folder for the site; absent, empty, or with an earlier site." placeholder:"SITE"`
	Strict bool     `help:"Exit with 1 when there is any warning."`
	Frame  []string `help:"Host whose frames pages may show. May be repeated." placeholder:"HOST"`
}

// Run builds the site. Warnings never keep it from being built; with --strict they end the command with exit code 1.
func (c *docsBuildCmd) Run(s *session) error {
	start := time.Now()
	static := docs.NewStatic(time.Now, runtime.GOMAXPROCS(0), c.Frame...)
	site, err := static.Read(s.ctx, c.Dir, nil)
	if err != nil {
		return err
	}
	if err := static.Write(s.ctx, site, c.Dir, c.Out); err != nil {
		return err
	}
	s.docsWarnings(c.Dir, site)
	if !s.Quiet {
		fmt.Fprintf(s.out, "%d pages in %s, %d warnings, %v\n", len(site.Pages), c.Out, len(site.Warnings), time.Since(start).Round(time.Millisecond))
	}
	if c.Strict && len(site.Warnings) > 0 {
		return errFound
	}
	return nil
}

// docsWarnings prints what is wrong in the files of a site, each with its file as the shell finds it.
func (s *session) docsWarnings(dir string, site *docs.Site) {
	for _, w := range site.Warnings {
		if w.File != "" {
			w.File = filepath.Join(dir, filepath.FromSlash(w.File))
		}
		fmt.Fprintln(s.err, "warning:", w)
	}
}

type docsServeCmd struct {
	Dir    string   `arg:"" help:"Folder with an mkdocs.yml, or with Markdown."`
	Listen string   `help:"Address to listen on." default:"127.0.0.1:8000" placeholder:"ADDR"`
	Frame  []string `help:"Host whose frames pages may show. May be repeated." placeholder:"HOST"`
}

// Run serves the site until a signal ends it.
func (c *docsServeCmd) Run(s *session) error {
	static := docs.NewStatic(time.Now, runtime.GOMAXPROCS(0), c.Frame...)
	preview, err := docs.NewPreview(s.ctx, static, c.Dir, func(site *docs.Site) { s.docsWarnings(c.Dir, site) })
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(s.ctx, "tcp", c.Listen)
	if err != nil {
		return fault.Wrap(fault.Invalid, err, "cannot listen on %s", c.Listen)
	}
	fmt.Fprintf(s.out, "Showing %s on http://%s/. Stop with Ctrl-C.\n", c.Dir, listener.Addr())
	server := &http.Server{
		Handler: preview, ReadHeaderTimeout: 5 * time.Second, WriteTimeout: time.Minute, IdleTimeout: time.Minute,
		BaseContext: func(net.Listener) context.Context { return s.ctx },
	}
	stop := context.AfterFunc(s.ctx, func() { _ = server.Close() })
	defer stop()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve %s: %w", c.Dir, err)
	}
	return nil
}
