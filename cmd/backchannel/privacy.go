package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/cmd/backchannel/config"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/store"
)

type privacyCmd struct {
	Export privacyExportCmd `cmd:"" help:"Print what is kept about a person, as JSON."`
	Erase  privacyEraseCmd  `cmd:"" help:"Erase what is kept about a person, and say how much it was."`
}

type privacyExportCmd struct {
	User string `arg:"" help:"Somebody in a chat (platform:workspace:id), or a User of the catalog (user:default/name)."`
}

type privacyEraseCmd struct {
	User string `arg:"" help:"Somebody in a chat (platform:workspace:id), or a User of the catalog (user:default/name)."`
}

// maxRecords bounds how many records of the audit are exported.
const maxRecords = 1_000_000

// subject is whom a privacy command is about: one of the two.
type subject struct {
	actor bot.Actor
	user  catalog.Ref
}

func parseSubject(s string) (subject, error) {
	if parts := strings.SplitN(s, ":", 3); len(parts) == 3 && !strings.Contains(parts[0], "/") {
		if parts[0] == "" || parts[1] == "" || parts[2] == "" {
			return subject{}, fault.New(fault.Invalid, "%q has an empty part; somebody in a chat is platform:workspace:id", s)
		}
		return subject{actor: bot.Actor{Platform: parts[0], Workspace: parts[1], ID: parts[2]}}, nil
	}
	ref, err := catalog.ParseRef(s, "user", "")
	if err != nil || ref.Kind != "user" {
		return subject{}, fault.New(fault.Invalid, "%q is neither somebody in a chat (platform:workspace:id) nor a User of the catalog (user:default/name)", s)
	}
	return subject{user: ref}, nil
}

// Run prints everything that the store holds about the person.
func (c *privacyExportCmd) Run(s *session) error {
	return s.private("privacy export", c.User, func(ctx context.Context, p *privacy, about subject) (any, error) {
		if about.user.IsZero() {
			return p.exportActor(ctx, about.actor)
		}
		return p.exportUser(ctx, about.user)
	})
}

// Run erases everything that the store holds about the person and can do without.
func (c *privacyEraseCmd) Run(s *session) error {
	return s.private("privacy erase", c.User, func(ctx context.Context, p *privacy, about subject) (any, error) {
		if about.user.IsZero() {
			return p.eraseActor(ctx, about.actor)
		}
		return p.eraseUser(ctx, about.user)
	})
}

// privacy is the store as the privacy commands see it.
type privacy struct {
	state   bot.State
	catalog *store.Catalog
	runs    personalRuns
	s       *session
	dataDir string
}

