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
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// doorForm is a form with a list of doors, each with a name, a code, and whether it is open.
func doorForm(stamp string, names ...string) card.Form {
	rows := &card.FormRows{Noun: "Door", Help: "Every door of it.", Min: 1, Max: 3, Add: true, Remove: true, Move: true, Stamp: stamp}
	for i, name := range names {
		at := "doors[" + strconv.Itoa(i) + "]"
		rows.Rows = append(rows.Rows, card.FormRow{Fields: []card.FormField{
			{Name: at + ".name", Label: "Name", Kind: card.FieldLine, Required: true, Value: []string{name}},
			{Name: at + ".code", Label: "Code", Kind: card.FieldSecret},
			{Name: at + ".open", Label: "Open", Kind: card.FieldToggle, Changes: true},
			{Name: at + ".owner", Label: "Owner", Kind: card.FieldOwner},
		}})
	}
	return card.Form{ID: "scaffold", Title: "Doors", Draft: "d1", Fields: []card.FormField{
		{Name: "title", Label: "Title", Kind: card.FieldLine},
		{Name: "doors", Label: "Doors", Kind: card.FieldSecret, Lines: true, Help: "One element a line", Rows: rows},
	}}
}

// doorBench is a form with two doors on its page.
func doorBench(t *testing.T) (*formsBench, string) {
	t.Helper()
	b := newFormsBench(t)
	b.open.Form, b.open.Values = doorForm("7", "hall", "yard"), nil
	if err := b.desk.Save(t.Context(), b.open); err != nil {
		t.Fatal(err)
	}
	return b, b.link()
}

func (b *formsBench) has(page string, all ...string) {
	b.Helper()
	for _, want := range all {
		if !strings.Contains(page, want) {
			b.Errorf("the page has no %s\n%s", want, page)
		}
	}
}

// TestFormRows: elements of a list are shown one by one, and their buttons work without a script.
func TestFormRows(t *testing.T) {
	b, path := doorBench(t)
	code, page := b.do(httptest.NewRequest(http.MethodGet, path, nil))
	if code != http.StatusOK || strings.Contains(page, "<textarea") || strings.Contains(page, "One element a line") || strings.Contains(page, `value="f1 up 0"`) || strings.Contains(page, `value="f1 down 1"`) {
		t.Errorf("%d\n%s", code, page)
	}
	b.has(page, "<legend>Door 2</legend>", "Every door of it.", "From 1 to 3.", `name="f1-1-0" required`, `value="yard"`, `type="password"`, `name="f1-stamp" value="7"`, `value="f1 add">Add: Door<`,
		`value="f1 down 0" aria-label="Move down: Door 1"`, `value="f1 up 1"`, `value="f1 remove 1"`, `<button class="unseen" tabindex="-1"`, "group:default/doors[0].owner", `name="f1-0-2" data-changes`)
	if strings.Contains(page, "doors[1].owner") {
		t.Error("what is suggested for an owner is looked for in every element")
	}

	b.reply = bot.Open{Form: doorForm("8", "gate", "hall", "")}
	code, page = b.post(path, url.Values{"f0": {"House"}, "f1-stamp": {"7"}, "f1-0-0": {"hall"}, "f1-0-1": {"hush-1"}, "f1-0-2": {"true"}, "f1-1-0": {""}, "do": {"f1 add"}}, "")
	in, _ := b.got.Input.(bot.Changed)
	if in.Form != "scaffold" || in.Draft != "d1" || in.Field != "doors" {
		t.Errorf("it changed %+v", b.got.Input)
	}
	for name, value := range map[string]string{"title": "House", "doors[]": "0 1 new", "doors[0].name": "hall", "doors[0].code": "hush-1", "doors[0].open": "true", "doors[1].open": "false"} {
		if got := strings.Join(in.Values[name], " "); got != value {
			t.Errorf("%s is %q, want %q", name, got, value)
		}
	}
	b.has(page, `<p class="help" role="status" id="f1-status">Door 3 was added.</p>`, `<fieldset class="row" id="f1-2" tabindex="-1" autofocus>`, `value="House"`, `value="gate"`, "No more can be added: 3 is the most.")
	if code != http.StatusOK || strings.Contains(page, "hush") || strings.Contains(page, "aria-invalid") {
		t.Errorf("%d\n%s", code, page)
	}
	kept, err := b.desk.Load(t.Context(), b.open.Key, formActor)
	if err != nil || len(kept.Values) != 1 || kept.Form.Fields[1].Rows.Stamp != "8" {
		t.Errorf("kept %v %v, %v", kept.Values, kept.Form, err)
	}
}

// TestFormRowsButtons: what each button asks for, and where the page goes on.
func TestFormRowsButtons(t *testing.T) {
	for _, tt := range []struct {
		do, order string
		code      int
		shows     string
	}{
		{"f1 add", "0 1 new", 200, "Door 3 was added."},
		{"f1 remove 0", "1", 200, "Door 1 was removed; one is left."},
		{"f1 up 1", "1 0", 200, "Door 2 was moved and is number 1 now."},
		{"f1 down 0", "1 0", 200, "Door 1 was moved and is number 2 now."},
		{"update", "", 200, "Doors"},
		{"f1 up 0", "", 400, ""}, {"f1 down 1", "", 400, ""}, {"f1 remove 2", "", 400, ""}, {"f1 remove x", "", 400, ""}, {"f0 add", "", 400, ""}, {"f1 burn 1", "", 400, ""},
		{"f9 add", "", 400, ""}, {"f1", "", 400, ""}, {"f1 up -1", "", 400, ""}, {"f1 remove", "", 400, ""},
	} {
		b, path := doorBench(t)
		b.reply = bot.Open{Form: doorForm("8", "x", "y", "z")}
		code, page := b.post(path, url.Values{"f1-stamp": {"7"}, "do": {tt.do}}, "")
		if code != tt.code {
			t.Errorf("%s: %d, want %d", tt.do, code, tt.code)
		}
		if code != http.StatusOK {
			if b.got != nil {
				t.Errorf("%s did something", tt.do)
			}
			continue
		}
		in, _ := b.got.Input.(bot.Changed)
		if got := strings.Join(in.Values["doors[]"], " "); got != tt.order {
			t.Errorf("%s: the order %q, want %q", tt.do, got, tt.order)
		}
		b.has(page, tt.shows)
	}
}

