package discord

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/backchannel-portal/backchannel/adapters/discord/discordtest"
	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/bot/card/cardtest"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// checkedModal renders a page and checks it against Discord's limits.
func checkedModal(t *testing.T, o bot.OpenForm, p card.Form) modalData {
	t.Helper()
	m := modal(o, p, lang.English)
	raw, _ := json.Marshal(m)
	var theirs discordtest.Modal
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&theirs); err != nil {
		t.Fatal(err)
	}
	for _, bad := range discordtest.CheckModal(theirs) {
		t.Errorf("%s\n%.2000s", bad, raw)
	}
	return m
}

// pages are all modals of a form, as somebody sees them who leaves everything as it is.
func pages(t *testing.T, f card.Form) []modalData {
	o := bot.OpenForm{Key: "key", Form: f, Values: card.Values{}}
	var out []modalData
	for {
		p, more := page(o, lang.English)
		if !more {
			return out
		}
		if out = append(out, checkedModal(t, o, p)); len(out) > len(f.Fields)+1 {
			t.Fatal("the form has no end")
		}
		for _, q := range p.Fields {
			o.Values[q.Name] = []string{}
		}
		o.Form = o.Form.Mark(nil)
	}
}

func TestFormGoldens(t *testing.T) {
	cardtest.GoldenForms(t, "testdata/forms", func(f card.Form) []byte {
		var out bytes.Buffer
		enc := json.NewEncoder(&out)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		for _, m := range pages(t, f) {
			enc.Encode(m)
		}
		return out.Bytes()
	})
}

func FuzzForm(f *testing.F) {
	f.Add("title", "label", "value", 7, uint8(3))
	f.Add(strings.Repeat("支付", 99), strings.Repeat("😀", 60), strings.Repeat("v", 5000), 12, uint8(0))
	f.Add("", "", "", 0, uint8(1))
	f.Fuzz(func(t *testing.T, title, label, value string, n int, kind uint8) {
		title, label, value = title[:min(len(title), 300)], label[:min(len(label), 300)], value[:min(len(value), 6_000)]
		short := value[:min(len(value), 120)] // there are many options
		kinds := []card.FieldKind{card.FieldLine, card.FieldChoice, card.FieldChoices, card.FieldToggle, card.FieldTags, card.FieldSecret, card.FieldList, "odd"}
		form := card.Form{ID: title, Title: title, Submit: label, Intro: []card.Span{card.T(value)}}
		for i := range min(max(n, 0), 40) {
			q := card.FormField{Name: fmt.Sprint(i), Label: label, Help: value, Kind: kinds[(int(kind)+i)%len(kinds)], Placeholder: label, Value: []string{value}, Error: title}
			for j := range i * 3 {
				q.Options = append(q.Options, card.FormOption{Value: fmt.Sprint(short, j), Label: label, Hint: short})
			}
			form.Fields = append(form.Fields, q)
		}
		pages(t, form)
	})
}

// filled is what somebody sends who fills a modal in, by label, and leaves the rest as it is.
func filled(raw []byte, fill map[string]any) any {
	var m discordtest.Modal
	json.Unmarshal(raw, &m)
	var parts []any
	for i, c := range m.Components {
		if c.Component == nil {
			parts = append(parts, map[string]any{"type": c.Type, "id": i})
			continue
		}
		inner := map[string]any{"type": c.Component.Type, "custom_id": c.Component.CustomID, "id": i}
		v, ok := fill[c.Label]
		switch {
		case c.Component.Type == discordtest.Select && ok:
			inner["values"] = v
		case c.Component.Type == discordtest.Select:
			inner["values"] = []string{}
		case ok:
			inner["value"] = v
		default:
			inner["value"] = c.Component.Value
		}
		parts = append(parts, map[string]any{"type": discordtest.Label, "id": 100 + i, "component": inner})
	}
	return map[string]any{"custom_id": m.CustomID, "components": parts}
}

// submit fills in the modal that an interaction was answered with and submits it.
func (h *harness) submit(token, on string, fill map[string]any) (next string) {
	h.t.Helper()
	kind, raw := h.discord.Answer(token)
	if kind != answerModal {
		h.t.Fatalf("there is no modal but %d %s; the log:\n%s", kind, raw, h.log)
	}
	body, next := h.discord.Payload(discordtest.Interaction{Type: isModal, Channel: h.where(), User: snow("a"), On: on, Data: filled(raw, fill)})
	h.interact(body)
	return next
}

