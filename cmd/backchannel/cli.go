package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"github.com/backchannel-portal/backchannel/cmd/backchannel/config"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// Exit codes.
const (
	exitDone  = 0
	exitFound = 1 // the check found something wrong
	exitUsage = 2 // bad usage or unreadable input

	exitInterrupted = 130 // a signal ended a command before it was done, as shells have it
)

// errFound ends a command whose check found something wrong; what was found has been printed.
var errFound = errors.New("the check found something wrong")

// errPrinted ends a command with exitUsage after the errors were printed where they belong.
var errPrinted = errors.New("bad input")

// streams are the process's standard streams.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// globals are the flags that every command takes.
type globals struct {
	Config  string   `help:"Configuration file; ./backchannel.yaml if it exists." placeholder:"FILE" env:"BACKCHANNEL_CONFIG"`
	Catalog []string `help:"Descriptor file, glob or folder; replaces the configured locations. May be repeated." placeholder:"PATH" sep:"none"`
	Output  string   `short:"o" help:"Format of the output: text or json." enum:"text,json" default:"text"`
	Quiet   bool     `help:"Say nothing but the result."`
}

// command line grammar.
type grammar struct {
	globals
	Demo    demoCmd     `cmd:"" help:"Start on a sample company: a prompt here and a page in the browser."`
	Serve   serveCmd    `cmd:"" help:"Run the service: chat, web view and catalog, from the configuration."`
	Init    initCmd     `cmd:"" help:"Ask three questions, write a configuration, and answer from it."`
	Doctor  doctorCmd   `cmd:"" help:"Check configuration, store, sources, tokens, clock and disk, and say how to mend them."`
	Ask     askCmd      `cmd:"" help:"Answer one question, or a stream of them."`
	Cat     catalogCmd  `cmd:"" name:"catalog" help:"Check and show the catalog."`
	Tmpl    templateCmd `cmd:"" name:"template" help:"Try software templates."`
	Plugin  pluginCmd   `cmd:"" help:"Check declared plugins."`
	Docs    docsCmd     `cmd:"" help:"Build and show documentation as a site of its own."`
	Backup  backupCmd   `cmd:"" help:"Write the store and its keys to a file, while serve runs."`
	Restore restoreCmd  `cmd:"" help:"Put a backup back, while nothing runs."`
	Privacy privacyCmd  `cmd:"" help:"Show or erase what is kept about one person."`

	Token       tokenCmd       `cmd:"" help:"Make, list and revoke tokens of the API."`
	Permissions permissionsCmd `cmd:"" help:"Explain who may do what."`

	Slack   slackCmd   `cmd:"" help:"Show what Slack needs to know."`
	Discord discordCmd `cmd:"" help:"Show what Discord needs to know."`
	Version versionCmd `cmd:"" help:"Show version, commit and Go version."`
}

// session is what a command runs with.
type session struct {
	globals
	streams
	ctx context.Context
	now moment // of the catalog's commands
}

// run parses the command line, runs the command and returns the exit code.
func run(ctx context.Context, args []string, std streams) (code int) {
	var g grammar
	exited := false
	parser, err := kong.New(&g,
		kong.Name("backchannel"),
		kong.Description("The developer portal that lives in the chat."),
		kong.Writers(std.out, std.err),
		kong.Exit(func(c int) { code, exited = c, true }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.UsageOnError(),
	)
	if err != nil {
		fmt.Fprintln(std.err, "backchannel:", err)
		return exitUsage
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	if exited {
		return code
	}
	if err != nil {
		fmt.Fprintf(std.err, "backchannel: %v; see backchannel --help\n", err)
		return exitUsage
	}
	err = parsed.Run(&session{globals: g.globals, streams: std, ctx: ctx, now: g.Cat.Now})
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errFound):
		return exitFound
	case errors.Is(err, errPrinted):
		return exitUsage
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		fmt.Fprintln(std.err, "backchannel: interrupted")
		return exitInterrupted
	}
	fmt.Fprintln(std.err, "backchannel:", sentence(err))
	if k := fault.KindOf(err); k == fault.Invalid || k == fault.NotFound {
		return exitUsage
	}
	return exitFound
}

// sentence is an error on one line; of several that were joined it is the first.
func sentence(err error) string {
	first, rest, _ := strings.Cut(err.Error(), "\n")
	if rest == "" {
		return first
	}
	return fmt.Sprintf("%s (and %d more)", first, strings.Count(rest, "\n")+1)
}

// load reads the configuration and applies --catalog.
func (s *session) load() (*config.Config, error) {
	cfg, err := config.Load(s.Config, os.LookupEnv)
	if err != nil {
		return nil, err
	}
	return cfg, s.override(cfg)
}

// loadWithoutSecrets reads the configuration for what needs no secret: environment variables that are not set yet are
// passed over. Where one is needed for more than a secret, the error is that it is not set.
func (s *session) loadWithoutSecrets() (*config.Config, error) {
	cfg, err := s.load()
	if err == nil {
		return cfg, nil
	}
	later, again := config.Load(s.Config, func(name string) (string, bool) {
		if value, ok := os.LookupEnv(name); ok {
			return value, true
		}
		return unsetSecret, true
	})
	if again != nil {
		return nil, err
	}
	return later, s.override(later)
}

// unsetSecret stands for a secret that is not there yet; it has the form of any.
const unsetSecret = "0000000000000000000000000000000000000000000000000000000000000000"

func (s *session) override(cfg *config.Config) error {
	if len(s.globals.Catalog) > 0 {
		cfg.Catalog.Locations = nil
		for _, path := range s.globals.Catalog {
			cfg.Catalog.Locations = append(cfg.Catalog.Locations, config.Location{Type: "file", File: &config.FileLocation{Target: path}})
		}
	}
	return nil
}

// moment is a time given on the command line.
type moment struct{ time.Time }

// UnmarshalText implements encoding.TextUnmarshaler.
func (m *moment) UnmarshalText(text []byte) error {
	t, err := time.Parse(time.RFC3339, string(text))
	if err != nil {
		return fmt.Errorf("%q is not a time such as 2026-11-23T10:00:00Z", text)
	}
	m.Time = t
	return nil
}

// clock returns the time that answers speak of: the given one, standing still, or the real one.
func (m moment) clock() func() time.Time {
	if m.IsZero() {
		return time.Now
	}
	return func() time.Time { return m.Time }
}
