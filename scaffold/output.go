package scaffold

import (
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

// Output is what a run shows at its end: spec.output, rendered.
type Output struct {
	Links []Link
	Texts []Text
	Value template.Value // all of it, an object or undefined
}

// Link leads to something that was made.
type Link struct {
	Title     string
	URL       string // "" where EntityRef is the target
	EntityRef string // as the template gives it
	Icon      string // a name of Backstage's icons, or ""
}

// Text is something to be read.
type Text struct {
	Title   string
	Content string // Markdown
	Icon    string
	Default bool // shown first
}

// output renders spec.output. Secrets are not known to it.
func (x *execution) output() (template.Value, error) {
	if x.t.Output.Kind() != template.Object {
		return template.ObjectValue(), nil
	}
	c, err := x.context(nil, template.Value{}, open)
	if err != nil {
		return template.Value{}, err
	}
	v, warnings, err := x.r.cfg.Engine.RenderStep(x.t.Output, c, template.StepOptions{Field: "spec.output"})
	if err != nil {
		return template.Value{}, err
	}
	x.warn(&Step{ID: "output"}, warnings)
	fields := make([]template.Field, 0, v.Len())
	for k, item := range v.Entries {
		if (k == "links" || k == "text") && item.Kind() == template.Array {
			item = filtered(item)
		}
		fields = append(fields, template.Field{Key: k, Value: item})
	}
	return template.ObjectValue(fields...), nil
}

// filtered leaves out the items whose condition is false, and the conditions. One that is undefined is none, as in
// Backstage.
func filtered(items template.Value) template.Value {
	var out []template.Value
	for _, item := range items.Items() {
		if item.Has("if") {
			if !item.Get("if").StepTruthy() {
				continue
			}
			item = drop(item, "if")
		}
		out = append(out, item)
	}
	return template.ArrayValue(out...)
}

// drop is an object without a key.
func drop(v template.Value, key string) template.Value {
	var fields []template.Field
	for k, item := range v.Entries {
		if k != key {
			fields = append(fields, template.Field{Key: k, Value: item})
		}
	}
	return template.ObjectValue(fields...)
}

// outputOf reads the links and texts of a rendered output.
func outputOf(v template.Value) Output {
	out := Output{Value: v}
	for _, l := range v.Get("links").Items() {
		link := Link{Title: text(l, "title"), URL: text(l, "url"), EntityRef: text(l, "entityRef"), Icon: text(l, "icon")}
		if link.URL != "" || link.EntityRef != "" {
			out.Links = append(out.Links, link)
		}
	}
	for _, t := range v.Get("text").Items() {
		item := Text{Title: text(t, "title"), Content: text(t, "content"), Icon: text(t, "icon"), Default: t.Get("default").Truthy()}
		if item.Content != "" || item.Title != "" {
			out.Texts = append(out.Texts, item)
		}
	}
	return out
}

func text(v template.Value, key string) string {
	if s := v.Get(key); s.Kind() == template.String {
		return s.String()
	}
	return ""
}
