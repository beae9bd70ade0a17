package backstage

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/descriptor"
	"github.com/backchannel-portal/backchannel/catalog/ingest"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// held is what is known of one entity of the portal. Each is a file of its own, named by its address in the API.
type held struct {
	etag   string
	file   catalog.File
	told   bool              // the file was reported as it is
	entity *catalog.Entity   // nil: it is not valid, or the rules refuse it
	own    []catalog.Problem // of the file, without what other entities decide
	sent   []catalog.Relation
	differ string // how the portal's relations differ
}

func sorted(known map[catalog.Ref]*held) []catalog.Ref {
	return slices.SortedFunc(maps.Keys(known), catalog.Ref.Compare)
}

// look asks the portal and brings what is known up to date. The delta says what is gone.
func (s *Source) look(ctx context.Context) (catalog.Delta, error) {
	ctx, cancel := context.WithTimeout(ctx, s.opt.Timeout)
	defer cancel()
	s.mu.Lock()
	defer s.mu.Unlock()
	next, tags, err := s.fetch(ctx)
	if err != nil {
		return catalog.Delta{}, err
	}
	if len(next) == 0 && len(s.known) > 0 {
		return catalog.Delta{}, s.odd("shows no entities at all, where there were %d; may the token still read them?", len(s.known))
	}
	d := catalog.Delta{Origin: s.origin, Checked: s.opt.Clock()}
	for _, ref := range sorted(s.known) {
		if next[ref] == nil {
			d.Gone = append(d.Gone, s.address(ref))
		}
	}
	compare(next)
	s.known, s.tags = next, tags
	return d, nil
}

// fetch reads everything the first time, and then only what has another etag than before.
func (s *Source) fetch(ctx context.Context) (map[catalog.Ref]*held, bool, error) {
	if len(s.known) == 0 || !s.tags {
		return s.everything(ctx)
	}
	next, changed, err := s.changed(ctx)
	if err != nil {
		return nil, false, err
	}
	tags := true
	err = s.byRefs(ctx, changed, func(ref string, raw json.RawMessage) error {
		if string(raw) == "null" { // gone since the list was made, as the next list will say
			if key, err := catalog.ParseRef(ref, "", ""); err == nil && s.known[key] != nil {
				next[key] = s.known[key]
			}
			return nil
		}
		h, key := s.take(raw)
		next[key] = h
		tags = tags && h.etag != ""
		return nil
	})
	if fault.Is(err, fault.NotFound) { // an older portal
		return s.everything(ctx)
	}
	return next, tags, err
}

// everything reads all entities.
func (s *Source) everything(ctx context.Context) (map[catalog.Ref]*held, bool, error) {
	next, tags := map[catalog.Ref]*held{}, true
	err := s.list(ctx, "", func(raw json.RawMessage) error {
		var h head
		if err := json.Unmarshal(raw, &h); err == nil && !h.ours() {
			return nil
		} else if err == nil && h.Metadata.ETag != "" {
			if was := s.known[h.ref()]; was != nil && was.etag == h.Metadata.ETag {
				next[h.ref()] = was
				return nil
			}
		}
		taken, ref := s.take(raw)
		next[ref] = taken
		tags = tags && taken.etag != ""
		return nil
	})
	return next, tags, err
}

// changed lists the entities with their etags: those that are as they were, and the references of the others.
func (s *Source) changed(ctx context.Context) (same map[catalog.Ref]*held, changed []string, err error) {
	same = map[catalog.Ref]*held{}
	seen := map[catalog.Ref]bool{}
	err = s.list(ctx, thin, func(raw json.RawMessage) error {
		var h head
		if json.Unmarshal(raw, &h) != nil || h.Kind == "" || h.Metadata.Name == "" {
			return s.odd("lists an entity without kind and name")
		}
		ref := h.ref()
		if !h.ours() || seen[ref] {
			return nil
		}
		seen[ref] = true
		if was := s.known[ref]; was != nil && h.Metadata.ETag != "" && was.etag == h.Metadata.ETag {
			same[ref] = was
		} else {
			changed = append(changed, ref.String())
		}
		return nil
	})
	return same, changed, err
}

// address names an entity of the portal.
func (s *Source) address(ref catalog.Ref) string {
	return s.base.String() + "/api/catalog/entities/by-name/" + url.PathEscape(ref.Kind) + "/" + url.PathEscape(ref.Namespace) + "/" + url.PathEscape(ref.Name)
}

// page is where the portal shows an entity to people.
func (s *Source) page(ref catalog.Ref) string {
	return s.base.String() + "/catalog/" + url.PathEscape(ref.Namespace) + "/" + url.PathEscape(ref.Kind) + "/" + url.PathEscape(ref.Name)
}

