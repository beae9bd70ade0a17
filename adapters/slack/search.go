package slack

import (
	"strings"

	"github.com/backchannel-portal/backchannel/bot/card"
)

// A menu of suggestions has no value to carry a token, as what is chosen is its value. Its id carries it.

const searchPrefix = "s:"

// maxSearchToken leaves room for the prefix and the kind in an element's id.
const maxSearchToken = maxElementID - 40

// search appends a menu that asks for suggestions while somebody types.
func (r *renderer) search(a *card.Action) {
	r.dst = append(r.dst, `{"type":"external_select","action_id":"`...)
	r.dst = append(r.dst, searchPrefix...)
	r.dst = appendJSONText(r.dst, clip(string(a.Search), 24)+":")
	r.dst = appendJSONText(r.dst, r.tokenText(a.Intent, a.Anyone, maxSearchToken))
	r.mixed = true
	r.dst = append(r.dst, `","placeholder":`...)
	r.plain(a.Label, maxPlaceholder)
	r.dst = append(r.dst, `,"min_query_length":0}`...)
}

// searchOf reads an id that search wrote.
func searchOf(id string) (kind card.FieldKind, token string, ok bool) {
	rest, ok := strings.CutPrefix(id, searchPrefix)
	if !ok {
		return "", "", false
	}
	name, token, ok := strings.Cut(rest, ":")
	return card.FieldKind(name), token, ok && token != ""
}
