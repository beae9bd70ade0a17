package web

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"net"
	"net/http"
	"path"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// policy lets a page load from here only: no third party, no inline script or style, no frames around it.
const policy = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"

func (w *Web) secure(h http.Header) {
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Vary", "Accept-Language")
}

// guard sets the headers of every answer and refuses unsafe requests that another site caused, or that were sent to a
// host name that is not ours (a name somebody pointed at this address).
func (w *Web) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.secure(rw.Header())
		switch r.Method {
		case http.MethodGet, http.MethodHead, http.MethodOptions:
		default:
			if err := w.cross.Check(r); err != nil {
				w.cfg.Log.Warn("refused a request from another site", "path", r.URL.Path, "origin", clip(r.Header.Get("Origin")))
				w.refuse(rw, r, http.StatusForbidden, "This request came from another site and was refused.")
				return
			}
			if !w.ours(r.Host) {
				w.cfg.Log.Warn("refused a request to a foreign host name", "path", r.URL.Path, "host", clip(r.Host))
				w.refuse(rw, r, http.StatusMisdirectedRequest, "This host name is not the one in web.base_url.")
				return
			}
		}
		next.ServeHTTP(rw, r)
	})
}

// refuse says why a request is not answered: in JSON where a program asks, in plain text elsewhere.
func (w *Web) refuse(rw http.ResponseWriter, r *http.Request, status int, why string) {
	if programs(r) {
		w.json(rw, status, failure{Error: why})
		return
	}
	http.Error(rw, why, status)
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

// fingerprint names the content of the static files, so that a browser asks anew after an upgrade.
func fingerprint(static fs.FS) (string, error) {
	sum := sha256.New()
	err := fs.WalkDir(static, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(static, name)
		sum.Write([]byte(name))
		sum.Write(data)
		return err
	})
	return hex.EncodeToString(sum.Sum(nil)[:6]), fault.Wrap(fault.Internal, err, "static files")
}

// file serves a static file. Pages name it with its fingerprint, so it may be kept for a year.
func (w *Web) file(rw http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(path.Clean(r.URL.Path), "/static/")
	data, err := fs.ReadFile(w.static, name)
	if err != nil {
		http.NotFound(rw, r)
		return
	}
	kinds := map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
	rw.Header().Set("Content-Type", kinds[path.Ext(name)])
	rw.Header().Set("Cache-Control", "public, max-age=3600")
	if r.URL.Query().Get("v") == w.etag {
		rw.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	_, _ = rw.Write(data) // a reader that is gone needs no file
}
