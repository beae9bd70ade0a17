package commands

import (
	"regexp"
	"strings"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
	"github.com/backchannel-portal/backchannel/scaffold"
)

// TemplateForm is one page of a template's form as every platform asks it, one field for one. What the template fixes
// is said in the introduction instead of asked.
func TemplateForm(id string, f *scaffold.Form, page int, l lang.Lang, problems []scaffold.FormProblem) card.Form {
	p := f.Pages[page]
	out := card.Form{ID: id, Title: f.Title}
	switch {
	case out.Title == "":
		out.Title = p.Title
	case p.Title != "" && p.Title != out.Title:
		out.Page = counted(f, page, l)
		out.Intro = append(out.Intro, card.S(out.Page))
	}
	if p.Description != "" {
		if len(out.Intro) > 0 {
			out.Intro = append(out.Intro, card.T("\n"))
		}
		out.Intro = append(out.Intro, card.T(p.Description))
	}
	r := newReading(l, f, nil)
	errs := map[string]string{}
	for _, problem := range problems {
		errs[problem.Field] = problem.Text(l)
	}
	for i := range p.Fields {
		q := &p.Fields[i]
		if q.Fixed {
			out.Intro = append(out.Intro, card.T("\n"), card.S(q.Title), card.T(": "+r.field(q)+" "+lang.Text(l, lang.FormFixed, nil)))
			continue
		}
		out.Fields = append(out.Fields, templateField(q, l, errs[q.Name]))
	}
	return out
}

// counted is the title of a page, and which of those it is that ask something, where there are several.
func counted(f *scaffold.Form, page int, l lang.Lang) string {
	n, of := 0, 0
	for i := nextPage(f, -1); i < len(f.Pages); i = nextPage(f, i) {
		if of++; i <= page {
			n++
		}
	}
	title := f.Pages[page].Title
	if of < 2 {
		return title
	}
	return lang.Text(l, lang.CardPage, lang.Args{"title": title, "n": max(n, 1), "of": of})
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
	if q.Kind == "object" && q.Element != "" {
		f.Help = strings.TrimSpace(f.Help + " " + lang.Text(l, lang.ValuesPairs, nil))
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
	case q.Value.Kind == yamldoc.List && !q.Compound:
		out := make([]string, 0, len(q.Value.Items))
		for _, v := range q.Value.Items {
			out = append(out, valueText(v))
		}
		return out
	}
	if pairs, ok := pairsText(q.Value); ok {
		return []string{pairs}
	}
	return []string{valueText(q.Value)}
}

// pairsText is an object of texts, numbers and the like as it is written one a line; false for any other value.
func pairsText(n *yamldoc.Node) (string, bool) {
	if n.Kind != yamldoc.Map || len(n.Fields) == 0 {
		return "", false
	}
	var b strings.Builder
	for _, f := range n.Fields {
		line, ok := pairText(f.Key, f.Value)
		if !ok {
			return "", false
		}
		b.WriteString(line + "\n")
	}
	return strings.TrimSuffix(b.String(), "\n"), true
}

// simpleKey matches keys that YAML takes for nothing but texts.
var simpleKey = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.-]{3,}$`)

// pairText is one line of it: without quotes where it reads the same without.
func pairText(key string, v *yamldoc.Node) (string, bool) {
	if v.Kind == yamldoc.Map || v.Kind == yamldoc.List || strings.ContainsAny(key+v.Text, "\n\r") {
		return "", false
	}
	plain := key + ": " + v.Text
	if n, err := yamldoc.Parse([]byte(plain), yamldoc.Limits{}); err == nil && n.Kind == yamldoc.Map && len(n.Fields) == 1 {
		if f := n.Fields[0]; f.Key == key && f.Value.Text == v.Text && f.Value.Kind == v.Kind {
			return plain, true
		}
	}
	quoted := string(yamldoc.AppendJSON(nil, v))
	if simpleKey.MatchString(key) {
		return key + ": " + quoted, true
	}
	return string(yamldoc.AppendString(nil, key)) + ": " + quoted, true
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
