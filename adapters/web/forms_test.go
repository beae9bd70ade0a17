package web

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/google/go-cmp/cmp"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// formsBench is a form that somebody opened in a chat, and its page.
type formsBench struct {
	*testing.T
	router  chi.Router
	forms   *Forms
	desk    *bot.Desk
	log     *bytes.Buffer
	now     time.Time
	got     *bot.Event // the last that was handed in
	reply   bot.Reply  // what it is answered with
	err     error
	posted  []bot.Post   // to the chat
	another bool         // somebody else has signed in
	open    bot.OpenForm // as the chat has it
}

var formActor = bot.Actor{Platform: "chat", Workspace: "T1", ID: "U1"}

func newFormsBench(t *testing.T) *formsBench {
	b := &formsBench{T: t, router: chi.NewRouter(), log: &bytes.Buffer{}, now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	state := bot.NewMemoryState()
	chat := bot.HandlerFunc(func(_ context.Context, ev *bot.Event) (bot.Reply, error) {
		if in, ok := ev.Input.(bot.Asked); ok {
			return bot.Suggest{Options: []card.FormOption{{Value: "group:default/" + in.Field, Label: "The <Team>"}}}, nil
		}
		b.got = ev
		return b.reply, b.err
	})
	w := site(t)
	clock := func() time.Time { return b.now }
	b.desk = bot.NewDesk(state.Drafts, clock)
	b.forms = NewForms(FormsConfig{
		BaseURL: "http://portal.example.com", Web: func() *Web { return w }, Drafts: state.Drafts, Chat: chat, Now: clock, Log: slog.New(slog.NewTextHandler(b.log, nil)),
		Same: func(*http.Request, bot.Actor) bool { return !b.another },
		Deliver: func(_ context.Context, p bot.Post) (bot.Post, error) {
			b.posted = append(b.posted, p)
			p.State, p.ID = bot.Sent, "m1"
			return p, nil
		},
	})
	b.router.Group(func(r chi.Router) {
		r.Use(w.Guard)
		b.forms.Mount(r)
	})
	var err error
	b.open, err = b.desk.Open(t.Context(), &bot.Event{Actor: formActor, Address: bot.Address{Platform: "chat", Workspace: "T1", Channel: "C1"}}, card.Form{
		ID: "scaffold", Title: "New <service>", Draft: "d1", Submit: "Make it", Intro: []card.Span{card.T("Almost there.")},
		Fields: []card.FormField{
			{Name: "name", Label: "Name", Kind: card.FieldLine, Required: true, Help: "What it is called"},
			{Name: "owner", Label: "Owner", Kind: card.FieldOwner},
			{Name: "token", Label: "Token", Kind: card.FieldSecret, Required: true},
			{Name: "logo", Label: "Logo", Kind: card.FieldFile},
			{Name: "size", Label: "Size", Kind: card.FieldNumber},
			{Name: "tags", Label: "Tags", Kind: card.FieldTags},
			{Name: "public", Label: "Public", Kind: card.FieldToggle},
			{Name: "lang", Label: "Language", Kind: card.FieldChoice, Options: []card.FormOption{{Value: "go", Label: "Go"}, {Value: "java", Label: "Java"}}},
		},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	b.open.Merge(card.Values{"name": {"till \"<b>\""}, "lang": {"go"}})
	if err := b.desk.Save(t.Context(), b.open); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *formsBench) link() string {
	b.Helper()
	link, err := b.forms.FormLink(b.Context(), b.open, []string{"token"})
	if err != nil || !strings.HasPrefix(link, "http://portal.example.com/forms/") {
		b.Fatal(link, err)
	}
	return strings.TrimPrefix(link, "http://portal.example.com")
}

func (b *formsBench) do(req *http.Request) (int, string) {
	b.Helper()
	req.Host = "portal.example.com"
	rec := httptest.NewRecorder()
	b.router.ServeHTTP(rec, req)
	body, err := io.ReadAll(rec.Body)
	if err != nil {
		b.Fatal(err)
	}
	if rec.Header().Get("Cache-Control") != "no-store" && rec.Code != http.StatusForbidden {
		b.Errorf("%s may be kept: %v", req.URL.Path, rec.Header())
	}
	return rec.Code, string(body)
}

func (b *formsBench) post(path string, values url.Values, file string) (int, string) {
	b.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for name, list := range values {
		for _, v := range list {
			_ = m.WriteField(name, v) // into memory
		}
	}
	if file != "" {
		part, err := m.CreateFormFile("f3", "../logo é.svg")
		if err != nil {
			b.Fatal(err)
		}
		_, _ = io.WriteString(part, file)
	}
	_ = m.Close()
	req := httptest.NewRequest(http.MethodPost, path, &body)
	req.Header.Set("Content-Type", m.FormDataContentType())
	return b.do(req)
}

func TestFormPage(t *testing.T) {
	b := newFormsBench(t)
	path := b.link()
	code, page := b.do(httptest.NewRequest(http.MethodGet, path, nil))
	for _, want := range []string{
		"New &lt;service&gt;", "Almost there.", `value="till &#34;&lt;b&gt;&#34;"`, `type="password"`, `type="file"`, `enctype="multipart/form-data"`, `aria-describedby="f0-help"`,
		`<option value="group:default/owner">The &lt;Team&gt;</option>`, `value="go" checked`, ">Make it</button>", `<label for="f2">Token`,
	} {
		if code != http.StatusOK || !strings.Contains(page, want) {
			t.Errorf("%d: the page has no %s", code, want)
		}
	}
	code, page = b.post(path, url.Values{"f0": {" "}, "f2": {"s3cret"}, "f4": {"many"}}, "")
	if code != http.StatusUnprocessableEntity || b.got != nil || strings.Contains(page, "s3cret") || !strings.Contains(page, `id="f0-error"`) || !strings.Contains(page, `id="f4-error"`) || !strings.Contains(page, "2 fields need") || !strings.Contains(page, `value="many"`) {
		t.Errorf("%d, handed in: %v\n%s", code, b.got, page)
	}
	b.reply = bot.Invalid{Fields: map[string]string{"name": "It is taken."}}
	full := url.Values{"f0": {"till"}, "f1": {"group:default/shop"}, "f2": {"s3cret"}, "f4": {"3"}, "f5": {"go\r\n\r\n rest "}, "f6": {"true"}, "f7": {"java"}}
	code, page = b.post(path, full, "<svg/>")
	if code != http.StatusUnprocessableEntity || !strings.Contains(page, "It is taken.") || strings.Contains(page, "s3cret") || !strings.Contains(page, `value="java" checked`) {
		t.Errorf("%d\n%s", code, page)
	}
	want := bot.Submitted{Form: "scaffold", Draft: "d1", Values: card.Values{
		"name": {"till"}, "owner": {"group:default/shop"}, "token": {"s3cret"}, "logo": {"data:application/octet-stream;name=logo%20%C3%A9.svg;base64,PHN2Zy8+"},
		"size": {"3"}, "tags": {"go", "rest"}, "public": {"true"}, "lang": {"java"},
	}}
	if diff := cmp.Diff(want, b.got.Input); diff != "" || b.got.Actor != formActor || b.got.Address != b.open.Address {
		t.Errorf("handed in (-want +got):\n%s", diff)
	}
	b.reply = bot.Whisper{Message: card.Message{Lang: lang.English, Blocks: []card.Block{card.Text{Spans: []card.Span{card.T("It is on its way.")}}}}}
	code, page = b.post(path, full, "")
	if code != http.StatusOK || !strings.Contains(page, "It is on its way.") || !strings.Contains(page, "in your chat, too") {
		t.Errorf("%d\n%s", code, page)
	}
	if len(b.posted) != 1 || b.posted[0].To != formActor.Direct() {
		t.Errorf("posted %+v", b.posted)
	}
	if code, _ = b.post(path, full, ""); code != http.StatusGone {
		t.Errorf("handed in twice: %d", code)
	}
	if _, err := b.desk.Load(t.Context(), b.open.Key, formActor); !fault.Is(err, fault.NotFound) {
		t.Errorf("the form is still open in the chat: %v", err)
	}
	if strings.Contains(b.log.String(), "s3cret") || strings.Contains(b.log.String(), path) {
		t.Errorf("the log says too much: %s", b.log)
	}
}

func TestFormPageIsRefused(t *testing.T) {
	b := newFormsBench(t)
	path := b.link()
	b.another = true
	if code, page := b.do(httptest.NewRequest(http.MethodGet, path, nil)); code != http.StatusForbidden || strings.Contains(page, "till") {
		t.Errorf("somebody else: %d", code)
	}
	b.another = false
	foreign := httptest.NewRequest(http.MethodPost, path, nil)
	foreign.Header.Set("Origin", "https://evil.example")
	if code, _ := b.do(foreign); code != http.StatusForbidden {
		t.Errorf("another site: %d", code)
	}
	if code, _ := b.do(httptest.NewRequest(http.MethodGet, "/forms/"+strings.Repeat("x", 43), nil)); code != http.StatusGone {
		t.Errorf("a forged link: %d", code)
	}
	if code, page := b.post(path, url.Values{"f0": {"x"}, "f2": {"y"}}, strings.Repeat("x", maxFormFile+1)); code != http.StatusUnprocessableEntity || !strings.Contains(page, "larger than") {
		t.Errorf("a large file: %d", code)
	}
	b.reply = bot.Open{Form: card.Form{ID: "next", Title: "Next page", Fields: []card.FormField{{Name: "more", Label: "More", Kind: card.FieldLine}}}}
	if code, page := b.post(path, url.Values{"f0": {"x"}, "f2": {"y"}}, ""); code != http.StatusOK || !strings.Contains(page, "Next page") {
		t.Errorf("the next page: %d", code)
	}
	if code, page := b.do(httptest.NewRequest(http.MethodGet, path, nil)); code != http.StatusOK || !strings.Contains(page, "Next page") {
		t.Errorf("the next page again: %d", code)
	}
	b.now = b.now.Add(2 * time.Hour)
	if code, _ := b.do(httptest.NewRequest(http.MethodGet, path, nil)); code != http.StatusGone {
		t.Errorf("too late: %d", code)
	}
}
