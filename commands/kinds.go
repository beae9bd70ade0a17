package commands

import (
	"strings"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// kindKey is the word for a kind, or "" for one that has none.
func kindKey(kind string) lang.Key {
	switch kind {
	case "component":
		return lang.KindComponent
	case "api":
		return lang.KindAPI
	case "resource":
		return lang.KindResource
	case "system":
		return lang.KindSystem
	case "domain":
		return lang.KindDomain
	case "group":
		return lang.KindGroup
	case "user":
		return lang.KindUser
	case "template":
		return lang.KindTemplate
	default:
		return ""
	}
}

// typeKey is the word for a well-known type of component or resource, or "".
func typeKey(typ string) lang.Key {
	switch strings.ToLower(typ) {
	case "service":
		return lang.KindService
	case "website":
		return lang.KindWebsite
	case "library":
		return lang.KindLibrary
	case "database":
		return lang.KindDatabase
	case "team":
		return lang.KindGroup
	default:
		return ""
	}
}

// countKey is the counted word for a kind or a well-known type, or "".
func countKey(word string) lang.Key {
	switch word {
	case "component":
		return lang.CountComponent
	case "api":
		return lang.CountAPI
	case "resource":
		return lang.CountResource
	case "system":
		return lang.CountSystem
	case "domain":
		return lang.CountDomain
	case "group":
		return lang.CountGroup
	case "user":
		return lang.CountUser
	case "template":
		return lang.CountTemplate
	case "service":
		return lang.CountService
	case "website":
		return lang.CountWebsite
	case "library":
		return lang.CountLibrary
	case "database":
		return lang.CountDatabase
	case "mobile-app":
		return lang.CountMobileApp
	default:
		return ""
	}
}

// what is the word for what an entity is: the type of a component or a resource, else its kind.
func (t *talk) what(e *catalog.Entity) string {
	if e.Type != "" && (e.Ref.Kind == "component" || e.Ref.Kind == "resource" || e.Ref.Kind == "group") {
		if k := typeKey(e.Type); k != "" {
			return t.text(k, nil)
		}
		return e.Type
	}
	if k := kindKey(e.Ref.Kind); k != "" {
		return t.text(k, nil)
	}
	return e.Kind
}

// whatA is what with its article.
func (t *talk) whatA(e *catalog.Entity) []card.Span {
	what := t.what(e)
	key := lang.ShowA
	if what != "" && strings.ContainsRune("aeioAEIO", rune(what[0])) {
		key = lang.ShowAn
	}
	return t.say(key, lang.Args{"kind": what})
}

// count is "3 services" for a kind or type, "3 things" for one without a word.
func (t *talk) count(word string, n int) string {
	k := countKey(word)
	if k == "" {
		k = lang.CountThing
	}
	return t.text(k, lang.Args{"n": n})
}

// lifeWord is a lifecycle in words.
func (t *talk) lifeWord(lifecycle string) string {
	switch strings.ToLower(lifecycle) {
	case "production":
		return t.text(lang.LifeProduction, nil)
	case "experimental":
		return t.text(lang.LifeExperimental, nil)
	case "deprecated":
		return t.text(lang.LifeDeprecated, nil)
	default:
		return t.text(lang.LifeOther, lang.Args{"name": lifecycle})
	}
}

// kindOrder orders kinds as answers list them.
func kindOrder(kind string) int {
	for i, k := range []string{"component", "api", "resource", "system", "domain", "template", "group", "user"} {
		if k == kind {
			return i
		}
	}
	return 99
}

// ofKind reports whether an entity is of a kind or type a question asks for. Several are separated by commas.
func ofKind(e *catalog.Entity, kind string) bool {
	if kind == "" {
		return true
	}
	for k := range strings.SplitSeq(kind, ",") {
		k = strings.TrimSpace(k)
		if k == e.Ref.Kind || strings.EqualFold(k, e.Type) && e.Ref.Kind != "template" {
			return true
		}
	}
	return false
}
