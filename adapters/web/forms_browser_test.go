//go:build browser

package web

import (
	"context"
	"net/http/httptest"
	"slices"
	"strconv"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/go-chi/chi/v5"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
)

// doorman answers the forms of doorForm as a template's would: the doors it is told of, in the order it is told. A door
// that is open has a keeper.
type doorman struct {
	stamp int
	names []string
	open  map[string]bool
	in    card.Values // what was handed in
}

func (d *doorman) form() card.Form {
	f := doorForm(strconv.Itoa(d.stamp), d.names...)
	for i, name := range d.names {
		row := &f.Fields[1].Rows.Rows[i]
		row.Fields[2].Value = []string{strconv.FormatBool(d.open[name])}
		if d.open[name] {
			row.Fields = append(row.Fields, card.FormField{Name: "doors[" + strconv.Itoa(i) + "].keeper", Label: "Keeper", Kind: card.FieldLine})
		}
	}
	return f
}

func (d *doorman) Handle(_ context.Context, ev *bot.Event) (bot.Reply, error) {
	switch in := ev.Input.(type) {
	case bot.Changed:
		for i := range d.names {
			at := "doors[" + strconv.Itoa(i) + "]"
			d.names[i] = in.Values[at+".name"][0]
			d.open[d.names[i]] = slices.Equal(in.Values[at+".open"], []string{"true"})
		}
		if order, ok := card.ReadOrder(in.Values, "doors"); ok {
			d.stamp++
			was := d.names
			d.names = nil
			for _, n := range order {
				name := "new"
				if n >= 0 {
					name = was[n]
				}
				d.names = append(d.names, name)
			}
		}
		return bot.Open{Form: d.form()}, nil
	case bot.Submitted:
		d.in = in.Values
		return bot.Invalid{Fields: map[string]string{"doors[0].name": "It is taken."}}, nil
	}
	return bot.Suggest{}, nil
}

// doors serves a form with two doors, and returns the address of its page.
func doors(t *testing.T) (*doorman, string) {
	t.Helper()
	d := &doorman{names: []string{"hall", "yard"}, open: map[string]bool{}}
	state, w := bot.NewMemoryState(), site(t, func(c *Config) { c.BaseURL = "" })
	forms := NewForms(FormsConfig{Web: func() *Web { return w }, Drafts: state.Drafts, Chat: d, Now: noon, Log: w.cfg.Log})
	r := chi.NewRouter()
	r.Group(func(r chi.Router) {
		r.Use(w.Guard)
		forms.Mount(r)
	})
	r.Mount("/", w.Handler())
	s := httptest.NewServer(r)
	t.Cleanup(s.Close)
	path, err := forms.Open(t.Context(), &bot.Event{Actor: formActor, Address: bot.Address{Platform: "chat", Workspace: "T1", Channel: "C1"}}, d.form())
	if err != nil {
		t.Fatal(err)
	}
	return d, s.URL + path
}

// TestRowsInABrowser: elements come, move and go, and what they ask for follows their answers, with a script and without;
// whoever does it goes on where it happened.
func TestRowsInABrowser(t *testing.T) {
	for _, script := range []bool{true, false} {
		p := open(t)
		d, page := doors(t)
		if !script {
			if _, err := chromedp.Call(p.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
				t.Fatal(err)
			}
		}
		press := func(button, said string) {
			t.Helper()
			p.do(chromedp.Click(chromedp.CSS(`button[value="`+button+`"]`)), chromedp.WaitVisible(chromedp.CSS("#f1-status:not(:empty)")))
			p.until(`document.querySelector("#f1-status")?.textContent === "` + said + `"`)
		}
		p.do(chromedp.EmulateViewport(390, 840), chromedp.Navigate(page), chromedp.SetValue(chromedp.CSS("#f0"), "House"))
		press("f1 add", "Door 3 was added.")
		p.until(`document.activeElement.id === "f1-2"`)
		p.do(chromedp.Click(chromedp.CSS("#f1-1-2")))
		if !script {
			p.do(chromedp.Click(chromedp.CSS(`button[value="update"]`)))
		}
		p.do(chromedp.WaitVisible(chromedp.CSS("#f1-1-4")))
		press("f1 up 1", "Door 2 was moved and is number 1 now.")
		p.until(`document.activeElement.id === "f1-0"`)
		press("f1 remove 2", "Door 3 was removed; 2 are left.")
		if wide := get(p, chromedp.Evaluate[int](`document.documentElement.scrollWidth`)); wide > 390 {
			t.Errorf("the form is %d pixels wide", wide)
		}
		// Enter hands the form in rather than press the first of its buttons
		p.do(chromedp.SetValue(chromedp.CSS("#f1-0-4"), "ada"), chromedp.SendKeys(chromedp.CSS("#f1-0-0"), enter), chromedp.WaitVisible(chromedp.CSS("#f1-0-0-error")))
		for name, want := range map[string]string{"title": "House", "doors[0].name": "yard", "doors[0].open": "true", "doors[0].keeper": "ada", "doors[1].name": "hall"} {
			if got := d.in[name]; !slices.Equal(got, []string{want}) {
				t.Errorf("with a script %v: %s is %q, want %q", script, name, got, want)
			}
		}
	}
}
