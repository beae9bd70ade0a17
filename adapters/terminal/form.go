package terminal

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// filling is a form that is asked one field after the other.
type filling struct {
	t      *Terminal
	h      bot.Handler
	next   func() (string, error)
	form   card.Form
	values card.Values
	wrong  map[string]string // of the last submission: only these are asked again
}

// maxForms bounds how many forms follow each other without an answer.
const maxForms = 100

// ask asks what a form asks, and the forms behind it, and returns the answer to the last. An empty line leaves what is
// filled in, a dash clears it. Whoever types "cancel" ends it.
func (t *Terminal) ask(ctx context.Context, h bot.Handler, next func() (string, error), form card.Form) (bot.Reply, error) {
	for range maxForms {
		f := &filling{t: t, h: h, next: next, form: form, values: card.Values{}}
		reply, err := f.fill(ctx)
		open, again := reply.(bot.Open)
		if !again || err != nil {
			return reply, err
		}
		form = open.Form
	}
	return bot.Nothing{}, nil
}

// fill asks one form until it is taken.
func (f *filling) fill(ctx context.Context) (bot.Reply, error) {
	f.intro()
	for {
		for i := 0; i < len(f.form.Fields); i++ {
			q := f.form.Fields[i]
			if f.wrong != nil && f.wrong[q.Name] == "" {
				continue
			}
			stop, err := f.field(ctx, q)
			if stop || err != nil {
				return bot.Nothing{}, err
			}
			if q.Changes && !slices.Equal(f.values[q.Name], q.Value) {
				f.changed(ctx, q)
			}
		}
		reply, err := f.h.Handle(ctx, f.t.event(bot.Submitted{Form: f.form.ID, Draft: f.form.Draft, Values: f.values}))
		refused, again := reply.(bot.Invalid)
		if !again || err != nil {
			return reply, err
		}
		f.wrong = refused.Fields
		var list card.List
		for _, line := range refused.Lines(f.form) {
			list.Items = append(list.Items, []card.Span{card.T(line)})
		}
		f.t.write(card.Message{Lang: f.t.cfg.Lang, Blocks: []card.Block{list}})
		if !slices.ContainsFunc(f.form.Fields, func(q card.FormField) bool { return f.wrong[q.Name] != "" && !q.Elsewhere() }) {
			return bot.Nothing{}, nil // nothing that can be mended here
		}
	}
}

func (f *filling) intro() {
	m := card.Message{Lang: f.t.cfg.Lang, Blocks: []card.Block{card.Text{Spans: []card.Span{card.S(f.form.Title)}}}}
	if len(f.form.Intro) > 0 {
		m.Blocks = append(m.Blocks, card.Text{Spans: f.form.Intro})
	}
	m.Blocks = append(m.Blocks, card.Note{Spans: card.Say(f.t.cfg.Lang, lang.TerminalFormHow, nil)})
	f.t.write(m)
}

// changed asks what the form is now that a field has another value.
func (f *filling) changed(ctx context.Context, q card.FormField) {
	reply, err := f.h.Handle(ctx, f.t.event(bot.Changed{Form: f.form.ID, Draft: f.form.Draft, Field: q.Name, Values: f.values}))
	if open, ok := reply.(bot.Open); ok && err == nil {
		f.form = open.Form
	}
}

// field asks one field, and reports whether the form was given up.
func (f *filling) field(ctx context.Context, q card.FormField) (stop bool, err error) {
	if q.Elsewhere() && !q.Beside {
		f.t.say(lang.TerminalFormElsewhere, lang.Args{"label": q.Label})
		return false, nil
	}
	now := q.Value
	if v, ok := f.values[q.Name]; ok {
		now = v
	}
	f.prompt(q, now)
	line, err := f.next()
	if err != nil {
		return true, err
	}
	line = strings.TrimSpace(line)
	switch strings.ToLower(line) {
	case "cancel", "取消":
		f.t.say(lang.TerminalFormGivenUp, nil)
		return true, nil
	case "":
		f.values[q.Name] = orNone(now)
		return false, nil
	case "-":
		f.values[q.Name] = []string{}
		return false, nil
	}
	value, err := f.value(ctx, q, line)
	f.values[q.Name] = value
	return false, err
}

