package action

import (
	"strings"

	"github.com/backchannel-portal/backchannel/scaffold"
	"github.com/backchannel-portal/backchannel/scaffold/action/input"
)

// Reference writes what a registry's actions take and give as Markdown, a section each, for the handbook.
func Reference(r *scaffold.Registry) (string, error) {
	var b strings.Builder
	for _, name := range r.Names() {
		a, ok := r.Action(name)
		if !ok {
			continue
		}
		if err := section(&b, a.Spec()); err != nil {
			return "", err
		}
	}
	return b.String(), nil
}

func section(b *strings.Builder, s scaffold.Spec) error {
	b.WriteString("\n### " + s.Name + "\n\n" + s.Description)
	if s.Local {
		b.WriteString(" It changes nothing but the workspace.")
	}
	b.WriteString("\n")
	for _, part := range []struct{ title, schema string }{{"Input", s.Input}, {"Output", s.Output}} {
		fields, err := input.Fields(part.schema)
		if err != nil {
			return err
		}
		if len(fields) == 0 {
			continue
		}
		b.WriteString("\n| " + part.title + " | Type | |\n|---|---|---|\n")
		for _, f := range fields {
			b.WriteString("| `" + f.Name + "`")
			if f.Required {
				b.WriteString(" (required)")
			}
			b.WriteString(" | " + f.Shape + " | " + strings.ReplaceAll(f.Description, "|", `\|`) + " |\n")
		}
	}
	for _, e := range s.Examples {
		b.WriteString("\n" + e.Description + ":\n\n```yaml\n")
		for i, line := range strings.Split(strings.TrimRight(e.YAML, "\n"), "\n") {
			if i == 0 {
				b.WriteString("- " + line + "\n")
				continue
			}
			b.WriteString("  " + line + "\n")
		}
		b.WriteString("```\n")
	}
	return nil
}
