package commands

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
	"github.com/backchannel-portal/backchannel/plugins"
	"github.com/backchannel-portal/backchannel/scaffold"
)

// The bounds of fields that plugins bring: somebody waits while they are asked.
const (
	customOptions = 1500 * time.Millisecond // options while somebody types
	customCheck   = 2 * time.Second         // all fields of a page that is handed in
	maxCustomText = 200                     // characters of an option or a problem
)

// customField is a field of a form that a plugin brings.
type customField struct {
	plugins.Field
	plugin string
}

// custom is the plugin's field that a field of a template names; false where no plugin has it.
func (c *Commands) custom(q *scaffold.FormField) (customField, bool) {
	if q == nil || q.Custom == nil || c.deps.Views == nil {
		return customField{}, false
	}
	for _, e := range c.deps.Views.Registry.All() {
		i := slices.IndexFunc(e.Fields, func(f plugins.Field) bool { return f.Name == q.Custom.Name })
		if i >= 0 {
			return customField{e.Fields[i], e.About.Name}, true
		}
	}
	return customField{}, false
}

// asCustom is how a field that a plugin brings is asked: what it offers is suggested while somebody types.
func (m *making) asCustom(q *scaffold.FormField, f card.FormField) card.FormField {
	own, ok := m.c.custom(q)
	if !ok || own.Options == nil {
		return f
	}
	switch f.Kind {
	case card.FieldLine, card.FieldNumber, card.FieldChoice:
		f.Kind, f.Options = card.FieldEntity, nil
	case card.FieldList, card.FieldTags, card.FieldChoices:
		if q.Items == nil {
			f.Kind, f.Options = card.FieldEntities, nil
		}
	}
	return f
}

// customQuery is the state of a plugin's field. Secrets are in no form's values.
func (m *making) customQuery(f *scaffold.Form, q *scaffold.FormField, typed string) plugins.FieldQuery {
	out := plugins.FieldQuery{Typed: typed, Lang: m.l, Values: json.RawMessage("{}")}
	if f.Values != nil {
		out.Values = yamldoc.AppendJSON(nil, f.Values)
	}
	if q.Custom.Options != nil {
		out.Options = yamldoc.AppendJSON(nil, q.Custom.Options)
	}
	return out
}

// suggestCustom is what a plugin offers for what was typed so far. One that does not answer offers nothing.
func (m *making) suggestCustom(ctx context.Context, f *scaffold.Form, q *scaffold.FormField, own customField, typed string) bot.Suggest {
	var out bot.Suggest
	if own.Options == nil {
		return out
	}
	all, err := plugins.Call(ctx, m.c.deps.Views.Gates, own.plugin, "field "+own.Name, customOptions, func(ctx context.Context) ([]plugins.FieldOption, error) {
		return own.Options(ctx, m.customQuery(f, q, strings.TrimSpace(typed)))
	})
	if err != nil {
		return out
	}
	seen := map[string]bool{}
	for _, o := range all {
		if o.Value == "" || len(o.Value) > maxCustomText || seen[o.Value] {
			continue
		}
		seen[o.Value] = true
		label := clipTo(card.CleanLine(o.Label), maxCustomText)
		if label == "" {
			label = o.Value
		}
		if out.Options = append(out.Options, card.FormOption{Value: o.Value, Label: label}); len(out.Options) == maxSuggested {
			break
		}
	}
	return out
}

// unfit says what plugins find wrong with the values of a page, by the names of its fields. What cannot be found out in
// time is no problem: a plugin that is away must not keep people from their work.
func (m *making) unfit(ctx context.Context, f *scaffold.Form, page int) map[string]string {
	ctx, cancel := context.WithTimeout(ctx, customCheck)
	defer cancel()
	out := map[string]string{}
	for i := range f.Pages[page].Fields {
		q := &f.Pages[page].Fields[i]
		own, ok := m.c.custom(q)
		if !ok || own.Check == nil || q.Fixed {
			continue
		}
		for _, typed := range fieldValues(q) {
			problem, err := plugins.Call(ctx, m.c.deps.Views.Gates, own.plugin, "check "+own.Name, customCheck, func(ctx context.Context) (string, error) {
				return own.Check(ctx, m.customQuery(f, q, typed))
			})
			if problem = clipTo(card.CleanLine(problem), maxCustomText); err == nil && problem != "" {
				out[q.Name] = problem
				break
			}
		}
	}
	return out
}
