package form

import (
	"maps"
	"slices"

	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// Picker is a field with a ui:field that Backstage has.
type Picker struct {
	Name             string              // as the template writes it: EntityPicker
	Filter           []map[string]Filter // catalogFilter: maps of which one fits; all of one map fit
	DefaultKind      string              // of references without one
	DefaultNamespace string
	AnyValue         bool     // what the catalog does not have is accepted
	Owned            bool     // only what the asker owns, or is a member of
	Hosts            []string // allowedHosts; empty: any that is integrated
	Organizations    []string
	Owners           []string
	Projects         []string
	Repos            []string
	Excluded         []string // excludedOwners
	Kinds            []string // of entities whose tags are offered
	SecretKey        string   // of requestUserCredentials: under which name the asker's token is expected
}

// Filter is a condition on one field of an entity.
type Filter struct {
	Values []string // one of them, compared without case
	Exists bool     // there is a value
}

// pickers are the built-in fields of Backstage's scaffolder.
var pickers = map[string]Kind{
	"EntityPicker": Entity, "MultiEntityPicker": Entities, "OwnerPicker": Owner, "OwnedEntityPicker": Entity,
	"MyGroupsPicker": Owner, "EntityNamePicker": Line, "EntityTagsPicker": Tags, "RepoUrlPicker": Repo,
	"RepoBranchPicker": Line, "RepoOwnerPicker": Line, "Secret": Secret,
}

// Pickers are the names of the fields that are known, sorted.
func Pickers() []string { return slices.Sorted(maps.Keys(pickers)) }

// readPicker reads ui:field and its options; nil for a name that is not known.
func readPicker(s *node) *Picker {
	name := s.Get("ui:field").Str()
	if _, known := pickers[name]; !known {
		return nil
	}
	o := s.Get("ui:options")
	p := &Picker{
		Name: name, DefaultKind: o.Get("defaultKind").Str(), DefaultNamespace: o.Get("defaultNamespace").Str(),
		AnyValue: !isFalse(o.Get("allowArbitraryValues")), Owned: name == "OwnedEntityPicker" || name == "MyGroupsPicker",
		Hosts: texts(o.Get("allowedHosts")), Organizations: texts(o.Get("allowedOrganizations")),
		Owners: texts(o.Get("allowedOwners")), Projects: texts(o.Get("allowedProjects")), Repos: texts(o.Get("allowedRepos")),
		Excluded: texts(o.Get("excludedOwners")), Kinds: texts(o.Get("kinds")),
		SecretKey: o.Get("requestUserCredentials").Get("secretsKey").Str(),
	}
	if host := o.Get("host").Str(); host != "" && len(p.Hosts) == 0 {
		p.Hosts = []string{host}
	}
	p.Filter = readFilter(o.Get("catalogFilter"))
	if kinds := texts(o.Get("allowedKinds")); len(p.Filter) == 0 && len(kinds) > 0 {
		p.Filter = []map[string]Filter{{"kind": {Values: kinds}}}
	}
	switch name {
	case "OwnerPicker":
		if p.DefaultKind = "Group"; len(p.Filter) == 0 {
			p.Filter = []map[string]Filter{{"kind": {Values: []string{"Group", "User"}}}}
		}
	case "MyGroupsPicker":
		if p.DefaultKind = "Group"; len(p.Filter) == 0 {
			p.Filter = []map[string]Filter{{"kind": {Values: []string{"Group"}}}}
		}
	}
	return p
}

func readFilter(n *node) []map[string]Filter {
	if n == nil {
		return nil
	}
	var out []map[string]Filter
	for _, m := range one(n) {
		each := map[string]Filter{}
		for _, f := range fields(m) {
			if isTrue(f.Value.Get("exists")) {
				each[f.Key] = Filter{Exists: true}
			} else if values := texts(f.Value); len(values) > 0 {
				each[f.Key] = Filter{Values: values}
			}
		}
		if len(each) > 0 {
			out = append(out, each)
		}
	}
	return out
}

// texts are the scalars of a list, or a scalar alone, as text.
func texts(n *node) []string {
	if isNull(n) {
		return nil
	}
	var out []string
	for _, item := range one(n) {
		if item.Kind != yamldoc.List && item.Kind != yamldoc.Map && item.Kind != yamldoc.Null {
			out = append(out, item.Text)
		}
	}
	return out
}
