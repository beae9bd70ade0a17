package web

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// The bounds of what a form takes, in bytes.
const (
	maxFormBody = 8 << 20
	maxFormFile = 1 << 20
)

// submit hands a form in.
func (f *Forms) submit(rw http.ResponseWriter, r *http.Request) {
	w := f.cfg.Web()
	r.Body = http.MaxBytesReader(rw, r.Body, maxFormBody)
	o, id, ok := f.open(rw, r)
	if !ok {
		return
	}
	if err := r.ParseMultipartForm(maxFormBody); err != nil && !errors.Is(err, http.ErrNotMultipart) {
		w.refuse(rw, r, http.StatusRequestEntityTooLarge, lang.SiteBadForm)
		return
	}
	if r.MultipartForm != nil {
		defer func() { _ = r.MultipartForm.RemoveAll() }() // nothing is on disk: all of it fits in memory
	}
	switch {
	case stale(r, o.Form):
		f.late(rw, r, o)
		return
	case r.PostForm.Get(doName) != "":
		f.change(rw, r, o)
		return
	}
	values, wrong := f.values(r, o.Form.Fill(o.Values))
	known := o.Form.Known(values)
	if len(wrong) > 0 {
		o.Merge(known)
		o.Form = o.Form.Mark(wrong)
		f.page(rw, r, http.StatusUnprocessableEntity, o)
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), workTime) // what was begun has its effect, whoever waits
	defer cancel()
	o.Merge(values)
	if err := f.claim(ctx, r, &o, id); err != nil {
		if fault.Is(err, fault.NotFound) { // of two, one is handed in
			f.after(rw, r, formLink{Key: o.Key}, o.Actor)
			return
		}
		f.broken(rw, r, err)
		return
	}
	reply, err := f.handled(ctx, f.event(r, o, bot.Submitted{Form: o.Form.ID, Draft: o.Form.Draft, Values: o.Values}))
	if err != nil {
		if err := f.desk.Save(ctx, o); err != nil { // to be sent again
			f.cfg.Log.Error("a form is not open again", "form", o.Form.ID, "err", err)
		}
		f.broken(rw, r, err)
		return
	}
	f.answered(rw, r.WithContext(ctx), o, id, reply)
}

// answered shows what became of a form.
func (f *Forms) answered(rw http.ResponseWriter, r *http.Request, o bot.OpenForm, id string, reply bot.Reply) {
	switch reply := reply.(type) {
	case bot.Invalid:
		o.Form = o.Form.Mark(reply.Fields)
		f.again(rw, r, http.StatusUnprocessableEntity, o)
		return
	case bot.Open:
		forgetSecrets(&o)
		if restamped(o.Form, reply.Form) {
			forgetRows(&o)
		}
		o.Form = reply.Form
		f.again(rw, r, http.StatusOK, o)
		return
	}
	if own(o) {
		became := f.became(r.Context(), f.event(r, o, nil), o, reply)
		f.over(r.Context(), o, id, became)
		if became.To != "" {
			http.Redirect(rw, r, became.To, http.StatusSeeOther)
			return
		}
		f.done(rw, r, o.Form.Title, o.Actor, became.Became, false)
		return
	}
	posted := f.deliver(r.Context(), o, reply)
	f.over(r.Context(), o, id, formLink{})
	var shown *card.Message
	if m, _, ok := bot.MessageOf(reply); ok {
		shown = &m
	}
	f.done(rw, r, o.Form.Title, o.Actor, shown, posted)
}

// again puts a form back and shows it. Its secrets are not kept: they are asked for again.
func (f *Forms) again(rw http.ResponseWriter, r *http.Request, status int, o bot.OpenForm) {
	if err := f.desk.Save(r.Context(), o); err != nil {
		f.broken(rw, r, err)
		return
	}
	f.page(rw, r, status, o)
}

func (f *Forms) broken(rw http.ResponseWriter, r *http.Request, err error) {
	if fault.Is(err, fault.NotFound) {
		f.cfg.Web().refuse(rw, r, http.StatusGone, lang.FormPageGone)
		return
	}
	f.cfg.Log.Error("a form was not handed in", "err", err)
	f.cfg.Web().refuse(rw, r, http.StatusServiceUnavailable, lang.WebBroken)
}

