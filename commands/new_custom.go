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

// customOptions is how long somebody who types waits for what a plugin offers.
const customOptions = 1500 * time.Millisecond

// customField is a field of a form that a plugin brings.
type customField struct {
	plugins.Field
	plugin, title string
}

// custom is the plugin's field that a field of a template names; false where no plugin has it.
func (c *Commands) custom(q *scaffold.FormField) (customField, bool) {
	if q == nil || q.Custom == nil || c.deps.Views == nil {
		return customField{}, false
	}
	for _, e := range c.deps.Views.Registry.All() {
		i := slices.IndexFunc(e.Fields, func(f plugins.Field) bool { return f.Name == q.Custom.Name })
		if i >= 0 {
			return customField{e.Fields[i], e.About.Name, e.About.Title}, true
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
		if !q.Compound {
			f.Kind, f.Options = card.FieldEntities, nil
		}
	}
	return f
}

// customQuery is the state of a plugin's field, without what is secret in the form.
func (m *making) customQuery(f *scaffold.Form, q *scaffold.FormField, typed string) plugins.FieldQuery {
	out := plugins.FieldQuery{Typed: typed, Lang: m.l, Values: json.RawMessage("{}")}
	if f.Values != nil {
		out.Values = yamldoc.AppendJSON(nil, m.public(f, f.Values))
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
