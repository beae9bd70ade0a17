package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
)

// TestFormLists: lists of objects are handed in as they are written, lines and indentation included; one that is secret
// is never shown again and kept in no draft.
func TestFormLists(t *testing.T) {
	b := newFormsBench(t)
	b.open.Form.Fields = []card.FormField{
		{Name: "ports", Label: "Ports", Kind: card.FieldList, Beside: true, Help: "One element a line", Value: []string{"- {port: 1}\n- {port: 2}"}},
		{Name: "logins", Label: "Logins", Kind: card.FieldSecret, Lines: true, Required: true},
		{Name: "name", Label: "Name", Kind: card.FieldLine, Required: true},
	}
	b.open.Values = nil
	if err := b.desk.Save(t.Context(), b.open); err != nil {
		t.Fatal(err)
	}
	path := b.link()
	code, page := b.do(httptest.NewRequest(http.MethodGet, path, nil))
	for _, want := range []string{"- {port: 1}\n- {port: 2}</textarea>", `spellcheck="false" id="f1"`, "not through the chat"} {
		if code != http.StatusOK || !strings.Contains(page, want) {
			t.Errorf("%d: the page has no %s\n%s", code, want, page)
		}
	}
	logins := "- user: ada\r\n  password: hush-1\r\n- {user: bob}\r\n"
	code, page = b.post(path, url.Values{"f1": {logins}}, "")
	if code != http.StatusUnprocessableEntity || strings.Contains(page, "hush") {
		t.Errorf("%d\n%s", code, page)
	}
	b.reply = bot.Invalid{Fields: map[string]string{"name": "It is taken."}}
	code, page = b.post(path, url.Values{"f0": {"- port: 3\r\n  open: yes"}, "f1": {logins}, "f2": {"till"}}, "")
	if code != http.StatusUnprocessableEntity || strings.Contains(page, "hush") || !strings.Contains(page, "open: yes</textarea>") {
		t.Errorf("%d\n%s", code, page)
	}
	want := card.Values{"ports": {"- port: 3\n  open: yes"}, "logins": {"- user: ada\n  password: hush-1\n- {user: bob}\n"}, "name": {"till"}}
	if in, _ := b.got.Input.(bot.Submitted); !cmp.Equal(want, in.Values) {
		t.Errorf("handed in (-want +got):\n%s", cmp.Diff(want, in.Values))
	}
	kept, err := b.desk.Load(t.Context(), b.open.Key, formActor)
	if err != nil || kept.Values["logins"] != nil || kept.Values["ports"] == nil {
		t.Errorf("kept %v, %v", kept.Values, err)
	}
}
