package commands

import (
	"slices"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/quality"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// within lists what fits several conditions, of a system, a domain or a team, or of the whole catalog where that is nil: a
// stage of life, what it lacks or has, what it is built with, a tag.
func (t *talk) within(where *catalog.Entity) {
	found := t.having(t.lacking(t.there(t.r.Entities)))
	place := []card.Span{card.T(t.text(lang.WithinCatalog, nil))}
	if where != nil {
		t.from(where)
		place = t.named(where)
	}
	if len(found) == 0 {
		if where != nil {
			t.entities = []catalog.Ref{where.Ref}
		}
		t.no()
		t.withinNothing(place)
		return
	}
	t.yes()
	kinds := make([]string, len(found))
	for i, e := range found {
		t.entities = append(t.entities, e.Ref)
		kinds[i] = kindOrType(e)
	}
	for _, e := range found[:min(len(found), maxEntities)] {
		t.from(e)
	}
	t.line(t.withinSome(), lang.Args{"where": place, "counts": t.tally(kinds)})
	if all := t.fits(); len(all) > 0 {
		t.line(lang.WithinEach, lang.Args{"text": t.textList(all)})
	}
	list := card.List{}
	if where != nil {
		list.MoreURL = t.c.links.entity(where.Ref)
	}
	for _, e := range found {
		list.Items = append(list.Items, t.foundItem(e))
	}
	t.add(list)
}

// there are those of some entities that exist for this viewer.
func (t *talk) there(refs []catalog.Ref) []*catalog.Entity {
	var out []*catalog.Entity
	for _, ref := range refs {
		if e, ok := t.view.Entity(ref); ok {
			out = append(out, e)
		}
	}
	return out
}

// fits says what each thing of a list lacks or has, is built with or tagged.
func (t *talk) fits() []string {
	var out []string
	for _, code := range t.r.Lacks {
		out = append(out, t.text(codeKey(code), nil))
	}
	for _, code := range t.r.Has {
		out = append(out, t.text(hasKey(code), nil))
	}
	for _, tech := range t.r.Tech {
		out = append(out, t.text(lang.WithinTech, lang.Args{"tech": tech.Name}))
	}
	for _, tag := range t.r.Tags {
		out = append(out, t.text(lang.WithinTag, lang.Args{"tag": tag}))
	}
	return out
}

// hasKey is the sentence for what has what a finding misses.
func hasKey(code string) lang.Key {
	switch code {
	case quality.NoOwner:
		return lang.WithinHasOwner
	case quality.NoOnCall:
		return lang.WithinHasOnCall
	}
	return lang.WithinHasDocs
}

// textList joins parts of a sentence.
func (t *talk) textList(parts []string) string {
	items := make([][]card.Span, len(parts))
	for i, p := range parts {
		items[i] = []card.Span{card.T(p)}
	}
	return card.PlainText(t.join(items, 0))
}

// withinNothing is said in place of an empty list.
func (t *talk) withinNothing(place []card.Span) {
	says, all := lang.Args{"where": place}, t.fits()
	switch {
	case len(all) == 1 && len(t.r.Lacks) == 1:
		says["text"] = all[0]
		t.line(lang.WithinNoLack, says)
	case len(all) > 0:
		t.line(lang.WithinNone, says)
	case t.r.Stage == "ended":
		t.line(lang.WithinNoEnded, says)
	case t.r.Stage == "early":
		t.line(lang.WithinNoEarly, says)
	default:
		t.line(lang.WithinNoLive, says)
	}
}

// withinSome is the sentence before a list, by the stage of life that it is of.
func (t *talk) withinSome() lang.Key {
	switch t.r.Stage {
	case "ended":
		return lang.WithinEnded
	case "early":
		return lang.WithinEarly
	case "live":
		return lang.WithinLive
	}
	return lang.WithinAny
}

// lacking keeps what findings about the data name, all of those that are asked for.
func (t *talk) lacking(es []*catalog.Entity) []*catalog.Entity {
	for _, code := range t.r.Lacks {
		bad := t.lackingOne(code)
		es = slices.DeleteFunc(es, func(e *catalog.Entity) bool { return !bad[e.Ref] })
	}
	return es
}

// having keeps what may have what the findings miss, and has it.
func (t *talk) having(es []*catalog.Entity) []*catalog.Entity {
	for _, code := range t.r.Has {
		bad := t.lackingOne(code)
		es = slices.DeleteFunc(es, func(e *catalog.Entity) bool { return bad[e.Ref] || code == quality.NoDocs && e.Ref.Kind != "component" })
	}
	return es
}

// lackingOne are the entities of which a finding about the data is true.
func (t *talk) lackingOne(code string) map[catalog.Ref]bool {
	codes := []string{code}
	if code == quality.NoOwner { // one that does not exist is none
		codes = append(codes, quality.DanglingOwner)
	}
	bad := map[catalog.Ref]bool{}
	for _, f := range t.c.Quality(t.ctx, t.view).Findings {
		if slices.Contains(codes, f.Code) {
			bad[f.Entity] = true
		}
	}
	return bad
}
