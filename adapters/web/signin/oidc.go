package signin

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"golang.org/x/oauth2"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// startLife is how long signing in at the provider may take.
const startLife = 10 * time.Minute

// startForm marks the drafts that are people on their way to the provider.
const startForm = "sign-in"

// The templates of the pages.
const (
	pageLogin   = "auth_login"
	pageProblem = "auth_problem"
	pageLink    = "auth_link"
	pageOut     = "auth_out"
)

// LoginPage is the data of the page that offers ways to sign in.
type LoginPage struct {
	Start string // where the provider is reached; "": there is none
	Label string // what people call the provider; may be empty
	Chat  bool   // a chat gives links
}

// ProblemPage is the data of the page that says why nobody was signed in.
type ProblemPage struct {
	Why     lang.Key
	Again   string // where to try again
	Account string // whom the provider said it is, where that is the reason; else empty
	Chat    bool   // a chat gives links, which need no provider
}

// login offers the ways to sign in; where there is one alone that needs no explanation, it goes there.
func (s *Signin) login(rw http.ResponseWriter, r *http.Request) {
	next := Local(r.URL.Query().Get("next"))
	rw.Header().Set("Cache-Control", "no-store")
	if _, ok, err := s.session(r.Context(), r); ok && err == nil {
		http.Redirect(rw, r, next, http.StatusSeeOther)
		return
	}
	p := LoginPage{Chat: s.chats()}
	if s.provider != nil {
		p.Start, p.Label = "/auth/start?"+nextQuery(next), s.cfg.OIDC.Label
		if !p.Chat {
			http.Redirect(rw, r, p.Start, http.StatusSeeOther)
			return
		}
	}
	s.cfg.Page(rw, r, http.StatusOK, pageLogin, lang.SigninTitle, p)
}

// start sends the browser to the provider.
func (s *Signin) start(rw http.ResponseWriter, r *http.Request) {
	rw.Header().Set("Cache-Control", "no-store")
	if s.provider == nil {
		http.Redirect(rw, r, "/auth/login", http.StatusSeeOther)
		return
	}
	if !s.allowed(rw, r) {
		return
	}
	next := Local(r.URL.Query().Get("next"))
	to, err := s.started(rw, r, next, r.URL.Query().Has(otherAccount))
	if err != nil {
		s.cfg.Log.Warn("somebody could not begin to sign in", "err", err)
		s.providerAway(rw, r, err, next)
		return
	}
	http.Redirect(rw, r, to, http.StatusFound)
}

// otherAccount in the address of the start has the provider ask which account it is to be.
const otherAccount = "other"

// started keeps what must be known again and returns the address at the provider, which asks for an account where other
// is set.
func (s *Signin) started(rw http.ResponseWriter, r *http.Request, next string, other bool) (string, error) {
	var state, nonce, fresh string
	for _, secret := range []*string{&state, &nonce, &fresh} {
		var err error
		if *secret, err = s.secret(); err != nil {
			return "", err
		}
	}
	browser := s.cookie(r, browserCookie) // one of another tab that is on its way goes on to count
	if browser == "" {
		browser = fresh
	}
	begun := started{Nonce: nonce, Verifier: oauth2.GenerateVerifier(), Browser: hashed("browser", browser), Next: next}
	ctx, cancel := context.WithTimeout(r.Context(), askTimeout)
	defer cancel()
	to, err := s.provider.begin(ctx, state, begun, other)
	if err != nil {
		return "", err
	}
	data, err := json.Marshal(begun)
	if err != nil {
		return "", fault.Wrap(fault.Internal, err, "keep the beginning")
	}
	err = s.cfg.Drafts.Save(ctx, bot.Draft{ID: draftOf(startForm, state), Form: startForm, Data: data, Expires: s.cfg.Now().Add(startLife)})
	if err != nil {
		return "", err
	}
	s.put(rw, browserCookie, browser, startLife)
	return to, nil
}

// draftOf is the id of the draft that a secret stands for.
func draftOf(form, secret string) string { return form + "-" + hashed(form, secret)[:32] }

