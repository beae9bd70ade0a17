package main

import (
	"fmt"
	"strings"

	"github.com/backchannel-portal/backchannel/scaffold/template"
)

type templateActionsCmd struct {
	Name string `arg:"" optional:"" help:"An action, to be shown with its examples."`
}

// Run lists the actions that templates can use.
func (c *templateActionsCmd) Run(s *session) error {
	cfg, err := s.load()
	if err != nil {
		return err
	}
	lab, err := s.laboratory(cfg)
	if err != nil {
		return err
	}
	defer lab.close()
	specs, err := lab.specs(c.Name)
	if err != nil {
		return err
	}
	if s.Output == "json" {
		var list []template.Value
		for _, spec := range specs {
			fields := []template.Field{{Key: "name", Value: template.StringValue(spec.Name)}, {Key: "description", Value: template.StringValue(spec.Description)}}
			for _, part := range []struct{ key, schema string }{{"input", spec.Input}, {"output", spec.Output}} {
				if v, err := template.ParseJSON([]byte(part.schema)); err == nil {
					fields = append(fields, template.Field{Key: part.key, Value: v})
				}
			}
			list = append(list, template.ObjectValue(fields...))
		}
		return s.print(template.ArrayValue(list...))
	}
	var b strings.Builder
	for _, spec := range specs {
		fmt.Fprintf(&b, "%-28s %s\n", spec.Name, spec.Description)
		if c.Name == "" {
			continue
		}
		for _, e := range spec.Examples {
			fmt.Fprintf(&b, "\n# %s\n%s", e.Description, e.YAML)
		}
	}
	_, err = s.out.Write([]byte(b.String()))
	return err
}