// take makes a file of an entity as it was sent.
func (s *Source) take(raw json.RawMessage) (*held, catalog.Ref) {
	var h head
	_ = json.Unmarshal(raw, &h) // what cannot be told is left empty, and reported below
	ref := h.ref()
	out := &held{etag: h.Metadata.ETag, file: catalog.File{Location: s.address(ref)}}
	it, err := readItem(raw)
	if err != nil {
		out.invalid(ref, catalog.Problem{Code: catalog.ProblemInvalid, Message: fault.New(fault.Invalid, "%v", err).Message})
		return out, ref
	}
	out.sent, out.file.Text = it.sent, it.text
	if it.at.location == "" {
		it.at.location = s.page(ref)
	}
	where := it.at.location
	docs := descriptor.Read(where, it.text, descriptor.Options{Origin: s.origin, Limits: s.opt.Limits, Read: func(string) ([]byte, error) {
		return nil, fault.New(fault.Forbidden, "a portal sends what placeholders stand for, not the placeholders")
	}})
	for i := range docs {
		s.judge(out, &docs[i], ref, it)
	}
	sum := sha256.New()
	fmt.Fprintf(sum, "%s\x00%d\x00%q\x00", where, it.at.line, it.notes)
	sum.Write(it.text)
	out.file.Hash = [32]byte(sum.Sum(nil))
	out.file.Problems = out.own
	if out.entity != nil {
		out.file.Entities = []*catalog.Entity{out.entity}
	}
	return out, ref
}

// judge takes over the verdict on an entity.
func (s *Source) judge(out *held, d *descriptor.Document, ref catalog.Ref, it item) {
	if d.Entity == nil {
		for _, p := range d.Errors {
			out.invalid(ref, catalog.Problem{Code: catalog.ProblemInvalid, Field: p.Path, Message: p.Message})
		}
		return
	}
	if p, refused := ingest.Refuse(s.opt.Allow, d.Entity); refused {
		p.Line = 0
		out.own = append(out.own, p)
		return
	}
	e := d.Entity
	e.Source.Line = it.at.line
	for i := range e.Problems {
		e.Problems[i].Line = 0 // of the text as it was sent, which nobody sees
	}
	for _, n := range it.notes {
		e.Problems = append(e.Problems, catalog.Problem{Code: catalog.ProblemDoubtful, Field: "status", Message: n})
	}
	out.entity = e
}

func (h *held) invalid(ref catalog.Ref, p catalog.Problem) {
	h.own = append(h.own, p)
	h.file.Problems = h.own
	switch {
	case ref.Kind == "" || ref.Name == "":
		h.file.Opaque = true
	case !slices.Contains(h.file.Broken, ref):
		h.file.Broken = append(h.file.Broken, ref)
	}
}

// compare derives all relations anew, compares them with those that were sent, and notes the differences with the
// entity. Relations to what was not read here are left out where the other end might state them.
func compare(all map[catalog.Ref]*held) {
	derived := map[catalog.Edge]bool{}
	for ref, h := range all {
		if h.entity == nil {
			continue
		}
		for r := range h.entity.Relations.All() {
			derived[catalog.Edge{Source: ref, Type: r.Type, Target: r.Target}] = true
		}
		for e := range h.entity.Inverse() {
			derived[e] = true
		}
	}
	for ref, h := range all {
		if h.entity != nil {
			h.note(difference(all, derived, ref, h))
		}
	}
}

// difference says how the sent relations of an entity differ from the derived ones; empty: they do not.
func difference(all map[catalog.Ref]*held, derived map[catalog.Edge]bool, ref catalog.Ref, h *held) string {
	var more, less []string
	sent := make(map[catalog.Relation]bool, len(h.sent))
	for _, r := range h.sent {
		sent[r] = true
		other := all[r.Target]
		_, known := catalog.Opposite(r.Type)
		if !derived[catalog.Edge{Source: ref, Type: r.Type, Target: r.Target}] && (!known || other != nil && other.entity != nil) {
			more = append(more, r.Type+" "+r.Target.String())
		}
	}
	for r := range h.entity.Relations.All() {
		if !sent[r] {
			less = append(less, r.Type+" "+r.Target.String())
		}
	}
	var parts []string
	for _, p := range []struct {
		what string
		list []string
	}{{"also has", more}, {"lacks", less}} {
		if len(p.list) > 0 {
			slices.Sort(p.list)
			text := clip(strings.Join(p.list[:min(3, len(p.list))], ", "))
			if n := len(p.list) - 3; n > 0 {
				text += fmt.Sprintf(" and %d more", n)
			}
			parts = append(parts, p.what+" "+text)
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return "the relations that the portal shows differ from those that the descriptor states: the portal " + strings.Join(parts, " and ")
}

// note keeps a difference with the entity; the file is another one then.
func (h *held) note(differ string) {
	if h.differ == differ {
		return
	}
	h.differ = differ
	e := *h.entity
	e.Problems = slices.DeleteFunc(slices.Clone(e.Problems), func(p catalog.Problem) bool { return p.Field == fieldRelations })
	if differ != "" {
		e.Problems = append(e.Problems, catalog.Problem{Code: catalog.ProblemDoubtful, Field: fieldRelations, Message: differ})
	}
	h.entity = &e
	h.file.Entities = []*catalog.Entity{&e}
	h.file.Hash = sha256.Sum256(append(h.file.Hash[:], differ...))
	h.told = false
}

const fieldRelations = "relations"
