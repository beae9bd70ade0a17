package understand

import (
	"slices"

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
	if r.listingWithin() || r.listing() {
		return
	}
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
	found := c.intent == Search && slices.ContainsFunc(told, func(ref catalog.Ref) bool { return slices.Contains(c.asked, ref) })
	switch {
	case len(fresh) == 1 && !found && (c.intent == Search || c.intent == Dependents || c.intent == Dependencies || len(c.asked) == 0 || c.intent == OwnedBy):
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
