package plugins

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// HasMeasures is a Plugin whose facts answer questions about everything at once: "which services have no green build",
// "which websites have a score below 50", "what is broken right now". The plugin says what its facts are called and
// which of their values are good; the words around that are the program's.
type HasMeasures interface {
	Measures() []Measure
}

// Measure is something that facts tell of entities, one value or several each.
type Measure struct {
	Name string // unique in the plugin, as View.Name
	// Fact is the key of the facts. One that ends with a slash stands for all keys that begin with it.
	Fact  string
	Title Text // as a part of a sentence, in the singular: "build"
	// Words are what people call it in questions, without regard to case: "build", "builds", "ci". Several measures may
	// go by one word, of one plugin or of several: the question is then about all of them.
	Words map[lang.Lang][]string
	// Good and Bad are values, without regard to case. People ask for them by general words such as "green", or as
	// they are written. "*" among them stands for every value that the other does not name; others are neither.
	Good, Bad []string
	Number    bool // the values are numbers, which can be compared
	Broken    bool // a bad value means that something is broken now
}

// anyValue among the good or the bad values stands for all others.
const anyValue = "*"

// The bounds of a measure.
const (
	maxWords    = 30 // in one language
	maxWordLong = 60 // bytes
)

// Verdict is what a value means.
type Verdict int

// The verdicts.
const (
	Neither Verdict = iota
	Good
	Bad
)

// Judge says what a value means.
func (m Measure) Judge(value string) Verdict {
	like := func(v string) bool { return strings.EqualFold(v, value) }
	switch {
	case slices.ContainsFunc(m.Bad, like):
		return Bad
	case slices.ContainsFunc(m.Good, like):
		return Good
	case slices.Contains(m.Bad, anyValue):
		return Bad
	case slices.Contains(m.Good, anyValue):
		return Good
	}
	return Neither
}

// Titled is what the measure of a plugin is called beside those of others: "Argo CD: deployment".
func (m Measure) Titled(plugin string) Text {
	out := Text{}
	for l, title := range m.Title {
		out[l] = lang.Text(l, lang.PlugTitle, lang.Args{"plugin": plugin, "view": title})
	}
	return out
}

// Value is the number that a fact holds; false for what is none.
func (m Measure) Value(fact string) (float64, bool) {
	n, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(fact), "%"), 64)
	return n, err == nil && m.Number
}

// Holds reports whether the facts of a key belong to the measure.
func (m Measure) Holds(key string) bool {
	return key == m.Fact || strings.HasSuffix(m.Fact, "/") && strings.HasPrefix(key, m.Fact)
}

// Check returns what is wrong with a measure, as an error of kind Invalid.
func (m Measure) Check() error {
	switch {
	case m.Fact == "" || m.Fact == "/":
		return fault.New(fault.Invalid, "measure %s is of no fact", m.Name)
	case m.Title[lang.English] == "" || len(m.Title[lang.English]) > maxTitle:
		return fault.New(fault.Invalid, "measure %s needs a title in English of at most %d bytes", m.Name, maxTitle)
	case len(m.Words[lang.English]) == 0:
		return fault.New(fault.Invalid, "measure %s needs words in English that people call it by", m.Name)
	case !m.Number && len(m.Good)+len(m.Bad) == 0:
		return fault.New(fault.Invalid, "measure %s needs good or bad values, or numbers", m.Name)
	case m.Broken && len(m.Bad) == 0:
		return fault.New(fault.Invalid, "measure %s cannot say that something is broken without bad values", m.Name)
	}
	for _, words := range m.Words {
		if len(words) > maxWords {
			return fault.New(fault.Invalid, "measure %s has more than %d words", m.Name, maxWords)
		}
		for _, w := range words {
			if strings.TrimSpace(w) != w || utf8.RuneCountInString(w) < 2 || len(w) > maxWordLong {
				return fault.New(fault.Invalid, "measure %s: a word such as %q has between 2 letters and %d bytes and no spaces around it", m.Name, w, maxWordLong)
			}
		}
	}
	for _, v := range append(slices.Clone(m.Good), m.Bad...) {
		if v == "" || len(v) > maxWordLong {
			return fault.New(fault.Invalid, "measure %s: a value has between 1 and %d bytes", m.Name, maxWordLong)
		}
	}
	return nil
}

// BranchMeasure is the measure of the facts of branches: how the last builds are. words are further names of it.
func BranchMeasure(name string, words ...string) Measure {
	return Measure{
		Name: name, Fact: FactBranchState, Title: TextOf(lang.FactsBuild), Good: []string{string(RunPassed)}, Bad: []string{string(RunFailed)}, Broken: true,
		Words: map[lang.Lang][]string{
			lang.English: append([]string{"build", "builds", "ci", "ci build", "ci builds", "pipeline", "pipelines"}, words...),
			lang.Chinese: {"构建", "流水线", "编译", "CI"},
		},
	}
}
