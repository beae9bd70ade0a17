package web

import (
	"context"
	"net/http"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// Page shows a page of others in the frame of all pages: one of the templates auth_* and form*, by its name.
func (w *Web) Page(rw http.ResponseWriter, r *http.Request, status int, name string, title lang.Key, data any) {
	p := page{Title: translate(tongue(r), string(title)), Nav: "sign-in"}
	if name == "auth_login" { // where whoever is not let in ends, and the previews of chats: it says the same of every address
		p.About = w.lead(r)
	}
	w.render(rw, r, status, name, p, data)
}

// lead says for whom the pages are.
func (w *Web) lead(r *http.Request) string {
	if w.cfg.Organization == "" {
		return translate(tongue(r), string(lang.SigninLeadPlain))
	}
	return translate(tongue(r), string(lang.SigninLead), "organization", w.cfg.Organization)
}

// Guard is the protection of pages that others add: the headers of every answer, and no unsafe request that another
// site caused.
func (w *Web) Guard(next http.Handler) http.Handler { return w.guard(next) }

// Allowed reports whether whoever sent a request may try again now.
func (w *Web) Allowed(r *http.Request) bool {
	return w.cfg.Allow == nil || w.cfg.Allow(w.client(r))
}

// maxAuthForm bounds what the account page posts, in bytes.
const maxAuthForm = 4 << 10

// accountData is what the page of one's account shows.
type accountData struct {
	Name   string
	Who    exchange  // who one is to the catalog
	Result *exchange // of what was posted
}

// Account is the page of one's own account: who one is to the catalog, and the way to link an account of a chat with
// a code that was given there. It stands behind Config.Admit.
func (w *Web) Account(rw http.ResponseWriter, r *http.Request) {
	w.accountPage(rw, r, nil)
}

// PostAccount enters a code, or removes links.
func (w *Web) PostAccount(rw http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(rw, r.Body, maxAuthForm)
	if err := r.ParseForm(); err != nil {
		w.refuse(rw, r, http.StatusBadRequest, lang.SiteBadForm)
		return
	}
	args := "link " + r.PostForm.Get("code")
	if r.PostForm.Has("unlink") {
		args = "unlink all"
	}
	ex, err := w.command(rw, r, args)
	if err != nil {
		w.refuse(rw, r, http.StatusInternalServerError, lang.WebBroken)
		return
	}
	w.accountPage(rw, r, &ex)
}

func (w *Web) accountPage(rw http.ResponseWriter, r *http.Request, result *exchange) {
	who, err := w.command(rw, r, "whoami")
	if err != nil {
		w.refuse(rw, r, http.StatusInternalServerError, lang.WebBroken)
		return
	}
	rw.Header().Set("Cache-Control", "no-store")
	data := accountData{Name: VisitorOf(r.Context()).Name, Who: who, Result: result}
	w.render(rw, r, http.StatusOK, "auth_account", page{Title: translate(tongue(r), string(lang.SigninAccount)), Nav: "sign-in"}, data)
}

// command is the answer to a command as the chat would give it.
func (w *Web) command(rw http.ResponseWriter, r *http.Request, args string) (exchange, error) {
	actor, err := w.actor(rw, r)
	if err != nil {
		w.cfg.Log.Error("no conversation id", "err", err)
		return exchange{}, err
	}
	ctx := context.WithoutCancel(r.Context()) // a link that was taken is kept, even when nobody waits for the page
	return w.answer(r.WithContext(ctx), actor, bot.Invoked{Path: []string{"backchannel"}, Args: args}), nil
}
