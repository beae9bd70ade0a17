package understand

import (
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
)

// maxHalfNamed is how many people of a name are looked at.
const maxHalfNamed = 12

// halfNamed finds people who are called by a part of their name: "is Tariq on call". It asks back where several are.
func (r *run) halfNamed() outcome {
	name, words := r.halfName()
	if name == "" {
		return outcome{}
	}
	var refs []catalog.Ref
	for _, c := range r.view.Resolve(name, search.ResolveOptions{Kinds: []string{"user"}, Limit: maxHalfNamed}) {
		have := r.nameParts(c.Entity)
		if !slices.ContainsFunc(words, func(w string) bool { return !slices.Contains(have, w) }) {
			refs = append(refs, c.Entity.Ref)
		}
	}
	switch {
	case len(refs) == 1:
		r.why("a person by part of the name: %s", refs[0])
		return outcome{refs: refs}
	case len(refs) > 1:
		return outcome{choices: refs[:min(len(refs), maxChoices)]}
	}
	return outcome{}
}

// personHalfNamed is halfNamed for a question that may be about a person.
func (r *run) personHalfNamed() outcome {
	switch r.intent {
	case Owner, OnCall, OwnedBy, Show, Members:
	default:
		return outcome{}
	}
	o := r.halfNamed()
	if !o.empty() && (r.intent == Owner || r.intent == Members) {
		r.intent = Show
	}
	return o
}

// halfName is what may be part of a person's name: the one or two words that are left beside the question.
func (r *run) halfName() (name string, words []string) {
	us := slices.DeleteFunc(r.withoutKinds(r.content(nil)), func(u unit) bool { return r.m.cued("contact", u.from) })
	if len(us) == 0 || len(us) > 2 || len(us) == 2 && us[0].to != us[1].from {
		return "", nil
	}
	for i := range us {
		for k := us[i].from; k < us[i].to; k++ {
			t := &r.m.toks[k]
			if t.class != word && t.class != han || hard(t.glue) {
				return "", nil
			}
			words = append(words, t.norm)
		}
	}
	if r.m.toks[us[0].from].class == han {
		words = []string{strings.Join(words, "")}
		if n := len([]rune(words[0])); n < 2 {
			return "", nil
		}
	}
	return strings.Join(words, " "), words
}

// nameParts are the words of a person's names, and a Chinese name without the family name.
func (r *run) nameParts(e *catalog.Entity) []string {
	var out []string
	for _, s := range []string{e.Profile.DisplayName, e.Title} {
		run := ""
		for _, t := range append(tokenise(s), token{class: punct}) {
			if t.class == han {
				run += t.norm
				continue
			}
			if rs := []rune(run); len(rs) > 2 {
				out = append(out, string(rs[1:]))
			}
			run = ""
			if t.class == word && len(t.norm) > 1 {
				out = append(out, t.norm)
			}
		}
	}
	return out
}
