package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
)

// portForm is a form with one service, its ports in it, and a tuple with one element more than it has at least.
func portForm(stamp string, ports ...string) card.Form {
	inner := &card.FormRows{Noun: "Port", Max: card.MaxRows, Add: true, Remove: true, Move: true, Stamp: stamp}
	for i, name := range ports {
		inner.Rows = append(inner.Rows, card.FormRow{Fields: []card.FormField{{Name: "services[0].ports[" + strconv.Itoa(i) + "].name", Label: "Name", Kind: card.FieldLine, Value: []string{name}}}})
	}
	services := &card.FormRows{Noun: "Service", Max: card.MaxRows, Add: true, Stamp: stamp, Rows: []card.FormRow{{Fields: []card.FormField{
		{Name: "services[0].name", Label: "Name", Kind: card.FieldLine},
		{Name: "services[0].ports", Label: "Ports", Kind: card.FieldList, Beside: true, Rows: inner},
	}}}}
	pair := &card.FormRows{Noun: "More", Max: card.MaxRows, Fixed: 1, Min: 1, Add: true, Remove: true, Move: true, Stamp: stamp, Rows: []card.FormRow{
		{Title: "First", Fields: []card.FormField{{Name: "pair[0]", Label: "First", Kind: card.FieldLine}}},
		{Fields: []card.FormField{{Name: "pair[1]", Label: "Value", Kind: card.FieldNumber}}},
	}}
	return card.Form{ID: "scaffold", Title: "Services", Draft: "d1", Fields: []card.FormField{
		{Name: "services", Label: "Services", Kind: card.FieldList, Beside: true, Rows: services},
		{Name: "pair", Label: "Pair", Kind: card.FieldList, Beside: true, Rows: pair},
	}}
}

// TestFormRowsWithin: lists within elements have buttons of their own, and the first of a tuple stay where they are.
func TestFormRowsWithin(t *testing.T) {
	b := newFormsBench(t)
	b.open.Form, b.open.Values = portForm("7", "web", "admin"), nil
	if err := b.desk.Save(t.Context(), b.open); err != nil {
		t.Fatal(err)
	}
	path := b.link()
	_, page := b.do(httptest.NewRequest(http.MethodGet, path, nil))
	b.has(page, `class="field rows deep" id="f0-0-1"`, `value="f0-0-1 add">Add: Port<`, `value="f0-0-1 up 1" aria-label="Move up: Service 1, Port 2"`, `name="f0-0-1-1-0"`, `value="admin"`,
		"<legend>First</legend>", "<legend>More 2</legend>", `value="f1 remove 1"`)
	for _, not := range []string{`value="f1 remove 0"`, `value="f1 up 1"`, `value="f1 down 0"`, "At least", "<textarea"} {
		if strings.Contains(page, not) {
			t.Errorf("the page has %s", not)
		}
	}
	b.reply = bot.Open{Form: portForm("8", "admin", "web")}
	code, page := b.post(path, url.Values{"f0-stamp": {"7"}, "f0-0-0": {"till"}, "f0-0-1-0-0": {"web"}, "f0-0-1-1-0": {"admin"}, "f1-0-0": {"a"}, "f1-1-0": {"3"}, "do": {"f0-0-1 up 1"}}, "")
	in, _ := b.got.Input.(bot.Changed)
	if code != http.StatusOK || in.Field != "services[0].ports" {
		t.Errorf("%d %+v", code, b.got.Input)
	}
	for name, want := range map[string]string{"services[0].ports[]": "1 0", "services[0].ports[1].name": "admin", "services[0].name": "till", "pair[0]": "a", "pair[1]": "3"} {
		if got := strings.Join(in.Values[name], " "); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	b.has(page, "Port 2 was moved and is number 1 now.", `<fieldset class="row" id="f0-0-1-0" tabindex="-1" autofocus>`)
	for _, do := range []string{"f1 remove 0", "f1 up 1", "f1 down 0", "f0-0-0 add", "f0-1-1 add", "f0-0 add", "f0-0-1-0-0 add", "f0-0-x add", "f-0 add", "f9 add"} {
		if code, _ := b.post(path, url.Values{"f0-stamp": {"8"}, "do": {do}}, ""); code != http.StatusBadRequest {
			t.Errorf("%s: %d", do, code)
		}
	}
}