func (h *harness) command(text string) (token string) {
	body, token := h.discord.Payload(discordtest.Interaction{Type: isCommand, Channel: h.where(), User: snow("a"), Data: commandData("backchannel", text)})
	h.interact(body)
	return token
}

// pressOn presses a button of a form's step and returns the token of the interaction.
func (h *harness) pressOn(m discordtest.Shown, pick func(discordtest.Press) bool) (token string) {
	h.t.Helper()
	i := slices.IndexFunc(m.Buttons, pick)
	if i < 0 {
		h.t.Fatalf("no such button in %+v", m)
	}
	body, token := h.discord.Payload(discordtest.Interaction{Type: isComponent, Channel: h.where(), User: snow("a"), On: m.ID, Data: pressData(m.Buttons[i])})
	h.interact(body)
	return token
}

func any1(discordtest.Press) bool { return true }

// serviceForm has seven fields, of which the engine is there only with a database.
func serviceForm(database bool) card.Form {
	f := card.Form{ID: "scaffold", Title: "New service", Submit: "Create", Draft: "d", Fields: []card.FormField{
		{Name: "name", Label: "Name", Kind: card.FieldLine, Required: true},
		{Name: "owner", Label: "Owner", Kind: card.FieldOwner},
		{Name: "database", Label: "Database", Kind: card.FieldToggle, Changes: true},
		{Name: "lang", Label: "Language", Kind: card.FieldChoice, Options: []card.FormOption{{Value: "go", Label: "Go"}, {Value: "py", Label: "Python"}}},
		{Name: "tags", Label: "Tags", Kind: card.FieldTags},
	}}
	if database {
		f.Fields = append(f.Fields, card.FormField{Name: "engine", Label: "Engine", Kind: card.FieldLine})
	}
	return f
}

type formHandler struct {
	mu   sync.Mutex
	got  []card.Values
	asks int
}

func (f *formHandler) Handle(_ context.Context, ev *bot.Event) (bot.Reply, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch in := ev.Input.(type) {
	case bot.Invoked:
		return bot.Open{Form: serviceForm(false)}, nil
	case bot.Changed:
		return bot.Open{Form: serviceForm(in.Values["database"][0] == "true")}, nil
	case bot.Asked:
		f.asks++
		if in.Query == "crew" {
			return bot.Suggest{Options: []card.FormOption{{Value: "group:default/crew-a", Label: "Crew A"}, {Value: "group:default/crew-b", Label: "Crew B"}}}, nil
		}
		return bot.Suggest{Options: []card.FormOption{{Value: "group:default/" + in.Query, Label: in.Query}, {Value: "group:default/another", Label: "another"}}}, nil
	case bot.Submitted:
		if in.Values["name"][0] == "Bad Name" {
			return bot.Invalid{Fields: map[string]string{"name": "Use lower case"}}, nil
		}
		f.got = append(f.got, in.Values)
		return bot.Say{Message: words("created " + in.Values["name"][0])}, nil
	}
	return bot.Nothing{}, nil
}

func TestAFormFromPageToAnswer(t *testing.T) {
	for _, mode := range []string{ModeHTTP, ModeGateway} {
		t.Run(mode, func(t *testing.T) {
			f := &formHandler{}
			h := start(t, mode, f.Handle)
			token := h.command("new")
			h.wait("the modal", func() bool { kind, _ := h.discord.Answer(token); return kind == answerModal })
			h.submit(token, "", map[string]any{"Name": "Bad Name", "Owner": "crew", "Database": []string{"true"}, "Language": []string{"1"}, "Tags": "a, b，c"})
			which := h.sees(snow("a"), "1", "what is meant by")
			h.pressOn(which, func(b discordtest.Press) bool { return b.Label == "Crew B" })
			more := h.sees(snow("a"), "1", "There is more to fill in")
			token = h.pressOn(more, any1)
			h.wait("the second modal", func() bool { kind, _ := h.discord.Answer(token); return kind == answerModal })
			h.submit(token, more.ID, map[string]any{"Engine": "pg"})
			mend := h.sees(snow("a"), "1", "Use lower case")
			token = h.pressOn(mend, any1)
			h.wait("the modal again", func() bool { kind, _ := h.discord.Answer(token); return kind == answerModal })
			if _, raw := h.discord.Answer(token); !strings.Contains(string(raw), `"value":"Bad Name"`) || !strings.Contains(string(raw), `"description":"⚠ Use lower case"`) {
				t.Errorf("what was filled in is lost: %s", raw)
			}
			h.submit(token, mend.ID, map[string]any{"Name": "good", "Database": []string{"true"}, "Language": []string{"1"}})
			h.sees(snow("a"), "1", "created good")
			f.mu.Lock()
			defer f.mu.Unlock()
			want := card.Values{"name": {"good"}, "owner": {"group:default/crew-b"}, "database": {"true"}, "lang": {"py"}, "tags": {"a", "b", "c"}, "engine": {"pg"}}
			if len(f.got) != 1 || !reflect.DeepEqual(f.got[0], want) {
				t.Errorf("submitted %v", f.got)
			}
			if n := len(h.discord.Shown(snow("a"), "1")); n != 1 {
				t.Errorf("%d messages are left", n)
			}
		})
	}
}

