package understand

import (
	"slices"
	"strconv"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
)

// conversation is what the conversation so far was about.
type conversation struct {
	intent  Intent
	tech    []TechMention
	asked   []catalog.Ref // what the person's last question was about
	told    []catalog.Ref // what the last answer named
	offered []catalog.Ref // what the last answer offered to choose from
	groups  []catalog.Ref // teams named so far, the latest first
}

// maxTurns is how many earlier messages are read again.
const maxTurns = 6

// readThread reads the earlier messages, where the caller does not know what they meant.
func (r *run) readThread() {
	turns := r.q.Thread
	if len(turns) == 0 {
		return
	}
	turns = turns[max(0, len(turns)-maxTurns):]
	c := &conversation{}
	for i := range turns {
		t := &turns[i]
		if t.FromBot {
			r.readAnswer(c, t)
		} else {
			r.readQuestion(c, t)
		}
	}
	r.past = c
}

func (r *run) readQuestion(c *conversation, t *Turn) {
	in, refs := t.Intent, t.Entities
	if in == "" || in == Version { // what is known of a turn does not say which technology it was about
		sub := &run{u: r.u, x: r.x, view: r.view, q: Question{Text: t.Text}, m: r.u.parse(r.view, t.Text)}
		if c.intent != "" || len(c.told) > 0 {
			sub.past = &conversation{intent: c.intent, tech: c.tech, asked: c.asked, told: c.told, groups: c.groups}
		}
		sub.readWithPast()
		if in == "" {
			in = sub.out.Intent
		}
		if len(refs) == 0 {
			refs = sub.out.Entities
		}
		if len(sub.out.Tech) > 0 {
			c.tech = sub.out.Tech
		}
	}
	if in != None && in != Smalltalk && in != Help {
		c.intent = in
	}
	if len(refs) > 0 && len(refs) <= maxChoices {
		c.asked = refs
		c.addGroups(refs)
	}
	c.told, c.offered = nil, nil
}

// readWithPast is read for an earlier turn.
func (r *run) readWithPast() {
	r.intent, r.sure = r.m.best()
	if r.declined() {
		return
	}
	r.adjust()
	r.markHits()
	r.technologies()
	switch r.intent {
	case Search:
		r.searchFor()
	case Docs:
		r.docs()
	case "":
		r.noIntent()
	default:
		if r.intent == Version && r.fleet() {
			r.finish(Version)
			return
		}
		r.about()
	}
}

// readAnswer notes what an answer named and offered.
func (r *run) readAnswer(c *conversation, t *Turn) {
	c.told, c.offered = t.Entities, t.Candidates
	if t.Intent == "" && len(c.offered) == 0 {
		c.offered = r.offers(t.Text)
	}
	if t.Intent == "" && len(c.told) == 0 {
		m := r.u.parse(r.view, t.Text)
		for i := range m.mentions {
			n := &m.mentions[i]
			if n.strength < medium {
				continue
			}
			sub := &run{u: r.u, x: r.x, view: r.view, m: m, intent: Show, hit: make([]bool, len(m.toks))}
			n.keys = sub.fitting(n)
			for _, ref := range sub.resolve(n).refs {
				if !slices.Contains(c.told, ref) {
					c.told = append(c.told, ref)
				}
			}
		}
	}
	c.addGroups(c.told)
}

func (c *conversation) addGroups(refs []catalog.Ref) {
	for _, ref := range refs {
		if ref.Kind == "group" {
			c.groups = append([]catalog.Ref{ref}, c.groups...)
		}
	}
}

// offers reads a numbered list in an answer: "1. a 2. b".
func (r *run) offers(text string) []catalog.Ref {
	var out []catalog.Ref
	for want := 1; want <= 10; want++ {
		label := strconv.Itoa(want)
		at := -1
		for _, sep := range []string{".", ")", "、", ":", "："} {
			if i := strings.Index(text, label+sep); i >= 0 && (at < 0 || i < at) {
				at = i + len(label+sep)
			}
		}
		if at < 0 {
			break
		}
		rest := text[at:]
		if i := strings.Index(rest, strconv.Itoa(want+1)); i > 0 {
			rest = rest[:i]
		}
		ref, ok := r.firstNamed(rest)
		if !ok {
			break
		}
		out = append(out, ref)
	}
	if len(out) < 2 {
		return nil
	}
	return out
}

