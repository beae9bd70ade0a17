package store

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/backchannel-portal/backchannel/catalog"
)

// packVersion is the first byte of packed columns. A new version gets a new number; unpack keeps reading the ones
// that the release before wrote.
const packVersion = 1

// pack writes all columns of an entity but its document in a form that lasts: strings behind their lengths, lists
// behind their counts. It is what the next version of the program reads, should its records differ from ours.
func pack(e *catalog.Entity) []byte {
	w := packer{make([]byte, 0, 512)}
	w.buf = append(w.buf, packVersion)
	w.texts(e.Ref.Kind, e.Ref.Namespace, e.Ref.Name, e.APIVersion, e.Kind, e.Namespace, e.Name,
		e.Title, e.Description, e.Type, e.Lifecycle, e.Owner.Kind, e.Owner.Namespace, e.Owner.Name,
		e.Profile.DisplayName, e.Profile.Email, e.Profile.Picture, e.API.Format, e.API.Title, e.API.Version,
		e.Source.Origin, e.Source.Location)
	w.number(e.Source.Line)
	w.number(len(e.Tags))
	w.texts(e.Tags...)
	for _, pairs := range [][]catalog.Pair{e.Labels, e.Annotations} {
		w.number(len(pairs))
		for _, p := range pairs {
			w.texts(p.Key, p.Value)
		}
	}
	w.number(len(e.Links))
	for _, l := range e.Links {
		w.texts(l.URL, l.Title, l.Icon, l.Type)
	}
	w.number(e.Relations.Len())
	for r := range e.Relations.All() {
		w.texts(r.Type, r.Target.Kind, r.Target.Namespace, r.Target.Name)
	}
	w.number(len(e.Problems))
	for _, p := range e.Problems {
		w.texts(p.Code, p.Field, p.Message)
		w.number(p.Line)
	}
	return w.buf
}

type packer struct{ buf []byte }

func (w *packer) number(n int) { w.buf = binary.AppendUvarint(w.buf, uint64(max(n, 0))) }

func (w *packer) texts(list ...string) {
	for _, s := range list {
		w.number(len(s))
		w.buf = append(w.buf, s...)
	}
}

// unpacker reads packed columns. relations is reused from one entity to the next.
type unpacker struct {
	rest      string
	err       error
	relations []catalog.Relation
}

var errPacked = errors.New("the packed columns of an entity are damaged")

// entity reads what pack wrote and adds the document. The strings share the memory of packed.
func (r *unpacker) entity(packed string, document []byte) (*catalog.Entity, error) {
	if packed == "" || packed[0] != packVersion {
		return nil, fmt.Errorf("%w: version %.1x", errPacked, packed)
	}
	r.rest, r.err = packed[1:], nil
	e := &catalog.Entity{}
	r.texts(&e.Ref.Kind, &e.Ref.Namespace, &e.Ref.Name, &e.APIVersion, &e.Kind, &e.Namespace, &e.Name,
		&e.Title, &e.Description, &e.Type, &e.Lifecycle, &e.Owner.Kind, &e.Owner.Namespace, &e.Owner.Name,
		&e.Profile.DisplayName, &e.Profile.Email, &e.Profile.Picture, &e.API.Format, &e.API.Title, &e.API.Version,
		&e.Source.Origin, &e.Source.Location)
	e.Source.Line = r.number()
	e.Tags = list[string](r)
	for i := range e.Tags {
		r.texts(&e.Tags[i])
	}
	for _, pairs := range []*[]catalog.Pair{&e.Labels, &e.Annotations} {
		*pairs = list[catalog.Pair](r)
		for i := range *pairs {
			r.texts(&(*pairs)[i].Key, &(*pairs)[i].Value)
		}
	}
	e.Links = list[catalog.Link](r)
	for i := range e.Links {
		l := &e.Links[i]
		r.texts(&l.URL, &l.Title, &l.Icon, &l.Type)
	}
	r.related(e)
	e.Problems = list[catalog.Problem](r)
	for i := range e.Problems {
		p := &e.Problems[i]
		r.texts(&p.Code, &p.Field, &p.Message)
		p.Line = r.number()
	}
	if r.err == nil && r.rest != "" {
		r.err = errPacked
	}
	if r.err != nil {
		return nil, r.err
	}
	e.Document = catalog.NewDocument(document)
	return e, nil
}

func (r *unpacker) related(e *catalog.Entity) {
	r.relations = r.relations[:0]
	for range r.count() {
		var x catalog.Relation
		r.texts(&x.Type, &x.Target.Kind, &x.Target.Namespace, &x.Target.Name)
		r.relations = append(r.relations, x)
	}
	e.Relations = catalog.NewRelations(r.relations...)
}

// list reads a count and returns as many empty elements; nil for none.
func list[T any](r *unpacker) []T {
	n := r.count()
	if n == 0 {
		return nil
	}
	return make([]T, n)
}

// count reads the length of a list, which cannot have more elements than there are bytes.
func (r *unpacker) count() int {
	n := r.number()
	if n > len(r.rest) {
		r.fail()
		return 0
	}
	return n
}

func (r *unpacker) number() int {
	var n uint64
	for i := 0; i < len(r.rest) && i < binary.MaxVarintLen32; i++ {
		b := r.rest[i]
		n |= uint64(b&0x7f) << (7 * i)
		if b < 0x80 {
			r.rest = r.rest[i+1:]
			return int(n)
		}
	}
	r.fail()
	return 0
}

func (r *unpacker) texts(into ...*string) {
	for _, s := range into {
		n := r.number()
		if n > len(r.rest) {
			r.fail()
			return
		}
		*s, r.rest = r.rest[:n], r.rest[n:]
	}
}

func (r *unpacker) fail() { r.rest, r.err = "", errPacked }
