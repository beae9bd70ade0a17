package search

import (
	"bytes"
	"encoding/json"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/backchannel-portal/backchannel/catalog"
)

// telling keeps entities as one audience is told of them: without the names of what is hidden. Most entities name
// nothing hidden and are told as they are.
type telling struct {
	places [1024]atomic.Pointer[toldEntity]

	owners sync.Once
	masks  bool // of masksOwners
}

type toldEntity struct {
	id     uint32
	entity *catalog.Entity
}

// told is a visible entity as the viewer is told of it.
func (v *view) told(id uint32, e *catalog.Entity) *catalog.Entity {
	if v.vis == nil || e == nil || !v.namesHidden(id, e) {
		return e
	}
	at := &v.telling.places[id%uint32(len(v.telling.places))]
	if t := at.Load(); t != nil && t.id == id {
		return t.entity
	}
	t := v.without(e)
	at.Store(&toldEntity{id, t})
	return t
}

// namesHidden reports whether an entity's own descriptor names something that the viewer may not see.
func (v *view) namesHidden(id uint32, e *catalog.Entity) bool {
	for _, ed := range v.s.nodes.at(id).edges {
		if ed.own() && !v.mayName(ed.target) {
			return true
		}
	}
	return v.hides(e.Owner)
}

// hides reports whether there is an entity of this name which the viewer may not see.
func (v *view) hides(ref catalog.Ref) bool {
	if v.vis == nil || ref.IsZero() {
		return false
	}
	id, ok := v.s.id(ref)
	return ok && !v.mayName(id)
}

// without copies an entity and leaves out of its columns and its document what is hidden.
func (v *view) without(e *catalog.Entity) *catalog.Entity {
	out := *e
	if v.hides(e.Owner) {
		out.Owner = catalog.Ref{}
	}
	var kept []catalog.Relation
	for r := range e.Relations.All() {
		if !v.hides(r.Target) {
			kept = append(kept, r)
		}
	}
	out.Relations = catalog.NewRelations(kept...)
	out.Document = catalog.NewDocument(v.redacted(e))
	return &out
}

// referenceFields are the fields of spec that name other entities, with the kind of a reference that has none
// (backstage.io, "Descriptor Format of Catalog Entities"). Those without a kind of their own mean the component.
var referenceFields = map[string]string{
	"owner": "group", "system": "system", "domain": "domain", "subcomponentOf": "component", "subdomainOf": "domain",
	"dependsOn": "component", "dependencyOf": "component", "providesApis": "api", "consumesApis": "api",
	"parent": "group", "children": "group", "memberOf": "group", "members": "user",
}

// redacted is an entity's document without references to what is hidden, as if they had never been written; nil when
// it cannot be read.
func (v *view) redacted(e *catalog.Entity) []byte {
	hidden := func(field, s string) bool {
		ref, err := catalog.ParseRef(s, referenceFields[field], e.Ref.Namespace)
		return err == nil && v.hides(ref)
	}
	return rewritten(e.Document.JSON(), func(key string, value json.RawMessage) json.RawMessage {
		if key != "spec" {
			return value
		}
		return rewritten(value, func(key string, value json.RawMessage) json.RawMessage {
			if referenceFields[key] == "" {
				return value
			}
			return withoutHidden(value, func(s string) bool { return hidden(key, s) })
		})
	})
}

// rewritten copies a JSON object with other values for its members, in their order; those for which there is none are
// left out. It returns nil when the text is no object.
func rewritten(object json.RawMessage, value func(key string, old json.RawMessage) json.RawMessage) json.RawMessage {
	d := json.NewDecoder(bytes.NewReader(object))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil
	}
	out := []byte{'{'}
	for d.More() {
		t, err := d.Token()
		key, ok := t.(string)
		var old json.RawMessage
		if err != nil || !ok || d.Decode(&old) != nil {
			return nil
		}
		fresh := value(key, old)
		name, err := json.Marshal(key)
		if err != nil {
			return nil
		}
		if fresh == nil {
			continue
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(append(append(out, name...), ':'), fresh...)
	}
	return append(out, '}')
}

// withoutHidden leaves the hidden ones out of a reference or a list of them; nil when none is left.
func withoutHidden(raw json.RawMessage, hidden func(string) bool) json.RawMessage {
	var one string
	if json.Unmarshal(raw, &one) == nil {
		if hidden(one) {
			return nil
		}
		return raw
	}
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil {
		return raw
	}
	kept := slices.DeleteFunc(slices.Clone(list), func(item json.RawMessage) bool {
		var s string
		return json.Unmarshal(item, &s) == nil && hidden(s)
	})
	if len(kept) == len(list) {
		return raw
	}
	if len(kept) == 0 {
		return nil
	}
	text, err := json.Marshal(kept)
	if err != nil {
		return nil
	}
	return text
}
