package file

import (
	"crypto/sha256"
	"io/fs"
	"os"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/descriptor"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// entry is what is known of one descriptor file.
type entry struct {
	file    catalog.File
	targets []target // what its Locations lead to
	deps    []dep    // what its placeholders read
	raw     [32]byte // of the descriptor alone
	info    fs.FileInfo
	loaded  time.Time         // by the clock that stamps files
	own     []catalog.Problem // the problems of the content, without those of targets
}

// dep is a placeholder target as it was read.
type dep struct {
	target string
	sum    [32]byte // zero: could not be read
}

// target is a place that a Location entity names.
type target struct {
	text     string
	line     int
	field    string
	optional bool
}

// descriptorFile is one descriptor about to be read.
type descriptorFile struct {
	location string // as a person would open it: a path or a URL
	read     func() ([]byte, error)
	info     fs.FileInfo // nil: not known
	base     base        // where its placeholders and targets are relative to
	explicit bool        // named by a target, not found by a pattern
}

// recent is how young a file must be for its modification time not to prove anything: two writes within the clock's
// grain leave the same one.
const recent = 2 * time.Second

// fresh reports whether the entry can stand for the file without reading it.
func (e *entry) fresh(d *descriptorFile, dirty bool) bool {
	return !dirty && e.info != nil && d.info != nil && len(e.deps) == 0 && e.file.Hash != [32]byte{} &&
		os.SameFile(e.info, d.info) && e.info.Size() == d.info.Size() &&
		e.info.ModTime().Equal(d.info.ModTime()) && e.loaded.Sub(d.info.ModTime()) > recent
}

// load reads a descriptor and parses it unless was, its last state, has the same content. It returns nil for a file
// that a pattern found and that holds no descriptors.
func (s *Source) load(d *descriptorFile, was *entry) *entry {
	data, err := d.read()
	if err != nil {
		return unreadable(d, err)
	}
	raw := sha256.Sum256(data)
	if was != nil && was.raw == raw && s.unchanged(was, d.base) {
		kept := *was
		kept.info, kept.loaded = d.info, time.Now()
		kept.file.Problems = kept.own
		return &kept
	}
	e := &entry{raw: raw, info: d.info, loaded: time.Now()}
	docs := descriptor.Read(d.location, data, descriptor.Options{
		Origin: s.origin,
		Limits: s.opt.Limits,
		Read: func(name string) ([]byte, error) {
			b, err := d.base.placeholder(name)
			e.deps = append(e.deps, dep{name, sum(b, err)})
			return b, err
		},
	})
	e.file = catalog.File{Location: d.location, Hash: e.hash()}
	for i := range docs {
		s.take(e, &docs[i])
	}
	e.own = e.file.Problems
	return e
}

// unchanged reads the placeholder targets of an entry again and compares them.
func (s *Source) unchanged(was *entry, b base) bool {
	for _, d := range was.deps {
		if data, err := b.placeholder(d.target); sum(data, err) != d.sum {
			return false
		}
	}
	return true
}

func sum(data []byte, err error) [32]byte {
	if err != nil {
		return [32]byte{}
	}
	return sha256.Sum256(data)
}

// hash covers the descriptor and all that its placeholders read.
func (e *entry) hash() [32]byte {
	if len(e.deps) == 0 {
		return e.raw
	}
	h := sha256.New()
	h.Write(e.raw[:])
	for _, d := range e.deps {
		h.Write([]byte(d.target + "\x00"))
		h.Write(d.sum[:])
	}
	return [32]byte(h.Sum(nil))
}

// take adds a document's verdict to the file.
func (s *Source) take(e *entry, d *descriptor.Document) {
	f := &e.file
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
	if p, refused := refuse(s.opt.Allow, d.Entity); refused {
		f.Problems = append(f.Problems, p)
		return
	}
	f.Entities = append(f.Entities, d.Entity)
	if l := d.Location; l != nil {
		for i, text := range l.Targets {
			e.targets = append(e.targets, target{text: text, line: l.Lines[i], field: "spec.targets", optional: l.Optional})
		}
	}
}

// unreadable is the state of a file that cannot be read now; what it held before stays in the catalog.
func unreadable(d *descriptorFile, err error) *entry {
	return &entry{file: catalog.File{Location: d.location, Opaque: true, Problems: []catalog.Problem{{
		Code: catalog.ProblemUnreadable, Message: "the file cannot be read: " + reason(err),
	}}}}
}

// reason is the innermost plain cause of an error, without the path that stands beside it.
func reason(err error) string {
	for e := err; e != nil; {
		switch v := e.(type) {
		case *fs.PathError:
			return v.Err.Error()
		case *fault.Error:
			if v.Err == nil {
				return v.Message
			}
			e = v.Err
		default:
			return e.Error()
		}
	}
	return ""
}
