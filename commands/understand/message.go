package understand

import (
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// maxTokens bounds how much of a message is looked at.
const maxTokens = 400

// message is a text taken apart: its words, the names in it and the phrases that occur.
type message struct {
	clean    cleaned
	lang     lang.Lang
	toks     []token
	units    []unit
	mentions []mention
	techs    []techSpan
	founds   []found
	scores   map[Intent]float64
	cues     map[string][]found
	off      float64 // how strongly phrases speak for something that is not for this bot at all
	negated  []bool  // tokens inside "not the ..."
	time     When    // the time it names, and the tokens that name it, once it was read; timed is nil before
	timed    []bool
	told     []int // tokens of times that are not asked about
}

// parse takes a text apart.
func (u *Understander) parse(view search.View, text string) *message {
	m := &message{clean: clean(text, u.lex.simplify), scores: map[Intent]float64{}, cues: map[string][]found{}}
	m.lang = lang.Of(m.clean.text)
	m.toks = tokenise(m.clean.text)
	if len(m.toks) > maxTokens {
		m.toks = m.toks[:maxTokens]
	}
	if strings.TrimSpace(m.clean.code) != "" {
		m.toks = append(m.toks, token{text: "\n", norm: "\n", class: punct})
		for _, t := range tokenise(m.clean.code) {
			if len(m.toks) < maxTokens {
				t.code = true
				m.toks = append(m.toks, t)
			}
		}
	}
	for i := range m.toks {
		if t := &m.toks[i]; t.class == word && !hardGlued(m.toks, i) && !u.index.knownWord(t.norm) {
			t.fixed = u.lex.phrases.fix(t.norm)
		}
	}
	m.units = u.lex.analyse(m.toks)
	m.mentions = u.index.mentions(m.toks)
	m.techs = u.usableTechs(view, m)
	u.scanPhrases(m)
	m.findNegated()
	if u.addTypos(view, m) { // words of a misspelt name are no words of a phrase
		clear(m.scores)
		clear(m.cues)
		m.founds, m.off = m.founds[:0], 0
		u.scanPhrases(m)
		m.findNegated()
	}
	return m
}

// scanPhrases finds the phrases and adds up what they say about the intent.
func (u *Understander) scanPhrases(m *message) {
	mt := &matcher{toks: m.toks, ents: map[int][]int{}, techs: map[int][]int{}}
	at := make([]int, len(m.toks)+1) // token -> position in seq
	for i := range m.toks {
		at[i] = len(mt.seq)
		if m.toks[i].class != punct && !m.toks[i].code {
			mt.seq = append(mt.seq, i)
		}
	}
	at[len(m.toks)] = len(mt.seq)
	for i := range m.mentions {
		n := &m.mentions[i]
		mt.ents[at[n.from]] = append(mt.ents[at[n.from]], at[n.to])
	}
	for _, s := range m.techs {
		mt.techs[at[s.from]] = append(mt.techs[at[s.from]], at[s.to])
	}
	mt.inside = m.swallowed
	sums := map[Intent]float64{}
	var off []found
	for _, f := range u.lex.phrases.scan(mt) {
		p := &u.lex.phrases.all[f.phrase]
		if cue, ok := strings.CutPrefix(p.section, "+"); ok {
			m.cues[cue] = append(m.cues[cue], f)
			continue
		}
		w := p.weight
		if m.swallowed(f) {
			if Intent(p.section) != API {
				continue
			}
			w = 4
		}
		if m.isName(f) {
			w = min(w, nameWeight)
		}
		in := Intent(p.section)
		w += 0.1 * float64(len(f.hits))
		if p.section == "offtopic" {
			off = append(off, f)
			continue
		}
		m.founds = append(m.founds, f)
		sums[in] += w
		m.scores[in] = max(m.scores[in], w)
	}
	for _, f := range off {
		if !u.aboutCatalog(m, f) {
			m.off = max(m.off, u.lex.phrases.all[f.phrase].weight+0.1*float64(len(f.hits)))
		}
	}
	if _, sure := m.best(); sure < 7 { // "who owns the weather service" is about a service
		m.scores[None] = max(m.scores[None], m.off)
	}
	for in, s := range sums {
		m.scores[in] += min(1.5, 0.12*(s-m.scores[in]))
	}
}

// swallowed reports whether every word of a phrase belongs to a name of several words.
func (m *message) swallowed(f found) bool {
	if len(f.hits) == 0 {
		return false
	}
	for _, h := range f.hits {
		in := false
		for i := range m.mentions {
			n := &m.mentions[i]
			in = in || h >= n.from && h < n.to && n.strength == strong && n.to-n.from > 1
		}
		if !in {
			return false
		}
	}
	return true
}

// nameWeight is the most that a phrase counts whose only word is also somebody's name.
const nameWeight = 4.5

// isName reports whether a phrase is one word that is exactly the name of an entity.
func (m *message) isName(f found) bool {
	if len(f.hits) != 1 || m.toks[f.hits[0]].class == han {
		return false
	}
	return slices.ContainsFunc(m.mentions, func(n mention) bool {
		return n.from == f.hits[0] && n.to == f.hits[0]+1 && n.strength >= medium && bestClass(n.keys) <= keyAlias
	})
}

// aboutCatalog reports whether the words of a phrase are words of the catalog's own texts, or of a name in the message.
func (u *Understander) aboutCatalog(m *message, f found) bool {
	if slices.ContainsFunc(m.mentions, func(n mention) bool {
		return n.strength == strong && slices.ContainsFunc(f.hits, func(h int) bool { return h >= n.from && h < n.to })
	}) {
		return true
	}
	for i := range m.units {
		w := &m.units[i]
		if w.han && w.entry != nil && len(w.entry.concepts) > 0 && slices.Contains(f.hits, w.from) && (m.cue("howto") || m.cue("broken")) && u.index.means(w) {
			return true
		}
	}
	for _, h := range f.hits {
		t := &m.toks[h]
		if e := u.lex.lookup(t.norm); t.class == han || e != nil && e.stop {
			continue
		}
		if u.index.written(stem(t.norm)) {
			return true
		}
	}
	return false
}

// findNegated marks what stands behind "not the".
func (m *message) findNegated() {
	m.negated = make([]bool, len(m.toks))
	for _, f := range m.cues["negate"] {
		last := f.hits[len(f.hits)-1]
		for i := last + 1; i < len(m.toks) && i <= last+6; i++ {
			t := &m.toks[i]
			if t.class == punct || t.norm == "but" || questionWord(t.norm) || t.norm == "谁" || t.norm == "哪" || t.norm == "sure" {
				break
			}
			m.negated[i] = true
		}
	}
	for i := range m.mentions {
		m.mentions[i].negated = m.negated[m.mentions[i].from]
	}
}

// addTypos looks for misspelt names among what is left. It reports whether a word was taken for a misspelt name that
// could also be a misspelt word of a phrase.
func (u *Understander) addTypos(view search.View, m *message) (again bool) {
	taken := make([]bool, len(m.toks))
	for i := range m.mentions {
		if m.mentions[i].strength < strong {
			continue // "fleet manger" is the fleet manager, also where a team is called fleet
		}
		for k := m.mentions[i].from; k < m.mentions[i].to; k++ {
			taken[k] = true
		}
	}
	for _, s := range m.techs {
		for k := s.from; k < s.to; k++ {
			taken[k] = true
		}
	}
	for i := range m.toks {
		taken[i] = taken[i] || m.toks[i].code
	}
	for _, t := range u.index.typos(view, m, taken) {
		keep := m.mentions[:0:0]
		for _, n := range m.mentions {
			if n.to <= t.from || n.from >= t.to {
				keep = append(keep, n)
			}
		}
		t.negated = m.negated[t.from]
		m.mentions = append(keep, t)
		for k := t.from; k < t.to; k++ {
			if f := &m.toks[k].fixed; *f != "" && *f != m.toks[k].norm {
				*f, again = m.toks[k].norm, true
			}
		}
	}
	return again
}

// cue reports whether a cue occurs.
func (m *message) cue(name string) bool { return len(m.cues[name]) > 0 }

// cued reports whether a word is one of a cue's.
func (m *message) cued(name string, tok int) bool {
	return slices.ContainsFunc(m.cues[name], func(f found) bool { return slices.Contains(f.hits, tok) })
}

// best returns the intent that the phrases speak for and how strongly.
func (m *message) best() (Intent, float64) {
	var in Intent
	top := 0.0
	for _, i := range intentOrder {
		if s := m.scores[i]; s > top+1e-9 {
			in, top = i, s
		}
	}
	return m.ownBest(in, top)
}

// intentOrder decides ties: the more special first.
var intentOrder = []Intent{None, Help, Smalltalk, Radar, Scaffold, Lighthouse, Builds, OnCall, Version, Lifecycle, Members, OwnedBy, Dependents,
	Dependencies, API, Docs, Search, Owner, Show}
