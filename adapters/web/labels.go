package web

import (
	"strings"

	"github.com/backchannel-portal/backchannel/internal/lang"
)

// typeLabel is a type of entities as people say it. In English that is the word of the descriptor; another language has
// words for the usual ones.
func typeLabel(l lang.Lang, typ string) string {
	return labelled(l, typ, map[string]lang.Key{
		"service": lang.KindService, "website": lang.KindWebsite, "library": lang.KindLibrary, "database": lang.KindDatabase, "team": lang.KindGroup,
	})
}

// lifeLabel is a lifecycle as people say it.
func lifeLabel(l lang.Lang, lifecycle string) string {
	return labelled(l, lifecycle, map[string]lang.Key{
		"production": lang.LifeProduction, "experimental": lang.LifeExperimental, "deprecated": lang.LifeDeprecated,
	})
}

func labelled(l lang.Lang, word string, known map[string]lang.Key) string {
	if key, ok := known[strings.ToLower(word)]; ok && l != lang.English {
		return translate(l, string(key))
	}
	return word
}
