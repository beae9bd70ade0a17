package understand

import (
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
)

// maxChoices is how many candidates are offered.
const maxChoices = 6

// outcome is what the search for one or more entities led to.
type outcome struct {
	refs    []catalog.Ref // settled
	choices []catalog.Ref // one of these
}

func (o outcome) settled() bool { return len(o.refs) > 0 }
func (o outcome) empty() bool   { return len(o.refs) == 0 && len(o.choices) == 0 }

// about settles the entities of a question whose intent is known.
func (r *run) about() {
	if r.asksHow() {
		return
	}
	o := r.meantBefore()
	named := o.empty()
	if named {
		o = r.entities()
		if r.intent == OnCall && len(o.choices) > 0 && r.personUnknown() { // somebody whom nobody knows, and not what is described so
			o = outcome{}
		}
		named = !o.empty()
	}
	if o.empty() {
		if o = r.personHalfNamed(); o.empty() {
			o = r.elsewhere()
		}
	}
	if o.empty() {
		o = r.troubleTold()
	}
	o = r.older(o)
	if us := r.docWords(nil); o.empty() && (r.intent == Show && r.out.Trait != "dashboard" || r.intent == Lifecycle) && telling(us) && r.sections(us, nil, docSure) {
		r.put(r.sectionOwners())
		r.finish(Docs)
		return
	}
	if o.empty() && r.intent == Owner && r.personUnknown() {
		r.intent = Show
	}
	r.put(o)
	r.finish(r.intent)
	r.out.Alone = named && len(o.refs) > 0 && len(o.choices) == 0 && r.sure >= sureIntent && !r.m.cue("follow") && !r.m.cue("about")
}

// surelyAPI is how strongly words ask for an API where "how do I" asks for one too: "how do I look up an address, is
// there an endpoint?"
const surelyAPI = 8

// asksHow settles "how do I swap an on-call shift": a page that says how goes before what single words ask for.
func (r *run) asksHow() bool {
	if !r.howto() || r.intent == Owner || r.intent == API && r.sure >= surelyAPI || slices.ContainsFunc(r.m.mentions, func(n mention) bool { return n.strength == strong }) {
		return false
	}
	if us := r.docWords(nil); !telling(us) || !r.sections(us, nil, docSure) {
		r.out.Docs = nil
		return false
	}
	r.put(r.sectionOwners())
	r.finish(Docs)
	return true
}

// surnames are the most frequent Chinese family names.
const surnames = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾萧田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向汤欧司上诸"

// personUnknown reports whether what nothing is called looks like the name of a Chinese person.
func (r *run) personUnknown() bool {
	us := r.content(nil)
	for i := range us {
		if !us[i].han || us[i].entry != nil && us[i].to-us[i].from > 1 || i > 0 && us[i].from != us[i-1].to {
			return false
		}
	}
	if len(us) == 0 {
		return false
	}
	n := us[len(us)-1].to - us[0].from
	return n >= 2 && n <= 4 && strings.ContainsRune(surnames, firstRune(us[0].text))
}

// put enters an outcome into the reading; an empty one makes what was asked about unknown.
func (r *run) put(o outcome) {
	r.out.Entities, r.out.Candidates = o.refs, o.choices
	if o.empty() {
		if len(r.out.Unknown) == 0 {
			r.unknown()
		}
		if len(r.out.Unknown) == 1 {
			if some := r.sharedWord(r.out.Unknown[0], r.out.Near); len(some) > 0 {
				r.out.Candidates, r.out.Unknown, r.out.Near = some, nil, nil
			}
		}
	}
	for _, ref := range o.refs {
		if ref.Kind == "user" {
			r.out.Person = ref
		}
	}
}

// entities finds what the question is about: by address, by name, or by description.
func (r *run) entities() outcome {
	if o := r.linked(); o.settled() {
		return o
	}
	named := r.useful()
	if o := r.askedBehind(named); o.settled() {
		return o
	}
	switch {
	case len(named) == 0:
		us := r.content(nil)
		if !telling(us) && !r.onlyKinds(us) {
			return outcome{}
		}
		o := r.found(us)
		if len(o.refs) == 1 && r.halfOf(us, o.refs[0]) {
			if each := r.foundEach(us); len(each.refs) > 1 {
				return each
			}
		}
		if !o.empty() {
			return o
		}
		if o := r.foundEach(us); !o.empty() {
			return o
		}
		return r.found(r.asking(us))
	case !slices.ContainsFunc(named, func(n mention) bool { return r.mentionPrior(&n) >= 0.55 }) && r.intent != Show:
		us := r.content(nil)
		if o := r.found(us); o.settled() {
			return o // what is named is of no kind that this is asked of
		}
		if part := r.asking(us); len(part) > 0 {
			if o := r.found(part); o.settled() {
				return o
			}
		}
		if r.intent == Owner && len(r.tellingUnits(r.content(&named[0]))) > 1 {
			return outcome{} // "which team deletes customer data" is not about the team of that name
		}
	case r.doubtful(named):
		if o, ok := r.betterDescribed(named); ok {
			return o
		}
	}
	return r.withDescribed(r.resolveAll(named), named)
}

