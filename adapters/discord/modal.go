package discord

import (
	"strconv"
	"strings"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// What a modal allows.
const (
	maxModalTitle  = 45
	maxModalParts  = 5
	maxModalLabel  = 45
	maxHelp        = 100
	maxInputHint   = 100
	maxInputValue  = 4_000
	maxModalIntro  = 1_000
	inputLine      = 1 // styles of text inputs
	inputParagraph = 2
)

// modalData is the data of answerModal.
type modalData struct {
	Title      string      `json:"title"`
	CustomID   string      `json:"custom_id"`
	Components []component `json:"components"`
}

// formLimits are what a modal can ask, for card.Pages. Things of the catalog are typed, and settled by a choice
// afterwards: a modal looks nothing up.
func formLimits(fields int) card.FormLimits {
	return card.FormLimits{
		Unit: card.UTF16, Fields: fields, Title: maxModalTitle, Submit: maxLabel, Intro: maxModalIntro, Label: maxModalLabel,
		Help: maxHelp, Placeholder: maxInputHint, Value: maxInputValue, Options: maxOptions, Option: maxOption, Hint: maxOption,
	}
}

// page is what is asked next of an open form: the first page with a field that has no answer yet, or one that was
// refused.
func page(o bot.OpenForm, tongue lang.Lang) (card.Form, bool) {
	per := maxModalParts
	if len(o.Form.Intro) > 0 {
		per-- // it is a part as well
	}
	for _, p := range card.Pages(o.Form.Fill(o.Values), formLimits(per), tongue) {
		for _, q := range p.Fields {
			if _, answered := o.Values[q.Name]; (!answered || q.Error != "") && !q.Elsewhere() {
				return p, true
			}
		}
	}
	return card.Form{}, false
}

// modal renders one page of an open form.
func modal(o bot.OpenForm, p card.Form, tongue lang.Lang) modalData {
	m := modalData{Title: orBlank(clip(p.Title, maxModalTitle)), CustomID: formID(markForm, o.Key)}
	if len(p.Intro) > 0 {
		r := &renderer{lang: tongue, left: maxModalIntro}
		if text := r.markdown(nil, p.Intro, maxModalIntro); len(text) > 0 {
			m.Components = append(m.Components, component{Type: typeText, Content: string(text)})
		}
	}
	for _, q := range p.Fields {
		if len(m.Components) == maxModalParts {
			break
		}
		m.Components = append(m.Components, field(o, q, tongue))
	}
	if len(m.Components) == 0 {
		m.Components = []component{{Type: typeText, Content: orBlank(string(appendEscaped(nil, p.Title, true)))}}
	}
	return m
}

// field renders one question.
func field(o bot.OpenForm, q card.FormField, tongue lang.Lang) component {
	if q.Elsewhere() {
		key := lang.SlackNotHere
		if q.Beside {
			key = lang.FormElsewhere
		}
		text := card.Say(tongue, key, lang.Args{"label": card.S(q.Label)})
		return component{Type: typeText, Content: string((&renderer{lang: tongue}).markdown(nil, text, maxModalIntro))}
	}
	help := q.Help
	switch {
	case q.Error != "":
		help = "⚠ " + q.Error
	case help != "":
	case q.Kind == card.FieldList:
		help = lang.Text(tongue, lang.SlackOnePerLine, nil)
	case separated(q.Kind):
		help = lang.Text(tongue, lang.SlackWithCommas, nil)
	}
	control := control(q, tongue)
	control.CustomID = strconv.Itoa(fieldIndex(o.Form, q.Name))
	control.Required = new(q.Required || q.Kind == card.FieldToggle) // which always has a value
	return component{Type: typeLabel, Label: orBlank(clip(q.Label, maxModalLabel)), Description: clip(oneLine(help), maxHelp), Component: &control}
}

func fieldIndex(f card.Form, name string) int {
	for i, q := range f.Fields {
		if q.Name == name {
			return i
		}
	}
	return len(f.Fields)
}

// control is the element of a question: a text input or a select.
func control(q card.FormField, tongue lang.Lang) component {
	switch q.Kind {
	case card.FieldChoice, card.FieldChoices:
		if len(q.Options) > 0 {
			return choose(q)
		}
	case card.FieldToggle:
		no, yes := lang.Text(tongue, lang.DiscordNo, nil), lang.Text(tongue, lang.SlackYes, nil)
		on := len(q.Value) > 0 && q.Value[0] == "true"
		return component{Type: typeSelect, MaxValues: 1, MinValues: new(1), Options: []option{{Label: yes, Value: "true", Default: on}, {Label: no, Value: "false", Default: !on}}}
	}
	c := component{Type: typeInput, Style: inputLine, Placeholder: clip(oneLine(q.Placeholder), maxInputHint), MaxLength: maxInputValue}
	join := ", "
	switch q.Kind {
	case card.FieldParagraph, card.FieldObject, card.FieldList:
		c.Style, join = inputParagraph, "\n"
	}
	if c.Value = strings.Join(q.Value, join); length(c.Value) > maxInputValue {
		c.Value = "" // half a value would be another one
	}
	return c
}

// choose is a select. An option's value is its place, as a value of the form's own may be longer than Discord takes.
func choose(q card.FormField) component {
	c := component{Type: typeSelect, Placeholder: clip(oneLine(q.Placeholder), maxPlaceholder), MaxValues: 1, MinValues: new(0)}
	if q.Required {
		c.MinValues = new(1)
	}
	chosen := 0
	for i, o := range q.Options[:min(len(q.Options), maxOptions)] {
		set := false
		for _, v := range q.Value {
			set = set || v == o.Value
		}
		if set = set && (q.Kind == card.FieldChoices || chosen == 0); set {
			chosen++
		}
		c.Options = append(c.Options, option{Label: orBlank(clip(o.Label, maxOption)), Value: strconv.Itoa(i), Description: clip(o.Hint, maxOption), Default: set})
	}
	if q.Kind == card.FieldChoices {
		c.MaxValues = len(c.Options)
	}
	return c
}

// separated reports whether several values of a kind are typed with commas between them.
func separated(k card.FieldKind) bool { return k == card.FieldTags || k == card.FieldEntities }

// values reads a submitted modal: of each field that it asks, what was filled in, and nothing of what it does not ask.
func (in *interaction) values(f card.Form, tongue lang.Lang) card.Values {
	out := card.Values{}
	whole := card.Pages(f, formLimits(0), tongue)[0].Fields // kinds as they were asked
	walk(in.Data.Components, 0, func(c *componentPart) {
		i, err := strconv.Atoi(c.CustomID)
		if err != nil || i < 0 || i >= len(whole) || whole[i].Elsewhere() {
			return
		}
		v := value(whole[i], c)
		if before := f.Fields[i].Value; len(v) == 0 && len(before) > 0 && c.Type == typeInput && whole[i].Value == nil {
			v = before // it was too long to be shown, and is kept by leaving it out
		}
		out[whole[i].Name] = v
	})
	return out
}

// value is what was filled in for one field, never nil.
func value(q card.FormField, c *componentPart) []string {
	switch {
	case c.Type == typeSelect && q.Kind == card.FieldToggle:
		return append([]string{}, c.Values[:min(len(c.Values), 1)]...)
	case c.Type == typeSelect:
		out := []string{}
		for _, v := range c.Values {
			if i, err := strconv.Atoi(v); err == nil && i >= 0 && i < len(q.Options) {
				out = append(out, q.Options[i].Value)
			}
		}
		return out
	}
	if typeUsers <= c.Type && c.Type <= typeChannels { // ids of what was chosen
		return append([]string{}, c.Values...)
	}
	text := plainValue(c.Value)
	switch {
	case separated(q.Kind):
		return split(text, ",，、\n")
	case q.Kind == card.FieldList:
		return split(text, "\n")
	case strings.TrimSpace(text) == "":
		return []string{}
	case q.Kind == card.FieldParagraph || q.Kind == card.FieldObject:
		return []string{text}
	default:
		return []string{strings.TrimSpace(text)}
	}
}

func split(text, at string) []string {
	out := []string{}
	for _, part := range strings.FieldsFunc(text, func(c rune) bool { return strings.ContainsRune(at, c) }) {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}
