package entity

import (
	"context"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/scaffold"
	"github.com/backchannel-portal/backchannel/scaffold/action/input"
	"github.com/backchannel-portal/backchannel/scaffold/action/yamltext"
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

// sourceTemplate is the annotation that names the template of an entity, as in Backstage.
const sourceTemplate = "backstage.io/source-template"

// write is catalog:write.
func write() scaffold.Action {
	spec := scaffold.Spec{
		Name:        "catalog:write",
		Description: "Writes a descriptor into the workspace, with an annotation that names the template.",
		Input: input.Schema(input.Must("entity", input.Map, "the entity, as descriptors write it"),
			input.May("filePath", input.Name, "the file; catalog-info.yaml by default")),
		Local: true,
		Examples: []scaffold.Example{{
			Description: "Describe a component",
			YAML: "id: describe\naction: catalog:write\ninput:\n  entity:\n    apiVersion: backstage.io/v1alpha1\n    kind: Component\n    metadata:\n      name: ${{ parameters.name }}\n" +
				"    spec:\n      type: service\n      lifecycle: experimental\n      owner: ${{ parameters.owner }}\n",
		}},
	}
	return scaffold.Local(spec, func(ctx context.Context, c *scaffold.Call) (out template.Value, err error) {
		input.Unknown(ctx, c, spec.Input)
		in := struct{ FilePath string }{"catalog-info.yaml"}
		if err := input.Read(c, &in); err != nil {
			return out, err
		}
		entity := c.Input.Get("entity")
		if ref := c.Template.Ref; ref.Name != "" {
			entity = annotated(entity, sourceTemplate, ref.String())
		}
		return out, c.Workspace.WriteFile(in.FilePath, []byte(yamltext.Stringify(entity, yamltext.Options{})), 0o644)
	})
}

// annotated adds an annotation to an entity.
func annotated(entity template.Value, key, value string) template.Value {
	meta := entity.Get("metadata")
	notes := with(meta.Get("annotations"), key, template.StringValue(value))
	return with(entity, "metadata", with(meta, "annotations", notes))
}

// with is an object with one more, or another, property.
func with(v template.Value, key string, value template.Value) template.Value {
	var fields []template.Field
	for k, item := range v.Entries {
		fields = append(fields, template.Field{Key: k, Value: item})
	}
	return template.ObjectValue(append(fields, template.Field{Key: key, Value: value})...)
}

// maxRefs bounds how many entities one step fetches.
const maxRefs = 1000

// fetch is catalog:fetch.
func fetch(from Catalog) scaffold.Action {
	spec := scaffold.Spec{
		Name:        "catalog:fetch",
		Description: "Reads entities of the catalog, as far as the asker may see them.",
		Input: input.Schema(input.May("entityRef", input.Text, "one entity"), input.May("entityRefs", input.Texts, "several entities"),
			input.May("optional", input.Bool, "entities that do not exist are null"),
			input.May("defaultKind", input.Text, "the kind of references without one"), input.May("defaultNamespace", input.Text, "their namespace")),
		Output: input.Schema(input.May("entity", input.Any, "the entity of entityRef"), input.May("entities", input.List, "those of entityRefs")),
		Local:  true,
		Examples: []scaffold.Example{{
			Description: "Read the system that was picked",
			YAML:        "id: system\naction: catalog:fetch\ninput:\n  entityRef: ${{ parameters.system }}\n  defaultKind: System\n",
		}},
	}
	return scaffold.Local(spec, func(ctx context.Context, c *scaffold.Call) (out template.Value, err error) {
		input.Unknown(ctx, c, spec.Input)
		var in struct {
			EntityRef                     string
			EntityRefs                    []string
			Optional                      bool
			DefaultKind, DefaultNamespace string
		}
		if err := input.Read(c, &in); err != nil {
			return out, err
		}
		look := func(text string) (template.Value, error) {
			return entityOf(ctx, from, c.Asker, text, in.DefaultKind, in.DefaultNamespace, in.Optional)
		}
		switch {
		case in.EntityRef == "" && in.EntityRefs == nil && in.Optional:
			return out, nil
		case in.EntityRef == "" && in.EntityRefs == nil:
			return out, fault.New(fault.Invalid, "entityRef or entityRefs must say what to fetch")
		case len(in.EntityRefs) > maxRefs:
			return out, fault.New(fault.Invalid, "a step fetches at most %d entities", maxRefs)
		}
		var fields []template.Field
		if in.EntityRef != "" {
			v, err := look(in.EntityRef)
			if err != nil {
				return out, err
			}
			fields = append(fields, template.Field{Key: "entity", Value: v})
		}
		if in.EntityRefs != nil {
			items := make([]template.Value, len(in.EntityRefs))
			for i, text := range in.EntityRefs {
				if items[i], err = look(text); err != nil {
					return out, err
				}
			}
			fields = append(fields, template.Field{Key: "entities", Value: template.ArrayValue(items...)})
		}
		return input.Output(fields...), nil
	})
}

// entityOf looks an entity up; null stands for one that may be missing and is.
func entityOf(ctx context.Context, from Catalog, asker scaffold.Asker, text, kind, namespace string, optional bool) (template.Value, error) {
	ref, err := catalog.ParseRef(text, kind, namespace)
	if err != nil {
		return template.Value{}, err
	}
	if from == nil {
		return template.Value{}, fault.New(fault.Invalid, "there is no catalog to look %s up in", clip(text))
	}
	v, ok, err := from.Entity(ctx, asker, ref)
	switch {
	case err != nil:
		return template.Value{}, err
	case !ok && !optional:
		return template.Value{}, fault.New(fault.NotFound, "there is no entity %s", ref)
	case !ok:
		return template.NullValue(), nil
	}
	return v, nil
}
