package scaffold

import (
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

// Value is the result as a command prints it: ok, steps, effects and output, with error and warnings where there are
// any.
func (r *Result) Value() template.Value {
	str := template.StringValue
	var steps, effects, warnings []template.Value
	for _, s := range r.Steps {
		f := []template.Field{{Key: "id", Value: str(s.ID)}, {Key: "action", Value: str(s.Action)}, {Key: "status", Value: str(string(s.Status))}}
		if s.Message != "" {
			f = append(f, template.Field{Key: "message", Value: str(s.Message)})
		}
		steps = append(steps, template.ObjectValue(f...))
	}
	for _, e := range r.Effects {
		effects = append(effects, template.ObjectValue(
			template.Field{Key: "step", Value: str(e.Step)}, template.Field{Key: "action", Value: str(e.Action)},
			template.Field{Key: "summary", Value: str(e.Text(lang.English))}, template.Field{Key: "input", Value: object(e.Input)}))
	}
	fields := []template.Field{
		{Key: "ok", Value: template.BoolValue(r.Status == Completed)},
		{Key: "steps", Value: template.ArrayValue(steps...)}, {Key: "effects", Value: template.ArrayValue(effects...)},
		{Key: "output", Value: object(r.Output.Value)},
	}
	if r.Err != nil {
		fields = append(fields, template.Field{Key: "error", Value: str(r.Err.Error())})
	}
	for _, w := range r.Warnings {
		warnings = append(warnings, str(w))
	}
	if len(warnings) > 0 {
		fields = append(fields, template.Field{Key: "warnings", Value: template.ArrayValue(warnings...)})
	}
	return template.ObjectValue(fields...)
}
