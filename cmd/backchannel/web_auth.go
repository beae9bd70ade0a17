package main

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/backchannel-portal/backchannel/adapters/web"
	"github.com/backchannel-portal/backchannel/adapters/web/readapi"
	"github.com/backchannel-portal/backchannel/adapters/web/signin"
	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/access"
	"github.com/backchannel-portal/backchannel/cmd/backchannel/config"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// signIn wires signing in to the pages, where the configuration asks for it.
func (s *service) signIn() error {
	auth := s.cfg.Web.Auth
	if !auth.Required() {
		return nil
	}
	if u, err := url.Parse(s.cfg.Web.BaseURL); err == nil && u.Scheme == "http" && !onLoopback(net.JoinHostPort(u.Hostname(), "80")) {
		s.log.Warn("web.base_url is not https: whoever is between here and the browsers can take over sessions")
	}
	var err error
	s.sign, err = signin.New(signin.Config{
		BaseURL: s.cfg.Web.BaseURL, OIDC: oidcConfig(auth.OIDC), Chat: auth.Links(), NoChat: s.cfg.Slack == nil && s.cfg.Discord == nil, Idle: auth.Idle, Longest: auth.Longest,
		Drafts: s.base.state.Drafts, Sessions: s.base.state.Sessions, Book: s.base.state.SessionBook, Tokens: s.base.state.APITokens,
		Page: func(rw http.ResponseWriter, r *http.Request, status int, name string, title lang.Key, data any) {
			s.web.Page(rw, r, status, name, title, data)
		},
		Refuse: readapi.Refuse,
		Allow:  func(r *http.Request) bool { return s.web.Allowed(r) },
		Name:   func(a bot.Actor) string { return s.identity.Profile(a).Name },
		Began:  func(session bot.Session) { s.identity.Changed(session.Actor) },
		Log:    s.log,
	})
	if err != nil {
		return err
	}
	s.identity.accounts[webPages] = signedIn{s.sign}
	return nil
}

func oidcConfig(o *config.OIDC) *signin.OIDC {
	if o == nil {
		return nil
	}
	return &signin.OIDC{
		Issuer: o.Issuer, ClientID: o.ClientID, ClientSecret: o.ClientSecret, Label: o.Label, Scopes: o.Scopes, UserClaim: o.UserClaim,
		TrustEmail: o.TrustEmail, Domains: o.Domains, Groups: o.Groups, GroupsClaim: o.GroupsClaim,
	}
}

// signedIn says what is known of the accounts of the identity provider. It implements bot.Accounts.
type signedIn struct{ *signin.Signin }

// Account implements bot.Accounts.
func (s signedIn) Account(a bot.Actor, _ bot.Address) (bot.Account, bool) { return s.Signin.Account(a) }

// UserAnnotations implements bot.Accounts: accounts of a provider are matched by what it says of them.
func (signedIn) UserAnnotations() []string { return nil }

// signCommands are the sub-commands with which people get into the pages.
func (s *service) signCommands() []bot.Command {
	if s.sign == nil {
		return nil
	}
	return []bot.Command{s.sign.Command()}
}

// mountSignIn adds the pages of signing in, and those of forms.
func (s *service) mountSignIn(r chi.Router) {
	if s.forms != nil {
		r.Group(func(r chi.Router) {
			r.Use(s.web.Guard)
			s.forms.Mount(r)
		})
	}
	if s.sign == nil {
		return
	}
	r.Group(func(r chi.Router) {
		r.Use(s.web.Guard)
		s.sign.Mount(r)
		r.Group(func(r chi.Router) {
			r.Use(s.admitted())
			r.Get("/auth/account", s.web.Account)
			r.Post("/auth/account", s.web.PostAccount)
		})
	})
}

// nobody is on whose behalf pages are made for those of whom nothing is known.
func (s *service) nobody() catalog.Viewer {
	if s.sign != nil {
		return catalog.Viewer{Rules: access.Nothing()}
	}
	return s.ownViewer(webPages, false)
}

// The time that a page waits for a chat to say who somebody is, after a start.
const (
	guestPatience = 2 * time.Second
	guestLook     = 25 * time.Millisecond
)

type viewerKey struct{}

// visitor is what is known of whoever asks a page or the API.
type visitor struct {
	answers catalog.Viewer // on whose behalf questions are answered
	user    catalog.Ref
	actor   bot.Actor
}

// admitted lets those in who have signed in, as whom they are; nil where nobody needs to.
func (s *service) admitted() func(http.Handler) http.Handler {
	if s.sign == nil {
		return nil
	}
	return func(next http.Handler) http.Handler {
		return s.sign.Admit(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			who, _ := signin.WhoOf(r.Context())
			shown, asks := s.visit(r.Context(), who)
			ctx := context.WithValue(web.WithVisitor(r.Context(), shown), viewerKey{}, asks)
			next.ServeHTTP(rw, r.WithContext(ctx))
		}))
	}
}

