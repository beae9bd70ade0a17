package card

import (
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/lang"
)

// Pages fits a form to a platform: fields beyond a page's worth go on further pages, whose titles count them and
// whose buttons but the last read "Next"; labels and options are cut with an ellipsis; a kind the platform has no
// control for is asked as another; a choice of too many options is asked as a line that names them. It returns at
// least one page and never fails. The language is that of the labels this adds.
func Pages(f Form, l FormLimits, tongue lang.Lang) []Form {
	p := pager{FormLimits: l, measure: Limits{Unit: l.Unit}, lang: tongue}
	fields := make([]FormField, len(f.Fields))
	for i, q := range f.Fields {
		fields[i] = p.field(q)
	}
	per := l.Fields
	if per <= 0 {
		per = max(len(fields), 1)
	}
	chunks := slices.Collect(slices.Chunk(fields, per))
	if len(chunks) == 0 {
		chunks = [][]FormField{nil}
	}
	out := make([]Form, len(chunks))
	for i, c := range chunks {
		out[i] = Form{ID: f.ID, Title: p.title(CleanLine(f.Title), i, len(chunks)), Fields: c, Draft: f.Draft}
		out[i].Submit = p.cut(CleanLine(f.Submit), l.Submit)
		if i < len(chunks)-1 {
			out[i].Submit = p.cut(lang.Text(tongue, lang.CardNext, nil), l.Submit)
		}
		if i == 0 {
			clean := &cleaner{lang: tongue}
			out[i].Intro = p.measure.cutSpans(clean.spans(f.Intro), p.floor(l.Intro))
		}
	}
	return out
}

type pager struct {
	FormLimits
	measure Limits
	lang    lang.Lang
}

// floor keeps a limit wide enough for a cut to mean something.
func (p pager) floor(n int) int { return floor(n, floorLabel) }

func (p pager) cut(s string, n int) string { return p.measure.Cut(s, p.floor(n)) }

// title counts the pages behind the title, which is cut so that the count stays readable.
func (p pager) title(s string, i, of int) string {
	if of == 1 {
		return p.cut(s, p.Title)
	}
	counted := func(s string) string {
		return lang.Text(p.lang, lang.CardPage, lang.Args{"title": s, "n": i + 1, "of": of})
	}
	if p.Title <= 0 {
		return counted(s)
	}
	room := p.floor(p.Title) - p.measure.Len(counted(""))
	if room < 2 {
		return p.cut(counted(""), p.Title)
	}
	return counted(p.measure.Cut(s, room))
}

func (p pager) field(q FormField) FormField {
	q.Label, q.Placeholder = p.cut(orName(CleanLine(q.Label), q.Name), p.Label), p.cut(CleanLine(q.Placeholder), p.Placeholder)
	help := CleanLine(q.Help)
	if k, ok := p.Instead[q.Kind]; ok {
		q.Kind = k
	}
	if p.Options > 0 && len(q.Options) > p.Options && (q.Kind == FieldChoice || q.Kind == FieldChoices) {
		names := make([]string, len(q.Options))
		for i, o := range q.Options {
			names[i] = CleanLine(o.Value)
		}
		help = strings.TrimSpace(help + " " + lang.Text(p.lang, lang.CardOneOf, lang.Args{"options": strings.Join(names, ", ")}))
		if q.Kind == FieldChoice {
			q.Kind = FieldLine
		} else {
			q.Kind = FieldTags
			if k, ok := p.Instead[FieldTags]; ok {
				q.Kind = k
			}
		}
		q.Options = nil
	}
	if q.Kind != FieldChoice && q.Kind != FieldChoices {
		q.Options = nil // only choices offer options
	}
	opts := make([]FormOption, len(q.Options))
	for i, o := range q.Options {
		opts[i] = FormOption{o.Value, p.cut(orName(CleanLine(o.Label), o.Value), p.Option), p.cut(CleanLine(o.Hint), p.Hint)}
	}
	q.Options = opts
	for _, v := range q.Value {
		if p.Value > 0 && p.measure.Len(v) > p.Value {
			q.Value = nil
			help = strings.TrimSpace(lang.Text(p.lang, lang.CardNotPrefill, nil) + " " + help)
			break
		}
	}
	q.Help, q.Error = p.cut(help, p.Help), CleanLine(q.Error)
	return q
}
