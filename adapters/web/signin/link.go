package signin

import (
	"context"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// linkLife is how long a link from a chat can be used.
const linkLife = 10 * time.Minute

// linkForm marks the drafts that are links.
const linkForm = "web-link"

// LinkPage is the data of the page behind a link from a chat.
type LinkPage struct {
	Name  string // who signs in
	Where string // the chat and its workspace
	Path  string // where the button posts to
}

// Command is the sub-command with which people get a link.
func (s *Signin) Command() bot.Command {
	return bot.Command{Name: "web", Handler: bot.HandlerFunc(s.give)}
}

// give whispers a link to whoever asks. The link works once, for ten minutes, and signs in the account that asked.
func (s *Signin) give(ctx context.Context, ev *bot.Event) (bot.Reply, error) {
	l := ev.Locale
	if l == "" {
		l = lang.English
	}
	say := func(k lang.Key, args lang.Args) bot.Reply {
		return bot.Whisper{Message: card.Message{Lang: l, Blocks: []card.Block{card.Text{Spans: card.Say(l, k, args)}}}}
	}
	if ev.Actor.Platform == Platform || ev.Actor.ID == "" {
		return say(lang.SigninHere, nil), nil
	}
	if !s.cfg.Chat {
		return say(lang.SigninNoLinks, lang.Args{"page": card.L(s.cfg.BaseURL, s.cfg.BaseURL)}), nil
	}
	secret, err := s.secret()
	if err != nil {
		return nil, err
	}
	d := bot.Draft{ID: draftOf(linkForm, secret), Form: linkForm, Actor: ev.Actor, Address: ev.Address, Expires: s.cfg.Now().Add(linkLife)}
	if err := s.cfg.Drafts.Save(ctx, d); err != nil {
		return nil, err
	}
	link := card.L(lang.Text(l, lang.SigninLinkText, nil), s.address("/auth/link/"+secret))
	return say(lang.SigninLink, lang.Args{"link": link, "minutes": int(linkLife / time.Minute)}), nil
}

// showLink asks whether to sign in. Looking at a link does not use it up: chats and mail programs look at all.
func (s *Signin) showLink(rw http.ResponseWriter, r *http.Request) {
	rw.Header().Set("Cache-Control", "no-store")
	rw.Header().Set("Referrer-Policy", "no-referrer")
	if !s.allowed(rw, r) {
		return
	}
	secret := chi.URLParam(r, "token")
	ctx, cancel := context.WithTimeout(r.Context(), storeTimeout)
	defer cancel()
	d, err := s.cfg.Drafts.Load(ctx, draftOf(linkForm, secret), s.cfg.Now())
	if err != nil || d.Form != linkForm {
		s.noLink(rw, r, err)
		return
	}
	s.cfg.Page(rw, r, http.StatusOK, pageLink, lang.SigninTitle, LinkPage{
		Name: s.name(d.Actor), Where: d.Actor.Platform + " " + d.Actor.Workspace, Path: "/auth/link/" + secret,
	})
}

// useLink signs in.
func (s *Signin) useLink(rw http.ResponseWriter, r *http.Request) {
	rw.Header().Set("Cache-Control", "no-store")
	if !s.allowed(rw, r) {
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), storeTimeout)
	defer cancel()
	d, err := s.cfg.Drafts.Take(ctx, draftOf(linkForm, chi.URLParam(r, "token")), s.cfg.Now())
	if err != nil || d.Form != linkForm || !s.cfg.Chat {
		s.noLink(rw, r, err)
		return
	}
	if err := s.begin(rw, r, bot.Session{Actor: d.Actor, Name: s.name(d.Actor)}); err != nil {
		s.noLink(rw, r, err)
		return
	}
	http.Redirect(rw, r, "/", http.StatusSeeOther)
}

// name is what people call somebody of a chat.
func (s *Signin) name(a bot.Actor) string {
	if s.cfg.Name != nil {
		if n := s.cfg.Name(a); n != "" {
			return n
		}
	}
	if a.Name != "" {
		return a.Name
	}
	return a.ID
}

// noLink says that a link is of no use.
func (s *Signin) noLink(rw http.ResponseWriter, r *http.Request, err error) {
	if err != nil && !fault.Is(err, fault.NotFound) {
		s.cfg.Log.Error("a link could not be looked up", "err", err)
		s.problem(rw, r, http.StatusServiceUnavailable, lang.SigninAway, "/")
		return
	}
	s.problem(rw, r, http.StatusGone, lang.SigninLinkGone, "/")
}
