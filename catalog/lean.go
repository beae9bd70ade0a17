package catalog

import (
	"slices"
	"strings"
	"unique"
)

// Lean returns the entity in the form that is kept for long: what many entities have in common (kinds, types, owners,
// tags, keys of annotations) is one string in the whole process, and everything else is in one piece of memory, which
// the garbage collector looks at once. An entity that is lean is returned as it is, so that all who keep it share it.
// Source.Location is left alone; a source gives the entities of one file the same string.
func Lean(e *Entity) *Entity {
	if e.Document.packed == "" || e.Document.packed[0]&packedIn != 0 {
		return e
	}
	c := *e
	for _, s := range [...]*string{&c.Ref.Kind, &c.Ref.Namespace, &c.APIVersion, &c.Kind, &c.Namespace, &c.Type, &c.Lifecycle,
		&c.Owner.Kind, &c.Owner.Namespace, &c.Owner.Name, &c.API.Format, &c.Source.Origin} {
		*s = common(*s)
	}
	c.Tags = slices.Clone(c.Tags)
	for i := range c.Tags {
		c.Tags[i] = common(c.Tags[i])
	}
	pairs := slices.Concat(c.Labels, c.Annotations)
	for i := range pairs {
		pairs[i].Key = common(pairs[i].Key)
	}
	c.Labels, c.Annotations = some(pairs[:len(c.Labels):len(c.Labels)]), some(pairs[len(c.Labels):])
	c.Links, c.Problems = slices.Clone(c.Links), slices.Clone(c.Problems)
	c.gather()
	return &c
}

// gather moves the strings of an entity's own, and its document, into one piece of memory.
func (e *Entity) gather() {
	size := len(e.Document.packed)
	e.own(func(s *string) { size += len(*s) })
	var b strings.Builder
	b.Grow(size) // enough for all: what has been handed out never moves
	b.WriteByte(e.Document.packed[0] | packedIn)
	b.WriteString(e.Document.packed[1:])
	e.Document.packed = b.String()
	e.own(func(s *string) {
		at := b.Len()
		b.WriteString(*s)
		*s = b.String()[at:]
	})
	if e.Ref.Name == e.Name {
		e.Ref.Name = e.Name
	}
}

// own calls f for every string that other entities hardly have as well.
func (e *Entity) own(f func(*string)) {
	for _, s := range [...]*string{&e.Name, &e.Title, &e.Description, &e.Relations.packed,
		&e.Profile.DisplayName, &e.Profile.Email, &e.Profile.Picture, &e.API.Title, &e.API.Version} {
		f(s)
	}
	if e.Ref.Name != e.Name {
		f(&e.Ref.Name)
	}
	for i := range e.Labels {
		f(&e.Labels[i].Value)
	}
	for i := range e.Annotations {
		f(&e.Annotations[i].Value)
	}
	for i := range e.Links {
		l := &e.Links[i]
		f(&l.URL)
		f(&l.Title)
		f(&l.Icon)
		f(&l.Type)
	}
}

// common returns the one string of its text that the process has.
func common(s string) string { return unique.Make(s).Value() }

// some returns nil for an empty slice.
func some[T any](s []T) []T {
	if len(s) == 0 {
		return nil
	}
	return s
}