// callback takes the browser back from the provider.
func (s *Signin) callback(rw http.ResponseWriter, r *http.Request) {
	rw.Header().Set("Cache-Control", "no-store")
	rw.Header().Set("Referrer-Policy", "no-referrer") // the address holds the code
	if s.provider == nil {
		http.Redirect(rw, r, "/auth/login", http.StatusSeeOther)
		return
	}
	if !s.allowed(rw, r) {
		return
	}
	q := r.URL.Query()
	begun, err := s.back(r)
	if err != nil {
		status, why := http.StatusBadRequest, lang.SigninStale
		if !fault.Is(err, fault.NotFound) {
			status, why = http.StatusServiceUnavailable, lang.SigninAway
		}
		s.cfg.Log.Warn("somebody came back who had not left from here", "err", err)
		s.problem(rw, r, status, why, "/")
		return
	}
	if issuer := q.Get("iss"); issuer != "" && issuer != s.cfg.OIDC.Issuer { // RFC 9207
		s.cfg.Log.Warn("the answer is of another issuer", "iss", clip(issuer))
		s.problem(rw, r, http.StatusBadRequest, lang.SigninRefused, begun.Next)
		return
	}
	if code := q.Get("error"); code != "" {
		s.cfg.Log.Warn("the identity provider signed nobody in", "error", clip(code), "description", clip(q.Get("error_description")))
		switch code { // RFC 6749, section 4.1.2.1
		case "access_denied":
			s.problem(rw, r, http.StatusForbidden, lang.SigninDenied, begun.Next)
		case "server_error", "temporarily_unavailable":
			s.providerAway(rw, r, errAway, begun.Next)
		default:
			s.problem(rw, r, http.StatusForbidden, lang.SigninRefused, begun.Next)
		}
		return
	}
	if err := s.signIn(rw, r, q.Get("code"), begun); err != nil {
		s.cfg.Log.Warn("somebody was not signed in", "err", err)
		switch {
		case errors.As(err, new(*notAdmitted)):
			s.notAdmitted(rw, r, err, begun.Next)
		case errors.Is(err, errClock):
			s.problem(rw, r, http.StatusForbidden, lang.SigninClock, begun.Next)
		case fault.Is(err, fault.Forbidden):
			s.problem(rw, r, http.StatusForbidden, lang.SigninRefused, begun.Next)
		default:
			s.providerAway(rw, r, err, begun.Next)
		}
		return
	}
	s.put(rw, browserCookie, "", 0)
	http.Redirect(rw, r, begun.Next, http.StatusSeeOther)
}

// notAdmitted is somebody whom the provider knows and the configuration does not let in.
type notAdmitted struct {
	account string // as the provider calls it; not for the log
	err     error
}

func (e *notAdmitted) Error() string { return "may not sign in: " + e.err.Error() }
func (e *notAdmitted) Unwrap() error { return e.err }

// notAdmitted says to somebody who may not sign in whom the provider took them for, and lets them be somebody else: the
// provider would name the same account again by itself.
func (s *Signin) notAdmitted(rw http.ResponseWriter, r *http.Request, err error, next string) {
	p := ProblemPage{Why: lang.SigninNotYou, Again: "/auth/start?" + nextQuery(next) + "&" + otherAccount + "=1"}
	if who := (*notAdmitted)(nil); errors.As(err, &who) {
		p.Account = who.account
	}
	s.cfg.Page(rw, r, http.StatusForbidden, pageProblem, lang.SigninNotYouTitle, p)
}

// back takes what was kept when the browser left. Another browser, or the same one twice, is an error of kind NotFound.
func (s *Signin) back(r *http.Request) (started, error) {
	ctx, cancel := context.WithTimeout(r.Context(), storeTimeout)
	defer cancel()
	d, err := s.cfg.Drafts.Take(ctx, draftOf(startForm, r.URL.Query().Get("state")), s.cfg.Now())
	if err != nil {
		return started{}, err
	}
	var begun started
	if d.Form != startForm || json.Unmarshal(d.Data, &begun) != nil ||
		subtle.ConstantTimeCompare([]byte(begun.Browser), []byte(hashed("browser", s.cookie(r, browserCookie)))) != 1 {
		return started{}, fault.New(fault.NotFound, "the browser is another one")
	}
	return begun, nil
}

func (s *Signin) signIn(rw http.ResponseWriter, r *http.Request, code string, begun started) error {
	if code == "" {
		return fault.New(fault.Forbidden, "there is no code")
	}
	c, idToken, err := s.provider.finish(r.Context(), code, begun)
	if err != nil {
		return err
	}
	if err := c.admitted(*s.cfg.OIDC); err != nil {
		return &notAdmitted{c.called(), err}
	}
	return s.begin(rw, r, c.session(*s.cfg.OIDC, idToken))
}

// problem says why nobody was signed in.
func (s *Signin) problem(rw http.ResponseWriter, r *http.Request, status int, why lang.Key, next string) {
	s.cfg.Page(rw, r, status, pageProblem, lang.SigninProblem, ProblemPage{Why: why, Again: "/auth/login?" + nextQuery(next)})
}

// providerAway says that signing in does not work now. Where it is the provider that is away, a chat still gives links.
func (s *Signin) providerAway(rw http.ResponseWriter, r *http.Request, err error, next string) {
	why, chat := lang.SigninAway, false
	if errors.Is(err, errAway) {
		why, chat = lang.SigninProviderAway, s.chats()
	}
	s.cfg.Page(rw, r, http.StatusServiceUnavailable, pageProblem, lang.SigninProblem, ProblemPage{Why: why, Again: "/auth/login?" + nextQuery(next), Chat: chat})
}

// chats reports whether a chat gives links.
func (s *Signin) chats() bool { return s.cfg.Chat && !s.cfg.NoChat }

// allowed answers those who try too often.
func (s *Signin) allowed(rw http.ResponseWriter, r *http.Request) bool {
	if s.cfg.Allow == nil || s.cfg.Allow(r) {
		return true
	}
	rw.Header().Set("Retry-After", "5")
	if api(r) {
		refuse(rw, http.StatusTooManyRequests, "too many tries; wait a few seconds")
		return false
	}
	s.problem(rw, r, http.StatusTooManyRequests, lang.SigninSlow, "/")
	return false
}
