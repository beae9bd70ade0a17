package web

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// The cookies in which a browser keeps what its user chose.
const (
	langCookie  = "backchannel_lang"
	themeCookie = "backchannel_theme"
	meCookie    = "backchannel_me"
	prefsAge    = 365 * 24 * 3600 // seconds
	maxForm     = 16 << 10
)

// theme is what the user chose, or "".
func theme(r *http.Request) string {
	if c, err := r.Cookie(themeCookie); err == nil && (c.Value == "light" || c.Value == "dark") {
		return c.Value
	}
	return ""
}

// chosen is the language the user chose, or "".
func chosen(r *http.Request) lang.Lang {
	if c, err := r.Cookie(langCookie); err == nil {
		for _, l := range lang.Languages() {
			if string(l) == c.Value {
				return l
			}
		}
	}
	return ""
}

// preferences keeps a choice of language, theme or, where nobody signs in, of who one is, and leads back.
func (w *Web) preferences(rw http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(rw, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		w.refuse(rw, r, http.StatusBadRequest, lang.SiteBadForm)
		return
	}
	for field, name := range map[string]string{"lang": langCookie, "theme": themeCookie, "me": meCookie} {
		if !r.PostForm.Has(field) {
			continue
		}
		value := r.PostForm.Get(field)
		if field == "me" {
			ref, err := catalog.ParseRef(value, "user", "")
			if value = ""; err == nil {
				value = url.QueryEscape(ref.String())
			}
		}
		c := &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: prefsAge, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: w.base.Scheme == "https"}
		if value == "" || len(value) > 300 || strings.ContainsAny(value, "\";, \\\r\n") {
			c.Value, c.MaxAge = "", -1
		}
		http.SetCookie(rw, c)
	}
	if r.Header.Get("X-Fragment") != "" {
		rw.WriteHeader(http.StatusNoContent)
		return
	}
	http.Redirect(rw, r, local(r.PostForm.Get("back")), http.StatusSeeOther)
}

// local is an address on this site, or its start page.
func local(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "" || u.Host != "" || u.Opaque != "" || !strings.HasPrefix(u.Path, "/") ||
		strings.HasPrefix(u.Path, "//") || strings.ContainsAny(address, "\\\r\n\t") {
		return "/"
	}
	return u.RequestURI()
}

// person is who asks: whom they signed in as or, where nobody signs in, whom they say they are. It decides what is
// shown first, never what may be seen.
func (w *Web) person(r *http.Request) catalog.Ref {
	v := VisitorOf(r.Context())
	if v.Account != "" || !v.Person.IsZero() || w.cfg.Admit != nil {
		return v.Person
	}
	c, err := r.Cookie(meCookie)
	if err != nil {
		return catalog.Ref{}
	}
	name, err := url.QueryUnescape(c.Value)
	if err != nil {
		return catalog.Ref{}
	}
	ref, err := catalog.ParseRef(name, "user", "")
	if err != nil || ref.Kind != "user" {
		return catalog.Ref{}
	}
	return ref
}
