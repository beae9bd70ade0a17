// Package ical reads who is on call from a calendar in the iCalendar format (RFC 5545): a file, or an address such as
// calendars and on-call tools give out. An event is somebody's turn: its attendees', or whom its summary names.
package ical

import (
	"context"
	"net/http"
	"os"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/outbound"
	"github.com/backchannel-portal/backchannel/plugins"
)

// MaxFile is the size in bytes up to which a calendar is read.
const MaxFile = 8 << 20

// Way is how requests are made; outbound.Client is one.
type Way interface {
	Do(ctx context.Context, r outbound.Request) (*outbound.Response, error)
}

// Config is one calendar. ID and one of URL and File are required.
type Config struct {
	ID       string
	Title    string
	URL      string // https; it is a secret where calendars are shared by it, and never shown
	File     string
	Group    catalog.Ref // whose line it is
	Services []string    // PagerDuty services that it answers for besides
	Level    int         // of escalation; 0 and 1 are asked first
	Zone     string      // IANA name, of times without one; "": the calendar's own, else UTC
	Way      Way         // required with URL
}

// Calendar is a calendar as a plan. It is safe for concurrent use.
type Calendar struct{ cfg Config }

var _ plugins.Rota = (*Calendar)(nil)

// New returns a calendar, which is not read yet.
func New(cfg Config) *Calendar { return &Calendar{cfg} }

// Name implements plugins.Rota.
func (c *Calendar) Name() string {
	if c.cfg.Title != "" {
		return c.cfg.Title
	}
	return c.cfg.ID
}

// Roster implements plugins.Rota: one line with a stretch for every turn.
func (c *Calendar) Roster(ctx context.Context, from, to time.Time) (plugins.Roster, error) {
	data, err := c.read(ctx)
	if err != nil {
		return plugins.Roster{}, err
	}
	shifts, zone, err := expand(data, c.cfg.Zone, from, to)
	if err != nil {
		return plugins.Roster{}, fault.Wrap(fault.Invalid, err, "calendar %s", c.cfg.ID)
	}
	r := plugins.Roster{People: map[string]plugins.RosterPerson{}}
	line := plugins.RosterLine{
		ID: c.cfg.ID, Title: c.Name(), Level: max(c.cfg.Level, 1), Group: c.cfg.Group, Services: c.cfg.Services, Zone: zone,
	}
	for _, s := range shifts {
		id := s.person.Email
		if id == "" {
			id = s.person.Name
		}
		r.People[id] = s.person
		line.Stretches = append(line.Stretches, plugins.RosterStretch{From: s.from, To: s.to, Person: id})
	}
	r.Lines = []plugins.RosterLine{line}
	return r, nil
}

// read fetches the calendar. No error names its address.
func (c *Calendar) read(ctx context.Context) ([]byte, error) {
	if c.cfg.File != "" {
		return c.open()
	}
	resp, err := c.cfg.Way.Do(ctx, outbound.Request{URL: c.cfg.URL, Header: http.Header{"Accept": {"text/calendar, */*;q=0.5"}}})
	switch {
	case err != nil:
		return nil, fault.New(fault.KindOf(err), "calendar %s cannot be read from its address", c.cfg.ID)
	case resp.Status == http.StatusNotFound || resp.Status == http.StatusGone:
		return nil, fault.New(fault.NotFound, "there is no calendar %s at its address any more (status %d)", c.cfg.ID, resp.Status)
	case resp.Status == http.StatusUnauthorized || resp.Status == http.StatusForbidden:
		return nil, fault.New(fault.Forbidden, "calendar %s may not be read (status %d)", c.cfg.ID, resp.Status)
	case resp.Status != http.StatusOK:
		return nil, fault.New(fault.Upstream, "calendar %s cannot be read (status %d)", c.cfg.ID, resp.Status)
	case resp.HTML():
		return nil, fault.New(fault.Upstream, "a web page is where calendar %s should be", c.cfg.ID)
	}
	return resp.Body, nil
}

func (c *Calendar) open() ([]byte, error) {
	at := fault.Position{File: c.cfg.File}
	info, err := os.Stat(c.cfg.File)
	switch {
	case err != nil:
		return nil, &fault.Error{Kind: fault.NotFound, At: at, Message: "there is no such file"}
	case !info.Mode().IsRegular():
		return nil, fault.At(at, "this is not a regular file")
	case info.Size() > MaxFile:
		return nil, fault.At(at, "the file is larger than %d bytes", MaxFile)
	}
	data, err := os.ReadFile(c.cfg.File)
	if err != nil {
		return nil, &fault.Error{Kind: fault.Invalid, At: at, Message: "the file cannot be read", Err: err}
	}
	return data, nil
}
