package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/cmd/backchannel/config"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/store"
)

type doctorCmd struct {
	Live string `help:"Only ask whether the service at this address lives." placeholder:"URL"`
}

// diagnosis is what the doctor found out about one thing.
type diagnosis struct {
	Check  string `json:"check"`
	State  state  `json:"state"`
	Detail string `json:"detail"`
	Fix    string `json:"fix,omitempty"`
}

// state is how a thing is.
type state string

const (
	stateOK   state = "ok"
	stateWarn state = "warn" // works, but hardly as meant
	stateFail state = "fail"
)

// The bounds of what the doctor takes for healthy.
const (
	doctorTimeout = 20 * time.Second // of one question to another system
	sourceTimeout = 5 * time.Minute  // of reading all sources
	maxSkew       = 60 * time.Second // Slack refuses signatures older than five minutes
	lowDisk       = 1 << 30          // bytes
	fullDisk      = 64 << 20
)

// doctor collects what is found.
type doctor struct {
	s      *session
	client *http.Client
	found  []diagnosis
}

func (d *doctor) ok(check, format string, args ...any) {
	d.found = append(d.found, diagnosis{check, stateOK, fmt.Sprintf(format, args...), ""})
}

func (d *doctor) warn(check, fix, format string, args ...any) {
	d.found = append(d.found, diagnosis{check, stateWarn, fmt.Sprintf(format, args...), fix})
}

func (d *doctor) fail(check, fix, format string, args ...any) {
	d.found = append(d.found, diagnosis{check, stateFail, fmt.Sprintf(format, args...), fix})
}

// Run checks everything and prints it. Anything that fails ends it with exit code 1.
func (c *doctorCmd) Run(s *session) error {
	d := &doctor{s: s, client: &http.Client{Timeout: doctorTimeout}}
	if c.Live != "" {
		d.live(c.Live)
	} else if cfg := d.config(); cfg != nil {
		d.disk(cfg)
		d.store(cfg)
		d.tools(cfg)
		d.hosts(cfg)
		d.sources(cfg)
		d.plugins(cfg)
		d.slack(cfg)
		d.discord(cfg)
		d.signIn(cfg)
	}
	return d.report()
}

// report prints what was found: a line each, with the fix below.
func (d *doctor) report() error {
	failed := false
	for _, f := range d.found {
		first, _, _ := strings.Cut(f.Detail, "\n") // drivers tell more than fits on a line
		f.Detail = strings.TrimSuffix(first, ":")
		failed = failed || f.State == stateFail
		if d.s.Output == "json" {
			if err := writeLine(d.s.out, f); err != nil {
				return err
			}
			continue
		}
		if d.s.Quiet && f.State == stateOK {
			continue
		}
		fmt.Fprintf(d.s.out, "%-4s  %-8s  %s\n", f.State, f.Check, f.Detail)
		if f.Fix != "" {
			fmt.Fprintf(d.s.out, "                %s\n", f.Fix)
		}
	}
	if failed {
		return errFound
	}
	return nil
}

// live asks a running service whether it lives; for the health check of a container.
func (d *doctor) live(base string) {
	ctx, cancel := context.WithTimeout(d.s.ctx, doctorTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(base, "/")+"/healthz", nil)
	if err != nil {
		d.fail("live", "", "%q is not an address", base)
		return
	}
	res, err := d.client.Do(req)
	if err != nil {
		d.fail("live", "", "%s does not answer: %v", base, errors.Unwrap(err))
		return
	}
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, io.LimitReader(res.Body, 1<<10)); err != nil || res.StatusCode != http.StatusOK {
		d.fail("live", "", "%s answers %s", base, res.Status)
		return
	}
	d.ok("live", "%s answers", base)
}

func (d *doctor) config() *config.Config {
	quiet := d.s.Quiet
	d.s.Quiet = true // the notices are reported below
	cfg, err := d.s.load()
	d.s.Quiet = quiet
	if err != nil {
		d.fail("config", "Mend the file; docs/handbook/configuration.md lists every key.", "%v", err)
		return nil
	}
	where := cfg.Path
	if where == "" {
		where = "there is no backchannel.yaml; the defaults are used"
	}
	d.ok("config", "%s", where)
	if len(cfg.Catalog.Locations) == 0 {
		d.fail("config", "Add catalog.locations, for example {type: file, target: ./catalog}; backchannel init asks for one.", "there is no catalog to serve")
	}
	return cfg
}