// TestFormRowsLate: a page that is older than the form changes nothing: its elements stand for others.
func TestFormRowsLate(t *testing.T) {
	b, path := doorBench(t)
	for _, do := range []string{"", "f1 add"} {
		code, page := b.post(path, url.Values{"f1-stamp": {"6"}, "f1-0-0": {"old"}, "f1-1-0": {"old"}, "do": {do}}, "")
		if code != http.StatusConflict || b.got != nil || strings.Contains(page, `value="old"`) || !strings.Contains(page, "an older page of this form") {
			t.Errorf("%d, %v\n%s", code, b.got, page)
		}
	}
}

// TestFormRowsMovedElsewhere: what was filled into elements that have moved since, on another page of the same draft, is
// not put into those that are there now.
func TestFormRowsMovedElsewhere(t *testing.T) {
	for stamp, shows := range map[string]string{"8": `value="gate"`, "7": `value="old"`} {
		b, path := doorBench(t)
		b.reply = bot.Open{Form: doorForm(stamp, "gate", "hall")}
		code, page := b.post(path, url.Values{"f0": {"House"}, "f1-stamp": {"7"}, "f1-0-0": {"old"}, "f1-1-0": {"older"}}, "")
		in, _ := b.got.Input.(bot.Submitted)
		if code != http.StatusOK || !card.Stamped(in.Values, "7") || card.Stamped(in.Values, "8") {
			t.Errorf("%d, handed in %v", code, in.Values)
		}
		b.has(page, shows, `value="House"`)
	}
}

// TestFormRowsWrong: what is wrong stands beside the field of the element, in the language of the reader.
func TestFormRowsWrong(t *testing.T) {
	b, path := doorBench(t)
	code, page := b.post(path, url.Values{"f1-stamp": {"7"}, "f1-0-0": {"hall"}, "f1-1-0": {""}, "f1-1-1": {"hush-1"}}, "")
	if code != http.StatusUnprocessableEntity || b.got != nil || strings.Contains(page, "hush") {
		t.Errorf("%d, %v", code, b.got)
	}
	b.has(page, `id="f1-1-0-error">This is needed.`, `aria-describedby="f1-1-0-error"`, "One field needs")
	b.reply = bot.Invalid{Fields: map[string]string{"doors[0].name": "It is taken.", "doors": "Too few."}}
	code, page = b.post(path, url.Values{"f1-stamp": {"7"}, "f1-0-0": {"hall"}, "f1-1-0": {"yard"}, "f1-1-1": {"hush-1"}}, "")
	if code != http.StatusUnprocessableEntity || strings.Contains(page, "hush") {
		t.Errorf("%d\n%s", code, page)
	}
	b.has(page, `id="f1-0-0-error">It is taken.`, `id="f1-error">Too few.`, `value="yard"`)
	in, _ := b.got.Input.(bot.Submitted)
	if _, given := in.Values["doors"]; given || in.Values["doors[1].code"][0] != "hush-1" {
		t.Errorf("handed in %v", in.Values)
	}
	kept, err := b.desk.Load(t.Context(), b.open.Key, formActor)
	if err != nil || kept.Values["doors[1].code"] != nil || kept.Values["doors[1].name"] == nil {
		t.Errorf("kept %v, %v", kept.Values, err)
	}
	req := httptest.NewRequest(http.MethodGet, path, nil)
	req.Header.Set("Accept-Language", "zh")
	_, page = b.do(req)
	b.has(page, "1 到 3 项。", "添加：Door", "移除", "上移", "下移")
}

func TestLimitsOfRows(t *testing.T) {
	for _, tt := range []struct {
		least, most int
		want        string
	}{{0, 100, ""}, {2, 2, "Exactly 2."}, {1, 3, "From 1 to 3."}, {2, 100, "At least 2."}, {0, 5, "At most 5."}} {
		if got := limits(lang.English, &card.FormRows{Min: tt.least, Max: tt.most}); got != tt.want {
			t.Errorf("%d to %d: %q, want %q", tt.least, tt.most, got, tt.want)
		}
	}
	if got := legend(lang.Chinese, &card.FormRows{}, 1); got != "第 2 项" {
		t.Error(got)
	}
}

// TestFormKeepsFile: a file that was chosen stays when the page is handed in again, and is named.
func TestFormKeepsFile(t *testing.T) {
	b := newFormsBench(t)
	path := b.link()
	b.reply = bot.Invalid{Fields: map[string]string{"name": "It is taken."}}
	values := url.Values{"f0": {"till"}, "f2": {"s3cret"}}
	_, page := b.post(path, values, "<svg/>")
	b.has(page, "logo é.svg was chosen before.")
	_, _ = b.post(path, values, "")
	if in, _ := b.got.Input.(bot.Submitted); len(in.Values["logo"]) != 1 || !strings.HasSuffix(in.Values["logo"][0], "PHN2Zy8+") {
		t.Errorf("handed in %v", in.Values["logo"])
	}
}
