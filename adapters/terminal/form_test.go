package terminal

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
)

// asker shows a form, refuses a short name once, and tells what was handed in.
type asker struct {
	refused bool
	changed []string
	got     card.Values
}

func (a *asker) form(db bool) card.Form {
	f := card.Form{ID: "make", Draft: "d", Title: "Make it", Fields: []card.FormField{
		{Name: "name", Label: "Name", Kind: card.FieldLine, Required: true},
		{Name: "size", Label: "Size", Kind: card.FieldChoice, Value: []string{"s"}, Options: []card.FormOption{{Value: "s", Label: "Small"}, {Value: "l", Label: "Large"}}},
		{Name: "db", Label: "Database", Kind: card.FieldToggle, Changes: true},
		{Name: "of", Label: "Part of", Kind: card.FieldEntity},
		{Name: "tags", Label: "Tags", Kind: card.FieldTags, Value: []string{"a"}},
		{Name: "token", Label: "Token", Kind: card.FieldSecret},
	}}
	if db {
		f.Fields = append(f.Fields, card.FormField{Name: "engine", Label: "Engine", Kind: card.FieldLine})
	}
	return f
}

func (a *asker) Handle(_ context.Context, ev *bot.Event) (bot.Reply, error) {
	switch in := ev.Input.(type) {
	case bot.Said:
		return bot.Open{Form: a.form(false)}, nil
	case bot.Changed:
		a.changed = append(a.changed, in.Field)
		return bot.Open{Form: a.form(in.Values["db"][0] == "true")}, nil
	case bot.Asked:
		return bot.Suggest{Options: []card.FormOption{{Value: "component:default/pay", Label: "Payments"}, {Value: "component:default/pay-ui", Label: "Payments UI"}}}, nil
	case bot.Submitted:
		if !a.refused {
			a.refused = true
			return bot.Invalid{Fields: map[string]string{"name": "too short"}}, nil
		}
		a.got = in.Values
		return bot.Say{Message: card.Message{Blocks: []card.Block{card.Text{Spans: []card.Span{card.T("made it")}}}}}, nil
	}
	return bot.Nothing{}, nil
}

func TestFormIsAskedLineByLine(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, in string
		want     card.Values
		says     []string
	}{
		{"whole", "go\nx\n2\ny\npaym\n2\na, b\npg\nrefunds\n", card.Values{
			"name": {"refunds"}, "size": {"l"}, "db": {"true"}, "of": {"component:default/pay-ui"}, "tags": {"a", "b"}, "engine": {"pg"},
		}, []string{"Name (needed)", "1. Small", "Which one is “paym”?", "Token: not asked for here", "too short", "made it"}},
		{"kept and cleared", "go\nrefunds\n\nn\nPayments\n-\nrefunds\n", card.Values{
			"name": {"refunds"}, "size": {"s"}, "db": {"false"}, "of": {"component:default/pay"}, "tags": {},
		}, []string{"[s]", "made it"}},
		{"given up", "go\ncancel\n", nil, []string{"Nothing is made."}},
		{"cut off", "go\nrefunds\n", nil, nil},
	} {
		a := &asker{}
		var out strings.Builder
		term := New(Config{In: strings.NewReader(tt.in), Out: &out, Options: func() Options { return Options{} }})
		if err := term.Run(t.Context(), a); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		if diff := cmp.Diff(tt.want, a.got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
		for _, want := range tt.says {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%s: it does not say %q:\n%s", tt.name, want, out.String())
			}
		}
	}
}

// TestFormOpensWithErrors: a form that is opened with what would be right says so beside the field, once; what a
// submission is refused for comes in its place.
func TestFormOpensWithErrors(t *testing.T) {
	t.Parallel()
	form := card.Form{ID: "make", Title: "Make it", Fields: []card.FormField{
		{Name: "name", Label: "Name", Kind: card.FieldLine, Value: []string{"Pay"}}, {Name: "size", Label: "Size", Kind: card.FieldLine},
	}}.Mark(map[string]string{"name": "Use lower case", "": "Two things are wrong."})
	refused := false
	var out strings.Builder
	term := New(Config{In: strings.NewReader("go\nPAY\ns\npay\n"), Out: &out, Options: func() Options { return Options{} }})
	err := term.Run(t.Context(), bot.HandlerFunc(func(_ context.Context, ev *bot.Event) (bot.Reply, error) {
		switch ev.Input.(type) {
		case bot.Said:
			return bot.Open{Form: form}, nil
		case bot.Submitted:
			if !refused {
				refused = true
				return bot.Invalid{Fields: map[string]string{"name": "That is upper case"}}, nil
			}
			return bot.Say{Message: card.Message{Blocks: []card.Block{card.Text{Spans: []card.Span{card.T("made it")}}}}}, nil
		}
		return bot.Nothing{}, nil
	}))
	if err != nil {
		t.Fatal(err)
	}
	text := out.String()
	at := -1
	for _, want := range []string{"Two things are wrong.", "Name [Pay]", "! Use lower case", "Size", "Name: That is upper case", "Name [PAY]", "made it"} {
		i := strings.Index(text[at+1:], want)
		if i < 0 {
			t.Fatalf("%q does not come next:\n%s", want, text)
		}
		at += 1 + i
	}
	if n := strings.Count(text, "! Use lower case"); n != 1 {
		t.Errorf("it is said %d times:\n%s", n, text)
	}
}
