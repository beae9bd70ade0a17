package understand

import (
	"fmt"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
)

// run reads one question.
type run struct {
	u    *Understander
	x    *index
	view search.View
	q    Question
	m    *message
	past *conversation // what the thread is about; nil when there is none

	out     Reading
	intent  Intent
	sure    float64 // how strongly the phrases speak for the intent
	hit     []bool  // tokens that the intent's phrases used
	guessed Intent  // the intent that the wording as a whole decided, "" for none
	tail    int     // where a second question begins that only asks more of the same: "and who calls it"; 0 for none

	almost    catalog.Ref         // what a name that nothing has describes but for a part of it
	described map[string][]scored // what was found by description, by describeKey
}

// The scores from which phrases decide on an intent: alone, or when something is named as well.
const (
	sureIntent   = 5.5
	likelyIntent = 3.0
)

func (r *run) read() {
	r.intent, r.sure = r.m.best()
	r.why("phrases: %s %.1f", r.intent, r.sure)
	r.guess()
	r.readThread()
	if r.picked() || r.declined() {
		return
	}
	r.adjust()
	r.markHits()
	r.traits()
	r.technologies()
	switch {
	case strings.Contains(r.q.Text, "../"): // a path on some disk names nothing in a catalog
		r.unknown()
		r.finish(Show)
	case r.ownQuestion():
	case r.bareTech():
	case r.familyNamed():
	case r.dashboardBefore(), r.asksTag():
	case r.listingWithin():
	case r.listing():
	case r.intent == Radar:
		r.finish(Radar)
	case r.intent == Version && r.fleet():
		r.finish(Version)
	case r.intent == Scaffold:
		r.scaffold()
	case r.intent == Docs:
		r.docs()
	case r.intent == Search:
		r.searchFor()
	case r.intent == "":
		r.noIntent()
	default:
		r.about()
	}
}

func (r *run) why(format string, args ...any) {
	if !r.q.Explain {
		return
	}
	r.out.Why = append(r.out.Why, fmt.Sprintf(format, args...))
}

func (r *run) finish(in Intent) {
	r.out.Intent = in
	if r.out.Topic == "" && !(r.out.Intent == Docs && len(r.out.Entities)+len(r.out.Candidates) > 0) { // of which all docs are wanted
		r.out.Topic = r.topic(r.content(nil))
	}
	if r.out.Confidence == 0 {
		r.out.Confidence = min(1, r.sure/10)
	}
}

// declined settles what is no question about the catalog.
func (r *run) declined() bool {
	s := r.m.scores
	broadcastOnly := r.m.clean.broadcast && r.sure < sureIntent
	switch {
	case s[None] >= 8.5 && !broadcastOnly && r.explained(): // "how do I rotate the db password" wants no password
		return true
	case s[None] >= 8.5 && !broadcastOnly && r.m.cue("task") && s[Docs] > s[None]:
		return false
	case s[None] >= 8.5 && !broadcastOnly && r.howto() && r.m.cue("task"): // and where no page says it, that is the answer
		r.intent, r.sure = Docs, likelyDocs
		r.put(outcome{})
		r.untold()
		r.finish(Docs)
		return true
	case s[None] >= 8.5 && s[Dependents] < 8 || broadcastOnly: // "switch it off, who would notice?" orders nothing
		r.sure = max(s[None], 8)
		r.finish(None)
		return true
	case r.intent == Smalltalk && r.otherWish():
		return false
	case r.intent == Help && r.explained():
		return true
	case (r.intent == Help || r.intent == Smalltalk) && r.sure >= 8:
		r.finish(r.intent)
		return true
	case len(r.m.units) == 0 && len(r.m.clean.links) == 0:
		r.finish(None)
		return true
	}
	return false
}

// explained settles "the printer is jammed, what do I do": a page that says so is a better answer than none.
func (r *run) explained() bool {
	us := r.docWords(nil)
	if !r.howto() && !r.m.cue("task") || !telling(us) || !r.sections(us, nil, docSure) {
		r.out.Docs = nil
		return false
	}
	r.put(r.sectionOwners())
	r.finish(Docs)
	return true
}

// otherWish reports whether a friendly word only goes with a question.
func (r *run) otherWish() bool {
	for _, in := range intentOrder[3:] {
		if r.m.scores[in] >= 5 {
			return true
		}
	}
	return slices.ContainsFunc(r.m.mentions, func(n mention) bool { return n.strength == strong })
}

// kindsNamed tells what sort of things the message names strongly.
func (r *run) kindsNamed() (group, user, other bool) {
	for i := range r.m.mentions {
		n := &r.m.mentions[i]
		if n.negated || n.strength == weak || r.techAt(n) {
			continue
		}
		g, u, o := false, false, false
		for _, k := range r.meant(n) {
			switch r.x.ref(k.ent).Kind {
			case "group":
				g = true
			case "user":
				u = true
			case "template":
			default:
				o = true
			}
		}
		group, user, other = group || g && !o, user || u && !o && !g, other || o
	}
	return group, user, other
}

// meant are the keys of a mention that tell what sort of thing it is: whole names go before parts of names, and teams
// before all else where "team" stands behind.
func (r *run) meant(n *mention) []keyRef {
	keys := n.keys
	if r.teamBehind(n) {
		if teams := keep(keys, func(k keyRef) bool { return r.x.ref(k.ent).Kind == "group" }); len(teams) > 0 {
			return teams
		}
	}
	if whole := keep(keys, func(k keyRef) bool { return k.class < keyStripped }); len(whole) > 0 {
		return whole
	}
	return keys
}

// teamBehind reports whether a word for a team stands right behind a mention.
func (r *run) teamBehind(n *mention) bool {
	return slices.ContainsFunc(r.m.units, func(u unit) bool {
		return u.from == n.to && u.entry != nil && u.entry.kind > 0 && r.u.lex.kinds[u.entry.kind-1].kind == "group"
	})
}

func (r *run) inMention(tok int) bool {
	return slices.ContainsFunc(r.m.mentions, func(n mention) bool { return tok >= n.from && tok < n.to && n.strength > weak })
}

func (r *run) visible(ref catalog.Ref) bool {
	_, ok := r.view.Entity(ref)
	return ok
}