// private opens the store, writes into the audit what is about to be done, does it and prints the result.
func (s *session) private(what, whom string, do func(context.Context, *privacy, subject) (any, error)) (err error) {
	about, err := parseSubject(whom)
	if err != nil {
		return err
	}
	cfg, err := s.load()
	if err != nil {
		return err
	}
	db, err := openStored(s.ctx, cfg, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	seal, err := sealOf(cfg)
	if err != nil {
		return err
	}
	p := &privacy{state: db.ChatState(seal), catalog: db.Catalog(), runs: db.TemplateRuns(seal), s: s, dataDir: cfg.Store.DataDir}
	if err := p.state.Audit.Append(s.ctx, []bot.Record{operatorRecord(what, whom, time.Now())}); err != nil {
		return err
	}
	out, err := do(s.ctx, p, about)
	if err != nil {
		return err
	}
	p.warnOfSpool()
	e := json.NewEncoder(s.out)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(out)
}

// openStored opens a store that is there; a new one would hold nothing.
func openStored(ctx context.Context, cfg *config.Config, s *session) (*store.DB, error) {
	if path, isFile := strings.CutPrefix(cfg.Store.URL, "sqlite:"); isFile {
		if _, err := os.Stat(path); err != nil {
			return nil, fault.At(fault.Position{File: path}, "there is no store here: %v", errors.Unwrap(err))
		}
	}
	return store.Open(ctx, store.Options{URL: cfg.Store.URL, Clock: time.Now, Logger: s.logger()})
}

// operatorRecord is the record of an operator's look into the audit. Of whom it is about it holds a fingerprint, so
// that it neither names somebody who was erased nor is lost when they are.
func operatorRecord(what, whom string, now time.Time) bot.Record {
	name := "unknown"
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	sum := sha256.Sum256([]byte(whom))
	return bot.Record{ID: bot.NewID(now), Entry: bot.Entry{
		Time: now.UTC(), Event: "privacy:" + hex.EncodeToString(sum[:8]), What: what,
		Actor:  bot.Actor{Platform: "operator", Workspace: host, ID: name},
		Answer: bot.Answer{Outcome: bot.Answered},
	}}
}

// warnOfSpool says when records may wait outside of the database.
func (p *privacy) warnOfSpool() {
	for _, name := range []string{"audit.spool", "audit.spool.loading"} {
		if info, err := os.Stat(filepath.Join(p.dataDir, name)); err == nil && info.Size() > 0 {
			fmt.Fprintf(p.s.err, "backchannel: %s holds records that are not in the store yet; run this again once it is gone\n", filepath.Join(p.dataDir, name))
		}
	}
}

// kept is what there is about an actor.
func (p *privacy) kept(ctx context.Context, a bot.Actor) (records []bot.Record, at []bot.Address, err error) {
	records, err = p.state.Audit.Of(ctx, a, time.Now().Add(24*time.Hour), maxRecords)
	seen := map[bot.Address]bool{}
	for _, r := range records {
		if !seen[r.Address] {
			seen[r.Address] = true
			at = append(at, r.Address)
		}
	}
	return records, at, err
}

// registeredBy are the locations that a person registered.
func (p *privacy) registeredBy(ctx context.Context, key string) ([]catalog.Location, error) {
	all, err := p.catalog.Locations(ctx)
	var out []catalog.Location
	for _, l := range all {
		if l.By == key {
			out = append(out, l)
		}
	}
	return out, err
}

// erased is what erase prints.
type erased struct {
	User          string `json:"user"`
	Audit         int    `json:"audit"`
	Conversations int    `json:"conversations"`
	Drafts        int    `json:"drafts"`
	Subscriptions int    `json:"subscriptions"`
	Feedback      int    `json:"feedback"`
	Tasks         int    `json:"tasks"`            // long work; of what is under way, who began it
	Runs          int    `json:"runs"`             // of templates, which stay without who asked and what was given
	Links         int    `json:"links"`            // to a User of the catalog
	HomeTeams     int    `json:"homeTeams"`        // that they chose for their home page
	Sessions      int    `json:"sessions"`         // in the web view
	Locations     int    `json:"locations"`        // that no longer say who registered them
	History       int    `json:"history"`          // of a User of the catalog
	Source        string `json:"source,omitempty"` // where the User is still defined
}

func (p *privacy) eraseActor(ctx context.Context, a bot.Actor) (any, error) {
	_, at, err := p.kept(ctx, a)
	if err != nil {
		return nil, err
	}
	out := erased{User: a.Key()}
	traces, err := p.state.Traces.Erase(ctx, a, at)
	if err != nil {
		return nil, err
	}
	out.Conversations, out.Drafts, out.Subscriptions = len(traces.Conversations), len(traces.Drafts), len(traces.Subscriptions)
	out.Feedback, out.Tasks = len(traces.Feedback), len(traces.Tasks)
	if out.Runs, err = p.runs.Erase(ctx, a.Key()); err != nil {
		return nil, err
	}
	if out.Locations, err = p.catalog.Disown(ctx, a.Key()); err != nil {
		return nil, err
	}
	linked, err := p.state.Links.Remove(ctx, a)
	if err != nil {
		return nil, err
	}
	if linked {
		out.Links = 1
	}
	chose, err := p.state.Bindings.Unbind(ctx, bot.HomeOf(a))
	if err != nil {
		return nil, err
	}
	if chose {
		out.HomeTeams = 1
	}
	if out.Sessions, err = p.state.Sessions.End(ctx, a, ""); err != nil {
		return nil, err
	}
	out.Audit, err = p.state.Audit.Erase(ctx, a) // last: until then it tells where they took part
	return out, err
}

func (p *privacy) eraseUser(ctx context.Context, ref catalog.Ref) (any, error) {
	e, err := p.entity(ctx, ref)
	if err != nil {
		return nil, err
	}
	out := erased{User: ref.String()}
	if out.History, err = p.catalog.EraseHistory(ctx, ref); err != nil {
		return nil, err
	}
	links, err := p.state.Links.About(ctx, ref.String())
	if err != nil {
		return nil, err
	}
	for _, l := range links {
		if _, err := p.state.Links.Remove(ctx, l.Actor); err != nil {
			return nil, err
		}
		out.Links++
	}
	if e != nil {
		out.Source = e.Source.Location
		fmt.Fprintf(p.s.err, "backchannel: %s is defined in %s; remove it there, and it leaves the catalog by itself\n", ref, e.Source.Location)
	}
	fmt.Fprintln(p.s.err, "backchannel: what chats keep is erased by platform:workspace:id")
	return out, nil
}

// entity is the entity of a reference, nil when there is none.
func (p *privacy) entity(ctx context.Context, ref catalog.Ref) (*catalog.Entity, error) {
	c, err := p.catalog.Changes(ctx, 0)
	for _, e := range c.Upserts {
		if e.Ref == ref {
			return e, err
		}
	}
	return nil, err
}
