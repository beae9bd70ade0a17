package plugintest

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
)

// typed are what people may type into a field: nothing, something, and what no plugin expects.
func typed() []string { return []string{"", "a", "2026-01-01", "'; --", strings.Repeat("长", 3000)} }

// fields asks for options and judgements, also with nonsense: they answer in time, every option has a value, and what
// is offered is not found wrong.
func (s Setup) fields(t *testing.T) {
	e, _ := s.started(t, s.Upstreams)
	for _, f := range e.Fields {
		for _, text := range typed() {
			for _, l := range lang.Languages() {
				s.field(t, f, plugins.FieldQuery{Typed: text, Lang: l, Values: json.RawMessage(`{}`)})
			}
		}
	}
}

func (s Setup) field(t *testing.T, f plugins.Field, q plugins.FieldQuery) {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if f.Check != nil {
		if _, err := f.Check(ctx, q); err != nil {
			t.Errorf("field %s: %.40q cannot be checked: %v", f.Name, q.Typed, err)
		}
	}
	if f.Options == nil {
		return
	}
	all, err := f.Options(ctx, q)
	if err != nil {
		t.Errorf("field %s: no options for %.40q: %v", f.Name, q.Typed, err)
	}
	for i, o := range all {
		if o.Value == "" || o.Label == "" {
			t.Errorf("field %s: option %d of %.40q is %+v", f.Name, i, q.Typed, o)
		}
		if i > 0 || f.Check == nil {
			continue
		}
		chosen := q
		chosen.Typed = o.Value
		if problem, err := f.Check(ctx, chosen); err != nil || problem != "" {
			t.Errorf("field %s offers %q and finds it wrong: %s %v", f.Name, o.Value, problem, err)
		}
	}
}
