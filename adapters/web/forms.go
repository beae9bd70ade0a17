package web

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// FormsConfig is what pages of forms need. All but Same and Deliver are required.
type FormsConfig struct {
	BaseURL string
	Web     func() *Web // shows the pages
	Drafts  bot.Drafts
	Chat    bot.Handler // takes what is handed in
	// Same reports whether a request may be of the actor of a form: nobody has signed in, or they have. nil: always.
	Same func(r *http.Request, a bot.Actor) bool
	// Deliver posts the answer to the chat that the form came from; nil: it is shown on the page alone.
	Deliver func(context.Context, bot.Post) (bot.Post, error)
	Now     func() time.Time
	Log     *slog.Logger
}

// Forms goes on with forms of chats as pages: with secrets and files, which a chat does not take, and long lists. It
// implements bot.FormLinker.
type Forms struct {
	cfg  FormsConfig
	desk *bot.Desk
}

// NewForms returns pages of forms.
func NewForms(cfg FormsConfig) *Forms {
	return &Forms{cfg: cfg, desk: bot.NewDesk(cfg.Drafts, cfg.Now)}
}

// The links to forms. A link lives less long than its form.
const (
	formLinkLife = time.Hour
	formLinkForm = "form-page"
)

// formLink is what a link stands for.
type formLink struct {
	Key string // of the open form

	// What became of a form that began on pages, once it is done: where that is shown, or the answer.
	To     string        `json:",omitempty"`
	Title  string        `json:",omitempty"`
	Became *card.Message `json:",omitempty"`
}

// FormLink implements bot.FormLinker. The page shows all fields of the form, those that the chat has asked for filled in.
func (f *Forms) FormLink(ctx context.Context, o bot.OpenForm, _ []string) (string, error) {
	data, err := json.Marshal(formLink{Key: o.Key})
	if err != nil {
		return "", fault.Wrap(fault.Internal, err, "keep the link of a form")
	}
	var b [32]byte
	rand.Read(b[:]) // crypto/rand.Read never fails (Go 1.24)
	secret := base64.RawURLEncoding.EncodeToString(b[:])
	d := bot.Draft{ID: formDraft(secret), Form: formLinkForm, Actor: o.Actor, Address: o.Address, Data: data, Expires: f.cfg.Now().Add(formLinkLife)}
	if err := f.cfg.Drafts.Save(ctx, d); err != nil {
		return "", err
	}
	return strings.TrimRight(f.cfg.BaseURL, "/") + "/forms/" + secret, nil
}

// Open keeps a form that is asked on pages from the beginning, and returns the path of its page.
func (f *Forms) Open(ctx context.Context, ev *bot.Event, form card.Form) (string, error) {
	o, err := f.desk.Open(ctx, ev, form, json.RawMessage("null"))
	if err != nil {
		return "", err
	}
	link, err := f.FormLink(ctx, o, nil)
	return strings.TrimPrefix(link, strings.TrimRight(f.cfg.BaseURL, "/")), err
}

// formDraft is the id of the draft that a link stands for: whoever reads the store learns no link.
func formDraft(secret string) string {
	sum := sha256.Sum256([]byte("backchannel form " + secret))
	return "form-page-" + hex.EncodeToString(sum[:16])
}

// Mount adds the routes to a router, which must check where unsafe requests come from.
func (f *Forms) Mount(r chi.Router) {
	r.Get("/forms/{token}", f.show)
	r.Post("/forms/{token}", f.submit)
}

// formPage is the data of the page of a form.
type formPage struct {
	Path    string
	Title   string
	Intro   string
	Submit  string
	Errors  int
	Several bool   // it holds a file
	Changes bool   // some fields depend on others
	Rows    bool   // it holds a list whose elements come and go
	Note    string // what has just become of the form, in words
	Fields  []formInput
}

// formDone is the data of the page behind a form.
type formDone struct {
	Answer exchange
	Posted bool // the answer is in the chat, too
}

// open is the form behind a link, with what was filled in so far. When there is none, it has answered.
func (f *Forms) open(rw http.ResponseWriter, r *http.Request) (o bot.OpenForm, id string, ok bool) {
	rw.Header().Set("Cache-Control", "no-store")
	rw.Header().Set("Referrer-Policy", "no-referrer")
	w := f.cfg.Web()
	if !w.Allowed(r) {
		rw.Header().Set("Retry-After", "5")
		w.refuse(rw, r, http.StatusTooManyRequests, lang.SigninSlow)
		return o, "", false
	}
	ctx, cancel := context.WithTimeout(r.Context(), formStoreTime)
	defer cancel()
	id = formDraft(chi.URLParam(r, "token"))
	d, err := f.cfg.Drafts.Load(ctx, id, f.cfg.Now())
	var link formLink
	if err == nil && (d.Form != formLinkForm || json.Unmarshal(d.Data, &link) != nil) {
		err = fault.New(fault.NotFound, "this is no link to a form")
	}
	if err == nil {
		if o, err = f.desk.Load(ctx, link.Key, d.Actor); fault.Is(err, fault.NotFound) {
			f.after(rw, r, link, d.Actor)
			return o, "", false
		}
	}
	switch {
	case fault.Is(err, fault.NotFound):
		w.refuse(rw, r, http.StatusGone, lang.FormPageGone)
	case err != nil:
		w.cfg.Log.Error("a form could not be opened", "err", err)
		w.refuse(rw, r, http.StatusServiceUnavailable, lang.WebBroken)
	case f.cfg.Same != nil && !f.cfg.Same(r, o.Actor):
		w.refuse(rw, r, http.StatusForbidden, lang.FormPageOther)
	default:
		return o, id, true
	}
	return o, "", false
}

// formStoreTime bounds what looking a form up may take.
const formStoreTime = 3 * time.Second

func (f *Forms) show(rw http.ResponseWriter, r *http.Request) {
	if o, _, ok := f.open(rw, r); ok {
		f.page(rw, r, http.StatusOK, o)
	}
}

// page shows a form as it stands.
func (f *Forms) page(rw http.ResponseWriter, r *http.Request, status int, o bot.OpenForm) {
	f.pageAt(rw, r, status, o, formPage{}, formPlace{})
}

// pageAt is page with what was said about it before, and where whoever fills it in goes on.
func (f *Forms) pageAt(rw http.ResponseWriter, r *http.Request, status int, o bot.OpenForm, p formPage, at formPlace) {
	form := o.Form.Fill(o.Values)
	p.Path, p.Title, p.Intro, p.Submit = r.URL.Path, form.Title, card.PlainText(form.Intro), form.Submit
	for i, q := range form.Fields {
		in := f.input(r, o, q, inputID(i))
		at.mark(&in)
		p.Fields = append(p.Fields, in)
	}
	for q := range form.All() {
		p.Several = p.Several || q.Kind == card.FieldFile
		p.Changes = p.Changes || q.Changes
		p.Rows = p.Rows || q.Rows != nil
		if q.Error != "" {
			p.Errors++
		}
	}
	f.cfg.Web().render(rw, r, status, "form", page{Title: form.Title, Nav: "form"}, p)
}

// inputID is the name of a field in the page.
func inputID(i int) string { return "f" + strconv.Itoa(i) }
