package web

import (
	"maps"
	"net"
	"net/http"
	"strings"

	"github.com/backchannel-portal/backchannel/adapters/web/readapi"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// policy lets a page load from here only: no third party, no inline script or style, no frames around it.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; font-src 'self'; " +
	"connect-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'; require-trusted-types-for 'script'; trusted-types backchannel"

// closed is the policy of answers to programs, in which nothing is to be loaded and which stand in no frame.
const closed = "default-src 'none'; frame-ancestors 'none'"

// secure sets the headers of every answer; those to programs, which no browser shows and nobody keeps, need fewer.
func (w *Web) secure(h http.Header, r *http.Request) {
	if programs(r) {
		maps.Copy(h, w.toPrograms)
		return
	}
	maps.Copy(h, w.toBrowsers)
}

// headers are those of every answer to a browser, and of every answer to a program. The values are shared by all
// answers: whoever changes one sets another.
func headers() (browsers, programs http.Header) {
	browsers = http.Header{
		"Content-Security-Policy":      {policy},
		"X-Content-Type-Options":       {"nosniff"},
		"Referrer-Policy":              {"same-origin"},
		"Cross-Origin-Opener-Policy":   {"same-origin"},
		"Cross-Origin-Resource-Policy": {"same-origin"},
		"Vary":                         {"Accept-Language, Accept-Encoding, Cookie"},
	}
	programs = http.Header{
		"Content-Security-Policy":      {closed},
		"X-Content-Type-Options":       {"nosniff"},
		"Cross-Origin-Resource-Policy": {"same-origin"},
	}
	return browsers, programs
}

// guard sets the headers of every answer and refuses unsafe requests that another site caused, or that were sent to a
// host name that is not ours (a name somebody pointed at this address).
func (w *Web) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.secure(rw.Header(), r)
		switch r.Method {
		case http.MethodGet, http.MethodHead, http.MethodOptions:
		default:
			if err := w.cross.Check(r); err != nil {
				w.cfg.Log.Warn("refused a request from another site", "path", r.URL.Path, "origin", clip(r.Header.Get("Origin")))
				w.refuse(rw, r, http.StatusForbidden, lang.SiteForeign)
				return
			}
			if !w.ours(r.Host) {
				w.cfg.Log.Warn("refused a request to a foreign host name", "path", r.URL.Path, "host", clip(r.Host))
				w.refuse(rw, r, http.StatusMisdirectedRequest, lang.SiteHost)
				return
			}
		}
		next.ServeHTTP(rw, r)
	})
}

// refuse says why a request is not answered: in JSON and English where a program asks, on a page elsewhere. Name and
// value pairs follow the message.
func (w *Web) refuse(rw http.ResponseWriter, r *http.Request, status int, why lang.Key, pairs ...any) {
	if programs(r) {
		text := translate(lang.English, string(why), pairs...)
		if !readapi.Refuse(rw, r, status, text) {
			w.json(rw, status, failure{Error: text})
		}
		return
	}
	w.render(rw, r, status, "refused", page{Title: translate(tongue(r), string(lang.SiteRefused))}, translate(tongue(r), string(why), pairs...))
}

// programs reports whether a path is one that programs ask.
func programs(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/api/") }

// ours reports whether a Host header is the base URL's, or names this machine where the base URL does or is empty.
func (w *Web) ours(host string) bool {
	if host != "" && strings.EqualFold(host, w.base.Host) {
		return true
	}
	return (w.base.Host == "" || loopback(w.base.Host)) && loopback(host)
}

// loopback reports whether a host with or without port means this machine.
func loopback(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.Trim(host, "[]")
	if strings.EqualFold(host, "localhost") || strings.HasSuffix(strings.ToLower(host), ".localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// clip bounds foreign text in a log line.
func clip(s string) string {
	const most = 200
	return s[:min(len(s), most)]
}