// visit is what somebody sees.
func (s *service) visit(ctx context.Context, who signin.Who) (web.Visitor, visitor) {
	if t := who.Token; t.ID != "" {
		return s.visitOf(t)
	}
	actor := pageActor(who.Session.Actor)
	ev := &bot.Event{
		Actor: actor, Address: bot.Address{Platform: signin.Platform, Workspace: signin.Workspace, Channel: actor.ID},
		Channel: bot.Channel{Direct: true}, Input: bot.Said{},
	}
	known := s.identity.of(actor, ev.Address)
	shown := web.Visitor{Person: known.user, Name: who.Session.Name, Account: actor.ID}
	asks := visitor{user: known.user, actor: actor}
	if s.guard == nil {
		shown.View = s.view(catalog.Viewer{})
		return shown, asks
	}
	p, told := s.guard.person(ev)
	for range int(guestPatience / guestLook) {
		if told || !bot.Sleep(ctx, guestLook) {
			break
		}
		p, told = s.guard.person(ev)
	}
	shown.Person, asks.user = p.User, p.User
	shown.View = s.view(catalog.Viewer{Rules: s.guard.policy.Sight(p, place(ev), false)})
	asks.answers = catalog.Viewer{Rules: s.guard.policy.Sight(p, place(ev), true)}
	return shown, asks
}

// visitOf is what a program with a token sees: what the User sees whom it was made for, else what programs see. A User
// who is gone sees nothing.
func (s *service) visitOf(t bot.APIToken) (web.Visitor, visitor) {
	shown := web.Visitor{Name: t.Name, Account: "token." + t.ID}
	asks := visitor{actor: bot.Actor{Platform: api, Workspace: "token", ID: t.ID, Name: t.Name}}
	if t.User != "" {
		ref, err := catalog.ParseRef(t.User, "user", "")
		principals := s.identity.principals(ref)
		if err != nil || principals == nil {
			asks.answers = catalog.Viewer{Rules: access.Nothing()}
			shown.View = s.view(asks.answers)
			return shown, asks
		}
		shown.Person, asks.user = ref, ref
		if s.guard != nil {
			a, _ := s.guard.audience(api, "")
			p := access.Person{Audience: a.Name, User: ref, Principals: principals}
			asks.answers = catalog.Viewer{Rules: s.guard.policy.Sight(p, access.Place{Platform: api}, true)}
			shown.View = s.view(catalog.Viewer{Rules: s.guard.policy.Sight(p, access.Place{Platform: api}, false)})
			return shown, asks
		}
	}
	asks.answers = s.ownViewer(api, true)
	shown.View = s.view(s.ownViewer(api, false))
	return shown, asks
}

// program is on whose behalf a question to the API is answered, and who that is.
func (s *service) program(ctx context.Context) (catalog.Viewer, catalog.Ref) {
	if v, ok := ctx.Value(viewerKey{}).(visitor); ok {
		return v.answers, v.user
	}
	return s.ownViewer(api, true), catalog.Ref{}
}

// caller is who asks the API, for the audit.
func caller(ctx context.Context) bot.Actor {
	if v, ok := ctx.Value(viewerKey{}).(visitor); ok {
		return v.actor
	}
	return bot.Actor{Platform: api}
}

// pageActor is somebody who signed in as the actor of what they do on the pages. An account of a chat keeps its name
// there, so that it stays the same person; see fromChat.
func pageActor(a bot.Actor) bot.Actor {
	if a.Platform == signin.Platform {
		return a
	}
	return bot.Actor{Platform: signin.Platform, Workspace: signin.Workspace, ID: a.Key(), Name: a.Name}
}

// fromChat is the account in a chat behind an actor of the pages who signed in with a link from there.
func fromChat(a bot.Actor) (bot.Actor, bool) {
	if a.Platform != signin.Platform || a.Workspace != signin.Workspace {
		return bot.Actor{}, false
	}
	parts := strings.SplitN(a.ID, ":", 3)
	if len(parts) != 3 || parts[0] == signin.Platform {
		return bot.Actor{}, false
	}
	return bot.Actor{Platform: parts[0], Workspace: parts[1], ID: parts[2]}, true
}

// atHome is an event of the pages as one of the chat whose account signed in: rights are those that it has there.
func atHome(ev *bot.Event) (*bot.Event, bool) {
	of, ok := fromChat(ev.Actor)
	if !ok || ev.Address.Platform != signin.Platform {
		return nil, false
	}
	home := *ev
	home.Actor, home.Address, home.Channel = of, bot.Address{Platform: of.Platform, Workspace: of.Workspace}, bot.Channel{Direct: true}
	return &home, true
}

// principals are a User and their groups, nil for nobody that is known.
func (i *identity) principals(user catalog.Ref) []catalog.Ref {
	if p := i.people.Load(); p != nil {
		return p.Principals(user)
	}
	return nil
}
