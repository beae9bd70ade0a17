package understand

import (
	"slices"
	"strings"
)

// techBook knows the names of technologies.
type techBook struct {
	ids   map[string]string // squashed name -> id
	radar map[string]string // squashed name -> id on the radar
	lex   *lexicon

	curated map[string]bool // names of the built-in list
}

// techSpan is a technology named in a message.
type techSpan struct {
	from, to int
	id       string
	radar    string // id on the radar, "" when it is not there
	weak     bool   // an everyday word: counts only where a technology is expected
}

const maxTech = 4 // words of a technology's name

// everyday lists names of technologies that are first of all everyday words.
var everyday = map[string]bool{
	"go": true, "next": true, "gin": true, "spring": true, "express": true, "node": true, "rust": true, "swift": true, "play": true,
	"echo": true, "flask": true, "celery": true, "chef": true, "puppet": true, "salt": true, "vault": true, "consul": true, "r": true,
	"c": true, "dart": true, "ember": true, "meteor": true, "phoenix": true, "rails": true, "fiber": true, "micro": true, "serverless": true,
	"cloud": true, "kubernetes cluster": true, "linkerd": false, "storm": true, "spark": true, "flow": true, "make": true, "lit": true,
	"axis": true, "lambda": true, "sentry": true, "helm": true, "nest": true, "chi": true, "fabric": true, "guava": true, "jest": true,
	"mocha": true, "cypress": true, "jasmine": true, "karma": true, "buffalo": true, "iris": true, "beam": true, "hive": true, "pig": true,
	"oracle": true, "backstage": true, "featureflags": true, "pairprogramming": false, "snowflake": true, "dbt": false, "requests": true,
	"caching": true, "monorepo": false, "search": true, "terraform": false, "ember js": false, "ant": true, "sql": true, "quarkus": false,
	"elasticsearch": false, "redis": false, "microservices": true, "click": true, "black": true, "room": true, "combine": true, "rx": true,
	"bootstrap": true, "base": true, "core": true, "redux": false, "hooks": true, "unity": true, "unreal": true, "drools": false, "camel": true,
	"docker": false, "mesh": true, "gateway": true, "actix": false, "rocket": true, "warp": true, "tower": true, "koa": false, "hapi": false,
}

// loadTech reads the built-in list of technologies that exist in the world; a company's own names win.
func newTechBook(l *lexicon, v Vocabulary, known []string) *techBook {
	b := &techBook{ids: map[string]string{}, radar: map[string]string{}, lex: l, curated: map[string]bool{}}
	for _, line := range known {
		names := synonyms(line)
		for _, n := range names {
			b.curated[lower(n)] = true
			b.ids[squash(n)] = strings.ReplaceAll(lower(names[0]), " ", "-")
		}
	}
	for _, class := range []string{"radar", "tech"} {
		for _, t := range v.Terms {
			if t.Class != class {
				continue
			}
			id := t.Value
			if id == "" {
				id = t.Text
			}
			for _, n := range append([]string{t.Text, id}, t.Aliases...) {
				k := squash(n)
				switch {
				case k == "":
				case class == "radar":
					b.radar[k] = id
					if _, ok := b.ids[k]; !ok {
						b.ids[k] = id
					}
				default:
					b.ids[k] = id
				}
			}
		}
	}
	return b
}

// find lists the technologies a message names, the longest first, without overlaps.
func (b *techBook) find(ts []token) []techSpan {
	var out []techSpan
	for i := 0; i < len(ts); {
		n := b.at(ts, i, &out)
		i += max(n, 1)
	}
	return out
}

func (b *techBook) at(ts []token, i int, out *[]techSpan) int {
	if ts[i].class == punct || hard(ts[i].glue) {
		return 0
	}
	limit := maxTech
	if ts[i].class == han {
		limit = 8
	}
	for j := min(len(ts), i+limit); j > i; j-- {
		if j < len(ts) && hard(ts[j].glue) || slices.ContainsFunc(ts[i:j], func(t token) bool { return t.class == punct || t.norm == "'s" }) {
			continue
		}
		k := joinNorm(ts[i:j])
		if j-i > 1 && ts[j-1].class == num && b.ids[squash(joinNorm(ts[i:j-1]))] != "" {
			continue // the number is a version
		}
		if id, ok := b.ids[squash(k)]; ok {
			*out = append(*out, techSpan{from: i, to: j, id: id, radar: b.onRadar(k, id), weak: everyday[k] || j == i+1 && b.wordy(k)})
			return j - i
		}
		// "react18" and "node14" carry their version
		if j == i+1 && ts[i].class == word {
			if name := strings.TrimRight(k, "0123456789."); name != k && len(name) > 1 {
				if id, ok := b.ids[name]; ok {
					*out = append(*out, techSpan{from: i, to: j, id: id, radar: b.onRadar(name, id)})
					return 1
				}
			}
		}
	}
	return 0
}

// wordy reports whether a technology's name is a word that people use for other things too.
func (b *techBook) wordy(s string) bool {
	e := b.lex.lookup(s)
	return !b.curated[s] && e != nil && e.kind == 0 && (e.stop || e.filler || len(e.concepts) > 0)
}

// onRadar returns the radar's id of a technology: of the words used, else of another name of the same thing.
func (b *techBook) onRadar(name, id string) string {
	if r, ok := b.radar[squash(name)]; ok {
		return r
	}
	for k, r := range b.radar {
		if b.ids[k] == id {
			return r
		}
	}
	return ""
}

