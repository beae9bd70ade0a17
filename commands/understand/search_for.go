package understand

import (
	"slices"

	"github.com/backchannel-portal/backchannel/catalog"
)

// searchFor answers "which service does ..." and "list all ...".
func (r *run) searchFor() {
	us := r.content(nil)
	if o := r.linked(); o.settled() {
		r.put(o)
		r.finish(Search)
		return
	}
	if named := r.useful(); len(named) > 0 && !r.insidePhrase(&named[0]) && !r.doubtful(named) && !telling(r.content(&named[0])) {
		r.put(r.resolveAll(named))
		r.finish(Search)
		return
	}
	o := r.found(us)
	if !r.namesKind() && telling(us) {
		if words := r.docWords(nil); r.sections(words, nil, docSure) && (o.empty() || r.out.Docs[0].Score > r.coverOf(us)+0.03) {
			r.put(r.sectionOwners())
			r.finish(Docs)
			return
		}
		r.out.Docs = nil
	}
	if want := r.partsAsked(o); want != "" {
		r.intent, r.out.Kind = OwnedBy, want
	}
	r.put(o)
	r.finish(r.intent)
}

// insidePhrase reports whether an everyday word that is a name as well is but a part of what the language has a word for:
// space junk is nothing of a domain called Space.
func (r *run) insidePhrase(n *mention) bool {
	return n.strength < strong && slices.ContainsFunc(r.m.units, func(u unit) bool {
		return u.from <= n.from && u.to >= n.to && u.to-u.from > n.to-n.from && u.entry != nil && len(u.entry.concepts) > 0 && !u.han
	})
}

// partsAsked is the kind of the things that a list is asked of, where what is described is made of such: "which services
// are in the logistics domain" wants no description of the domain. It is "" for none.
func (r *run) partsAsked(o outcome) string {
	if len(o.refs) != 1 || o.refs[0].Kind != "domain" && o.refs[0].Kind != "system" || !r.m.cue("list") && !r.m.cue("whichever") {
		return ""
	}
	if want := r.wantedOf(nil); want != nil && slices.ContainsFunc(r.m.units, func(u unit) bool {
		return u.entry != nil && u.entry.kind > 0 && r.u.lex.kinds[u.entry.kind-1].kind == o.refs[0].Kind
	}) {
		return kindName(want, "")
	}
	return ""
}

// namesKind reports whether the message asks for a sort of thing ("which service ...") rather than for knowledge.
func (r *run) namesKind() bool {
	return slices.ContainsFunc(r.m.units, func(u unit) bool {
		return u.entry != nil && u.entry.kind > 0 && r.u.lex.kinds[u.entry.kind-1].kind == "component"
	})
}

func (r *run) withoutKinds(us []unit) []unit {
	return slices.DeleteFunc(slices.Clone(us), func(u unit) bool { return u.entry != nil && (u.entry.kind > 0 || u.entry.filler) })
}

// meansTemplates reports whether a word stands for templates as such.
func (r *run) meansTemplates(u unit) bool {
	return u.entry != nil && u.entry.kind > 0 && r.u.lex.kinds[u.entry.kind-1].kind == "template"
}

// scaffold finds the template that fits.
func (r *run) scaffold() {
	r.hit = nil
	us := r.content(nil)
	if rest := slices.DeleteFunc(slices.Clone(us), r.meansTemplates); len(rest) > 0 {
		us = rest // that a template is wanted says nothing of which
	}
	list := r.describe(us)
	if len(list) > 0 && list[0].score > 0 {
		top := list[0]
		rivals := 0
		for _, s := range list[1:] {
			if s.score >= top.score*0.97 {
				rivals++
			}
		}
		if rivals == 0 {
			r.out.Entities = []catalog.Ref{r.x.ref(top.ent)}
		}
	}
	r.finish(Scaffold)
}
