package main

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"github.com/backchannel-portal/backchannel/adapters/web"
)

// question is a line of a question file: what is asked and what a right answer has.
type question struct {
	ID         string   `json:"id"`
	Lang       string   `json:"lang"`
	Text       string   `json:"text"`
	Intent     string   `json:"intent"`
	IntentAny  []string `json:"intent_any"`
	OutcomeAny []string `json:"outcome_any"`
	Tags       []string `json:"tags"`
	Accept     []expected
	expected
}

// expected is one right reading of a question.
type expected struct {
	Outcome  string   `json:"outcome"`
	Entities []string `json:"entities"`
	Facts    []string `json:"facts"` // " || " separates alternatives
}

// verdict says what of an answer is right.
type verdict struct {
	intent, outcome, entities, facts bool
	confident                        bool // an answer about something that no right reading is about
}

func (v verdict) full() bool { return v.intent && v.outcome && v.entities && v.facts }

// wrong names the parts that are not right.
func (v verdict) wrong() string {
	var parts []string
	for _, p := range []struct {
		ok   bool
		name string
	}{{v.intent, "intent"}, {v.outcome, "outcome"}, {v.entities, "entities"}, {v.facts, "facts"}} {
		if !p.ok {
			parts = append(parts, p.name)
		}
	}
	return strings.Join(parts, " ")
}

// offered is how many more candidates than the right ones an offer may have.
const offered = 4

// judge compares an answer with every right reading and keeps the best: a full match before one of outcome and
// entities, before the most parts.
func judge(q *question, r *web.Result) verdict {
	got := refSet(r.Entities)
	text := foldText(r.Text)
	intents := q.IntentAny
	if len(intents) == 0 {
		intents = []string{q.Intent}
	}
	v := verdict{intent: slices.Contains(intents, r.Intent)}
	known, bestRank := false, -1
	for i, c := range append([]expected{q.expected}, q.Accept...) {
		want := refSet(c.Entities)
		o := r.Outcome == c.Outcome || i == 0 && slices.Contains(q.OutcomeAny, r.Outcome)
		e := sameEntities(q, c, want, got)
		f := !slices.ContainsFunc(c.Facts, func(fact string) bool { return !hasFact(text, fact) })
		known = known || e && (c.Outcome == "answer" || c.Outcome == "not_found" && len(want) > 0)
		if rank := rankOf(o, e, f); rank > bestRank {
			bestRank = rank
			v.outcome, v.entities, v.facts = o, e, f
		}
	}
	v.confident = r.Outcome == "answer" && len(got) > 0 && !known
	return v
}

func rankOf(o, e, f bool) int {
	n := 0
	for _, b := range []bool{o, e, f} {
		if b {
			n++
		}
	}
	if o && e {
		n += 10
	}
	return n
}

func sameEntities(q *question, c expected, want, got map[string]bool) bool {
	equal := len(want) == len(got) && contains(got, want)
	subjectless := slices.Contains([]string{"radar", "smalltalk", "help", "none"}, q.Intent) ||
		(q.Intent == "version" || q.Intent == "scaffold") && len(want) == 0 && c.Outcome == "answer"
	switch {
	case c.Outcome == "choose":
		return contains(got, want) && len(got) <= len(want)+offered
	case subjectless: // lists of findings are not marked
		return len(want) == 0 || equal
	}
	return equal
}

func contains(set, sub map[string]bool) bool {
	for s := range sub {
		if !set[s] {
			return false
		}
	}
	return true
}

// refSet returns references in lower case with their namespace.
func refSet(l []string) map[string]bool {
	out := map[string]bool{}
	for _, e := range l {
		e = strings.ToLower(strings.TrimSpace(e))
		if kind, name, ok := strings.Cut(e, ":"); ok && !strings.Contains(name, "/") {
			e = kind + ":default/" + name
		}
		out[e] = true
	}
	return out
}

var spaces = regexp.MustCompile(`\s+`)

// foldText removes what matching ignores: case, accents, width, and how lines are broken.
func foldText(s string) string {
	s = norm.NFKD.String(s)
	s = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, s)
	s = cases.Fold().String(norm.NFKC.String(s))
	return spaces.ReplaceAllString(strings.NewReplacer("ł", "l", "ı", "i").Replace(s), " ")
}

var figure = regexp.MustCompile(`^[0-9.]+$`)

// hasFact reports whether a folded text has one of the alternatives, standing alone: "cart" is not in "cart-cleaner",
// "1.2" is neither in "1.22" nor in "1.2.5".
func hasFact(text, fact string) bool {
	for alt := range strings.SplitSeq(fact, " || ") {
		a := foldText(alt)
		for at := 0; ; {
			i := strings.Index(text[at:], a)
			if i < 0 || a == "" {
				break
			}
			if at += i; alone(alt, text[:at], text[at+len(a):]) {
				return true
			}
			_, n := utf8.DecodeRuneInString(text[at:])
			at += n
		}
	}
	return false
}

// alone reports whether what stands before and behind a found alternative does not make it part of a longer name.
func alone(alt, before, behind string) bool {
	switch first, last := alt[0], alt[len(alt)-1]; {
	case figure.MatchString(alt):
		return !endsIn(before, `[0-9.]`) && !endsIn(before, `[0-9]-`) && !startsIn(behind, `\.?[0-9]`)
	case strings.HasPrefix(alt, "http"):
		return !startsIn(behind, `/?[a-z0-9_-]`)
	default:
		return (!alnum(first) || !endsIn(before, `[a-z0-9-]`) && !endsIn(before, `[a-z0-9]_`)) &&
			(!alnum(last) || !startsIn(behind, `-?[a-z0-9]`) && !startsIn(behind, `_[a-z0-9]`))
	}
}

func alnum(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

func endsIn(s, pattern string) bool {
	return regexp.MustCompile(pattern + `$`).MatchString(s[max(0, len(s)-4):])
}

func startsIn(s, pattern string) bool {
	return regexp.MustCompile(`^(?:` + pattern + `)`).MatchString(s[:min(len(s), 4)])
}
