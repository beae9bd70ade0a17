package ingest

import (
	"context"
	"crypto/sha256"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/descriptor"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// entry is what is known of one descriptor file.
type entry struct {
	file    catalog.File
	bundle  catalog.Bundle    // the entities of file, which has them itself until they were reported
	own     []catalog.Problem // the problems of the content, without those of targets
	targets []target          // what its Locations lead to
	deps    []dep             // what its placeholders read
	raw     [32]byte          // of the descriptor alone; zero: it could not be read
	token   Token
	nothing bool      // it holds no descriptors and is none
	blind   bool      // another system did not give the file, and what it led to before is not known
	size    int64     // bytes of the descriptor and of what its placeholders read
	owners  *inferred // what documents without an owner took from CODEOWNERS; nil: all name one
}

// dep is a placeholder target as it was read.
type dep struct {
	name    string // as the descriptor has it
	address string // absolute; empty: it has none
	sum     [32]byte
	token   Token
}

// target is a place that a Location entity names.
type target struct {
	text     string
	line     int
	field    string
	optional bool
	of       catalog.Ref // the Location
	kept     bool        // the Location cannot be read now; this is what it said last
}

// load brings the state of one file up to date, given its last one, nil when there is none. What it holds must fit into
// the room.
func (e *Engine) load(ctx context.Context, address string, sift bool, was *entry, r *room) *entry {
	place := e.place(address)
	c, err := place.Read(ctx, address, tokenOf(was))
	changed := was == nil // something that the descriptor refers to
	if err == nil && c.Same {
		if was.nothing && sift || !was.nothing && e.depsSame(ctx, address, was) && e.ownersSame(ctx, address, was) {
			return was.again(c.Token)
		}
		changed = true
		c, err = place.Read(ctx, address, "")
	}
	if err != nil {
		return unreadable(address, err, was)
	}
	raw := sha256.Sum256(c.Data)
	if !changed && was.raw == raw && (sift || !was.nothing) && e.depsSame(ctx, address, was) && e.ownersSame(ctx, address, was) {
		return was.again(c.Token)
	}
	if sift && !holdsEntities(address, c.Data) {
		return &entry{raw: raw, token: c.Token, nothing: true}
	}
	held := r.share(was)
	if err := held.take(len(c.Data)); err != nil {
		return unreadable(address, err, was)
	}
	en := &entry{raw: raw, token: c.Token}
	e.parse(ctx, en, address, c.Data, held)
	en.size = held.used
	en.inherit(was)
	return en
}

// tokenOf is what reading can be spared with. A file that could not be read is read again.
func tokenOf(was *entry) Token {
	if was == nil || was.raw == [32]byte{} {
		return ""
	}
	return was.token
}

// again is the entry for another scan: its own problems, not yet those of its targets.
func (en *entry) again(t Token) *entry {
	kept := *en
	kept.token = t
	kept.file.Problems = kept.own
	return &kept
}

// report is the file with its entities.
func (en *entry) report() catalog.File {
	f := en.file
	if f.Entities == nil {
		f.Entities = en.bundle.Entities()
	}
	return f
}

// parse reads the documents of a descriptor.
func (e *Engine) parse(ctx context.Context, en *entry, address string, data []byte, held *share) {
	docs := descriptor.Read(address, data, descriptor.Options{
		Origin: e.opt.Origin,
		Limits: e.opt.Limits,
		Read: func(name string) ([]byte, error) {
			c, d, err := e.beside(ctx, address, dep{name: name})
			if err == nil {
				if err = held.take(len(c.Data)); err != nil {
					d.sum, d.token = [32]byte{}, "" // there may be room the next time
				}
			}
			en.deps = append(en.deps, d)
			return c.Data, err
		},
		Owner: func() (string, string) { return e.infer(ctx, en, address) },
	})
	en.file = catalog.File{Location: address, Hash: en.hash(), Text: data}
	for i := range docs {
		e.take(en, &docs[i])
	}
	if p, ok := en.ownersProblem(); ok {
		en.file.Problems = append(en.file.Problems, p)
	}
	en.own = en.file.Problems
	en.bundle = catalog.NewBundle(en.file.Entities) // here, since files are read side by side
}

// beside reads the target of a placeholder, given its last state or just its name.
func (e *Engine) beside(ctx context.Context, from string, was dep) (Content, dep, error) {
	d := dep{name: was.name}
	if !IsWeb(was.name) && filepath.IsAbs(filepath.FromSlash(was.name)) {
		return Content{}, d, fault.New(fault.Forbidden, "the path must be relative to the descriptor")
	}
	address, err := resolve(from, was.name)
	if err != nil {
		return Content{}, d, err
	}
	d.address = address
	c, err := e.place(address).Beside(ctx, from, address, was.token)
	switch {
	case err != nil:
		return Content{}, d, err
	case c.Same:
		d.sum, d.token = was.sum, was.token
	default:
		d.sum, d.token = sha256.Sum256(c.Data), c.Token
	}
	return c, d, nil
}

// depsSame looks at the placeholder targets of an entry again. New tokens are kept: the contents are equal.
func (e *Engine) depsSame(ctx context.Context, address string, was *entry) bool {
	for i, d := range was.deps {
		_, now, _ := e.beside(ctx, address, d)
		if now.sum != d.sum {
			return false
		}
		was.deps[i].token = now.token
	}
	return true
}

// hash covers the descriptor and all that its placeholders read.
func (en *entry) hash() [32]byte {
	if len(en.deps) == 0 && en.owners == nil {
		return en.raw
	}
	h := sha256.New()
	h.Write(en.raw[:])
	if en.owners != nil {
		fmt.Fprintf(h, "%x %v\x00", en.owners.sum, en.owners.names)
	}
	for _, d := range en.deps {
		h.Write([]byte(d.name + "\x00"))
		h.Write(d.sum[:])
	}
	return [32]byte(h.Sum(nil))
}

// take adds a document's verdict to the file.
func (e *Engine) take(en *entry, d *descriptor.Document) {
	f := &en.file
	if d.Entity == nil {
		for _, p := range d.Errors {
			f.Problems = append(f.Problems, catalog.Problem{Code: catalog.ProblemInvalid, Field: p.Path, Line: p.Line, Message: p.Message})
		}
		if d.Claim.IsZero() {
			f.Opaque = true
		} else {
			f.Broken = append(f.Broken, d.Claim)
		}
		return
	}
	if p, refused := refuse(e.opt.Allow, d.Entity); refused {
		f.Problems = append(f.Problems, p)
		return
	}
	f.Entities = append(f.Entities, d.Entity)
	if l := d.Location; l != nil {
		for i, text := range l.Targets {
			en.targets = append(en.targets, target{text: text, line: l.Lines[i], field: "spec.targets", optional: l.Optional, of: d.Ref})
		}
	}
}

// inherit keeps following what a Location said before it broke: like the Location itself, what it led to stays as it
// last was.
func (en *entry) inherit(was *entry) {
	if was == nil {
		return
	}
	for _, t := range was.targets {
		gone := slices.ContainsFunc(en.targets, func(o target) bool { return o.of == t.of })
		if !gone && (en.file.Opaque || slices.Contains(en.file.Broken, t.of)) {
			t.kept = true
			en.targets = append(en.targets, t)
		}
	}
}

// unreadable is the state of a file that cannot be read now; what it held before stays in the catalog.
func unreadable(address string, err error, was *entry) *entry {
	en := hollow(address, was)
	en.blind = fault.Is(err, fault.Upstream) && (was == nil || was.blind)
	en.file.Problems = []catalog.Problem{{Code: catalog.ProblemUnreadable, Message: "the file cannot be read: " + Reason(err)}}
	en.own = en.file.Problems
	return en
}

// hollow is the state of a file of which only is known that it should be there.
func hollow(address string, was *entry) *entry {
	en := &entry{file: catalog.File{Location: address, Opaque: true}}
	if was != nil {
		en.size = was.size
	}
	en.inherit(was)
	return en
}
