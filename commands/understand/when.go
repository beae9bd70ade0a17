package understand

import (
	"slices"
	"strconv"
	"strings"
)

// When is a time other than now that a question asks about, in the terms of calendars: whoever answers knows from when on
// it is counted, and in which zone. The zero value is now.
type When struct {
	Days    int  // from today on; negative for before
	Weeks   int  // from this week on
	Minutes int  // from now on
	Weekday int  // 1 is Monday, 7 Sunday; 0: none is named
	Today   bool // today is named, with a part of it
	InWeek  bool // Weekday is of the week of Weeks; else the nearest one
	Week    bool // all of the week of Weeks
	Weekend bool // the weekend of that week
	Month   int  // of a date, 1 to 12; 0: none is named
	Date    int  // day of the month
	Part    Part // of the day
	Clock   int  // minute of the day, plus one; 0: none is named
	Past    bool // what may be before or after now is before
}

// Part is a part of a day.
type Part int

// The parts of a day.
const (
	Early Part = iota + 1 // before six
	Morning
	Afternoon
	Evening
	Night // until six of the next day
)

// IsZero reports whether no time other than now is asked about.
func (w When) IsZero() bool { return w == When{} }

// numbers are the fields in a fixed order.
func (w *When) numbers() []*int {
	return []*int{&w.Days, &w.Weeks, &w.Minutes, &w.Weekday, &w.Month, &w.Date, (*int)(&w.Part), &w.Clock}
}

// flags are the fields that are true or false, in a fixed order.
func (w *When) flags() []*bool { return []*bool{&w.Today, &w.InWeek, &w.Week, &w.Weekend, &w.Past} }

// String writes a time for ParseWhen, "" for now.
func (w When) String() string {
	if w.IsZero() {
		return ""
	}
	var b strings.Builder
	for _, n := range w.numbers() {
		b.WriteString(strconv.Itoa(*n))
		b.WriteByte('.')
	}
	bits := 0
	for i, f := range w.flags() {
		if *f {
			bits |= 1 << i
		}
	}
	b.WriteString(strconv.Itoa(bits))
	return b.String()
}

// ParseWhen reads what String wrote; anything else is now.
func ParseWhen(s string) When {
	var w When
	fields, into := strings.Split(s, "."), w.numbers()
	if len(fields) != len(into)+1 {
		return When{}
	}
	const most = 1_000_000
	for i, f := range fields {
		n, err := strconv.Atoi(f)
		switch {
		case err != nil || n < -most || n > most:
			return When{}
		case i < len(into):
			*into[i] = n
		default:
			for k, flag := range w.flags() {
				*flag = n>>k&1 == 1
			}
		}
	}
	if w.Weekday < 0 || w.Weekday > 7 || w.Month < 0 || w.Month > 12 || w.Part < 0 || w.Part > Night {
		return When{}
	}
	return w
}

// when reads the time that a message names, and marks its words. It is read once.
func (m *message) when() (When, []bool) {
	if m.timed == nil {
		p := timeParser{toks: m.toks, timed: make([]bool, len(m.toks))}
		for i := range m.mentions {
			n := &m.mentions[i]
			if n.strength == strong {
				p.names = append(p.names, [2]int{n.from, n.to})
			}
			p.called = append(p.called, n.to-1)
		}
		m.time = p.read()
		m.timed, m.told = p.timed, p.told
	}
	return m.time, m.timed
}

// timeParser reads times.
type timeParser struct {
	toks   []token
	names  [][2]int // tokens of names, which are no times
	called []int    // tokens that may be names
	timed  []bool
	told   []int // tokens of times that only tell how something came about
	when   When
	named  bool // a time was found
}

