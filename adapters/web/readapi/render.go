package readapi

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
)

// injected are the annotations that an entity has because of where it was read, and does not have itself.
func injected(e *catalog.Entity) []catalog.Pair {
	return slices.DeleteFunc(marks(e), func(p catalog.Pair) bool {
		return slices.ContainsFunc(e.Annotations, func(own catalog.Pair) bool { return own.Key == p.Key })
	})
}

// marks are where an entity was read and that nothing defines it any more, if so.
func marks(e *catalog.Entity) []catalog.Pair {
	out := e.Source.Annotations()
	if slices.ContainsFunc(e.Problems, func(p catalog.Problem) bool { return p.Code == catalog.ProblemOrphaned }) {
		out = append(out, catalog.Pair{Key: catalog.AnnotationOrphan, Value: "true"})
	}
	return out
}

// renderer writes entities as Backstage serves them.
type renderer struct {
	view   search.View
	fields []string // projection; nil: everything
	kept   *kept    // nil: nothing is
	tail   []byte   // relations; used again for the next entity
}

// entity appends an entity with the fields that are asked for. It appends nothing and returns false when the view does
// not show it.
func (r *renderer) entity(b []byte, ref catalog.Ref) ([]byte, bool) {
	whole, ok := r.whole(ref)
	switch {
	case !ok:
		return b, false
	case r.fields == nil:
		return append(b, whole...), true
	default:
		return project(b, whole, r.fields), true
	}
}

// whole is an entity with all its fields: its text with the uid, the etag, the annotations of its source and its
// relations. It must not be changed.
func (r *renderer) whole(ref catalog.Ref) ([]byte, bool) {
	if b, ok := r.kept.entity(ref); ok {
		return b, true
	}
	e, ok := r.view.Entity(ref)
	if !ok {
		return nil, false
	}
	b := r.all(e)
	r.kept.keepEntity(ref, b)
	return b, true
}

// usuallyMore is how many bytes an entity is longer than its text and its relations, as a rule.
const usuallyMore = 640

func (r *renderer) all(e *catalog.Entity) []byte {
	doc := []byte(e.Document.JSON())
	extra := injected(e)
	r.tail = appendRelations(r.tail[:0], r.view.Relations(e.Ref))
	tag := etag(doc, r.tail, extra)
	b := append(make([]byte, 0, len(doc)+len(r.tail)+usuallyMore), '{')
	n, described := 0, false
	members(doc, blank(doc, 0), func(key, value []byte) bool {
		k := name(key)
		if k == "relations" || k == "status" {
			return true
		}
		if n++; n > 1 {
			b = append(b, ',')
		}
		b = append(append(b, key...), ':')
		if k == "metadata" {
			described = true
			b = appendMetadata(b, value, e, extra, tag)
		} else {
			b = append(b, value...)
		}
		return true
	})
	if !described {
		b = appendMetadata(append(b, `"metadata":`...), []byte("{}"), e, extra, tag)
	}
	b = append(append(b, `,"relations":`...), r.tail...)
	return append(b, '}')
}

func appendMetadata(b, metadata []byte, e *catalog.Entity, extra []catalog.Pair, tag string) []byte {
	b = append(b, '{')
	annotated := len(extra) == 0
	members(metadata, 0, func(key, value []byte) bool {
		k := name(key)
		if k == "uid" || k == "etag" {
			return true
		}
		b = append(append(b, key...), ':')
		if k == "annotations" && len(value) > 1 && value[0] == '{' {
			annotated = true
			b = appendPairs(b, value, extra)
		} else {
			b = append(b, value...)
		}
		b = append(b, ',')
		return true
	})
	if !annotated {
		b = append(appendPairs(append(b, `"annotations":`...), []byte("{}"), extra), ',')
	}
	b = append(append(b, `"uid":"`...), uid(e.Ref)...)
	b = append(append(b, `","etag":"`...), tag...)
	return append(b, `"}`...)
}

// appendPairs appends an object of strings with more of them at its end.
func appendPairs(b, object []byte, more []catalog.Pair) []byte {
	inner := object[1 : len(object)-1]
	b = append(append(b, '{'), inner...)
	for i, p := range more {
		if i > 0 || blank(inner, 0) < len(inner) {
			b = append(b, ',')
		}
		b = appendString(append(appendString(b, p.Key), ':'), p.Value)
	}
	return append(b, '}')
}

func appendRelations(b []byte, relations []catalog.Relation) []byte {
	b = append(b, '[')
	for i, r := range relations {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(append(b, `{"type":`...), r.Type)
		b = append(b, `,"targetRef":"`...)
		b = appendRef(b, r.Target)
		b = append(b, `"}`...)
	}
	return append(b, ']')
}

// appendRef appends a reference inside a JSON string; those of targets that nothing checked may hold anything.
func appendRef(b []byte, r catalog.Ref) []byte {
	for i, part := range [...]string{r.Kind, r.Namespace, r.Name} {
		if i > 0 {
			b = append(b, ":/"[i-1])
		}
		if strings.ContainsFunc(part, func(c rune) bool { return c < 0x20 || c == '"' || c == '\\' }) {
			quoted := appendString(nil, part)
			b = append(b, quoted[1:len(quoted)-1]...)
		} else {
			b = append(b, part...)
		}
	}
	return b
}

// etag changes whenever what is served of an entity does.
func etag(doc, relations []byte, extra []catalog.Pair) string {
	h := sha256.New()
	h.Write(doc)
	h.Write(relations)
	for _, p := range extra {
		h.Write([]byte(p.Key + "\x00" + p.Value + "\x00"))
	}
	var sum [sha256.Size]byte
	return hex.EncodeToString(h.Sum(sum[:0])[:20])
}
