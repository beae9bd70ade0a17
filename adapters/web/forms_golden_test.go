package web

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/bot/card/cardtest"
)

// formPart is the form of a page, and what is new each time in it.
var (
	formPart = regexp.MustCompile(`(?s)<h1>.*?</form>`)
	formPath = regexp.MustCompile(`/forms/[-_A-Za-z0-9]+`)
)

// TestFormGoldens shows every sample form as a page, as somebody sees it who comes from a chat.
func TestFormGoldens(t *testing.T) {
	b := newFormsBench(t)
	cardtest.GoldenForms(t, "testdata/forms", func(f card.Form) []byte {
		o, err := b.desk.Open(t.Context(), &bot.Event{Actor: formActor, Address: bot.Address{Platform: "chat", Workspace: "T1", Channel: "C1"}}, f, nil)
		if err != nil {
			t.Fatal(err)
		}
		b.open = o
		status, page := b.do(httptest.NewRequest(http.MethodGet, b.link(), nil))
		part := formPart.FindString(page)
		if status != http.StatusOK || part == "" {
			t.Fatalf("%s: %d\n%s", f.ID, status, page)
		}
		if bad := unsafe.FindString(strings.ReplaceAll(part, "&lt;", "")); bad != "" {
			t.Errorf("%s: %q in\n%s", f.ID, bad, part)
		}
		return []byte(formPath.ReplaceAllString(part, "/forms/TOKEN") + "\n")
	})
}
