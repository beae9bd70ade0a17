package entity

import (
	"context"
	"path"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
	"github.com/backchannel-portal/backchannel/scaffold"
	"github.com/backchannel-portal/backchannel/scaffold/action/input"
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

// register is catalog:register.
type register struct{ catalog Catalog }

// Spec implements scaffold.Action.
func (register) Spec() scaffold.Spec {
	return scaffold.Spec{
		Name:        "catalog:register",
		Description: "Registers a descriptor in the catalog.",
		Input: input.Schema(
			input.May("catalogInfoUrl", input.Name, "the address of the descriptor"),
			input.May("repoContentsUrl", input.Name, "the address of the top of a repository, in place of catalogInfoUrl"),
			input.May("catalogInfoPath", input.Name, "where the descriptor lies in it; /catalog-info.yaml by default"),
			input.May("optional", input.Bool, "go on where it cannot be registered")),
		Output: input.Schema(
			input.May("entityRef", input.Text, "the component that the descriptor holds, or its first entity"),
			input.May("catalogInfoUrl", input.Text, "the address of the descriptor")),
		Examples: []scaffold.Example{{
			Description: "Register what was published",
			YAML:        "id: register\naction: catalog:register\ninput:\n  repoContentsUrl: ${{ steps.publish.output.repoContentsUrl }}\n  catalogInfoPath: /catalog-info.yaml\n",
		}},
	}
}

type registering struct {
	CatalogInfoURL, RepoContentsURL, CatalogInfoPath string
	Optional                                         bool
}

// defaultDescriptor is where descriptors lie.
const defaultDescriptor = "/catalog-info.yaml"

func (r register) read(ctx context.Context, c *scaffold.Call) (in registering, address string, err error) {
	input.Unknown(ctx, c, r.Spec().Input)
	if err := input.Read(c, &in); err != nil {
		return in, "", err
	}
	if in.CatalogInfoPath == "" {
		in.CatalogInfoPath = defaultDescriptor
	}
	switch {
	case in.CatalogInfoURL != "":
		address = strings.TrimPrefix(in.CatalogInfoURL, "url:")
	case in.RepoContentsURL != "":
		address, err = input.Contents(in.RepoContentsURL, in.CatalogInfoPath)
	default:
		err = fault.New(fault.Invalid, "catalogInfoUrl or repoContentsUrl must say what to register")
	}
	if err == nil && !input.IsWeb(address) {
		err = fault.New(fault.Invalid, "%q is not the address of a descriptor on the web", clip(address))
	}
	return in, address, err
}

// Plan implements scaffold.Action. The entity is the one that the workspace's descriptor of that name holds.
func (r register) Plan(ctx context.Context, c *scaffold.Call) (scaffold.Planned, error) {
	in, address, err := r.read(ctx, c)
	if err != nil {
		return scaffold.Planned{}, err
	}
	out := []template.Field{input.Str("catalogInfoUrl", address)}
	if ref, ok := described(c.Workspace, in.CatalogInfoPath); ok {
		out = append(out, input.Str("entityRef", ref.String()))
	}
	return scaffold.Planned{
		Effects: []scaffold.Effect{{Key: lang.EffectRegister, Args: lang.Args{"address": address}}},
		Output:  input.Output(out...),
	}, nil
}

// Apply implements scaffold.Action.
func (r register) Apply(ctx context.Context, c *scaffold.Call) (template.Value, error) {
	in, address, err := r.read(ctx, c)
	if err != nil {
		return template.Value{}, err
	}
	out := []template.Field{input.Str("catalogInfoUrl", address)}
	entity, err := c.Once(ctx, "register", func(ctx context.Context, again bool) (template.Value, error) {
		if r.catalog == nil {
			return template.Value{}, fault.New(fault.Invalid, "nothing can be registered in the catalog here")
		}
		done, err := r.catalog.Register(ctx, c.Asker, address)
		switch {
		case err != nil:
			return template.Value{}, err
		case done.Already && !again && !in.Optional:
			return template.Value{}, fault.New(fault.Invalid, "%s is registered already", clip(address))
		}
		ref, ok := best(done.Entities)
		if !ok {
			return template.NullValue(), nil
		}
		return template.StringValue(ref.String()), nil
	})
	switch {
	case err != nil && in.Optional:
		c.Logf(ctx, "%s was not registered: %v", address, err)
	case err != nil:
		return template.Value{}, err
	case entity.Kind() == template.String:
		out = append(out, template.Field{Key: "entityRef", Value: entity})
	}
	return input.Output(out...), nil
}

// best is the entity that a descriptor is about: a component before others, and none that a location made up.
func best(refs []catalog.Ref) (catalog.Ref, bool) {
	for _, fits := range []func(catalog.Ref) bool{
		func(r catalog.Ref) bool {
			return strings.EqualFold(r.Kind, "component") && !strings.HasPrefix(r.Name, "generated-")
		},
		func(r catalog.Ref) bool { return !strings.HasPrefix(r.Name, "generated-") },
		func(catalog.Ref) bool { return true },
	} {
		for _, r := range refs {
			if fits(r) {
				return r, true
			}
		}
	}
	return catalog.Ref{}, false
}

// described is the entity that a descriptor in the workspace holds: the one of that path, or the only one of that name.
func described(w *scaffold.Workspace, file string) (catalog.Ref, bool) {
	name := strings.TrimPrefix(path.Clean("/"+file), "/")
	if !w.Exists(name) {
		found := ""
		err := w.Walk(".", func(e scaffold.Entry) error {
			if !e.Mode.IsDir() && strings.HasSuffix("/"+e.Path, "/"+name) {
				if found != "" {
					return fault.New(fault.Ambiguous, "there are several")
				}
				found = e.Path
			}
			return nil
		})
		if err != nil || found == "" {
			return catalog.Ref{}, false
		}
		name = found
	}
	data, err := w.ReadFile(name)
	if err != nil {
		return catalog.Ref{}, false
	}
	docs, err := yamldoc.Documents(data, yamldoc.Limits{Bytes: 1 << 20, Documents: 1000})
	if err != nil {
		return catalog.Ref{}, false
	}
	var refs []catalog.Ref
	for d := range docs {
		kind, meta := d.Root.Get("kind").Str(), d.Root.Get("metadata")
		if kind != "" && meta.Get("name").Str() != "" {
			refs = append(refs, catalog.MakeRef(kind, meta.Get("namespace").Str(), meta.Get("name").Str()))
		}
	}
	return best(refs)
}

// clip bounds foreign text inside an error message.
func clip(s string) string {
	const most = 200
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