// onlyKinds reports whether units are words for kinds that can still name something ("the gateway").
func (r *run) onlyKinds(us []unit) bool {
	return slices.ContainsFunc(us, func(u unit) bool { return u.entry != nil && u.entry.kind > 0 && len(u.entry.concepts) > 0 }) && len(us) > 1
}

// maxReferred is how many words of a message are looked at for references.
const maxReferred = 64

// referred are the entities that a message names by whole references, as completion writes them:
// "component:default/shop". Such a word is nothing else, whatever its parts mean.
func (r *run) referred() []catalog.Ref {
	var out []catalog.Ref
	n := 0
	for word := range strings.FieldsSeq(r.m.clean.text) {
		if n++; n > maxReferred {
			break
		}
		word = strings.Trim(word, "`'\"“”,.;!?()，。；！？、（）")
		if !strings.Contains(word, ":") || !strings.Contains(word, "/") {
			continue
		}
		if ref, err := catalog.ParseRef(word, "", ""); err == nil && r.visible(ref) && !slices.Contains(out, ref) {
			out = append(out, ref)
		}
	}
	return out
}

// linked resolves a reference or an address in the message.
func (r *run) linked() outcome {
	if refs := r.referred(); len(refs) > 0 {
		return outcome{refs: refs}
	}
	for _, u := range r.m.clean.links {
		keys := linkKeys(u)
		if s := slugKey(u.Path); s != "" {
			keys = append([]string{s}, keys...)
		}
		for _, k := range keys {
			if refs := r.linkedBy(k); len(refs) == 1 {
				r.why("address %s", k)
				return outcome{refs: refs}
			}
		}
		for _, part := range slices.Backward(pathParts(u)) {
			if refs := r.x.called(squash(part)); len(refs) > 0 {
				m := mention{key: squash(part), keys: refs, strength: strong, kindAt: -1}
				if o := r.resolve(&m); o.settled() {
					return o
				}
			}
		}
	}
	return outcome{}
}

// resolveAll settles each mention; one that needs a choice makes the whole a choice.
func (r *run) resolveAll(l []mention) outcome {
	var o outcome
	for i := range l {
		got := r.resolve(&l[i])
		if len(got.choices) > 0 && len(l) == 1 {
			return got
		}
		for _, ref := range got.refs {
			if !slices.Contains(o.refs, ref) {
				o.refs = append(o.refs, ref)
			}
		}
		o.choices = append(o.choices, got.choices...)
	}
	if len(o.refs) > 0 {
		o.choices = nil
	}
	return o
}

// linkedBy lists the entities that an address belongs to.
func (r *run) linkedBy(key string) []catalog.Ref {
	var out []catalog.Ref
	for _, k := range r.x.linked.find(r.x.texts, keyHash(key)) {
		if e, ok := r.view.Entity(r.x.ref(k.ent)); ok {
			linksOf(e, func(have string) {
				if have == key && !slices.Contains(out, e.Ref) {
					out = append(out, e.Ref)
				}
			})
		}
	}
	return out
}

// sharedWord are those of the nearest names that have an unknown one as a word of theirs, where several do: any of them may
// be meant.
func (r *run) sharedWord(name string, near []catalog.Ref) []catalog.Ref {
	const least = 2
	key := squash(name)
	if len([]rune(key)) < least {
		return nil
	}
	var out []catalog.Ref
	for _, ref := range near {
		e, ok := r.view.Entity(ref)
		if !ok || !kindFits(r.intent, ref.Kind) {
			continue
		}
		words := strings.Fields(spaced(lower(e.Name)) + " " + spaced(lower(e.Title)))
		if slices.Contains(words, key) || !isASCII(key) && strings.HasSuffix(squash(e.Title), key) {
			out = append(out, ref)
		}
	}
	if len(out) < least {
		return nil
	}
	return out
}

// near lists what is called similarly to an unknown name.
func (r *run) near(name string) []catalog.Ref {
	var out []catalog.Ref
	for _, c := range r.view.Resolve(name, search.ResolveOptions{Limit: 5}) {
		out = append(out, c.Entity.Ref)
	}
	return out
}