func (r *run) firstNamed(text string) (catalog.Ref, bool) {
	for _, f := range strings.FieldsFunc(text, func(c rune) bool { return strings.ContainsRune(" ,;()（），；\n", c) }) {
		if ref, err := catalog.ParseRef(f, "component", ""); err == nil && strings.ContainsAny(f, ":/") && r.visible(ref) {
			return ref, true
		}
	}
	if ref, ok := r.wholeName(text); ok {
		return ref, true
	}
	ts := tokenise(clean(text, r.u.lex.simplify).text)
	for i := range ts {
		if m, ok := r.x.longest(ts, i); ok && m.strength >= medium {
			sub := &run{u: r.u, x: r.x, view: r.view, m: r.m, intent: r.past0(), hit: make([]bool, len(r.m.toks))}
			m.keys = sub.fitting(&m)
			if refs := sub.resolve(&m).refs; len(refs) > 0 {
				return refs[0], true
			}
		}
	}
	return catalog.Ref{}, false
}

// wholeName reads an item of a list that is nothing but a name, or a name with the name in brackets behind it.
func (r *run) wholeName(text string) (catalog.Ref, bool) {
	m := mention{key: squash(text), strength: strong, kindAt: -1}
	m.keys = r.named(text)
	if i := strings.LastIndexAny(text, "(（"); i >= 0 && len(m.keys) == 0 {
		m.key = squash(text[i:])
		title := r.named(text[:i])
		m.keys = keep(r.named(text[i:]), func(k keyRef) bool {
			return slices.ContainsFunc(title, func(t keyRef) bool { return t.ent == k.ent })
		})
	}
	if len(m.keys) == 0 {
		return catalog.Ref{}, false
	}
	sub := &run{u: r.u, x: r.x, view: r.view, m: r.m, intent: r.past0(), hit: make([]bool, len(r.m.toks))}
	m.keys = sub.fitting(&m)
	refs := sub.resolve(&m).refs
	if len(refs) != 1 {
		return catalog.Ref{}, false
	}
	return refs[0], true
}

// named lists what has a text as its name or title.
func (r *run) named(text string) []keyRef {
	return keep(r.x.called(squash(text)), func(k keyRef) bool { return k.class <= keyTitle })
}

func (r *run) past0() Intent {
	if r.past != nil {
		return r.past.intent
	}
	return ""
}

var ordinals = map[string]int{"1": 1, "2": 2, "3": 3, "4": 4, "5": 5, "6": 6, "7": 7, "8": 8, "9": 9, "10": 10, "first": 1, "second": 2, "third": 3,
	"fourth": 4, "fifth": 5, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4, "last": -1, "former": 1, "latter": -1, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5}

// picked settles an answer to "which one?".
func (r *run) picked() bool {
	if r.past == nil || len(r.past.offered) == 0 || len(r.m.toks) > 14 {
		return false
	}
	offered := r.past.offered
	choose := func(ref catalog.Ref) bool {
		in := r.past.intent
		if r.sure >= sureIntent && r.intent != Search && r.intent != Show && r.intent != Smalltalk {
			in = r.intent
		}
		if in == "" {
			in = Show
		}
		r.intent = in
		r.out.Entities, r.out.Tech, r.out.Confidence = []catalog.Ref{ref}, r.past.tech, 0.9
		r.why("picked from the list")
		r.finish(in)
		return true
	}
	if n := r.ordinal(len(offered)); n > 0 {
		return choose(offered[n-1])
	}
	left := r.narrowed(offered)
	if len(left) == 1 {
		return choose(left[0])
	}
	if ref, ok := r.fitsBest(offered); ok {
		if r.intent == Version || r.intent == Radar { // "the java one" asks for no version
			r.intent, r.sure = "", 0
		}
		return choose(ref)
	}
	return false
}