func TestAFormIsSubmittedOnce(t *testing.T) {
	f := &formHandler{}
	h := start(t, ModeHTTP, f.Handle)
	token := h.command("new")
	fill := map[string]any{"Name": "pay", "Owner": "group:default/x"}
	h.submit(token, "", fill)
	h.sees(snow("a"), "1", "created pay")
	h.submit(token, "", fill) // the same modal on another device
	h.sees(snow("a"), "1", lang.Text(lang.English, lang.BotFormGone, nil))
	if f.mu.Lock(); len(f.got) != 1 {
		t.Errorf("submitted %d times", len(f.got))
	}
	f.mu.Unlock()
	body, _ := h.discord.Payload(discordtest.Interaction{Type: isModal, Channel: "1", User: snow("b"), Data: map[string]any{"custom_id": "f:" + "somebody's", "components": []any{}}})
	h.interact(body)
	h.sees(snow("b"), "1", lang.Text(lang.English, lang.BotFormGone, nil))
}

// TestALongChoice has more options than a menu takes: what is typed is found among them, and asked for when it is not
// plain. A value too long to be shown is kept.
func TestALongChoice(t *testing.T) {
	long := strings.Repeat("v", 5000)
	got := make(chan card.Values, 1)
	h := start(t, ModeHTTP, func(_ context.Context, ev *bot.Event) (bot.Reply, error) {
		switch in := ev.Input.(type) {
		case bot.Invoked:
			f := card.Form{ID: "x", Title: "Where", Fields: []card.FormField{
				{Name: "region", Label: "Region", Kind: card.FieldChoice}, {Name: "zone", Label: "Zone", Kind: card.FieldChoice}, {Name: "notes", Label: "Notes", Kind: card.FieldParagraph, Value: []string{long}},
			}}
			for i := range 60 {
				o := card.FormOption{Value: fmt.Sprint("r", i), Label: fmt.Sprint("Region ", i)}
				f.Fields[0].Options, f.Fields[1].Options = append(f.Fields[0].Options, o), append(f.Fields[1].Options, o)
			}
			return bot.Open{Form: f}, nil
		case bot.Submitted:
			got <- in.Values
			return bot.Say{Message: words("done")}, nil
		}
		return bot.Nothing{}, nil
	})
	h.submit(h.command("new"), "", map[string]any{"Region": "region 7", "Zone": "region 5"})
	h.sees(snow("a"), "1", "done")
	if v := <-got; v["region"][0] != "r7" || v["zone"][0] != "r5" || v["notes"][0] != long {
		t.Errorf("%.100v", v)
	}
	h.submit(h.in("2").command("new"), "", map[string]any{"Region": "ion-5", "Zone": "R9"})
	which := h.sees(snow("a"), "2", "what is meant by")
	if len(which.Buttons) != 11 {
		t.Errorf("%d choices", len(which.Buttons))
	}
	h.pressOn(which, func(b discordtest.Press) bool { return b.Label == "Region 55" })
	h.sees(snow("a"), "2", "done")
	if v := <-got; v["region"][0] != "r55" || v["zone"][0] != "r9" {
		t.Errorf("%.100v", v)
	}
}

func TestATypedNameThatIsPlain(t *testing.T) {
	f := &formHandler{}
	h := start(t, ModeHTTP, f.Handle)
	h.submit(h.command("new"), "", map[string]any{"Name": "pay", "Owner": "Ledger"})
	h.sees(snow("a"), "1", "created pay")
	f.mu.Lock()
	defer f.mu.Unlock()
	if got := f.got[0]["owner"]; !slices.Equal(got, []string{"group:default/Ledger"}) {
		t.Errorf("owner %v", got)
	}
}
