package understand

import (
	"net/url"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
)

// Words that mean nothing to us: whether a question is about them, and what is said of a name that nothing has.

// endsUnknown reports whether a short question ends in a word that means nothing to us, as "who owns zzz" does: it is
// about that word, not about what was said before.
func (r *run) endsUnknown() bool {
	const short = 6
	us := r.content(nil)
	if len(us) == 0 || len(r.m.toks) > short || r.m.cue("follow") || r.m.cue("about") {
		return false
	}
	last := len(r.m.toks)
	for last > 0 && r.m.toks[last-1].class == punct {
		last--
	}
	if us[len(us)-1].to != last {
		return false
	}
	if !slices.ContainsFunc(us, func(u unit) bool { return u.entry != nil || u.han }) {
		return true
	}
	if len(us) < 2 || !telling(r.withoutKinds(us)) || slices.ContainsFunc(us, func(u unit) bool { return u.han }) {
		return false
	}
	for i := range us[1:] {
		if us[i].to != us[i+1].from {
			return false
		}
	}
	return r.slot(&mention{from: us[0].from, to: last, kindAt: -1})
}

// strangers reports whether words that nobody knows stand where a name does: in front of a word for a kind, where what
// is asked expects a name, or several side by side. "asdf qwerty service owner" is not about what was said before.
func (r *run) strangers() bool {
	if slices.ContainsFunc(r.m.toks, pronoun) {
		return false
	}
	us := r.content(nil)
	for i := 0; i < len(us); i++ {
		if !r.strange(&us[i]) {
			continue
		}
		j := i + 1
		for j < len(us) && us[j].from == us[j-1].to && r.strange(&us[j]) {
			j++
		}
		n := mention{from: us[i].from, to: us[j-1].to, kindAt: -1}
		if kind, at := r.kindBeside(&n); kind != nil && at == n.to || j-i > 1 || !us[i].han && r.slot(&n) {
			return true
		}
		i = j - 1
	}
	return false
}

// strange reports whether neither the language nor the catalog knows a word.
func (r *run) strange(u *unit) bool {
	const short = 3
	t := &r.m.toks[u.from]
	switch {
	case u.entry != nil || t.fixed != t.norm && t.fixed != "":
		return false
	case u.han:
		return u.to-u.from > 1
	}
	return t.class == word && len(t.norm) >= short && !r.x.knownWord(t.norm)
}

// namesUnknown reports whether the message holds what can only be a name, and nothing is called so.
func (r *run) namesUnknown() bool {
	us := r.content(nil)
	for i := range us {
		u := &us[i]
		t := &r.m.toks[u.from]
		if u.entry == nil && (hardGlued(r.m.toks, u.from) && t.class != han || t.quoted) {
			return true
		}
	}
	return r.gluedWords(us)
}

// gluedWords reports whether words that are known are written as one: "coupon-clock".
func (r *run) gluedWords(us []unit) bool {
	for i := 1; i < len(us); i++ {
		if t := &r.m.toks[us[i].from]; us[i-1].to == us[i].from && hard(t.glue) && t.class != han {
			return true
		}
	}
	return false
}

// unknown notes the name that nothing is called.
func (r *run) unknown() {
	all := r.content(nil)
	us := r.withoutKinds(all)
	if len(us) == 0 || r.gluedWords(all) {
		us = all
	}
	name := r.topic(us)
	if name == "" {
		return
	}
	r.out.Unknown = []string{name}
	r.out.Near = r.near(name)
	if !r.almost.IsZero() {
		r.out.Near = append([]catalog.Ref{r.almost}, slices.DeleteFunc(r.out.Near, func(ref catalog.Ref) bool { return ref == r.almost })...)
	}
}

func pathParts(u *url.URL) []string {
	parts := strings.FieldsFunc(u.Path, func(c rune) bool { return c == '/' })
	return append([]string{strings.Split(u.Hostname(), ".")[0]}, parts[:min(len(parts), 4)]...)
}

// slugKey is the key of a repository's address: /owner/name.
func slugKey(path string) string {
	parts := strings.FieldsFunc(strings.ToLower(path), func(c rune) bool { return c == '/' })
	if len(parts) < 2 {
		return ""
	}
	return "/" + parts[0] + "/" + strings.TrimSuffix(parts[1], ".git")
}