// ordinal reads a position in a list of n.
func (r *run) ordinal(n int) int {
	for i := range r.m.toks {
		t := &r.m.toks[i]
		k, ok := ordinals[t.norm]
		if !ok || t.class == han && !(i > 0 && (r.m.toks[i-1].norm == "第" || r.m.toks[i-1].norm == "选") || len(r.m.toks) <= 2) ||
			t.class == num && len(r.m.toks) > 6 {
			continue
		}
		if k == -1 {
			k = n
		}
		if k <= n {
			return k
		}
	}
	return 0
}

// narrowed keeps the offered entities that the words of the message fit, or those that its "not" leaves.
func (r *run) narrowed(offered []catalog.Ref) []catalog.Ref {
	var yes, no []uint32
	for i := range r.m.units {
		u := &r.m.units[i]
		if u.stop() || u.text == "one" {
			continue
		}
		for _, ref := range offered {
			id, ok := r.x.id(ref)
			if !ok || !r.fitsUnit(id, u) {
				continue
			}
			if r.m.negated[u.from] {
				no = append(no, id)
			} else {
				yes = append(yes, id)
			}
		}
	}
	var out []catalog.Ref
	most := 1
	for _, ref := range offered {
		if id, ok := r.x.id(ref); ok {
			most = max(most, count(yes, id))
		}
	}
	for _, ref := range offered {
		id, ok := r.x.id(ref)
		if !ok || slices.Contains(no, id) || len(yes) > 0 && count(yes, id) < most {
			continue
		}
		out = append(out, ref)
	}
	if len(yes) == 0 && len(no) == 0 {
		return nil
	}
	return out
}

func count(l []uint32, id uint32) int {
	n := 0
	for _, x := range l {
		if x == id {
			n++
		}
	}
	return n
}

// fitsUnit reports whether a word stands in an entity's names or says that it is old.
func (r *run) fitsUnit(id uint32, u *unit) bool {
	terms := map[uint32]bool{}
	r.x.collectTerms(u, terms)
	e := r.x.ent(id)
	for _, t := range e.name {
		if terms[t] {
			return true
		}
	}
	return e.old && (u.text == "old" || u.text == "legacy" || u.text == "deprecated" || u.text == "旧" || u.text == "老" || u.text == "旧版")
}

// fromThread takes the entities from the conversation.
func (r *run) fromThread() outcome {
	c := r.past
	if c == nil {
		return outcome{}
	}
	if r.m.cue("team") || r.intent == Members || r.intent == OwnedBy {
		if len(c.groups) > 0 {
			return outcome{refs: c.groups[:1]}
		}
		if o := r.owners(c.asked); len(o) > 0 && (r.m.cue("team") || r.intent == Members) {
			return outcome{refs: o}
		}
	}
	told := slices.DeleteFunc(slices.Clone(c.told), func(ref catalog.Ref) bool { return ref.Kind == "group" || ref.Kind == "user" })
	fresh := slices.DeleteFunc(slices.Clone(told), func(ref catalog.Ref) bool { return slices.Contains(c.asked, ref) })
	if left := r.describedIn(append(slices.Clone(told), c.asked...)); len(left) == 1 {
		return outcome{refs: left}
	}
	switch {
	case len(fresh) == 1 && (c.intent == Search || c.intent == Dependents || c.intent == Dependencies || len(c.asked) == 0 || c.intent == OwnedBy):
		return outcome{refs: fresh}
	case len(c.asked) > 0:
		return outcome{refs: c.asked}
	case len(told) == 1:
		return outcome{refs: told}
	case len(c.groups) > 0:
		return outcome{refs: c.groups[:1]}
	}
	return outcome{}
}

// describedIn keeps what a word such as "the legacy one" fits.
func (r *run) describedIn(refs []catalog.Ref) []catalog.Ref {
	if !slices.ContainsFunc(r.m.toks, func(t token) bool { return t.norm == "one" || t.norm == "那" || t.norm == "个" }) {
		return nil
	}
	slices.SortFunc(refs, catalog.Ref.Compare)
	left := r.narrowed(slices.Compact(refs))
	return left
}

func (r *run) owners(refs []catalog.Ref) []catalog.Ref {
	var out []catalog.Ref
	for _, ref := range refs {
		if o := r.owner(ref); o.Kind == "group" && r.visible(o) && !slices.Contains(out, o) {
			out = append(out, o)
		}
	}
	return out
}
