package descriptor

import (
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// The envelope and the kinds, restated from the JSON schemas of @backstage/catalog-model 1.10.1 (Entity, EntityMeta,
// kinds/*.v1alpha1) and @backstage/plugin-scaffolder-common 2.3.0 (Template.v1beta3). Fields they do not mention
// may hold anything.

func one(k yamldoc.Kind) []yamldoc.Kind { return []yamldoc.Kind{k} }

func object(required []string, fields ...field) *schema {
	return &schema{kinds: one(yamldoc.Map), required: required, fields: fields}
}

func list(items *schema) *schema { return &schema{kinds: one(yamldoc.List), items: items} }

func need(names ...string) []string { return names }

var (
	text      = &schema{kinds: one(yamldoc.String)}
	filled    = &schema{kinds: one(yamldoc.String), filled: true}
	anyObject = &schema{kinds: one(yamldoc.Map)}
	texts     = list(text)
	refs      = list(filled)
	condition = &schema{kinds: []yamldoc.Kind{yamldoc.String, yamldoc.Bool}}
	allTexts  = &schema{kinds: one(yamldoc.Map), rest: text}
)

var envelope = object(need("apiVersion", "kind", "metadata"),
	field{"apiVersion", filled},
	field{"kind", filled},
	field{"metadata", object(need("name"),
		field{"uid", filled},
		field{"etag", filled},
		field{"name", filled},
		field{"namespace", filled},
		field{"title", filled},
		field{"description", text},
		field{"labels", allTexts},
		field{"annotations", allTexts},
		field{"tags", refs},
		field{"links", list(object(need("url"),
			field{"url", filled}, field{"title", filled}, field{"icon", filled}, field{"type", filled}))},
	)},
	field{"spec", anyObject},
)

// rootFields are the only fields an entity may have beside each other (NoForeignRootFieldsEntityPolicy).
var rootFields = need("apiVersion", "kind", "metadata", "spec")

var profile = object(nil, field{"displayName", filled}, field{"email", filled}, field{"picture", filled})

// kindRule is what Backstage knows of a kind: where it may come from and what its spec must look like.
type kindRule struct {
	kind        string
	apiVersions []string
	spec        *schema
}

var coreVersions = need("backstage.io/v1alpha1", "backstage.io/v1beta1")

var kindRules = []kindRule{
	{"Component", coreVersions, object(need("type", "lifecycle", "owner"),
		field{"type", filled}, field{"lifecycle", filled}, field{"owner", filled}, field{"system", filled},
		field{"subcomponentOf", filled}, field{"providesApis", refs}, field{"consumesApis", refs}, field{"dependsOn", refs})},
	{"API", coreVersions, object(need("type", "lifecycle", "owner", "definition"),
		field{"type", filled}, field{"lifecycle", filled}, field{"owner", filled}, field{"system", filled}, field{"definition", filled})},
	{"Resource", coreVersions, object(need("type", "owner"),
		field{"type", filled}, field{"owner", filled}, field{"dependsOn", refs}, field{"system", filled})},
	{"System", coreVersions, object(need("owner"), field{"owner", filled}, field{"domain", filled}, field{"type", filled})},
	{"Domain", coreVersions, object(need("owner"), field{"owner", filled}, field{"subdomainOf", filled}, field{"type", filled})},
	{"Group", coreVersions, object(need("type", "children"),
		field{"type", filled}, field{"profile", profile}, field{"parent", filled}, field{"children", refs}, field{"members", refs})},
	{"User", coreVersions, object(need("memberOf"), field{"profile", profile}, field{"memberOf", refs})},
	{"Location", coreVersions, object(nil,
		field{"type", filled}, field{"target", filled}, field{"targets", refs},
		field{"presence", &schema{kinds: one(yamldoc.String), enum: need("required", "optional")}})},
	{"Template", need("scaffolder.backstage.io/v1beta3"), template},
}

var permissions = field{"backstage:permissions", object(nil, field{"tags", texts})}

var decorators = list(object(nil, field{"id", text}, field{"input", anyObject}))

var template = object(need("type", "steps"),
	field{"type", filled},
	field{"owner", filled},
	field{"lifecycle", filled},
	field{"parameters", &schema{kinds: []yamldoc.Kind{yamldoc.Map, yamldoc.List}, fields: []field{permissions}, items: object(nil, permissions)}},
	field{"secrets", object(nil, field{"schema", anyObject})},
	field{"presentation", object(nil, field{"buttonLabels", object(nil,
		field{"backButtonText", text}, field{"createButtonText", text}, field{"reviewButtonText", text})})},
	field{"EXPERIMENTAL_recovery", object(nil, field{"EXPERIMENTAL_strategy", text})},
	field{"formDecorators", decorators},
	field{"EXPERIMENTAL_formDecorators", decorators},
	field{"steps", list(object(need("action"),
		field{"id", text}, field{"name", text}, field{"action", text}, field{"input", anyObject}, field{"if", condition}, permissions))},
	field{"output", &schema{kinds: one(yamldoc.Map), rest: text, fields: []field{
		{"links", list(object(nil,
			field{"if", condition}, field{"url", filled}, field{"entityRef", filled}, field{"title", filled}, field{"icon", filled}))},
		{"text", list(object(nil,
			field{"if", condition}, field{"title", filled}, field{"icon", filled}, field{"content", text}))},
	}}},
)

// kind checks a valid envelope against its kind. It reports false, with an error, for a kind that Backstage does
// not know at all; a known kind with an apiVersion it does not have is an error like any other.
func (c *checker) kind(root *yamldoc.Node) (known bool) {
	kind, version := root.Get("kind"), root.Get("apiVersion")
	i := slices.IndexFunc(kindRules, func(r kindRule) bool { return r.kind == kind.Text })
	if i < 0 {
		c.enter("kind")
		c.fail(kind.Line, "%q is not a kind that the catalog knows%s", clip(kind.Text), meant(kind.Text))
		c.leave()
		return false
	}
	rule := kindRules[i]
	if !slices.Contains(rule.apiVersions, version.Text) {
		c.enter("apiVersion")
		c.fail(version.Line, "%q is not one that %s has; use %s", clip(version.Text), rule.kind, rule.apiVersions[0])
		c.leave()
		return true
	}
	spec := root.Get("spec")
	c.enter("spec")
	if spec == nil {
		c.fail(root.Line, "is missing")
	} else {
		c.check(rule.spec, spec)
	}
	c.leave()
	return true
}

// meant suggests the known kind that differs in case only.
func meant(kind string) string {
	for _, r := range kindRules {
		if strings.EqualFold(r.kind, kind) {
			return "; write it as " + r.kind
		}
	}
	return ""
}
