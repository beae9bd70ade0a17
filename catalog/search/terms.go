package search

import "strings"

// queryTerm is one distinct term of a question.
type queryTerm struct {
	text   string
	single bool // one Chinese character: looked up in singleField
	run    int  // which run of Chinese it belongs to, and where; -1 for Latin words
	at     int
	raw    string // as written, for Latin words
}

// termLimit bounds how many distinct terms of a question are looked up.
const termLimit = 48

// particles are characters that join Chinese words and belong to none.
const particles = "的了吗呢吧啊么嘛呀哦"

// queryTerms analyses a question.
func (a *analyzer) queryTerms(q string) []queryTerm {
	var out []queryTerm
	seen := make(map[string]bool)
	add := func(t queryTerm) {
		if !seen[t.text] && len(out) < termLimit {
			seen[t.text] = true
			out = append(out, t)
		}
	}
	run := 0
	for _, t := range tokens(q[:min(len(q), descriptionLimit)]) {
		if !t.han {
			for _, s := range a.token(nil, t) {
				add(queryTerm{text: s, run: -1, raw: t.raw})
			}
			continue
		}
		for _, part := range strings.FieldsFunc(t.text, func(r rune) bool { return strings.ContainsRune(particles, r) }) {
			run++
			ps := pairs(nil, part)
			for i, p := range ps {
				add(queryTerm{text: p, run: run, at: i, single: len([]rune(part)) == 1})
			}
		}
	}
	return out
}

// dropJoints leaves out pairs of Chinese characters that occur nowhere while both neighbours do: they straddle two
// words ("户下" in "用户下单") and are no words themselves.
func dropJoints(ts []queryTerm, occurs []bool) ([]queryTerm, []bool) {
	var keep []queryTerm
	var found []bool
	for i, t := range ts {
		joint := t.run >= 0 && !occurs[i] && beside(ts, occurs, i, -1) && beside(ts, occurs, i, 1)
		if !joint {
			keep, found = append(keep, t), append(found, occurs[i])
		}
	}
	return keep, found
}

// beside reports whether the neighbouring pair in the same run occurs.
func beside(ts []queryTerm, occurs []bool, i, step int) bool {
	j := i + step
	return j >= 0 && j < len(ts) && ts[j].run == ts[i].run && ts[j].at == ts[i].at+step && occurs[j]
}

// parts splits a word written in camel case that is not known as a whole.
func (a *analyzer) parts(t queryTerm) []queryTerm {
	if t.run >= 0 {
		return nil
	}
	ws := words(t.raw)
	if len(ws) < 2 {
		return nil
	}
	var out []queryTerm
	for _, s := range a.terms(nil, strings.Join(ws, " ")) {
		out = append(out, queryTerm{text: s, run: -1})
	}
	return out
}