// rangeOf reads the versions asked about around a technology's name.
func rangeOf(ts []token, s techSpan) string {
	v, at := versionNear(ts, s)
	if v == "" {
		return ""
	}
	v = strings.TrimPrefix(v, "v")
	text := around(ts, s, at)
	switch {
	case anyOf(text, " or below ", " or older ", " or lower ", " or earlier ", " or less ", " and below ", " and older "), anyOf(strings.ReplaceAll(text, " ", ""), "及以下", "或以下", "或更低", "或更老", "或更早"):
		return "<=" + v
	case anyOf(text, " not moved ", " not upgraded ", " not migrated ", " not switched ", " not updated ", " not gone ", " hasnt ", " havent ", " not made it "):
		return "<" + v
	case anyOf(text, " below ", " under ", " older ", " before ", " < ", " less ", " prior ", " pre ", " lower ", " behind ", " yet to ", " not on ", " not yet "):
		return "<" + v
	case strings.Contains(text, " > ") && strings.Contains(text, " = "), anyOf(text, " at least ", " or newer ", " or later ", " or higher ", " or above ", " and up ", " since ", " and above "):
		return ">=" + v
	case anyOf(text, " above ", " newer ", " > ", " over ", " later than ", " higher than "):
		return ">" + v
	}
	zh := strings.ReplaceAll(text, " ", "")
	switch {
	case anyOf(zh, "以下", "低于", "老于", "早于", "小于", "旧于", "不到", "没升", "还没", "未升", "没到", "之前", "没有升"):
		return "<" + v
	case anyOf(zh, "以上", "及以上", "不低于", "起"):
		return ">=" + v
	case anyOf(zh, "高于", "大于", "新于", "之后"):
		return ">" + v
	case anyOf(zh, "升到", "升级到"):
		return ""
	}
	if strings.HasSuffix(v, "x") {
		return v
	}
	return "=" + v
}

func anyOf(s string, subs ...string) bool {
	return slices.ContainsFunc(subs, func(x string) bool { return strings.Contains(s, x) })
}

// versionNear finds a number right behind the name, or a few words on.
func versionNear(ts []token, s techSpan) (string, int) {
	if t := ts[s.to-1]; t.class == word && s.to == s.from+1 {
		if n := strings.TrimLeft(t.norm, "abcdefghijklmnopqrstuvwxyz"); isNumber(n) && !strings.HasSuffix(t.norm, "4j") {
			return n, s.to
		}
	}
	for i := s.to; i < len(ts) && i < s.to+8; i++ {
		if ts[i].class == num {
			if i+1 < len(ts) && ts[i+1].norm == "x" && ts[i+1].glue != 0 {
				return ts[i].norm + ".x", i
			}
			return ts[i].norm, i
		}
	}
	for i := s.from - 1; i >= 0 && i > s.from-4; i-- {
		if ts[i].class == num {
			return ts[i].norm, i
		}
	}
	return "", 0
}

func around(ts []token, s techSpan, at int) string {
	var b strings.Builder
	b.WriteByte(' ')
	for i := max(0, min(s.from, at)-6); i < min(len(ts), max(s.to, at)+6); i++ {
		b.WriteString(ts[i].norm)
		b.WriteByte(' ')
	}
	return b.String()
}

// technologies notes the technologies named and the versions asked about.
func (r *run) technologies() {
	for _, s := range r.m.techs {
		t := TechMention{ID: s.id, Range: rangeOf(r.m.toks, s)}
		if r.intent == Radar && s.radar != "" {
			t.ID = s.radar
		}
		for i := s.from; i < s.to; i++ {
			if i > s.from && r.m.toks[i].glue == 0 && r.m.toks[i].class != han {
				t.Name += " "
			}
			t.Name += r.m.toks[i].text
		}
		if !slices.ContainsFunc(r.out.Tech, func(o TechMention) bool { return o.ID == t.ID }) {
			r.out.Tech = append(r.out.Tech, t)
		}
	}
	if r.intent == Radar && len(r.out.Tech) == 0 {
		us := r.content(nil)
		if t := r.topic(us); t != "" && len(r.withoutKinds(us)) > 0 {
			r.out.Tech = append(r.out.Tech, TechMention{ID: strings.ReplaceAll(lower(t), " ", "-"), Name: t})
		}
	}
}

// fleet reports whether a version question is about everybody.
func (r *run) fleet() bool {
	for i := range r.m.mentions {
		if n := &r.m.mentions[i]; !n.negated && n.strength >= medium && !r.techAt(n) {
			return false
		}
	}
	if len(r.m.techs) == 0 {
		return false
	}
	if r.past != nil && r.m.cue("follow") && !r.m.cue("fleet") {
		return false
	}
	if r.ofThread() {
		return false
	}
	us := r.content(nil)
	if len(us) > 0 && !r.m.cue("everywhere") {
		if got := r.found(us); got.settled() {
			return false
		}
	}
	r.out.Fleet = true
	return true
}

// ofThread reports whether a few words ask for the version of what was talked about: "which java?" after a question about
// something written in it.
func (r *run) ofThread() bool {
	const few = 6
	if r.past == nil || len(r.past.asked) != 1 || r.past.intent == Version || len(r.m.toks) > few || r.m.cue("fleet") || len(r.m.techs) != 1 {
		return false
	}
	e, ok := r.view.Entity(r.past.asked[0])
	return ok && e.Ref.Kind == "component" && r.uses(e, r.m.techs[0].id)
}

// techAt reports whether a mention is also the name of a technology and nothing more.
func (r *run) techAt(n *mention) bool {
	return slices.ContainsFunc(r.m.techs, func(s techSpan) bool { return s.from <= n.from && s.to >= n.to })
}
