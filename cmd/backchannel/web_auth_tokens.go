package main

import (
	"context"
	"errors"
	"fmt"
	"os/user"
	"slices"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/adapters/web/signin"
	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/store"
)

type tokenCmd struct {
	Create tokenCreateCmd `cmd:"" help:"Make a token and print it, once."`
	List   tokenListCmd   `cmd:"" help:"List tokens: what they are for, what they may do and when they were used."`
	Revoke tokenRevokeCmd `cmd:"" help:"Revoke a token at once."`
}

type tokenCreateCmd struct {
	Name    string        `required:"" help:"What it is for." placeholder:"NAME"`
	Scope   []string      `required:"" help:"What it may do: read, ask or admin. May be repeated." placeholder:"SCOPE"`
	As      string        `help:"The User whose rights it has; without it, those of programs." placeholder:"USER"`
	Expires time.Duration `help:"How long it lives, such as 2160h; without it, until it is revoked." placeholder:"TIME"`
}

type tokenListCmd struct{}

type tokenRevokeCmd struct {
	ID string `arg:"" help:"As token list shows it."`
}

// maxTokenName bounds what a token is called, in bytes.
const maxTokenName = 100

// tokenLine is what is shown of a token.
type tokenLine struct {
	ID      string     `json:"id"`
	Name    string     `json:"name"`
	Scopes  []string   `json:"scopes"`
	User    string     `json:"user,omitempty"`
	By      string     `json:"by"`
	Made    time.Time  `json:"made"`
	Expires *time.Time `json:"expires,omitempty"`
	Used    *time.Time `json:"used,omitempty"`
	Expired bool       `json:"expired,omitempty"`
	Token   string     `json:"token,omitempty"` // of create alone
}

func lineOf(t bot.APIToken, now time.Time) tokenLine {
	l := tokenLine{ID: t.ID, Name: t.Name, Scopes: t.Scopes, User: t.User, By: t.By, Made: t.Made, Expired: !t.Live(now)}
	if !t.Expires.IsZero() {
		l.Expires = &t.Expires
	}
	if !t.Used.IsZero() {
		l.Used = &t.Used
	}
	return l
}

// withTokens opens the store for one of the commands.
func (s *session) withTokens(create bool, do func(context.Context, bot.APITokens) error) (err error) {
	cfg, err := s.load()
	if err != nil {
		return err
	}
	open := func() (*store.DB, error) { return openStored(s.ctx, cfg, s) }
	if create {
		open = func() (*store.DB, error) {
			return store.Open(s.ctx, store.Options{URL: cfg.Store.URL, Clock: time.Now, Logger: s.logger()})
		}
	}
	db, err := open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return do(s.ctx, db.ChatState(nil).APITokens) // of tokens nothing is encrypted
}

// Run makes a token.
func (c *tokenCreateCmd) Run(s *session) error {
	name := strings.TrimSpace(c.Name)
	if name == "" || len(name) > maxTokenName {
		return fault.New(fault.Invalid, "a token needs a name of at most %d bytes", maxTokenName)
	}
	for _, scope := range c.Scope {
		if !slices.Contains(signin.Scopes(), scope) {
			return fault.New(fault.Invalid, "the scopes are %s, found %q", strings.Join(signin.Scopes(), ", "), scope)
		}
	}
	if c.Expires < 0 {
		return fault.New(fault.Invalid, "a token lives longer than nothing")
	}
	t := bot.APIToken{Name: name, Scopes: slices.Compact(slices.Sorted(slices.Values(c.Scope))), By: operator(), Made: time.Now().UTC().Truncate(time.Second)}
	if c.As != "" {
		ref, err := catalog.ParseRef(c.As, "user", "")
		if err != nil || ref.Kind != "user" {
			return fault.New(fault.Invalid, "%q is no User of the catalog, such as user:default/ada", c.As)
		}
		t.User = ref.String()
	}
	if c.Expires > 0 {
		t.Expires = t.Made.Add(c.Expires)
	}
	token, t := signin.NewToken(t)
	err := s.withTokens(true, func(ctx context.Context, tokens bot.APITokens) error { return tokens.Put(ctx, t) })
	if err != nil {
		return err
	}
	if s.Output == "json" {
		l := lineOf(t, time.Now())
		l.Token = token
		return writeLine(s.out, l)
	}
	if !s.Quiet {
		fmt.Fprintf(s.err, "Token %s for %s. It is shown this once; send it as \"Authorization: Bearer TOKEN\".\n", t.ID, t.Name)
	}
	_, err = fmt.Fprintln(s.out, token)
	return err
}

// operator is who runs a command.
func operator() string {
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return "operator"
}

// Run lists tokens.
func (tokenListCmd) Run(s *session) error {
	return s.withTokens(false, func(ctx context.Context, tokens bot.APITokens) error {
		all, err := tokens.List(ctx)
		if err != nil {
			return err
		}
		now := time.Now()
		for _, t := range all {
			l := lineOf(t, now)
			if s.Output == "json" {
				err = writeLine(s.out, l)
			} else {
				_, err = fmt.Fprintf(s.out, "%s  %-20s  %-14s  %s\n", l.ID, l.Name, strings.Join(l.Scopes, ","), l.words())
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// words is the rest of what there is to say of a token.
func (l tokenLine) words() string {
	parts := []string{"made " + l.Made.Format(time.DateOnly) + " by " + l.By}
	if l.User != "" {
		parts = append(parts, "as "+l.User)
	}
	switch {
	case l.Expired:
		parts = append(parts, "EXPIRED "+l.Expires.Format(time.DateOnly))
	case l.Expires != nil:
		parts = append(parts, "until "+l.Expires.Format(time.DateOnly))
	}
	if l.Used == nil {
		return strings.Join(append(parts, "never used"), ", ")
	}
	return strings.Join(append(parts, "used "+l.Used.Format(time.DateOnly)), ", ")
}

// Run revokes a token.
func (c *tokenRevokeCmd) Run(s *session) error {
	return s.withTokens(false, func(ctx context.Context, tokens bot.APITokens) error {
		was, err := tokens.Remove(ctx, c.ID)
		if err != nil {
			return err
		}
		if !was {
			return fault.New(fault.Invalid, "there is no token %q; token list shows them", c.ID)
		}
		if !s.Quiet {
			_, err = fmt.Fprintf(s.out, "Revoked %s.\n", c.ID)
		}
		return err
	})
}
