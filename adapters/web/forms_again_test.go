package web

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

var pageActorOfTest = bot.Actor{Platform: platform, Workspace: workspace, ID: "someone"}

// opened is the path of a form that begins on pages.
func (b *formsBench) opened() string {
	b.Helper()
	path, err := b.forms.Open(b.Context(), &bot.Event{Actor: pageActorOfTest, Address: bot.Address{Platform: platform, Workspace: workspace, Channel: "someone"}}, b.open.Form)
	if err != nil {
		b.Fatal(err)
	}
	return path
}

// dies hands a form in to a process that dies before it has done what it asks for.
func (b *formsBench) dies(path string, values card.Values) bot.OpenForm {
	b.Helper()
	req := httptest.NewRequest(http.MethodPost, path, nil)
	req.Header.Set("Accept-Language", "zh")
	id := formDraft(strings.TrimPrefix(path, "/forms/"))
	d, err := b.forms.cfg.Drafts.Load(b.Context(), id, b.now)
	if err != nil {
		b.Fatal(err)
	}
	key, _, _ := strings.Cut(strings.TrimPrefix(string(d.Data), `{"Key":"`), `"`)
	o, err := b.desk.Load(b.Context(), key, d.Actor)
	if err != nil {
		b.Fatal(err)
	}
	o.Merge(values)
	if err := b.forms.claim(b.Context(), req, &o, id); err != nil {
		b.Fatal(err)
	}
	return o
}

func (b *formsBench) get(path string) (int, string, http.Header) {
	b.Helper()
	req := httptest.NewRequest(http.MethodGet, path, nil)
	req.Host = "portal.example.com"
	rec := httptest.NewRecorder()
	b.router.ServeHTTP(rec, req)
	return rec.Code, rec.Body.String(), rec.Header()
}

// looks has what processes left behind looked for once.
func (b *formsBench) looks() {
	b.Helper()
	synctest.Test(b.T, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		go b.forms.Run(ctx)
		synctest.Wait()
		stop()
		synctest.Wait()
	})
}

// TestAFormOfADeadProcessIsHandedInAgain: the page says that the form was sent, and goes on to what became of it.
func TestAFormOfADeadProcessIsHandedInAgain(t *testing.T) {
	b := newFormsBench(t)
	b.reply = bot.Whisper{Message: card.Message{Lang: lang.Chinese, Blocks: []card.Block{card.Text{Spans: []card.Span{card.T("已创建")}}}}}
	path := b.opened()
	o := b.dies(path, card.Values{"name": {"till"}, "token": {"s3cret"}})
	for _, method := range []string{http.MethodGet, http.MethodPost} { // the browser loads the address again, as it was
		req := httptest.NewRequest(method, path, strings.NewReader(url.Values{"f0": {"till"}, "f2": {"s3cret"}}.Encode()))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if code, page := b.do(req); code != http.StatusAccepted || !strings.Contains(page, "Your form was sent") || b.got != nil {
			t.Errorf("%s: %d, handed in: %v\n%s", method, code, b.got, page)
		}
	}
	if _, _, header := b.get(path); header.Get("Refresh") != "5; url="+path {
		t.Errorf("it does not look again: %v", header)
	}
	b.looks()
	if b.got != nil {
		t.Error("it is handed in again while the process may be at it")
	}
	b.now = b.now.Add(6 * time.Minute)
	b.looks()
	want := bot.Submitted{Form: "scaffold", Draft: "d1", Values: card.Values{"name": {"till"}}} // the secret was not kept
	if b.got == nil || cmp.Diff(want, b.got.Input) != "" || b.got.Actor != pageActorOfTest || b.got.Locale != lang.Chinese {
		t.Fatalf("handed in: %+v", b.got)
	}
	b.got = nil
	b.looks()
	if code, page, _ := b.get(path); code != http.StatusOK || !strings.Contains(page, "已创建") || b.got != nil {
		t.Errorf("in the end %d, handed in once more: %v\n%s", code, b.got, page)
	}
	if is, err := b.desk.Pending(t.Context(), o.Key); is || err != nil {
		t.Errorf("it is not forgotten: %v", err)
	}
}

// TestAFormThatIsRefusedAgainIsOpen: what is missing, as a secret that was not kept, is asked for on the same page.
func TestAFormThatIsRefusedAgainIsOpen(t *testing.T) {
	b := newFormsBench(t)
	path := b.opened()
	b.dies(path, card.Values{"name": {"till"}})
	b.now = b.now.Add(6 * time.Minute)
	b.reply = bot.Invalid{Fields: map[string]string{"token": "It is needed."}}
	b.looks()
	if code, page, _ := b.get(path); code != http.StatusOK || !strings.Contains(page, "It is needed.") || !strings.Contains(page, `value="till"`) {
		t.Errorf("%d\n%s", code, page)
	}
	b.reply = bot.Whisper{Message: card.Message{Lang: lang.English, Blocks: []card.Block{card.Text{Spans: []card.Span{card.T("It is on its way.")}}}}}
	full := url.Values{"f0": {"till"}, "f2": {"s3cret"}}
	if code, page := b.post(path, full, ""); code != http.StatusOK || !strings.Contains(page, "It is on its way.") {
		t.Errorf("sent again: %d\n%s", code, page)
	}
	b.got = nil
	if code, page := b.post(path, full, ""); code != http.StatusOK || !strings.Contains(page, "It is on its way.") || b.got != nil {
		t.Errorf("sent twice: %d, handed in: %v\n%s", code, b.got, page)
	}
	b.another = true
	if code, page, _ := b.get(path); code != http.StatusForbidden || strings.Contains(page, "on its way") {
		t.Errorf("somebody else: %d", code)
	}
}

// TestAFormThatFailsCanBeSentAgain: nothing that was filled in is lost when what handles it fails.
func TestAFormThatFailsCanBeSentAgain(t *testing.T) {
	b := newFormsBench(t)
	path := b.link()
	b.err = errors.New("the store is away")
	if code, _ := b.post(path, url.Values{"f0": {"till"}, "f2": {"s3cret"}}, ""); code != http.StatusServiceUnavailable {
		t.Errorf("it fails with %d", code)
	}
	if code, page, _ := b.get(path); code != http.StatusOK || !strings.Contains(page, `value="till"`) || strings.Contains(page, "s3cret") {
		t.Errorf("the form again: %d\n%s", code, page)
	}
}

// TestAFormOfAChatIsFinishedThere: the pages do not hand in what began in a chat, whose adapter does, and say so.
func TestAFormOfAChatIsFinishedThere(t *testing.T) {
	b := newFormsBench(t)
	path := b.link()
	o := b.dies(path, card.Values{"name": {"till"}})
	b.now = b.now.Add(6 * time.Minute)
	b.looks()
	if code, _, _ := b.get(path); code != http.StatusAccepted || b.got != nil {
		t.Errorf("%d, handed in: %v", code, b.got)
	}
	if all, err := b.desk.Abandoned(t.Context(), formActor.Platform); len(all) != 1 || err != nil || string(all[0].Back) != string(b.open.Back) {
		t.Errorf("the chat finds %+v, %v", all, err)
	}
	if err := b.desk.Done(t.Context(), o.Key); err != nil {
		t.Fatal(err)
	}
	if code, _, _ := b.get(path); code != http.StatusGone {
		t.Errorf("in the end %d", code)
	}
}
