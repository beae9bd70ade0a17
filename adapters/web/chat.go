package web

import (
	"context"
	"encoding/hex"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

const (
	platform  = "web"
	workspace = "local"
	cookie    = "backchannel_chat"
	cookieAge = 12 * time.Hour
	maxToken  = 2000
)

// exchange is a question with its answer, as the page shows it.
type exchange struct {
	Question string
	Lang     lang.Lang // of the answer
	Answer   template.HTML
	Location string // where it goes on instead; empty: nowhere
}

type chatData struct {
	Exchange *exchange
	Examples []string
}

// chat is the page of the conversation.
func (w *Web) chat(rw http.ResponseWriter, r *http.Request) {
	w.chatPage(rw, r, "", nil)
}

func (w *Web) chatPage(rw http.ResponseWriter, r *http.Request, title string, ex *exchange) {
	l := tongue(r)
	if title == "" {
		title = translate(l, string(lang.WebAsk))
	}
	w.render(rw, r, http.StatusOK, "chat", page{Title: title, Nav: "chat", About: translate(l, string(lang.WebHeadline))}, chatData{ex, w.examples(r, w.view(r))})
}

// newChat forgets the conversation: the next question begins another one.
func (w *Web) newChat(rw http.ResponseWriter, r *http.Request) {
	http.SetCookie(rw, &http.Cookie{Name: cookie, Path: "/", MaxAge: -1, HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: w.base.Scheme == "https"})
	http.Redirect(rw, r, "/chat", http.StatusSeeOther)
}

// postMessage answers the chat box and the buttons of earlier answers. The page's script asks for a fragment; without
// it the whole page comes back with the answer on it.
func (w *Web) postMessage(rw http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(rw, r.Body, maxChatBody)
	if err := r.ParseForm(); err != nil {
		w.refuse(rw, r, http.StatusRequestEntityTooLarge, lang.SiteTooLong)
		return
	}
	actor, err := w.actor(rw, r)
	if err != nil {
		w.cfg.Log.Error("no conversation id", "err", err)
		w.refuse(rw, r, http.StatusInternalServerError, lang.WebBroken)
		return
	}
	text := question(r.PostForm.Get("text"))
	token := r.PostForm.Get("token")
	var in bot.Input
	switch {
	case token != "":
		in = bot.Pressed{Token: token, Private: true}
		text = question(r.PostForm.Get("label"))
	case text != "":
		in = bot.Said{Text: text}
	default:
		http.Redirect(rw, r, "/chat", http.StatusSeeOther)
		return
	}
	ex := w.answer(r, actor, in)
	ex.Question = card.CleanLine(text)
	rw.Header().Set("Cache-Control", "no-store")
	if ex.Location != "" {
		if r.Header.Get("X-Fragment") == "" {
			http.Redirect(rw, r, ex.Location, http.StatusSeeOther)
			return
		}
		rw.Header().Set("X-Location", ex.Location)
	}
	if r.Header.Get("X-Fragment") != "" {
		w.render(rw, r, http.StatusOK, "exchange", page{}, ex)
		return
	}
	w.chatPage(rw, r, ex.Question, &ex)
}

// question cleans what was typed and cuts it where nobody would read on.
func question(s string) string {
	s = strings.TrimSpace(s)
	if utf8.RuneCountInString(s) > maxQuestion {
		s = card.Limits{}.Cut(s, maxQuestion)
	}
	return s
}

// answer takes an input to the bot and renders what it says. A piece of work is waited for.
func (w *Web) answer(r *http.Request, actor bot.Actor, in bot.Input) exchange {
	ctx, cancel := context.WithTimeout(r.Context(), workTime)
	defer cancel()
	now := w.cfg.Now()
	ev := &bot.Event{
		ID:      fmt.Sprintf("%s:%s:%s:%d", platform, workspace, actor.ID, now.UnixNano()),
		Time:    now,
		Address: bot.Address{Platform: platform, Workspace: workspace, Channel: actor.ID},
		Actor:   actor,
		Channel: bot.Channel{Direct: true},
		Locale:  tongue(r),
		Zone:    readerZone(r, nil),
		Input:   in,
		Forms:   w.cfg.Forms != nil,
	}
	reply, err := w.cfg.Chat.Handle(ctx, ev)
	if work, ok := reply.(bot.Work); ok && err == nil {
		reply, err = work.Run(ctx)
	}
	var to string
	if err == nil {
		to, err = w.elsewhere(ctx, ev, reply)
	}
	if err == nil && to == "" {
		reply, err = bot.Await(ctx, reply)
	}
	if open, is := reply.(bot.Open); is && err == nil {
		return exchange{Lang: ev.Locale, Location: to, Answer: Render(goesOn(ev.Locale, open.Form.Title, to), "", nil)}
	}
	m, _, ok := bot.MessageOf(reply)
	if err != nil || !ok {
		if err != nil {
			w.cfg.Log.Error("chat failed", "event", ev.ID, "err", err)
		}
		m = card.Message{Lang: ev.Locale, Blocks: []card.Block{card.Text{Spans: card.Say(ev.Locale, lang.WebBroken, nil)}}}
	}
	return exchange{Lang: language(m.Lang), Location: to, Answer: Render(m, w.cfg.BaseURL, w.signer(actor))}
}

// goesOn is the message that leads to the page of a form, for whoever comes back to the chat.
func goesOn(l lang.Lang, title, to string) card.Message {
	return card.Message{Lang: l, Blocks: []card.Block{card.Text{Spans: []card.Span{card.L(title, to)}}}}
}

// signer makes the tokens of buttons for a reader. A page has nobody to share with, so that button is left out.
func (w *Web) signer(actor bot.Actor) func(card.Action, card.Intent) string {
	return func(a card.Action, i card.Intent) string {
		if w.cfg.Tokens == nil || i.Name == "" || i.Name == "share" {
			return ""
		}
		return w.cfg.Tokens.Token(i, actor, a.Anyone, maxToken)
	}
}

// actor is who writes: whoever signed in or, without a login, a conversation that a cookie names.
func (w *Web) actor(rw http.ResponseWriter, r *http.Request) (bot.Actor, error) {
	if account := VisitorOf(r.Context()).Account; account != "" {
		return bot.Actor{Platform: platform, Workspace: workspace, ID: account}, nil
	}
	id := ""
	if c, err := r.Cookie(cookie); err == nil && len(c.Value) == 32 {
		if _, err := hex.DecodeString(c.Value); err == nil {
			id = c.Value
		}
	}
	if id == "" {
		var raw [16]byte
		if _, err := io.ReadFull(w.cfg.Random, raw[:]); err != nil {
			return bot.Actor{}, err
		}
		id = hex.EncodeToString(raw[:])
		http.SetCookie(rw, &http.Cookie{
			Name: cookie, Value: id, Path: "/", MaxAge: int(cookieAge / time.Second), HttpOnly: true,
			SameSite: http.SameSiteStrictMode, Secure: w.base.Scheme == "https",
		})
	}
	return bot.Actor{Platform: platform, Workspace: workspace, ID: id}, nil
}

// zone is the reader's time zone as the page's script says, or nil.
func zone(name string) *time.Location {
	if name == "" || len(name) > 64 || name == "Local" {
		return nil
	}
	z, err := time.LoadLocation(name)
	if err != nil {
		return nil
	}
	return z
}

func language(l lang.Lang) lang.Lang {
	if l == lang.Chinese {
		return l
	}
	return lang.English
}
