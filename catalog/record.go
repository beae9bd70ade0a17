package catalog

import (
	"encoding/binary"
	"slices"
	"strings"
)

// Record is a whole entity in one piece of memory that holds no pointers: the form in which a catalog of 100,000 is
// kept. It is immutable and comparable: equal records are equal entities. The zero value is none. The bytes are for
// memory only: they may mean something else in the next version.
type Record struct {
	packed string
}

// IsZero reports whether r holds no entity.
func (r Record) IsZero() bool { return r.packed == "" }

// Record returns the packed form of e. An entity that was unpacked and not changed since gives the record it is from.
func (e *Entity) Record() Record {
	if e.Document.within() {
		if r := (Record{e.Document.packed}); r.Entity().same(e) {
			return r
		}
	}
	return pack(e)
}

// Lean returns the entity in the form that is kept for long where it is not packed: all its strings and its document
// are one piece of memory.
func Lean(e *Entity) *Entity {
	if r := e.Record(); r.packed != e.Document.packed {
		return r.Entity()
	}
	return e
}

// Head is what entities are chosen by. Its strings are those of Entity.
type Head struct {
	Ref       Ref
	Type      string
	Lifecycle string
	Owner     Ref
	tags      cutter
}

// Tags calls f for each tag until it returns false.
func (h Head) Tags(f func(string) bool) {
	c := h.tags
	for n := c.number(); n > 0 && f(c.word()); n-- {
	}
}

// Written is what a descriptor says of its entity in its own words.
type Written struct{ APIVersion, Kind, Namespace, Name, Title, Description string }

// Written unpacks the texts of a head that Record.Head returned.
func (h Head) Written() Written {
	c := h.tags
	for n := c.number(); n > 0; n-- {
		c.word()
	}
	w := Written{APIVersion: c.word(), Kind: c.word(), Namespace: c.word(), Name: h.Ref.Name}
	if c.number() > 0 {
		w.Name = c.text()
	}
	w.Title, w.Description = c.text(), c.text()
	return w
}

// A record is: documentIn, the length of the columns, the columns in the order of pack, the size of the document's text,
// and the text as squeeze packs it.

// Ref is the reference of the entity; r is not zero.
func (r Record) Ref() Ref {
	c := r.columns()
	return Ref{Kind: c.word(), Namespace: c.word(), Name: c.text()}
}

// Name is Entity.Name; r is not zero.
func (r Record) Name() string { return r.Head().Written().Name }

// Head unpacks what entities are chosen by, without memory of its own; r is not zero.
func (r Record) Head() Head {
	c := r.columns()
	h := Head{Ref: Ref{Kind: c.word(), Namespace: c.word(), Name: c.text()}}
	h.Type, h.Lifecycle = c.word(), c.word()
	h.Owner = Ref{Kind: c.word(), Namespace: c.word(), Name: c.text()}
	h.tags = c
	return h
}

// Entity unpacks the record into a new Entity whose strings share the record's memory; nil for the zero Record.
func (r Record) Entity() *Entity {
	if r.IsZero() {
		return nil
	}
	c := r.columns()
	e := &Entity{Document: Document(r)}
	e.Ref = Ref{Kind: c.word(), Namespace: c.word(), Name: c.text()}
	e.Type, e.Lifecycle = c.word(), c.word()
	e.Owner = Ref{Kind: c.word(), Namespace: c.word(), Name: c.text()}
	if n := c.number(); n > 0 {
		e.Tags = make([]string, n)
		for i := range e.Tags {
			e.Tags[i] = c.word()
		}
	}
	e.APIVersion, e.Kind, e.Namespace, e.Name = c.word(), c.word(), c.word(), e.Ref.Name
	if c.number() > 0 {
		e.Name = c.text()
	}
	e.Title, e.Description = c.text(), c.text()
	labels, annotations := c.number(), c.number()
	if pairs := c.pairs(labels + annotations); pairs != nil {
		e.Labels, e.Annotations = some(pairs[:labels:labels]), some(pairs[labels:])
	}
	if n := c.number(); n > 0 {
		e.Links = make([]Link, n)
		for i := range e.Links {
			e.Links[i] = Link{c.text(), c.text(), c.word(), c.word()}
		}
	}
	if c.number() > 0 {
		e.Profile = Profile{c.text(), c.text(), c.text()}
		e.API = API{c.text(), c.text(), c.text()}
	}
	e.Relations.packed = c.text()
	e.Source = Provenance{c.text(), c.text(), c.number()}
	if n := c.number(); n > 0 {
		e.Problems = make([]Problem, n)
		for i := range e.Problems {
			e.Problems[i] = Problem{c.word(), c.text(), c.number(), c.text()}
		}
	}
	return e
}

