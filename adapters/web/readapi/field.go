package readapi

import (
	"strings"

	"github.com/google/uuid"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
)

// field is a path of an entity that a filter, an order or a facet names. Most are answered from columns; the others
// from the entity's text.
type field struct {
	key    string // lower case, as asked for
	column column
	sub    string   // what follows the column's own name: a tag, the key of a label or an annotation, a relation's type
	types  []string // how a relation of the catalog is written; nil for others
	view   search.View
}

// column says where the values of a field are.
type column uint8

const (
	inText column = iota
	ofKind
	ofAPIVersion
	ofName
	ofNamespace
	ofUID
	ofTitle
	ofDescription
	ofType
	ofLifecycle
	ofOwner     // the text says how it is written; the column tells most entities apart
	ofOwnerName // of the column; no path asks for it
	ofTags
	ofTag
	ofLabel
	ofAnnotation
	ofRelation
	ofNothing // never has a value
)

// ownerColumn is the field of the owner's name.
func ownerColumn(view search.View) field { return field{column: ofOwnerName, view: view} }

// mostKey is the longest path that is looked for (MAX_KEY_LENGTH in buildEntitySearch).
const mostKey = 200

// newField looks a path up. Roots and keys are those that Backstage's search table has.
func newField(path string, view search.View) field {
	f := field{key: strings.ToLower(path), view: view}
	if len(f.key) > mostKey {
		f.column = ofNothing
		return f
	}
	switch f.key {
	case "kind":
		f.column = ofKind
	case "apiversion":
		f.column = ofAPIVersion
	case "metadata.name":
		f.column = ofName
	case "metadata.namespace":
		f.column = ofNamespace
	case "metadata.uid":
		f.column = ofUID
	case "metadata.title":
		f.column = ofTitle
	case "metadata.description":
		f.column = ofDescription
	case "metadata.tags":
		f.column = ofTags
	case "spec.type":
		f.column = ofType
	case "spec.lifecycle":
		f.column = ofLifecycle
	case "spec.owner":
		f.column = ofOwner
	case "metadata.labels", "metadata.annotations", "metadata.etag", "relations", "status", "attachments", "metadata", "spec":
		f.column = ofNothing
	default:
		f.prefixed()
	}
	return f
}

func (f *field) prefixed() {
	for _, p := range [...]struct {
		prefix string
		column column
	}{
		{"metadata.tags.", ofTag}, {"metadata.labels.", ofLabel}, {"metadata.annotations.", ofAnnotation},
		{"relations.", ofRelation}, {"status.", ofNothing}, {"attachments.", ofNothing},
	} {
		if rest, ok := strings.CutPrefix(f.key, p.prefix); ok {
			if f.column, f.sub = p.column, rest; p.column == ofRelation {
				f.types = written(rest)
			}
			return
		}
	}
}

// cost orders conditions: what a column answers goes first.
func (f *field) cost() int {
	switch f.column {
	case inText, ofOwner:
		return 3
	case ofUID:
		return 2
	case ofRelation:
		return 1
	default:
		return 0
	}
}

// dear reports whether the values of all entities cost so much that a question about a few of them does not need an
// index.
func (f *field) dear() bool {
	switch f.column {
	case inText, ofOwner, ofTag, ofLabel, ofAnnotation, ofRelation:
		return true
	default:
		return false
	}
}

// distinct reports whether most entities have a value of their own.
func (f *field) distinct() bool {
	switch f.column {
	case ofName, ofUID, ofTitle, ofDescription:
		return true
	default:
		return false
	}
}

// each calls yield with every value that an entity has at the field.
func (f *field) each(i *item, yield func(found)) {
	one := func(s string) {
		if s != "" {
			yield(row(s))
		}
	}
	switch f.column {
	case ofKind:
		one(i.head.Written().Kind)
	case ofAPIVersion:
		one(i.head.Written().APIVersion)
	case ofName:
		one(i.head.Written().Name)
	case ofNamespace:
		one(i.head.Written().Namespace)
	case ofUID:
		one(uid(i.head.Ref))
	case ofTitle:
		one(i.head.Written().Title)
	case ofDescription:
		one(i.head.Written().Description)
	case ofType:
		one(i.head.Type)
	case ofLifecycle:
		one(i.head.Lifecycle)
	case ofOwnerName:
		one(i.head.Owner.Name)
	case inText, ofOwner:
		at(i.entity().Document.JSON(), f.key, yield)
	case ofNothing:
	default:
		f.several(i, yield)
	}
}

// several is each for the fields of lists.
func (f *field) several(i *item, yield func(found)) {
	switch f.column {
	case ofTags:
		i.head.Tags(func(t string) bool {
			yield(row(t))
			return true
		})
	case ofTag:
		has := false
		i.head.Tags(func(t string) bool {
			has = same(t, f.sub)
			return !has
		})
		if has {
			yield(found{text: "true"})
		}
	case ofLabel:
		pair(i.entity().Labels, f.sub, yield)
	case ofAnnotation:
		if !pair(i.entity().Annotations, f.sub, yield) {
			pair(injected(i.entity()), f.sub, yield)
		}
	case ofRelation:
		for _, r := range f.view.Relations(i.head.Ref, f.types...) {
			if strings.EqualFold(r.Type, f.sub) {
				yield(row(r.Target.String()))
			}
		}
	}
}

func pair(list []catalog.Pair, key string, yield func(found)) bool {
	for _, p := range list {
		if strings.EqualFold(p.Key, key) {
			yield(row(p.Value))
			return true
		}
	}
	return false
}

// low is the value that an entity is ordered by, lower case; ok is false when it has none.
func (f *field) low(i *item) (key string, ok bool) {
	switch f.column {
	case ofKind:
		return i.head.Ref.Kind, true
	case ofName:
		return i.head.Ref.Name, true
	case ofNamespace:
		return i.head.Ref.Namespace, true
	}
	f.each(i, func(v found) {
		if !ok && !v.null {
			key, ok = strings.ToLower(v.text), true
		}
	})
	return key, ok
}

// exists reports whether an entity has the field, null included.
func (f *field) exists(i *item) bool {
	has := false
	f.each(i, func(found) { has = true })
	return has
}

// any reports whether an entity has a value, other than null, of which ok is true. The value is as written.
func (f *field) any(i *item, ok func(string) bool) bool {
	has := false
	f.each(i, func(v found) { has = has || !v.null && ok(v.text) })
	return has
}

// same reports whether a value equals another one that is lower case already.
func same(value, low string) bool {
	return value != "" && strings.ToLower(value) == low
}

// uidSpace makes the uids of this catalog different from other version 5 UUIDs of the same text.
var uidSpace = uuid.NewSHA1(uuid.NameSpaceURL, []byte("https://github.com/backchannel-portal/backchannel/entity"))

// uid is the entity's id: it depends on its reference alone, so that every replica gives the same one and it survives
// a registration anew.
func uid(ref catalog.Ref) string { return uuid.NewSHA1(uidSpace, []byte(ref.String())).String() }
