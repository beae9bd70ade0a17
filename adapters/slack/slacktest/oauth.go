package slacktest

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// The app as Slack knows it.
const (
	ClientID     = "1.2"
	ClientSecret = "the app's secret"
)

// Workspace is where somebody may install the app: a workspace, or with OrgWide a whole organisation.
type Workspace struct {
	ID, Name     string
	Org, OrgName string
	OrgWide      bool
	Rotates      bool // tokens expire after twelve hours
}

// grants are the tokens that the server has given.
type grants struct {
	agrees  *Workspace           // what the next who is asked agrees to; nil: nothing
	codes   map[string]Workspace // unused
	backs   map[string]string    // of a code
	tokens  map[string]Workspace // access tokens that are good
	refresh map[string]Workspace // refresh tokens that are unused
	next    int
}

func newGrants() grants {
	return grants{codes: map[string]Workspace{}, backs: map[string]string{}, tokens: map[string]Workspace{BotToken: {ID: Team, Name: "Harborlane"}}, refresh: map[string]Workspace{}}
}

// Agree has the next browser that comes to the page of OAuth agree to install the app; nil has it decline.
func (s *Server) Agree(to *Workspace) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.grants.agrees = to
}

// Expire makes every token of a workspace or organisation expire; refresh tokens stay good.
func (s *Server) Expire(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for token, w := range s.grants.tokens {
		if w.ID == id || w.OrgWide && w.Org == id {
			delete(s.grants.tokens, token)
		}
	}
}

// Tokens returns how many access tokens of a workspace or organisation are good.
func (s *Server) Tokens(id string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, w := range s.grants.tokens {
		if w.ID == id || w.OrgWide && w.Org == id {
			n++
		}
	}
	return n
}

// of returns whose a token is.
func (s *Server) of(token string) (Workspace, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w, ok := s.grants.tokens[token]
	return w, ok
}

// serveAuthorize is the page on which somebody agrees. It leads back at once.
func (s *Server) serveAuthorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if q.Get("client_id") != ClientID || q.Get("scope") == "" || !strings.HasPrefix(q.Get("redirect_uri"), "http") {
		s.problem("oauth: %s", r.URL.RawQuery)
		http.Error(w, "invalid request", http.StatusBadRequest)
		return
	}
	back := url.Values{"state": {q.Get("state")}}
	s.mu.Lock()
	if to := s.grants.agrees; to == nil {
		back.Set("error", "access_denied")
	} else {
		s.grants.next++
		code := fmt.Sprintf("code-%d", s.grants.next)
		s.grants.codes[code], s.grants.backs[code] = *to, q.Get("redirect_uri")
		back.Set("code", code)
	}
	s.mu.Unlock()
	http.Redirect(w, r, q.Get("redirect_uri")+"?"+back.Encode(), http.StatusFound)
}

// oauthAccess buys a token for a code or a refresh token; each works once.
func (s *Server) oauthAccess(w http.ResponseWriter, r *http.Request) {
	args, _ := arguments(r)
	if args.Get("client_id") != ClientID || args.Get("client_secret") != ClientSecret {
		answer(w, map[string]any{"ok": false, "error": "bad_client_secret"})
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var to Workspace
	var ok bool
	if args.Get("grant_type") == "refresh_token" {
		to, ok = s.grants.refresh[args.Get("refresh_token")]
		delete(s.grants.refresh, args.Get("refresh_token"))
		if !ok {
			answer(w, map[string]any{"ok": false, "error": "invalid_refresh_token"})
			return
		}
	} else {
		code := args.Get("code")
		if to, ok = s.grants.codes[code]; !ok || s.grants.backs[code] != args.Get("redirect_uri") {
			answer(w, map[string]any{"ok": false, "error": "invalid_code"})
			return
		}
		delete(s.grants.codes, code)
	}
	s.grants.next++
	token := fmt.Sprintf("xoxb-%s-%d", cmp.Or(to.ID, to.Org), s.grants.next)
	s.grants.tokens[token] = to
	said := map[string]any{
		"ok": true, "access_token": token, "token_type": "bot", "scope": "commands,chat:write", "bot_user_id": BotUser, "app_id": "A0APP",
		"team": map[string]any{"id": to.ID, "name": to.Name}, "authed_user": map[string]any{"id": "U1"}, "is_enterprise_install": to.OrgWide,
	}
	if to.OrgWide {
		said["team"] = nil
	}
	if to.Org != "" {
		said["enterprise"] = map[string]any{"id": to.Org, "name": to.OrgName}
	}
	if to.Rotates {
		refresh := fmt.Sprintf("xoxe-1-%d", s.grants.next)
		s.grants.refresh[refresh] = to
		said["refresh_token"], said["expires_in"] = refresh, 43200
	}
	s.note()
	answer(w, said)
}

// revoke makes a token void.
func (s *Server) revoke(w http.ResponseWriter, token string) {
	s.mu.Lock()
	delete(s.grants.tokens, token)
	s.note()
	s.mu.Unlock()
	answer(w, map[string]any{"ok": true, "revoked": true})
}

// tail is the organisation of a grant for a whole one.
func (w Workspace) tail() string {
	if w.OrgWide {
		return w.Org
	}
	return ""
}

// EventOf is the body of an Events API delivery of a workspace, and of an organisation where org is not "".
func EventOf(team, org, id string, at time.Time, event map[string]any) []byte {
	all := map[string]any{
		"token": "legacy", "team_id": team, "api_app_id": "A0APP", "type": "event_callback", "event_id": id, "event_time": at.Unix(),
		"event":          event,
		"authorizations": []any{map[string]any{"enterprise_id": nil, "team_id": team, "user_id": BotUser, "is_bot": true, "is_enterprise_install": org != ""}},
	}
	if org != "" {
		all["enterprise_id"] = org
	}
	return encode(all)
}
