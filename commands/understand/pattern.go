package understand

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// The patterns of the phrase lexicon are compiled to small backtracking programs over the words of a message.
// lexicon/phrases.txt describes the notation.

type op uint8

const (
	opWord   op = iota // the word lit
	opPrefix           // a word that starts with lit
	opSplit            // go on at x, else at y
	opGap              // up to gapMax words
	opEntity           // a mention of an entity
	opTech             // a mention of a technology
	opStart            // the start of the message
	opEnd              // the end of the message
	opMatch
)

// gapMax is how many words ".." may stand for, and stepMax bounds the work of one pattern on one message.
const (
	gapMax  = 8
	stepMax = 2000
)

type inst struct {
	op   op
	lit  string
	x, y int
}

type program []inst

// compile reads one pattern.
func compile(s string) (program, error) {
	c := &compiler{in: s}
	if err := c.alternatives(0); err != nil {
		return nil, err
	}
	if c.pos < len(c.in) {
		return nil, fault.New(fault.Invalid, "pattern %q: unexpected %q", s, c.in[c.pos:])
	}
	words := 0
	for _, i := range c.out {
		if i.op == opWord || i.op == opPrefix || i.op == opTech || i.op == opEntity {
			words++
		}
	}
	if words == 0 {
		return nil, fault.New(fault.Invalid, "pattern %q names no word", s)
	}
	c.emit(inst{op: opMatch})
	return c.out, nil
}

type compiler struct {
	in  string
	pos int
	out program
}

func (c *compiler) emit(i inst) int {
	c.out = append(c.out, i)
	return len(c.out) - 1
}

// insert puts a split before the code that starts at from, moving that code by one.
func (c *compiler) insert(from int) {
	c.out = append(c.out, inst{})
	copy(c.out[from+1:], c.out[from:])
	for i := from + 1; i < len(c.out); i++ {
		if c.out[i].op == opSplit {
			if c.out[i].x >= from {
				c.out[i].x++
			}
			if c.out[i].y >= from {
				c.out[i].y++
			}
		}
	}
	c.out[from] = inst{op: opSplit, x: from + 1}
}

// alternatives reads "a|b|c" up to a closing bracket or the end.
func (c *compiler) alternatives(depth int) error {
	if depth > 8 {
		return fault.New(fault.Invalid, "pattern %q is nested too deeply", c.in)
	}
	start := len(c.out)
	var jumps []int
	for {
		if err := c.sequence(depth); err != nil {
			return err
		}
		if c.pos >= len(c.in) || c.in[c.pos] != '|' {
			break
		}
		c.pos++
		c.insert(start)
		jumps = append(jumps, c.emit(inst{op: opSplit}))
		c.out[start].y = len(c.out)
		start = len(c.out)
	}
	for _, j := range jumps {
		c.out[j].x, c.out[j].y = len(c.out), -1
	}
	return nil
}

func (c *compiler) sequence(depth int) error {
	for c.pos < len(c.in) {
		r, n := utf8.DecodeRuneInString(c.in[c.pos:])
		start := len(c.out)
		switch {
		case r == '|' || r == ')':
			if r == ')' && depth == 0 {
				return fault.New(fault.Invalid, "pattern %q has a bracket too many", c.in)
			}
			return nil
		case r == '(':
			c.pos++
			if err := c.alternatives(depth + 1); err != nil {
				return err
			}
			if c.pos >= len(c.in) || c.in[c.pos] != ')' {
				return fault.New(fault.Invalid, "pattern %q lacks a closing bracket", c.in)
			}
			c.pos++
		case strings.HasPrefix(c.in[c.pos:], ".."):
			c.pos += 2
			c.emit(inst{op: opGap})
		case r == '@' || r == '#' || r == '^' || r == '$':
			c.pos++
			c.emit(inst{op: map[rune]op{'@': opEntity, '#': opTech, '^': opStart, '$': opEnd}[r]})
		case unicode.IsLetter(r) || unicode.IsDigit(r) || strings.HasPrefix(c.in[c.pos:], "'s"):
			c.literal()
		default: // spaces and marks that no token carries
			c.pos += n
			continue
		}
		if c.pos < len(c.in) && c.in[c.pos] == '?' {
			c.pos++
			c.insert(start)
			c.out[start].y = len(c.out)
		}
	}
	return nil
}

