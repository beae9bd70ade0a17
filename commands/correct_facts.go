package commands

import (
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// The facts that can be corrected in a descriptor, and the one that stands for everything else.
const (
	factOwner       = "spec.owner"
	factLifecycle   = "spec.lifecycle"
	factType        = "spec.type"
	factTitle       = "metadata.title"
	factDescription = "metadata.description"
	factLink        = "metadata.links"
	factOther       = "other"
)

// formCorrect is the form of a correction, with its fields. Its draft is the entity's reference.
const (
	formCorrect = "correct"
	fieldFact   = "fact"
	fieldRight  = "right"
	fieldLabel  = "label"
	fieldWhy    = "why"
)

// The bounds of a correction, in characters.
const (
	maxTitle = 120
	maxRight = 2000
	maxWhy   = 500
	maxWas   = 200
)

// correctable are the facts that a descriptor of an entity can state.
func correctable(e *catalog.Entity) []string {
	switch e.Ref.Kind {
	case "group", "user":
		return []string{factTitle, factDescription, factLink, factOther}
	case "component", "api":
		return []string{factOwner, factLifecycle, factType, factTitle, factDescription, factLink, factOther}
	default:
		return []string{factOwner, factTitle, factDescription, factLink, factOther}
	}
}

// factValue is the value of a fact that a descriptor states, "" for others.
func factValue(e *catalog.Entity, fact string) string {
	switch fact {
	case factOwner:
		if e.Owner.IsZero() {
			return ""
		}
		return e.Owner.String()
	case factLifecycle:
		return e.Lifecycle
	case factType:
		return e.Type
	case factTitle:
		return e.Title
	case factDescription:
		return clipTo(e.Description, maxWas)
	case factLink:
		var urls []string
		for _, l := range e.Links {
			urls = append(urls, l.URL)
		}
		return clipTo(strings.Join(urls, " "), maxWas)
	default:
		return ""
	}
}

// factName is what people call a fact.
func (t *talk) factName(fact string) string {
	keys := map[string]lang.Key{
		factOwner: lang.FactOwner, factLifecycle: lang.FactLifecycle, factType: lang.FactType, factTitle: lang.FactTitle,
		factDescription: lang.FactDescription, factLink: lang.FactLink,
		string(understand.OnCall): lang.FactOnCall, string(understand.Docs): lang.FactDocs, string(understand.API): lang.FactAPI,
		string(understand.Version): lang.FactVersion, string(understand.Dependents): lang.FactDeps, string(understand.Dependencies): lang.FactDeps,
		string(understand.Members): lang.FactMembers,
	}
	if k, ok := keys[fact]; ok {
		return t.text(k, nil)
	}
	return t.text(lang.FactOther, nil)
}