// pack writes what Entity reads.
func pack(e *Entity) Record {
	w := packer{make([]byte, 0, 512)}
	w.ref(e.Ref)
	w.words(e.Type, e.Lifecycle)
	w.ref(e.Owner)
	w.number(len(e.Tags))
	w.words(e.Tags...)
	w.words(e.APIVersion, e.Kind, e.Namespace)
	if e.Name == e.Ref.Name {
		w.number(0)
	} else {
		w.number(1)
		w.text(e.Name)
	}
	w.text(e.Title)
	w.text(e.Description)
	w.number(len(e.Labels))
	w.number(len(e.Annotations))
	for _, p := range slices.Concat(e.Labels, e.Annotations) {
		w.words(p.Key)
		w.text(p.Value)
	}
	w.number(len(e.Links))
	for _, l := range e.Links {
		w.text(l.URL)
		w.text(l.Title)
		w.words(l.Icon, l.Type)
	}
	if e.Profile == (Profile{}) && e.API == (API{}) {
		w.number(0)
	} else {
		w.number(1)
		for _, s := range [...]string{e.Profile.DisplayName, e.Profile.Email, e.Profile.Picture, e.API.Format, e.API.Title, e.API.Version} {
			w.text(s)
		}
	}
	w.text(e.Relations.packed)
	w.text(e.Source.Origin)
	w.text(e.Source.Location)
	w.number(e.Source.Line)
	w.number(len(e.Problems))
	for _, p := range e.Problems {
		w.words(p.Code)
		w.text(p.Field)
		w.number(p.Line)
		w.text(p.Message)
	}
	return w.record(e)
}

// record puts the document behind the columns.
func (w *packer) record(e *Entity) Record {
	text := e.Document.JSON()
	var body []byte
	if len(text) > 0 {
		body = squeeze(text, e.own())
	}
	head := binary.AppendUvarint([]byte{documentIn}, uint64(len(w.buf)))
	size := binary.AppendUvarint(nil, uint64(len(text)))
	var b strings.Builder
	b.Grow(len(head) + len(w.buf) + len(size) + len(body))
	b.Write(head)
	b.Write(w.buf)
	b.Write(size)
	b.Write(body)
	return Record{b.String()}
}

// columns starts to read behind what comes first.
func (r Record) columns() cutter {
	c := cutter{r.packed[1:]}
	c.number()
	return c
}

// document returns the size of the document's text and its packed form.
func (r Record) document() (size int, body string) {
	c := cutter{r.packed[1:]}
	columns := c.number()
	c.rest = c.rest[columns:]
	size = c.number()
	return size, c.rest
}

// json unpacks the document; nil when there is none.
func (r Record) json() []byte {
	size, body := r.document()
	if size == 0 {
		return nil
	}
	return unsqueeze(body, size, r.Entity().own())
}

// same reports whether two entities agree in everything but the text of their documents.
func (e *Entity) same(o *Entity) bool {
	return e.Ref == o.Ref && e.APIVersion == o.APIVersion && e.Kind == o.Kind && e.Namespace == o.Namespace && e.Name == o.Name &&
		e.Title == o.Title && e.Description == o.Description && e.Type == o.Type && e.Lifecycle == o.Lifecycle && e.Owner == o.Owner &&
		e.Profile == o.Profile && e.API == o.API && e.Relations == o.Relations && e.Source == o.Source &&
		slices.Equal(e.Tags, o.Tags) && slices.Equal(e.Labels, o.Labels) && slices.Equal(e.Annotations, o.Annotations) &&
		slices.Equal(e.Links, o.Links) && slices.Equal(e.Problems, o.Problems)
}

// some returns nil for an empty slice.
func some[T any](s []T) []T {
	if len(s) == 0 {
		return nil
	}
	return s
}