// literal reads one word, or one Chinese character.
func (c *compiler) literal() {
	r, n := utf8.DecodeRuneInString(c.in[c.pos:])
	if isHan(r) {
		c.emit(inst{op: opWord, lit: c.in[c.pos : c.pos+n]})
		c.pos += n
		return
	}
	end := c.pos
	if r == '\'' {
		end++
	}
	for end < len(c.in) {
		r, n := utf8.DecodeRuneInString(c.in[end:])
		if isHan(r) || !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			break
		}
		end += n
	}
	i := inst{op: opWord, lit: lower(c.in[c.pos:end])}
	c.pos = end
	if c.pos < len(c.in) && c.in[c.pos] == '*' {
		c.pos++
		i.op = opPrefix
	}
	c.emit(i)
}

// starts collects how a match of the program can begin: with these words, or (any) with something else.
func (p program) starts() (words []string, any bool) {
	seen := map[int]bool{}
	var walk func(pc int)
	walk = func(pc int) {
		if pc < 0 || seen[pc] {
			return
		}
		seen[pc] = true
		switch i := p[pc]; i.op {
		case opWord:
			words = append(words, i.lit)
		case opSplit:
			walk(i.x)
			walk(i.y)
		case opStart:
			walk(pc + 1)
		default:
			any = true
		}
	}
	walk(0)
	return words, any
}

// matcher runs programs over one message.
type matcher struct {
	toks   []token
	seq    []int         // the tokens that are words, in order
	ents   map[int][]int // position in seq -> ends of entity mentions that start there
	techs  map[int][]int
	inside func(found) bool // whether a phrase is no more than part of a name: it may stand elsewhere as well
	loose  bool             // words may stand on both sides of a comma or full stop
	hits   []int            // positions in seq of the words matched so far
	end    int
	steps  int
}

// match tries one program at one position. The positions of the words it used are in m.hits, where it ended in m.end.
func (m *matcher) match(p program, pos int) bool {
	m.hits, m.steps = m.hits[:0], 0
	return m.run(p, 0, pos)
}

func (m *matcher) run(p program, pc, pos int) bool {
	for {
		if m.steps++; m.steps > stepMax {
			return false
		}
		switch i := &p[pc]; i.op {
		case opMatch:
			m.end = pos
			return true
		case opWord, opPrefix:
			if !m.is(i, pos) {
				return false
			}
			m.hits = append(m.hits, pos)
			pos++
			pc++
		case opSplit:
			if i.y < 0 {
				pc = i.x
				continue
			}
			n := len(m.hits)
			if m.run(p, i.x, pos) {
				return true
			}
			m.hits = m.hits[:n]
			pc = i.y
		case opGap:
			return m.skip(p, pc, pos)
		case opEntity:
			return m.jump(p, pc, m.ents[pos])
		case opTech:
			return m.jump(p, pc, m.techs[pos])
		case opStart:
			if pos != 0 {
				return false
			}
			pc++
		case opEnd:
			if !m.atEnd(pos) {
				return false
			}
			pc++
		}
	}
}

// atEnd reports whether nothing but courtesies follow.
func (m *matcher) atEnd(pos int) bool {
	for from := pos; pos < len(m.seq); pos++ {
		if from == 0 || !courtesy[m.toks[m.seq[pos]].norm] {
			return false
		}
	}
	return true
}

// courtesy holds what is said behind a question without changing it.
var courtesy = map[string]bool{"please": true, "pls": true, "plz": true, "thanks": true, "thx": true, "ty": true, "tia": true, "cheers": true,
	"anyone": true, "folks": true, "guys": true}

func (m *matcher) is(i *inst, pos int) bool {
	if pos >= len(m.seq) {
		return false
	}
	if n := len(m.hits); !m.loose && n > 0 && m.hits[n-1] == pos-1 && m.seq[pos] > m.seq[pos-1]+1 {
		return false // a new clause begins between them
	}
	t := &m.toks[m.seq[pos]]
	if i.op == opPrefix {
		return strings.HasPrefix(t.norm, i.lit)
	}
	return t.norm == i.lit || t.fixed == i.lit
}

func (m *matcher) skip(p program, pc, pos int) bool {
	n := len(m.hits)
	for k := 0; k <= gapMax && pos+k <= len(m.seq); k++ {
		if m.run(p, pc+1, pos+k) {
			return true
		}
		m.hits = m.hits[:n]
	}
	return false
}

func (m *matcher) jump(p program, pc int, ends []int) bool {
	n := len(m.hits)
	for _, e := range ends {
		if m.run(p, pc+1, e) {
			return true
		}
		m.hits = m.hits[:n]
	}
	return false
}
