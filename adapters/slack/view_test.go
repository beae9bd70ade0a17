package slack

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	slackapi "github.com/slack-go/slack"

	"github.com/backchannel-portal/backchannel/adapters/slack/slacktest"
	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/bot/card/cardtest"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// checkView holds a modal against Slack's limits and the SDK's reading of it.
func checkView(t *testing.T, v slackapi.ModalViewRequest) []byte {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range slacktest.CheckView(raw) {
		t.Errorf("%s\n%.2000s", bad, raw)
	}
	var again slackapi.ModalViewRequest
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&again); err != nil {
		t.Fatalf("the SDK cannot read it: %v\n%.2000s", err, raw)
	}
	theirs, _ := json.Marshal(again)
	var a, b any
	json.Unmarshal(raw, &a)
	json.Unmarshal(theirs, &b)
	if at := differ("view", a, b); at != "" {
		t.Errorf("the SDK reads %s differently:\n%.2000s\n%.2000s", at, raw, theirs)
	}
	return raw
}

func TestFormGoldens(t *testing.T) {
	tongue := func(f card.Form) lang.Lang {
		if f.ID == "zh" {
			return lang.Chinese
		}
		return lang.English
	}
	cardtest.GoldenForms(t, "testdata/forms", func(f card.Form) []byte {
		var out bytes.Buffer
		pages := formPages(f, tongue(f))
		for i := range pages {
			raw := checkView(t, modal(bot.OpenForm{Key: "key", Form: f}, i, nil, tongue(f)))
			if err := json.Indent(&out, raw, "", "  "); err != nil {
				t.Fatal(err)
			}
			out.WriteByte('\n')
		}
		return out.Bytes()
	})
}

func TestLargeFormsFit(t *testing.T) {
	var f card.Form
	for i := range 30 {
		q := card.FormField{Name: fmt.Sprintf("%s%d", strings.Repeat("n", 300), i), Label: strings.Repeat("标", 3000), Help: strings.Repeat("h", 3000), Kind: card.FieldChoice, Error: strings.Repeat("e", 4000)}
		for j := range 100 {
			q.Options = append(q.Options, card.FormOption{Value: strings.Repeat("v", 500) + fmt.Sprint(j), Label: strings.Repeat("值", 200), Hint: strings.Repeat("h", 200)})
		}
		f.Fields = append(f.Fields, q)
	}
	pages := formPages(f, lang.English)
	seen := 0
	for i := range pages {
		raw := checkView(t, modalPage(bot.OpenForm{Key: "k", Form: f}, pages[i], i, nil, lang.English))
		if len(raw) > maxViewBytes {
			t.Errorf("page %d has %d bytes", i, len(raw))
		}
		seen += len(pages[i].Fields)
	}
	if seen != len(f.Fields) {
		t.Errorf("%d fields of %d are asked", seen, len(f.Fields))
	}
}

// state is a view's state as Slack sends it.
func state(t *testing.T, v any) viewState {
	t.Helper()
	raw, err := json.Marshal(map[string]any{"values": v})
	if err != nil {
		t.Fatal(err)
	}
	var s viewState
	if err := json.Unmarshal(raw, &s); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestValues(t *testing.T) {
	options := []card.FormOption{{Value: "go"}, {Value: "py"}}
	one := func(kind, member string, v any) any {
		return map[string]any{"v": map[string]any{"type": kind, member: v}}
	}
	value := func(s string) any { return map[string]any{"value": s} }
	for _, tt := range []struct {
		kind card.FieldKind
		in   any
		want []string
	}{
		{card.FieldLine, one("plain_text_input", "value", "  a b "), []string{"a b"}},
		{card.FieldLine, one("plain_text_input", "value", nil), []string{}},
		{card.FieldParagraph, one("plain_text_input", "value", " a\n b"), []string{" a\n b"}},
		{card.FieldTags, one("plain_text_input", "value", "a, b,,， c"), []string{"a", "b", "c"}},
		{card.FieldList, one("plain_text_input", "value", "a\n\n b "), []string{"a", "b"}},
		{card.FieldNumber, one("number_input", "value", "3.5"), []string{"3.5"}},
		{card.FieldDate, one("datepicker", "selected_date", "2026-11-22"), []string{"2026-11-22"}},
		{card.FieldDate, one("datepicker", "selected_date", nil), []string{}},
		{card.FieldToggle, one("checkboxes", "selected_options", []any{value("true")}), []string{"true"}},
		{card.FieldToggle, one("checkboxes", "selected_options", []any{}), []string{"false"}},
		{card.FieldChoice, one("static_select", "selected_option", value("1")), []string{"py"}},
		{card.FieldChoice, one("static_select", "selected_option", value("7")), []string{}},
		{card.FieldChoice, one("static_select", "selected_option", value("-1")), []string{}},
		{card.FieldChoice, one("static_select", "selected_option", value("py")), []string{}},
		{card.FieldChoice, one("plain_text_input", "value", "eu"), []string{"eu"}},
		{card.FieldChoices, one("checkboxes", "selected_options", []any{value("0"), value("1")}), []string{"go", "py"}},
		{card.FieldEntity, one("external_select", "selected_option", value("component:default/x")), []string{"component:default/x"}},
		{card.FieldEntity, one("external_select", "selected_option", nil), []string{}},
		{card.FieldEntities, one("multi_external_select", "selected_options", []any{value("a"), value("b")}), []string{"a", "b"}},
	} {
		f := card.Form{Fields: []card.FormField{{Name: "x", Kind: tt.kind, Options: options}, {Name: "absent"}}}
		got := state(t, map[string]any{blockID("x"): tt.in, "f:other": tt.in}).values(f)
		if diff := cmp.Diff(card.Values{"x": tt.want}, got); diff != "" {
			t.Errorf("%s %v (-want +got):\n%s", tt.kind, tt.in, diff)
		}
	}
	secret := card.Form{Fields: []card.FormField{{Name: "x", Kind: card.FieldSecret}}}
	if got := state(t, map[string]any{blockID("x"): one("plain_text_input", "value", "1234")}).values(secret); len(got) != 0 {
		t.Errorf("a secret came through a chat: %v", got)
	}
}

func TestWhatWasTypedStaysUnlessTheFormSaysOtherwise(t *testing.T) {
	q := card.FormField{Name: "x", Kind: card.FieldLine, Value: []string{"a"}}
	if elementID(q, nil) != elementID(q, card.Values{"x": {"a"}}) {
		t.Error("the same value has another element")
	}
	if elementID(q, nil) == elementID(q, card.Values{"x": {"b"}}) {
		t.Error("Slack would go on showing the old value")
	}
	if kindOf(elementID(q, card.Values{"x": {"b"}})) != card.FieldLine {
		t.Error("the kind is lost")
	}
}
