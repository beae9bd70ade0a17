package signin

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// Who is who asks: a person with a session or a program with a token.
type Who struct {
	Session bot.Session
	Token   bot.APIToken // its ID is "" for a person
}

type whoKey struct{}

// WhoOf returns who asks; ok is false where nobody was asked for.
func WhoOf(ctx context.Context) (w Who, ok bool) {
	w, ok = ctx.Value(whoKey{}).(Who)
	return w, ok
}

// Admit lets those in who have signed in, and programs with a token that may do what they ask; it sends the others to
// where they can sign in.
func (s *Signin) Admit(next http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if api(r) && r.Header.Get("Authorization") != "" {
			s.program(rw, r, next)
			return
		}
		session, ok, err := s.session(r.Context(), r)
		switch {
		case err != nil:
			s.cfg.Log.Error("a session could not be looked up", "err", err)
			s.away(rw, r)
		case ok:
			next.ServeHTTP(rw, r.WithContext(context.WithValue(r.Context(), whoKey{}, Who{Session: session})))
		default:
			s.stranger(rw, r)
		}
	})
}

func api(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/api/") }

// scope is what a request to the API needs.
func scope(r *http.Request) string {
	switch {
	case r.URL.Path == "/api/ask":
		return ScopeAsk
	case strings.HasPrefix(r.URL.Path, "/api/catalog/"), strings.HasPrefix(r.URL.Path, "/api/search/"):
		return ScopeRead
	}
	return ScopeAdmin
}

// program lets a program in.
func (s *Signin) program(rw http.ResponseWriter, r *http.Request, next http.Handler) {
	method, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(method, "bearer") {
		s.unknown(rw, r, "", "the API takes a token: Authorization: Bearer TOKEN")
		return
	}
	t, err := s.token(r.Context(), strings.TrimSpace(token))
	switch {
	case fault.Is(err, fault.NotFound):
		if !s.allowed(rw, r) {
			return
		}
		s.unknown(rw, r, `, error="invalid_token"`, "the token is not known, has expired or was revoked")
	case err != nil:
		s.cfg.Log.Error("a token could not be looked up", "err", err)
		s.away(rw, r)
	case !may(t, scope(r)):
		rw.Header().Set("WWW-Authenticate", `Bearer realm="backchannel", error="insufficient_scope", scope="`+scope(r)+`"`)
		s.turnAway(rw, r, http.StatusForbidden, "the token "+t.ID+" does not have the scope "+scope(r))
	default:
		next.ServeHTTP(rw, r.WithContext(context.WithValue(r.Context(), whoKey{}, Who{Token: t})))
	}
}

// unknown refuses a program that said nothing that counts (RFC 6750, section 3).
func (s *Signin) unknown(rw http.ResponseWriter, r *http.Request, why, text string) {
	rw.Header().Set("WWW-Authenticate", `Bearer realm="backchannel"`+why)
	s.turnAway(rw, r, http.StatusUnauthorized, text)
}

// stranger is told, or sent, to sign in.
func (s *Signin) stranger(rw http.ResponseWriter, r *http.Request) {
	rw.Header().Set("Cache-Control", "no-store")
	switch {
	case api(r):
		s.unknown(rw, r, "", "sign in, or send a token: Authorization: Bearer TOKEN")
	case (r.Method == http.MethodGet || r.Method == http.MethodHead) && r.Header.Get("X-Fragment") == "":
		http.Redirect(rw, r, "/auth/login?"+nextQuery(Local(r.URL.RequestURI())), http.StatusSeeOther)
	default:
		s.problem(rw, r, http.StatusUnauthorized, lang.SigninFirst, "/")
	}
}

// away says that nobody can be let in just now.
func (s *Signin) away(rw http.ResponseWriter, r *http.Request) {
	rw.Header().Set("Retry-After", "10")
	if api(r) {
		s.turnAway(rw, r, http.StatusServiceUnavailable, "who asks cannot be looked up just now")
		return
	}
	s.problem(rw, r, http.StatusServiceUnavailable, lang.SigninAway, Local(r.URL.RequestURI()))
}

// turnAway answers a program that is not let in, in the form that the errors have at the address it asked.
func (s *Signin) turnAway(rw http.ResponseWriter, r *http.Request, status int, text string) {
	if s.cfg.Refuse != nil && s.cfg.Refuse(rw, r, status, text) {
		return
	}
	refuse(rw, status, text)
}

// refuse answers a program.
func refuse(rw http.ResponseWriter, status int, text string) {
	body, err := json.Marshal(struct {
		Error string `json:"error"`
	}{text})
	if err != nil {
		body = []byte("{}")
	}
	rw.Header().Set("Content-Type", "application/json")
	rw.Header().Set("Cache-Control", "no-store")
	rw.WriteHeader(status)
	_, _ = rw.Write(body) // whoever is gone needs no answer
}
