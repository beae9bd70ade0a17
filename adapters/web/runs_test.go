package web

import (
	"bufio"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// oneRun is a run that goes as the test says.
type oneRun struct {
	mu    sync.Mutex
	lines []RunLine
	over  bool
}

func (o *oneRun) Run(_ context.Context, id string, after int64, _ search.View, l lang.Lang) (Run, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if id != "r1" {
		return Run{}, fault.New(fault.NotFound, "there is no run %q", id)
	}
	m := card.Message{Lang: l, Blocks: []card.Block{card.Text{Spans: []card.Span{card.S("refund<s>"), card.T(" goes on")}}, card.Actions{Items: []card.Action{{Label: "Stop", Intent: card.Intent{Name: "stop"}, Anyone: true}}}}}
	return Run{Title: "refund<s>", Message: m, Lines: o.lines[min(after, int64(len(o.lines))):], Seen: int64(len(o.lines)), Over: o.over}, nil
}

func (o *oneRun) add(over bool, lines ...RunLine) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.lines, o.over = append(o.lines, lines...), over
}

func TestRunPage(t *testing.T) {
	t.Parallel()
	run := &oneRun{}
	run.add(false, RunLine{At: noon(), Step: "Fetch", State: "begun"}, RunLine{At: noon(), Text: "wrote <script>"})
	w := site(t, func(c *Config) { c.Runs = run })
	get := func(path string) *httptest.ResponseRecorder {
		rec := httptest.NewRecorder()
		w.Handler().ServeHTTP(rec, httptest.NewRequest(http.MethodGet, path, nil))
		return rec
	}
	page := get("/runs/r1")
	body := page.Body.String()
	for _, want := range []string{"<h1>refund&lt;s&gt;</h1>", "<strong>Fetch</strong>", "wrote &lt;script&gt;", `data-events="/runs/r1/events?after=2"`, "no-store"} {
		if !strings.Contains(body+page.Header().Get("Cache-Control"), want) {
			t.Errorf("the page lacks %s:\n%s", want, body)
		}
	}
	if strings.Contains(body, "data-over") {
		t.Error("a run that goes on is not followed")
	}
	if got := get("/runs/r2").Code; got != http.StatusNotFound {
		t.Errorf("another run: %d", got)
	}
	if got := get("/runs/r2/events").Code; got != http.StatusNotFound {
		t.Errorf("the events of another run: %d", got)
	}
}

func TestRunEvents(t *testing.T) {
	t.Parallel()
	run := &oneRun{}
	run.add(false, RunLine{At: noon(), Text: "first"})
	w := site(t, func(c *Config) { c.Runs, c.Now = run, time.Now })
	srv := httptest.NewServer(w.Handler())
	defer srv.Close()
	defer w.Close()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL+"/runs/r1/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Last-Event-ID", "1")
	resp, err := srv.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if got := resp.Header.Get("Content-Type"); got != "text/event-stream" {
		t.Fatalf("it is %s", got)
	}
	run.add(true, RunLine{At: noon(), Text: "second"})
	var all strings.Builder
	for s := bufio.NewScanner(resp.Body); s.Scan(); {
		all.WriteString(s.Text() + "\n")
	}
	text := all.String()
	if strings.Contains(text, "first") || !strings.Contains(text, "second") || !strings.Contains(text, "id: 2") || !strings.Contains(text, `"over":true`) {
		t.Errorf("the events are\n%s", text)
	}
}

// TestFormOfTheChat: a form that the chat opens goes on as a page, and a run on its own.
func TestFormOfTheChat(t *testing.T) {
	t.Parallel()
	var reply bot.Reply = bot.Open{Form: card.Form{ID: "make", Title: "Make it", Fields: []card.FormField{{Name: "name", Label: "Name", Kind: card.FieldLine}}}}
	var forms *Forms
	var w *Web
	chat := bot.HandlerFunc(func(_ context.Context, ev *bot.Event) (bot.Reply, error) {
		if !ev.Forms {
			t.Error("the page says that it cannot show forms")
		}
		return reply, nil
	})
	w = site(t, func(c *Config) {
		c.Chat, c.Runs = chat, &oneRun{}
		c.Forms = func() *Forms { return forms }
		c.Begin = func(ref string) bot.Input { return bot.Pressed{Intent: card.Intent{Name: "new", Args: []string{ref}}} }
	})
	forms = NewForms(FormsConfig{BaseURL: "", Web: func() *Web { return w }, Drafts: bot.NewMemoryState().Drafts, Chat: chat, Now: time.Now})
	post := func(path, body, fragment string) *httptest.ResponseRecorder {
		rec := httptest.NewRecorder()
		req := httptest.NewRequest(http.MethodPost, "http://portal.example.com"+path, strings.NewReader(body))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("X-Fragment", fragment)
		w.Handler().ServeHTTP(rec, req)
		return rec
	}
	if rec := post("/templates/default/template/go-service", "", ""); rec.Code != http.StatusSeeOther || !strings.HasPrefix(rec.Header().Get("Location"), "/forms/") {
		t.Errorf("the button of a template: %d %s", rec.Code, rec.Header().Get("Location"))
	}
	if rec := post("/chat/messages", "text=make", "1"); !strings.HasPrefix(rec.Header().Get("X-Location"), "/forms/") {
		t.Errorf("the chat: %d %s", rec.Code, rec.Header())
	}
	reply = bot.Follow{Key: "run:r1"}
	if rec := post("/chat/messages", "text=go", ""); rec.Code != http.StatusSeeOther || rec.Header().Get("Location") != "/runs/r1" {
		t.Errorf("a run: %d %s", rec.Code, rec.Header().Get("Location"))
	}
}
