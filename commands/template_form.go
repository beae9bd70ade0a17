package commands

import (
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
	"github.com/backchannel-portal/backchannel/scaffold"
)

// TemplateForm is one page of a template's form as every platform asks it, one field for one. What the template fixes
// is said in the introduction instead of asked.
func TemplateForm(id string, f *scaffold.Form, page int, l lang.Lang, problems []scaffold.FormProblem) card.Form {
	p := f.Pages[page]
	out := card.Form{ID: id, Title: p.Title}
	if out.Title == "" {
		out.Title = f.Title
	}
	if p.Description != "" {
		out.Intro = append(out.Intro, card.T(p.Description))
	}
	errs := map[string]string{}
	for _, problem := range problems {
		errs[problem.Field] = problem.Text(l)
	}
	for i := range p.Fields {
		q := &p.Fields[i]
		if q.Fixed {
			out.Intro = append(out.Intro, card.T("\n"), card.S(q.Title), card.T(": "+valueText(q.Value)+" "+lang.Text(l, lang.FormFixed, nil)))
			continue
		}
		out.Fields = append(out.Fields, templateField(q, l, errs[q.Name]))
	}
	return out
}

// templateField maps a field of a template to one of a card.
func templateField(q *scaffold.FormField, l lang.Lang, wrong string) card.FormField {
	f := card.FormField{
		Name: q.Name, Label: q.Title, Help: q.Help, Kind: card.FieldKind(q.Kind), Required: q.Required,
		Placeholder: q.Placeholder, Changes: q.Changes, Error: wrong,
	}
	if f.Label == "" {
		f.Label = lang.Text(l, lang.FormOption, nil)
	}
	if f.Help == "" {
		f.Help = q.Description
	}
	if q.Kind == "toggle" { // required to be there, not to be on
		f.Required = false
	}
	for _, o := range q.Options {
		f.Options = append(f.Options, card.FormOption{Value: valueText(o.Value), Label: o.Label})
	}
	switch {
	case q.Sealed: // written as a whole, where secrets are
		f.Kind, f.Lines = card.FieldSecret, true
	case f.Kind != card.FieldSecret:
		f.Value = fieldValues(q)
	}
	return f
}

// fieldValues are a field's value as texts: one an element of a list, and one in all of anything else.
func fieldValues(q *scaffold.FormField) []string {
	switch {
	case q.Value == nil || q.Value.Kind == yamldoc.Null:
		return nil
	case q.Value.Kind == yamldoc.List && q.Items == nil:
		out := make([]string, 0, len(q.Value.Items))
		for _, v := range q.Value.Items {
			out = append(out, valueText(v))
		}
		return out
	}
	return []string{valueText(q.Value)}
}

// valueText is a value as somebody would type it.
func valueText(n *yamldoc.Node) string {
	switch {
	case n == nil || n.Kind == yamldoc.Null:
		return ""
	case n.Kind == yamldoc.List || n.Kind == yamldoc.Map:
		return string(yamldoc.AppendJSON(nil, n))
	}
	return n.Text
}
