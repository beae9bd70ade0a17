package signin

import (
	"context"
	"net/http"
	"net/url"

	"github.com/backchannel-portal/backchannel/internal/lang"
)

// OutPage is the data of the page of those who signed out.
type OutPage struct {
	Provider string // where one signs out of the provider, too; "": there is nothing more to do
}

// logout ends the session here, and then has the browser sign out of the provider, where that can be done. The way
// there is a page rather than a redirect: what a form leads to must be of this site.
func (s *Signin) logout(rw http.ResponseWriter, r *http.Request) {
	rw.Header().Set("Cache-Control", "no-store")
	rw.Header().Set("Clear-Site-Data", `"cache"`)
	ctx, cancel := context.WithTimeout(r.Context(), storeTimeout)
	defer cancel()
	session, ok, err := s.session(ctx, r)
	if err == nil && ok {
		err = s.end(ctx, r)
	}
	s.put(rw, sessionCookie, "", 0)
	if err != nil { // the cookie is gone, but whoever had copied it could go on
		s.cfg.Log.Error("a session could not be ended", "err", err)
		s.problem(rw, r, http.StatusServiceUnavailable, lang.SigninStillIn, "/")
		return
	}
	page := OutPage{}
	if ok && s.provider != nil && session.IDToken != "" {
		page.Provider = s.provider.signedOut(session.IDToken, s.address("/auth/signed-out"))
	}
	s.cfg.Page(rw, r, http.StatusOK, pageOut, lang.SigninOut, page)
}

func (s *Signin) signedOut(rw http.ResponseWriter, r *http.Request) {
	rw.Header().Set("Cache-Control", "no-store")
	s.cfg.Page(rw, r, http.StatusOK, pageOut, lang.SigninOut, OutPage{})
}

// nextQuery names where to go after signing in.
func nextQuery(next string) string { return url.Values{"next": {next}}.Encode() }