// disk checks that the data folder can be written and has room.
func (d *doctor) disk(cfg *config.Config) {
	dir := cfg.Store.DataDir
	there := dir // or what it will be made in
	for there != "." && there != filepath.Dir(there) {
		if _, err := os.Stat(there); err == nil {
			break
		}
		there = filepath.Dir(there)
	}
	f, err := os.CreateTemp(there, ".doctor-*")
	if err != nil {
		d.fail("disk", "Give the user that runs Backchannel the right to write there, or set store.data_dir.", "%s cannot be written: %v", there, cause(err))
		return
	}
	f.Close()
	os.Remove(f.Name())
	free, known := freeBytes(there)
	switch {
	case !known:
		d.ok("disk", "%s can be written", there)
	case free < fullDisk:
		d.fail("disk", "Make room: indexes, clones and the database stop working.", "%s has %d MB left", there, free>>20)
	case free < lowDisk:
		d.warn("disk", "Make room before it is full.", "%s has %d MB left", there, free>>20)
	default:
		d.ok("disk", "%s can be written and has %d GB left", there, free>>30)
	}
}

// cause is the plain end of an error about a file, without the path that the sentence names.
func cause(err error) error {
	if e, ok := errors.AsType[*os.PathError](err); ok {
		return e.Err
	}
	return err
}

func (d *doctor) store(cfg *config.Config) {
	ctx, cancel := context.WithTimeout(d.s.ctx, doctorTimeout)
	defer cancel()
	p, err := store.Look(ctx, cfg.Store.URL)
	switch {
	case err != nil:
		d.fail("store", storeFix(err), "%v", err)
	case !p.Exists:
		d.ok("store", "%s: empty, serve will prepare it", p.Kind)
	case p.Level > p.Knows+1:
		d.fail("store", "Start the newer version, or restore a backup from before the upgrade.", "%s: schema %d is newer than this program's %d", p.Kind, p.Level, p.Knows)
	case p.Level > p.Knows:
		d.warn("store", "Upgrade this program too.", "%s: schema %d is one newer than this program's %d", p.Kind, p.Level, p.Knows)
	default:
		d.ok("store", "%s: schema %d", p.Kind, p.Level)
	}
}

func storeFix(err error) string {
	if fault.Is(err, fault.Invalid) {
		return "Correct store.url."
	}
	return "Start the database, or correct host, user and password in store.url. Questions are answered from the last snapshot meanwhile."
}

// tools checks for programs that sources need.
func (d *doctor) tools(cfg *config.Config) {
	for _, l := range cfg.Catalog.Locations {
		if l.Type != "git" {
			continue
		}
		if _, err := exec.LookPath("git"); err != nil {
			d.fail("git", "Install git; the container image has it.", "a location of type git needs the program git, which is not here")
		} else {
			d.ok("git", "the program git is here")
		}
		return
	}
}

// sources reads every location once.
func (d *doctor) sources(cfg *config.Config) {
	if len(cfg.Catalog.Locations) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(d.s.ctx, sourceTimeout)
	defer cancel()
	inner := *d.s
	inner.ctx, inner.Quiet = ctx, true
	for _, l := range cfg.Catalog.Locations {
		one := *cfg
		one.Catalog.Locations = []config.Location{l}
		d.source(&inner, &one)
	}
}

func (d *doctor) source(s *session, one *config.Config) {
	a, err := s.catalogOnly(one, d.s.now.clock())
	if err != nil {
		d.fail("source", sourceFix(one.Catalog.Locations[0].Type, err), "%v", err)
		return
	}
	defer a.close()
	view := a.view(catalog.Viewer{})
	name := one.Catalog.Locations[0].Type
	if len(a.sources) > 0 {
		name = a.sources[0].Origin()
	}
	entities, problems := view.Count(search.Filter{}), len(view.FileProblems())
	switch {
	case entities == 0 && problems > 0:
		d.fail("source", "See backchannel catalog problems.", "%s: nothing can be read, %d problems", name, problems)
	case entities == 0:
		d.warn("source", "Check the path: there may be nothing, or nothing of Backstage's kinds.", "%s: no entities", name)
	case problems > 0:
		d.warn("source", "See backchannel catalog problems.", "%s: %d entities, %d problems", name, entities, problems)
	default:
		d.ok("source", "%s: %d entities", name, entities)
	}
}

func sourceFix(kind string, err error) string {
	switch {
	case fault.Is(err, fault.Forbidden):
		return "Check the token and what it may read."
	case fault.Is(err, fault.Upstream):
		return "Check that the host can be reached from here, through the proxy if there is one."
	case kind == "file":
		return "Check the path; it is relative to the configuration file."
	default:
		return "Check the location in the configuration."
	}
}

// clock compares our clock with another system's, which tells seconds.
func (d *doctor) clock(theirs, ours time.Time) {
	if theirs.IsZero() {
		return
	}
	if skew := ours.Sub(theirs).Abs().Round(time.Second); skew > maxSkew {
		d.fail("clock", "Set the clock, with NTP: signatures and schedules depend on it.", "the clock is %s off", skew)
		return
	}
	d.ok("clock", "agrees with Slack's")
}
