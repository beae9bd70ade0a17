package web

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// formInput is a field as the page shows it.
type formInput struct {
	ID          string // in the page: names of fields may hold anything
	Label       string
	Help        string
	Hint        string // what the kind of field asks for
	Control     string // line, number, date, secret, lines, file, paragraph, toggle, choice, choices, rows
	Required    bool
	Value       string
	Placeholder string
	Error       string
	Options     []formOption // of a choice, or suggestions for a line
	Changes     bool         // other fields depend on it
	Rows        *formRows    // of a list: its elements
}

type formOption struct {
	card.FormOption
	Chosen bool
}

// manyOptions is how many choices are shown as boxes; more become a list.
const manyOptions = 8

// suggestTime bounds what finding suggestions may take.
const suggestTime = 500 * time.Millisecond

// input is a field as the page shows it.
func (f *Forms) input(r *http.Request, o bot.OpenForm, q card.FormField, id string) formInput {
	l := tongue(r)
	if q.Rows != nil {
		return f.list(r, o, q, id, within{}, map[string][]formOption{})
	}
	in := formInput{
		ID: id, Changes: q.Changes, Label: q.Label, Help: q.Help, Required: q.Required, Value: strings.Join(q.Value, "\n"), Placeholder: q.Placeholder,
		Error: q.Error, Control: "line",
	}
	for _, option := range q.Options {
		in.Options = append(in.Options, formOption{option, slices.Contains(q.Value, option.Value)})
	}
	switch q.Kind {
	case card.FieldNumber, card.FieldDate, card.FieldParagraph:
		in.Control = string(q.Kind)
	case card.FieldToggle:
		in.Control = "toggle"
		in.Value = strconv.FormatBool(slices.Equal(q.Value, []string{"true"}))
	case card.FieldSecret:
		if in.Control = "secret"; q.Lines {
			in.Control = "lines"
		}
		in.Value, in.Hint = "", translate(l, string(lang.FormPageSecret))
	case card.FieldFile:
		in.Control, in.Value = "file", ""
		if name := fileName(q.Value); name != "" {
			in.Hint = translate(l, string(lang.RowsFileKept), "name", name)
		}
	case card.FieldObject:
		in.Control, in.Hint = "paragraph", translate(l, string(lang.FormPageJSON))
	case card.FieldList, card.FieldTags, card.FieldEntities:
		if in.Control = "paragraph"; !q.Beside { // else its help says how it is written
			in.Hint = translate(l, string(lang.FormPageLines))
		}
	case card.FieldChoices:
		in.Control = "choices"
	case card.FieldChoice:
		in.Control = "choice"
	case card.FieldEntity, card.FieldOwner, card.FieldRepo:
		in.Options = f.suggestions(r, o, q)
	}
	if in.Control == "choices" && len(in.Options) == 0 || in.Control == "choice" && len(in.Options) == 0 {
		in.Control = map[string]string{"choices": "paragraph", "choice": "line"}[in.Control]
	}
	return in
}

// Many reports whether the choices are a list rather than boxes.
func (in formInput) Many() bool { return len(in.Options) > manyOptions }

// Described is what describes a field, as ids of the page.
func (in formInput) Described() string {
	var ids []string
	for _, part := range []struct{ suffix, text string }{{"-help", in.Help}, {"-hint", in.Hint}, {"-error", in.Error}} {
		if part.text != "" {
			ids = append(ids, in.ID+part.suffix)
		}
	}
	return strings.Join(ids, " ")
}

// suggestions are what the chat would suggest before anything is typed, for a page that works without a script.
func (f *Forms) suggestions(r *http.Request, o bot.OpenForm, q card.FormField) []formOption {
	ctx, cancel := context.WithTimeout(r.Context(), suggestTime)
	defer cancel()
	ev := f.event(r, o, bot.Asked{Form: o.Form.ID, Draft: o.Form.Draft, Field: q.Name, What: q.Kind})
	reply, err := f.cfg.Chat.Handle(ctx, ev)
	suggest, ok := reply.(bot.Suggest)
	if err != nil || !ok {
		return nil
	}
	var out []formOption
	for _, option := range suggest.Options {
		out = append(out, formOption{FormOption: option})
	}
	return out
}

// event is something that the actor of a form does on its page. It happens where the form was opened.
func (f *Forms) event(r *http.Request, o bot.OpenForm, in bot.Input) *bot.Event {
	return f.eventIn(tongue(r), readerZone(r, nil), o, in)
}

func (f *Forms) eventIn(l lang.Lang, zone *time.Location, o bot.OpenForm, in bot.Input) *bot.Event {
	now := f.cfg.Now()
	return &bot.Event{ID: "form:" + bot.NewID(now), Time: now, Address: o.Address, Actor: o.Actor, Locale: l, Zone: zone, Input: in, Forms: true}
}
