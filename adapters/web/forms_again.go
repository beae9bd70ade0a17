package web

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// What is handed in on a page stays on the desk until it is done. When the process dies before that, the browser shows an
// error of its own; loading the address again shows that the form was handed in, and goes on to what became of it. A form
// of a chat is finished by the chat's adapter, one that began on pages by Run.

// The rhythm of what was handed in and not done.
const (
	formsEvery   = time.Minute // how often what processes left behind is looked for
	pendingEvery = "5"         // seconds between two looks of a browser
)

// formBack is what is kept with a form that began on pages, once it is handed in.
type formBack struct {
	Link   string    // the draft of its link, which is to say what became of it
	Locale lang.Lang // of whoever fills it in
	Zone   string
}

// own reports whether a form began on pages.
func own(o bot.OpenForm) bool { return o.Actor.Platform == platform }

// claim marks a form as handed in; of two who do, the second gets NotFound.
func (f *Forms) claim(ctx context.Context, r *http.Request, o *bot.OpenForm, id string) error {
	if own(*o) {
		back := formBack{Link: id, Locale: tongue(r)}
		if z := readerZone(r, nil); z != nil {
			back.Zone = z.String()
		}
		raw, err := json.Marshal(back)
		if err != nil {
			return fault.Wrap(fault.Internal, err, "keep form %s", o.Form.ID)
		}
		o.Back = raw
	}
	return f.desk.HandIn(ctx, *o)
}

// over ends a form: it is done. Its link says what became of a form that began on pages; that of a chat's is gone.
func (f *Forms) over(ctx context.Context, o bot.OpenForm, id string, became formLink) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), formStoreTime)
	defer cancel()
	d, err := f.cfg.Drafts.Take(ctx, id, f.cfg.Now())
	if err == nil && own(o) {
		became.Key = o.Key
		if d.Data, err = json.Marshal(became); err == nil {
			err = f.cfg.Drafts.Save(ctx, d)
		}
	}
	if err != nil && !fault.Is(err, fault.NotFound) {
		f.cfg.Log.Warn("the link of a form was not ended", "err", err)
	}
	if err := f.desk.Done(ctx, o.Key); err != nil {
		f.cfg.Log.Warn("a form that was handed in is not forgotten", "form", o.Form.ID, "err", err)
	}
}

// after shows what became of the form of a link, which is not open: it has been handed in.
func (f *Forms) after(rw http.ResponseWriter, r *http.Request, link formLink, by bot.Actor) {
	w := f.cfg.Web()
	if f.cfg.Same != nil && !f.cfg.Same(r, by) {
		w.refuse(rw, r, http.StatusForbidden, lang.FormPageOther)
		return
	}
	switch {
	case link.To != "":
		http.Redirect(rw, r, link.To, http.StatusSeeOther)
		return
	case link.Became != nil:
		f.done(rw, r, link.Title, by, link.Became, false)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), formStoreTime)
	defer cancel()
	pending, err := f.desk.Pending(ctx, link.Key)
	switch {
	case err != nil:
		f.broken(rw, r, err)
	case !pending:
		w.refuse(rw, r, http.StatusGone, lang.FormPageGone)
	default:
		rw.Header().Set("Refresh", pendingEvery+"; url=/forms/"+chi.URLParam(r, "token"))
		w.render(rw, r, http.StatusAccepted, "form_pending", page{Title: translate(tongue(r), string(lang.FormPagePending)), Nav: "form"}, nil)
	}
}

// Run hands in again what began on pages and processes left behind, until ctx is done.
func (f *Forms) Run(ctx context.Context) {
	for {
		all, err := f.desk.Abandoned(ctx, platform)
		if err != nil && ctx.Err() == nil {
			f.cfg.Log.Warn("it is not known which forms were handed in before", "err", err)
		}
		for _, o := range all {
			f.resume(ctx, o)
		}
		if !bot.Sleep(ctx, formsEvery) {
			return
		}
	}
}

// resume hands in one form again. Where it is refused, or fails, it is open again behind its link.
func (f *Forms) resume(ctx context.Context, o bot.OpenForm) {
	var back formBack
	if json.Unmarshal(o.Back, &back) != nil || back.Locale == "" {
		back.Locale = lang.English
	}
	f.cfg.Log.Info("a form is handed in again that a process left behind", "form", o.Form.ID, "key", o.Key)
	ctx, cancel := context.WithTimeout(ctx, workTime)
	defer cancel()
	ev := f.eventIn(back.Locale, zone(back.Zone), o, bot.Submitted{Form: o.Form.ID, Draft: o.Form.Draft, Values: o.Values})
	reply, err := f.handled(ctx, ev)
	switch reply := reply.(type) {
	case bot.Invalid:
		o.Form = o.Form.Mark(reply.Fields)
	case bot.Open:
		o.Form = reply.Form
	default:
		if err == nil {
			f.over(ctx, o, back.Link, f.became(ctx, ev, o, reply))
			return
		}
		f.cfg.Log.Error("a form was not handed in again", "form", o.Form.ID, "err", err)
	}
	if ctx.Err() != nil { // another process does it
		return
	}
	if err := f.desk.Save(ctx, o); err != nil {
		f.cfg.Log.Error("a form is not open again", "form", o.Form.ID, "err", err)
	}
}

// handled is the answer to what was handed in; work is waited for.
func (f *Forms) handled(ctx context.Context, ev *bot.Event) (bot.Reply, error) {
	reply, err := f.cfg.Chat.Handle(ctx, ev)
	if work, is := reply.(bot.Work); is && err == nil {
		reply, err = work.Run(ctx)
	}
	return reply, err
}

// became is what a reply to a form that began on pages leads to.
func (f *Forms) became(ctx context.Context, ev *bot.Event, o bot.OpenForm, reply bot.Reply) formLink {
	w := f.cfg.Web()
	if follow, is := reply.(bot.Follow); is && w.cfg.Runs != nil {
		if to, err := w.elsewhere(ctx, ev, follow); err == nil && to != "" {
			return formLink{To: to}
		}
	}
	m, _, _ := bot.MessageOf(reply)
	return formLink{Title: o.Form.Title, Became: &m}
}

// done is the page behind a form.
func (f *Forms) done(rw http.ResponseWriter, r *http.Request, title string, by bot.Actor, m *card.Message, posted bool) {
	w := f.cfg.Web()
	sign := func(card.Action, card.Intent) string { return "" }
	if by.Platform == platform {
		sign = w.signer(by)
	}
	data := formDone{Posted: posted}
	if m != nil {
		data.Answer = exchange{Lang: language(m.Lang), Answer: Render(*m, f.cfg.BaseURL, sign)}
	}
	w.render(rw, r, http.StatusOK, "form_done", page{Title: title, Nav: "form"}, data)
}
