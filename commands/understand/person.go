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
	us := slices.DeleteFunc(r.withoutKinds(r.content(nil)), func(u unit) bool { return r.m.cued("contact", u.from) || forms[u.text] })
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

// forms are the forms of address that stand before or behind a name.
var forms = map[string]bool{"mr": true, "mrs": true, "ms": true, "miss": true, "mister": true, "dr": true, "prof": true, "professor": true,
	"先生": true, "女士": true, "小姐": true, "老师": true, "同学": true, "同事": true, "师傅": true}

// compoundSurnames are the more frequent Chinese family names of two characters.
var compoundSurnames = []string{"欧阳", "上官", "司马", "诸葛", "慕容", "司徒", "皇甫", "尉迟", "令狐", "东方", "南宫", "夏侯", "公孙", "长孙", "宇文", "轩辕", "端木", "独孤"}

// familyNamed settles questions for people by their family name: 姓叶的是谁. It asks back where several have it.
func (r *run) familyNamed() bool {
	name := r.familyName()
	if name == "" {
		return false
	}
	var refs []catalog.Ref
	for e := range r.view.Entities(search.Filter{Kinds: []string{"user"}}) {
		if has := r.hasFamily(e, name); has && len(refs) < maxHalfNamed {
			refs = append(refs, e.Ref)
		}
	}
	if r.intent != OnCall && r.intent != OwnedBy {
		r.intent = Show
	}
	r.why("people of the family name %s: %d", name, len(refs))
	r.sure = max(r.sure, sureIntent)
	switch {
	case len(refs) == 0:
		r.out.Unknown = []string{"姓" + name}
	case len(refs) == 1:
		r.put(outcome{refs: refs})
	default:
		r.put(outcome{choices: refs[:min(len(refs), maxChoices)]})
	}
	r.finish(r.intent)
	return true
}

// familyName is the family name behind 姓, "" for none.
func (r *run) familyName() string {
	for i := range r.m.toks {
		if r.m.toks[i].norm != "姓" || i+1 >= len(r.m.toks) || r.m.toks[i+1].class != han || i > 0 && (r.m.toks[i-1].norm == "百" || r.m.toks[i-1].norm == "贵") {
			continue
		}
		one := r.m.toks[i+1].norm
		if i+2 < len(r.m.toks) && slices.Contains(compoundSurnames, one+r.m.toks[i+2].norm) {
			return one + r.m.toks[i+2].norm
		}
		if strings.ContainsAny(one, "名氏什啥甚的") {
			return ""
		}
		return one
	}
	return ""
}

// hasFamily reports whether a person's Chinese name begins with a family name.
func (r *run) hasFamily(e *catalog.Entity, name string) bool {
	for _, s := range []string{e.Profile.DisplayName, e.Title} {
		run := ""
		for _, t := range append(tokenise(s), token{class: punct}) {
			if t.class == han {
				run += t.norm
				continue
			}
			if strings.HasPrefix(run, name) && len(run) > len(name) && compound(run) == compound(name) {
				return true
			}
			run = ""
		}
	}
	return false
}

// compound reports whether a name begins with a family name of two characters: nobody called 欧阳静 is of the family 欧.
func compound(name string) bool {
	return slices.ContainsFunc(compoundSurnames, func(s string) bool { return strings.HasPrefix(name, s) })
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