func orNone(v []string) []string {
	if v == nil {
		return []string{}
	}
	return v
}

// prompt shows a field with what it offers and what is filled in.
func (f *filling) prompt(q card.FormField, now []string) {
	spans := []card.Span{card.S(q.Label)}
	if q.Required {
		spans = append(spans, card.T(" "+lang.Text(f.t.cfg.Lang, lang.TerminalFormNeeded, nil)))
	}
	if len(now) > 0 {
		spans = append(spans, card.T(" ["+strings.Join(now, ", ")+"]"))
	}
	m := card.Message{Lang: f.t.cfg.Lang, Blocks: []card.Block{card.Text{Spans: spans}}}
	if q.Error != "" && f.wrong == nil { // what a submission was refused for has been said
		m.Blocks = append(m.Blocks, card.Text{Spans: []card.Span{card.S("! " + q.Error)}})
	}
	if q.Help != "" {
		m.Blocks = append(m.Blocks, card.Note{Spans: []card.Span{card.T(q.Help)}})
	}
	m.Blocks = append(m.Blocks, options(q.Options)...)
	f.t.write(m)
}

// options lists choices by number.
func options(all []card.FormOption) []card.Block {
	if len(all) == 0 {
		return nil
	}
	list := card.List{Ordered: true}
	for _, o := range all {
		item := []card.Span{card.T(o.Label)}
		if o.Hint != "" {
			item = append(item, card.T(" · "+o.Hint))
		}
		list.Items = append(list.Items, item)
	}
	return []card.Block{list}
}

// value is what a line means for a field.
func (f *filling) value(ctx context.Context, q card.FormField, line string) ([]string, error) {
	switch q.Kind {
	case card.FieldToggle:
		yes := slices.Contains([]string{"y", "yes", "true", "on", "1", "是"}, strings.ToLower(line))
		return []string{strconv.FormatBool(yes)}, nil
	case card.FieldChoice:
		return []string{picked(q.Options, line)}, nil
	case card.FieldChoices, card.FieldTags, card.FieldEntities, card.FieldList:
		if q.Beside {
			return []string{line}, nil
		}
		var out []string
		for part := range strings.FieldsFuncSeq(line, func(r rune) bool { return r == ',' || r == '，' }) {
			out = append(out, picked(q.Options, strings.TrimSpace(part)))
		}
		return out, nil
	case card.FieldEntity, card.FieldOwner:
		return f.entity(ctx, q, line)
	}
	return []string{line}, nil
}

// picked is the value of an option that is named by its number, its value or its label; else the text itself.
func picked(all []card.FormOption, text string) string {
	if n, err := strconv.Atoi(text); err == nil && n >= 1 && n <= len(all) && !slices.ContainsFunc(all, func(o card.FormOption) bool { return o.Value == text }) {
		return all[n-1].Value
	}
	for _, o := range all {
		if strings.EqualFold(o.Label, text) || strings.EqualFold(o.Value, text) {
			return o.Value
		}
	}
	return text
}

// entity is the thing of the catalog that a text means; of several, one is chosen.
func (f *filling) entity(ctx context.Context, q card.FormField, text string) ([]string, error) {
	reply, err := f.h.Handle(ctx, f.t.event(bot.Asked{Form: f.form.ID, Draft: f.form.Draft, Field: q.Name, What: q.Kind, Query: text}))
	found, ok := reply.(bot.Suggest)
	if err != nil || !ok || len(found.Options) == 0 {
		return []string{text}, nil // the handler says what is wrong with it
	}
	for _, o := range found.Options {
		_, name, _ := strings.Cut(o.Value, "/")
		if strings.EqualFold(o.Value, text) || strings.EqualFold(o.Label, text) || strings.EqualFold(name, text) {
			return []string{o.Value}, nil
		}
	}
	if len(found.Options) == 1 {
		return []string{found.Options[0].Value}, nil
	}
	f.t.write(card.Message{Lang: f.t.cfg.Lang, Blocks: append([]card.Block{card.Text{Spans: card.Say(f.t.cfg.Lang, lang.TerminalFormWhich, lang.Args{"text": text})}}, options(found.Options)...)})
	line, err := f.next()
	return []string{picked(found.Options, strings.TrimSpace(line))}, err
}