// deliver posts an answer to the chat, where its form was opened or to the actor alone, and has long work followed
// there.
func (f *Forms) deliver(ctx context.Context, o bot.OpenForm, reply bot.Reply) bool {
	m, _, ok := bot.MessageOf(reply)
	if !ok || f.cfg.Deliver == nil {
		return false
	}
	to := o.Actor.Direct()
	follow, follows := reply.(bot.Follow)
	if _, said := reply.(bot.Say); said || follows && !follow.Private {
		to = o.Address
	}
	post, err := f.cfg.Deliver(ctx, bot.Post{Key: "form:" + o.Key, To: to, Message: m, Added: f.cfg.Now()})
	if err != nil || post.State == bot.Unsendable {
		f.cfg.Log.Warn("the answer to a form did not reach the chat", "err", err, "state", string(post.State))
		return false
	}
	if follows && follow.Shown != nil && post.State == bot.Sent {
		if err := follow.Shown(ctx, bot.Follower{Address: post.To, Message: post.ID}); err != nil {
			f.cfg.Log.Warn("the work that a form began is not followed in the chat", "err", err)
		}
	}
	return true
}

// values reads what was filled in, and says what is wrong with it by itself.
func (f *Forms) values(r *http.Request, form card.Form) (card.Values, map[string]string) {
	in := filledIn{r, tongue(r), card.Values{}, map[string]string{}}
	for i, q := range form.Fields {
		in.take(q, inputID(i))
	}
	return in.values, in.wrong
}

// filledIn is what was filled in, and what is wrong with it, by the names of the fields.
type filledIn struct {
	r      *http.Request
	l      lang.Lang
	values card.Values
	wrong  map[string]string
}

// take reads the field that has a name in the page, and those of its elements.
func (in filledIn) take(q card.FormField, id string) {
	if q.Rows != nil {
		in.values[card.Stamp(q.Name)] = []string{q.Rows.Stamp}
		for n, row := range q.Rows.Rows {
			for k, part := range row.Fields {
				in.take(part, partID(id, n, k))
			}
		}
		return
	}
	value, why := read(in.r, id, q)
	if why == "" && q.Required && len(value) == 0 {
		why = lang.FormPageRequired
	}
	if why == "" {
		in.values[q.Name] = value
		return
	}
	in.wrong[q.Name] = translate(in.l, string(why), "size", "1 MiB")
	if q.Kind != card.FieldFile {
		in.values[q.Name] = []string{in.r.PostForm.Get(id)} // to be mended where it stands
	}
}

// read is what was filled in for a field.
func read(r *http.Request, name string, q card.FormField) ([]string, lang.Key) {
	text := strings.ReplaceAll(r.PostForm.Get(name), "\r\n", "\n")
	switch q.Kind {
	case card.FieldToggle:
		return []string{strconv.FormatBool(r.PostForm.Has(name))}, ""
	case card.FieldFile:
		return file(r, name, q)
	case card.FieldChoices:
		if len(q.Options) > 0 {
			return r.PostForm[name], ""
		}
		return lines(text), ""
	case card.FieldList, card.FieldTags, card.FieldEntities:
		if !q.Beside {
			return lines(text), ""
		}
	case card.FieldNumber:
		text = strings.TrimSpace(text)
		if _, err := strconv.ParseFloat(text, 64); text != "" && err != nil {
			return nil, lang.FormPageNumber
		}
	case card.FieldParagraph, card.FieldObject, card.FieldSecret:
	default:
		text = strings.TrimSpace(text)
	}
	if text == "" {
		return nil, ""
	}
	return []string{text}, ""
}

func lines(text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}

// file is a file as a data URL with its name (RFC 2397), as forms of Backstage hold it; what was there stays when no other is chosen.
func file(r *http.Request, name string, q card.FormField) ([]string, lang.Key) {
	if r.MultipartForm == nil || len(r.MultipartForm.File[name]) == 0 || r.MultipartForm.File[name][0].Filename == "" {
		return q.Value, ""
	}
	head := r.MultipartForm.File[name][0]
	if head.Size > maxFormFile {
		return nil, lang.FormPageBig
	}
	data, err := uploaded(head)
	if err != nil {
		return nil, lang.SiteBadForm
	}
	kind, _, err := mime.ParseMediaType(head.Header.Get("Content-Type"))
	if err != nil {
		kind = "application/octet-stream"
	}
	return []string{"data:" + kind + ";name=" + url.PathEscape(filepath.Base(head.Filename)) + ";base64," + base64.StdEncoding.EncodeToString(data)}, ""
}

func uploaded(head *multipart.FileHeader) ([]byte, error) {
	in, err := head.Open()
	if err != nil {
		return nil, err
	}
	defer in.Close()
	return io.ReadAll(io.LimitReader(in, maxFormFile))
}
