package slack

import (
	"strconv"
	"strings"

	"github.com/backchannel-portal/backchannel/bot/card"
)

// viewState is what is filled in on a modal: by block, by element.
type viewState struct {
	Values map[string]map[string]input `json:"values"`
}

// input is one element's value. Which member has it depends on the type.
type input struct {
	Type     string   `json:"type"`
	Value    *string  `json:"value"`
	Date     *string  `json:"selected_date"`
	Selected *picked  `json:"selected_option"`
	Several  []picked `json:"selected_options"`
}

type picked struct {
	Value string `json:"value"`
}

// maxPicked bounds what one element may bring.
const maxPicked = 200

// values reads what is filled in for the fields of a form; fields that are not on the screen have none.
func (s viewState) values(f card.Form) card.Values {
	out := card.Values{}
	for _, q := range f.Fields {
		elements, ok := s.Values[blockID(q.Name)]
		if !ok || q.Elsewhere() {
			continue
		}
		for _, in := range elements { // there is one
			out[q.Name] = in.read(q)
		}
	}
	return out
}

// read is the value of a field; empty, and not nil, where it is left blank.
func (in input) read(q card.FormField) []string {
	switch {
	case in.Type == "checkboxes" && q.Kind == card.FieldToggle:
		return []string{strconv.FormatBool(len(in.Several) > 0)}
	case in.Type == "static_select" || in.Type == "multi_static_select" || in.Type == "checkboxes":
		return in.places(q.Options)
	case in.Date != nil:
		return nonBlank(*in.Date)
	case in.Value != nil:
		return in.text(q, *in.Value)
	default:
		out := []string{}
		for _, p := range in.picked() {
			out = append(out, nonBlank(p.Value)...)
		}
		return out
	}
}

func (in input) picked() []picked {
	if in.Selected != nil {
		return []picked{*in.Selected}
	}
	return in.Several[:min(len(in.Several), maxPicked)]
}

// places turns the places of options back into their values; what is no place is left out.
func (in input) places(options []card.FormOption) []string {
	out := []string{}
	for _, p := range in.picked() {
		if n, err := strconv.Atoi(p.Value); err == nil && n >= 0 && n < len(options) {
			out = append(out, options[n].Value)
		}
	}
	return out
}

// text splits what is several values typed into one box.
func (in input) text(q card.FormField, s string) []string {
	var sep string
	switch q.Kind {
	case card.FieldTags, card.FieldEntities, card.FieldChoices:
		sep = ","
		s = strings.ReplaceAll(s, "，", ",")
	case card.FieldList:
		sep = separateByLines
	case card.FieldParagraph, card.FieldObject:
		return nonBlank(s)
	default:
		return nonBlank(strings.TrimSpace(s))
	}
	out := []string{}
	for _, part := range strings.Split(s, sep) {
		out = append(out, nonBlank(strings.TrimSpace(part))...)
	}
	return out[:min(len(out), maxPicked)]
}

func nonBlank(s string) []string {
	if s == "" {
		return []string{}
	}
	return []string{strings.ToValidUTF8(s, "\uFFFD")}
}