func (p *timeParser) read() When {
	for i := 0; i < len(p.toks); {
		i += max(1, p.at(i))
	}
	w := p.when
	bare := w == When{Part: w.Part} || w == When{Clock: w.Clock, Part: w.Part} && p.supposed()
	if !p.named || bare { // "whom do I call at night", "if it dies at 3am"
		clear(p.timed)
		return When{}
	}
	w.Past = w.Past || p.past() && w.Days == 0 && w.Weeks == 0 && w.Minutes == 0
	if w.Weekday == 0 && w.Month == 0 && w.Clock == 0 {
		w.Past = false
	}
	return w
}

// at reads what begins at a token. It returns how many tokens it used.
func (p *timeParser) at(i int) int {
	if slices.ContainsFunc(p.names, func(n [2]int) bool { return i >= n[0] && i < n[1] }) {
		return 0
	}
	told := false // of a story: "failing since midnight"
	switch p.norm(i - 1) {
	case "since", "until", "till", "自", "从":
		told = !slices.Contains(p.called, i-1)
	}
	when, named := p.when, p.named
	n := p.word(i)
	for _, f := range [...]func(int) int{p.clock, p.date, p.span} {
		n = max(n, f(i))
	}
	if told {
		p.when, p.named = when, named
	}
	for k := i; k < i+n; k++ {
		if told {
			p.told = append(p.told, k)
		} else {
			p.timed[k] = true
		}
	}
	return n
}

// word reads one of the fixed expressions, the longest that fits.
func (p *timeParser) word(i int) int {
	const longest = 5
	list := timeWords()
	for n := min(longest, len(p.toks)-i); n > 0; n-- {
		key := p.key(i, n)
		if w, ok := list[key]; ok {
			p.merge(w)
			return n
		}
	}
	return 0
}

// key is a run of words as the table of expressions has it.
func (p *timeParser) key(i, n int) string {
	var b strings.Builder
	for k := i; k < i+n; k++ {
		if k > i && p.toks[k].class != han {
			b.WriteByte(' ')
		}
		b.WriteString(p.toks[k].norm)
	}
	return b.String()
}

// merge adds what another expression says: "tomorrow", "at noon".
func (p *timeParser) merge(w When) {
	into, from := p.when.numbers(), w.numbers()
	for i := range into {
		if *into[i] == 0 {
			*into[i] = *from[i]
		}
	}
	flags, set := p.when.flags(), w.flags()
	for i := range flags {
		*flags[i] = *flags[i] || *set[i]
	}
	p.named = p.named || !w.IsZero()
}

// past reports whether the message speaks of what was.
func (p *timeParser) past() bool {
	for i := range p.toks {
		switch p.toks[i].norm {
		case "was", "were", "had", "did", "been":
			return true
		case "过", "了", "的": // 值的班
			if before := p.norm(i - 1); before == "值" || before == "班" {
				return true
			}
		}
	}
	return false
}

// supposed reports whether the message speaks of what may happen.
func (p *timeParser) supposed() bool {
	for i := range p.toks {
		switch p.norm(i) {
		case "if", "when", "whenever", "case", "once", "should":
			return true
		case "如", "要", "万", "假":
			if next := p.norm(i + 1); next == "果" || next == "是" || next == "一" || next == "如" {
				return true
			}
		}
	}
	return false
}

// number reads a small number in digits or Chinese, which is n tokens long; n is 0 for none.
func (p *timeParser) number(i int) (value, n int) {
	if i >= len(p.toks) {
		return 0, 0
	}
	if t := &p.toks[i]; t.class == num {
		v, err := strconv.Atoi(t.norm)
		if err != nil || v > 31 {
			return 0, 0
		}
		return v, 1
	}
	tens, seen := 0, 0
	for k := i; k < len(p.toks) && k < i+3; k++ {
		d := strings.Index("零一二三四五六七八九", p.toks[k].norm) / len("零")
		switch norm := p.toks[k].norm; {
		case p.toks[k].class != han:
			return tens + value, seen
		case norm == "十":
			tens, value = 10*max(value, 1), 0
		case norm == "两":
			value = 2
		case strings.Contains("零一二三四五六七八九", norm):
			value = d
		default:
			return tens + value, seen
		}
		seen++
	}
	return tens + value, seen
}
