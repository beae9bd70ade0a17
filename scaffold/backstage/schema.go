package backstage

import (
	"encoding/json"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
	"github.com/backchannel-portal/backchannel/scaffold"
)

// Form is the form of a template as our own renderers ask it. name is what errors call the template.
func (s Schema) Form(name string) (*scaffold.FormSource, error) {
	pages := make([]json.RawMessage, 0, len(s.Steps))
	for _, p := range s.Steps {
		page, err := p.page()
		if err != nil {
			return nil, err
		}
		pages = append(pages, page)
	}
	entity, err := json.Marshal(map[string]any{
		"apiVersion": scaffold.APIVersion, "kind": "Template",
		"metadata": map[string]any{"name": "template", "title": s.Title, "description": s.Description},
		"spec":     map[string]any{"type": "service", "parameters": pages, "steps": []any{}},
	})
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "read a form of Backstage")
	}
	doc, err := yamldoc.Parse(entity, yamldoc.Limits{})
	if err != nil {
		return nil, err
	}
	return scaffold.ReadForm(name, doc)
}

// page is the schema of a page with the title and the description that stand beside it. The order of its keys stays.
func (p SchemaPage) page() (json.RawMessage, error) {
	n, err := yamldoc.Parse(p.Schema, yamldoc.Limits{})
	if err != nil || n.Kind != yamldoc.Map {
		return nil, fault.New(fault.Upstream, "Backstage gives a form that is no JSON Schema")
	}
	for key, text := range map[string]string{"title": p.Title, "description": p.Description} {
		if text != "" && n.Get(key) == nil {
			n.Fields = append(n.Fields, yamldoc.Field{Key: key, Value: &yamldoc.Node{Kind: yamldoc.String, Text: text}})
		}
	}
	return yamldoc.AppendJSON(nil, n), nil
}
