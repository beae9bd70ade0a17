package proxy

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/textproto"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/outbound"
)

// Mount is the path below which Handler expects the upstreams.
const Mount = "/api/proxy/"

// maxUpload bounds the body of a request that is passed on.
const maxUpload = 5 << 20

// Gate decides who may ask upstreams over HTTP. Both functions answer themselves and return false where somebody may not.
type Gate struct {
	// SignedIn lets in those who are signed in. nil: everybody.
	SignedIn func(http.Handler) http.Handler
	// May reports whether the caller has the permission to ask an upstream, with a method that may change something or
	// not. nil: everybody has.
	May func(r *http.Request, upstream string, change bool) bool
}

// Handler offers the upstreams of which Config.Offered is set, at Mount and their name. Of a request it passes on method,
// path, query, body and harmless headers; of an answer status, body and harmless headers. What comes back is shown by
// browsers as data: no script in it runs on our pages. Requests from other sites are to be refused before.
func (p *Proxy) Handler(g Gate) http.Handler {
	pass := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		u, rel := p.route(r)
		if g.May != nil && u.c.Credentials != Nobody && !g.May(r, u.c.Name, unsafe(r.Method)) {
			refuse(w, http.StatusForbidden, "this needs a permission that you do not have")
			return
		}
		u.pass(w, r, rel)
	})
	known := http.Handler(pass)
	if g.SignedIn != nil {
		known = g.SignedIn(pass)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch u, _ := p.route(r); {
		case u == nil:
			refuse(w, http.StatusNotFound, "there is no such upstream")
		case u.c.Credentials == Nobody:
			pass(w, r)
		default:
			known.ServeHTTP(w, r)
		}
	})
}

// route finds the upstream of a request and the escaped path below it; nil where there is none.
func (p *Proxy) route(r *http.Request) (*Upstream, string) {
	rest, ok := strings.CutPrefix(r.URL.EscapedPath(), Mount)
	if !ok {
		return nil, ""
	}
	for _, name := range p.offered { // the longest first
		if rel, found := strings.CutPrefix(rest, name); found && (rel == "" || rel[0] == '/') {
			return p.by[name], rel
		}
	}
	return nil, ""
}

func (u *Upstream) pass(w http.ResponseWriter, r *http.Request, rel string) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxUpload))
	if err != nil {
		code := http.StatusBadRequest
		if _, large := errors.AsType[*http.MaxBytesError](err); large {
			code = http.StatusRequestEntityTooLarge
		}
		refuse(w, code, "the body cannot be read")
		return
	}
	path := u.below(rel)
	if r.URL.RawQuery != "" {
		path += "?" + r.URL.RawQuery
	}
	resp, err := u.Do(r.Context(), outbound.Request{Method: r.Method, URL: path, Header: u.harmless(r.Header, true), Body: body})
	if err != nil {
		refuse(w, statusOf(err), message(err))
		return
	}
	h := w.Header()
	for name, values := range u.harmless(resp.Header, false) {
		h[name] = values
	}
	if age := u.o.Clock().Sub(resp.At); age >= time.Second {
		h.Set("Age", strconv.Itoa(int(age.Seconds())))
	}
	asData(h)
	w.WriteHeader(resp.Status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(resp.Body) // whoever is gone does not need it
	}
}

// below is the path to ask for. The rules of Config.Rewrite see what Backstage's see: the path with its mount; without
// any the mount is what is left out.
func (u *Upstream) below(rel string) string {
	if len(u.c.Rewrite) == 0 {
		return "/" + strings.TrimPrefix(rel, "/")
	}
	return "/" + strings.TrimPrefix(rewrite(u.c.Rewrite, Mount+u.c.Name+rel), "/")
}

// asData keeps browsers from running what an upstream sends: it would run as one of our own pages.
func asData(h http.Header) {
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Referrer-Policy", "no-referrer")
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "private, no-store")
	}
}

// safe are the headers that pass in both directions, as Backstage's proxy passes them.
func safe(name string) bool {
	switch name {
	case "Accept", "Accept-Language", "Cache-Control", "Content-Language", "Content-Type", "Expires", "Last-Modified",
		"Pragma", "User-Agent":
		return true
	}
	return false
}

// harmless are the headers of a request or an answer that are passed on.
func (u *Upstream) harmless(in http.Header, request bool) http.Header {
	out := http.Header{}
	for name, values := range in {
		name = textproto.CanonicalMIMEHeaderKey(name)
		listed := slices.ContainsFunc(u.c.AllowedHeaders, func(h string) bool { return strings.EqualFold(h, name) })
		forward := request && name == "Authorization" && u.c.Credentials == Forward
		answer := !request && (name == "Etag" || name == "Retry-After")
		cookie := name == "Cookie" || name == "Set-Cookie" // those of our own pages, and those that would become ours
		if (safe(name) || listed || forward || answer) && !cookie && !hop(name) {
			out[name] = values
		}
	}
	return out
}

func statusOf(err error) int {
	switch fault.KindOf(err) {
	case fault.Forbidden:
		return http.StatusForbidden
	case fault.NotFound:
		return http.StatusNotFound
	case fault.Invalid:
		return http.StatusBadRequest
	}
	if strings.Contains(err.Error(), "took too long") {
		return http.StatusGatewayTimeout
	}
	return http.StatusBadGateway
}

func message(err error) string {
	if e, ok := errors.AsType[*fault.Error](err); ok {
		return e.Error()
	}
	return "the upstream did not answer"
}

// refuse answers in the form of Backstage's errors.
func refuse(w http.ResponseWriter, status int, text string) {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	asData(h)
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{ // whoever is gone does not need it
		"error":    map[string]string{"name": http.StatusText(status), "message": text},
		"response": map[string]int{"statusCode": status},
	})
}
