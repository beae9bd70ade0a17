package signin

import (
	"net/http"
	"time"
)

// The cookies: of a session, and of the browser in which somebody began to sign in.
const (
	sessionCookie = "backchannel_session"
	browserCookie = "backchannel_signin"
)

// cookieName has the prefix that has browsers take the cookie from this host alone, over TLS, for all paths
// (RFC 6265bis, section 4.1.3.2). Without TLS, on this machine, they would not take it at all.
func (s *Signin) cookieName(name string) string {
	if s.base.Scheme == "https" {
		return "__Host-" + name
	}
	return name
}

// put sets a cookie for a time; a time of 0 takes it away.
func (s *Signin) put(rw http.ResponseWriter, name, value string, life time.Duration) {
	age := int(life / time.Second)
	if age <= 0 {
		age, value = -1, ""
	}
	http.SetCookie(rw, &http.Cookie{
		Name: s.cookieName(name), Value: value, Path: "/", MaxAge: age,
		HttpOnly: true, Secure: s.base.Scheme == "https", SameSite: http.SameSiteLaxMode,
	})
}

// cookie is the value of a cookie, or "" for none and for what cannot be ours.
func (s *Signin) cookie(r *http.Request, name string) string {
	const length = 43 // of 256 bits in base64
	c, err := r.Cookie(s.cookieName(name))
	if err != nil || len(c.Value) != length {
		return ""
	}
	return c.Value
}
