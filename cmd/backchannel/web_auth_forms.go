package main

import (
	"net/http"
	"time"

	"github.com/backchannel-portal/backchannel/adapters/web"
	"github.com/backchannel-portal/backchannel/bot"
)

// formPages goes on with forms of chats in a browser; nil where people could not reach the pages.
func (s *service) formPages() bot.FormLinker {
	if pagesURL(s.cfg) == "" {
		return nil
	}
	if s.forms == nil {
		s.forms = web.NewForms(web.FormsConfig{
			BaseURL: s.cfg.Web.BaseURL, Web: func() *web.Web { return s.web }, Drafts: s.base.state.Drafts, Chat: s.mux,
			Same: s.same, Deliver: s.places.Deliver, Now: time.Now, Log: s.log,
		})
	}
	return s.forms
}

// webForms are the pages of forms for those who are on pages already; nil where there are none.
func (s *service) webForms() func() *web.Forms {
	if s.formPages() == nil {
		return nil
	}
	return func() *web.Forms { return s.forms }
}

// same reports whether a request may be of an account of a chat: nobody has signed in, or that account or the User
// behind it has.
func (s *service) same(r *http.Request, a bot.Actor) bool {
	if s.sign == nil {
		return true
	}
	session, ok := s.sign.Session(r)
	if !ok || session.Actor.Key() == a.Key() || pageActor(session.Actor).Key() == a.Key() {
		return true
	}
	at := func(a bot.Actor) bot.Address { return bot.Address{Platform: a.Platform, Workspace: a.Workspace} }
	mine, theirs := s.identity.of(session.Actor, at(session.Actor)).user, s.identity.of(a, at(a)).user
	return mine == theirs && !mine.IsZero()
}
