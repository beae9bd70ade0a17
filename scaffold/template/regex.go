package template

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dlclark/regexp2/v2"
)

// maxPattern bounds a regular expression, in code units.
const maxPattern = 16 * 1024

// regexTime bounds one search; patterns that backtrack without end are stopped by it.
const regexTime = 250 * time.Millisecond

// regex is a regular expression of JavaScript. Like JavaScript's it matches code units, not characters.
type regex struct {
	source, flags string
	re            *regexp2.Regexp
	last          int // lastIndex, of those with g or y
}

// regexLiteral reads r/source/flags at i.
func regexLiteral(code string, i int) (source, flags string, end int, err *failure) {
	var out []byte
	slashes := 0 // backslashes just before
	for j := i + 2; j < len(code); j++ {
		c := code[j]
		if len(out) > 3*maxPattern || len(out) > maxPattern && length16(string(out)) > maxPattern {
			return "", "", 0, failf("the regular expression is longer than %d characters", maxPattern)
		}
		switch {
		case c == '\\':
			slashes++
		case c == '/' && slashes == 0:
			flags, end, err = regexFlags(code, j+1)
			return string(out), flags, end, err
		case c == '/' && slashes%2 == 0:
			return "", "", 0, failf("it is not clear where the regular expression ends")
		default:
			slashes = 0
		}
		out = append(out, c)
	}
	return "", "", 0, failf("the regular expression does not end")
}

func regexFlags(code string, i int) (flags string, end int, err *failure) {
	for end = i; end < len(code) && strings.IndexByte("gimy", code[end]) >= 0; end++ {
		if strings.IndexByte(code[i:end], code[end]) >= 0 {
			return "", 0, failf("the flag %c of the regular expression is given twice", code[end])
		}
	}
	if end < len(code) && code[end] != '_' && isNameStart(code[end]) {
		return "", 0, failf("a regular expression has no flag %c", code[end])
	}
	return code[i:end], end, nil
}

// compileRegex checks and compiles a pattern.
func compileRegex(source, flags string) (*regexp2.Regexp, *failure) {
	pattern, failed := translate(source)
	if failed != nil {
		return nil, failed
	}
	opts := []regexp2.CompileOption{regexp2.ECMAScript, regexp2.OptionMaintainCaptureOrder()}
	if strings.Contains(flags, "i") {
		opts = append(opts, regexp2.IgnoreCase)
	}
	if strings.Contains(flags, "m") {
		opts = append(opts, regexp2.Multiline)
	}
	re, err := regexp2.Compile(pattern, opts...)
	if err != nil {
		return nil, failf("the regular expression is not valid: %v", err)
	}
	re.MatchTimeout = regexTime
	return re, nil
}

// String is the expression as JavaScript prints it.
func (x *regex) String() string {
	source := strings.NewReplacer("\n", `\n`, "\r", `\r`, "\u2028", `\u2028`, "\u2029", `\u2029`).Replace(x.source)
	if source == "" {
		source = "(?:)"
	}
	flags := ""
	for _, f := range "gimy" {
		if strings.ContainsRune(x.flags, f) {
			flags += string(f)
		}
	}
	return "/" + source + "/" + flags
}

func (x *regex) global() bool { return strings.Contains(x.flags, "g") }
func (x *regex) sticky() bool { return strings.Contains(x.flags, "y") }

// found is a match: offsets of the whole and of the groups in code units, -1 for groups that took no part.
type found struct {
	from, to int
	groups   [][2]int
	names    map[string]int // of groups that have one
}

// subject is a text prepared for matching.
type subject struct{ runes []rune }

func newSubject(s string) subject {
	if ascii(s) {
		out := make([]rune, len(s))
		for i := range len(s) {
			out[i] = rune(s[i])
		}
		return subject{out}
	}
	u := units(s)
	out := make([]rune, len(u))
	for i, c := range u {
		out[i] = rune(c)
	}
	return subject{out}
}

func (t subject) slice(from, to int) string {
	out := make([]byte, 0, to-from)
	for _, r := range t.runes[from:to] {
		if r < utf8.RuneSelf {
			out = append(out, byte(r))
		} else {
			out = appendUnit(out, r)
		}
	}
	return string(out)
}

// match finds the expression in the text from start on.
func (r *run) match(x *regex, t subject, start int, sticky bool) (*found, error) {
	if err := r.pay(16 + len(t.runes) - start); err != nil {
		return nil, err
	}
	m, err := x.re.FindRunesMatchStartingAt(t.runes, start)
	if err != nil {
		return nil, limitf("a regular expression took longer than %s", regexTime)
	}
	if m == nil || sticky && m.RuneIndex != start {
		return nil, r.late()
	}
	out := &found{from: m.RuneIndex, to: m.RuneIndex + m.RuneLength}
	for i, g := range m.Groups()[1:] {
		if g.Name != "" && !isDigit(g.Name[0]) {
			if out.names == nil {
				out.names = map[string]int{}
			}
			out.names[g.Name] = i
		}
		if len(g.Captures) == 0 {
			out.groups = append(out.groups, [2]int{-1, -1})
		} else {
			out.groups = append(out.groups, [2]int{g.RuneIndex, g.RuneIndex + g.RuneLength})
		}
	}
	return out, r.late()
}

// test is RegExp.prototype.test.
func (r *run) test(x *regex, s string) (bool, error) {
	t := newSubject(s)
	start := 0
	if x.global() || x.sticky() {
		start = x.last
	}
	if start > len(t.runes) {
		x.last = 0
		return false, nil
	}
	m, err := r.match(x, t, start, x.sticky())
	if err != nil {
		return false, err
	}
	if x.global() || x.sticky() {
		x.last = 0
		if m != nil {
			x.last = m.to
		}
	}
	return m != nil, nil
}

// replaceRegex is String.prototype.replace with a regular expression.
func (r *run) replaceRegex(s string, x *regex, with string) (string, error) {
	t := newSubject(s)
	var out []byte
	at, start := 0, 0
	if x.sticky() && !x.global() {
		start = x.last
	}
	for start <= len(t.runes) {
		m, err := r.match(x, t, start, x.sticky())
		if err != nil {
			return "", err
		}
		if m == nil {
			break
		}
		out = join(out, t.slice(at, m.from))
		out = join(out, t.expand(with, m))
		if err := r.allocFor(out); err != nil {
			return "", err
		}
		at, start = m.to, m.to
		if !x.global() {
			break
		}
		if m.from == m.to {
			start++
		}
	}
	if x.sticky() && !x.global() {
		x.last = 0
		if out != nil || at > 0 {
			x.last = at
		}
	}
	return string(join(out, t.slice(at, len(t.runes)))), nil
}

// expand fills the $ patterns of a replacement.
func (t subject) expand(with string, m *found) string {
	if !strings.Contains(with, "$") {
		return with
	}
	var out []byte
	for i := 0; i < len(with); i++ {
		if with[i] != '$' || i+1 == len(with) {
			out = append(out, with[i])
			continue
		}
		switch c := with[i+1]; {
		case c == '$':
			out = append(out, '$')
		case c == '&':
			out = join(out, t.slice(m.from, m.to))
		case c == '`':
			out = join(out, t.slice(0, m.from))
		case c == '\'':
			out = join(out, t.slice(m.to, len(t.runes)))
		case isDigit(c):
			n, used := groupNumber(with[i+1:], len(m.groups))
			if used == 0 {
				out = append(out, '$')
				continue
			}
			if g := m.groups[n-1]; g[0] >= 0 {
				out = join(out, t.slice(g[0], g[1]))
			}
			i += used
			continue
		case c == '<' && m.names != nil && strings.IndexByte(with[i:], '>') > 0:
			end := strings.IndexByte(with[i:], '>')
			if n, ok := m.names[with[i+2:i+end]]; ok && m.groups[n][0] >= 0 {
				out = join(out, t.slice(m.groups[n][0], m.groups[n][1]))
			}
			i += end
			continue
		default:
			out = append(out, '$')
			continue
		}
		i++
	}
	return string(out)
}

// groupNumber reads the one or two digits of a group that exists.
func groupNumber(s string, groups int) (n, used int) {
	one := int(s[0] - '0')
	if len(s) > 1 && isDigit(s[1]) {
		if two := 10*one + int(s[1]-'0'); two >= 1 && two <= groups {
			return two, 2
		}
	}
	if one >= 1 && one <= groups {
		return one, 1
	}
	return 0, 0
}

// splitRegex is String.prototype.split with a regular expression.
func (r *run) splitRegex(s string, x *regex, limit int) ([]Value, error) {
	t := newSubject(s)
	if limit == 0 {
		return nil, nil
	}
	var out []Value
	add := func(v Value) bool {
		out = append(out, v)
		return len(out) == limit || len(out) > maxEntries
	}
	if len(t.runes) == 0 {
		if m, err := r.match(x, t, 0, true); m != nil || err != nil {
			return nil, err
		}
		return []Value{StringValue(s)}, nil
	}
	at := 0
	for q := 0; q < len(t.runes); {
		m, err := r.match(x, t, q, false)
		if err != nil {
			return nil, err
		}
		if m == nil || m.from >= len(t.runes) {
			break
		}
		if m.to == m.from && m.from == at || m.to == at {
			q = max(q, m.from) + 1
			continue
		}
		if add(StringValue(t.slice(at, m.from))) {
			return out, nil
		}
		for _, g := range m.groups {
			v := Value{}
			if g[0] >= 0 {
				v = StringValue(t.slice(g[0], g[1]))
			}
			if add(v) {
				return out, nil
			}
		}
		at = m.to
		q = at
	}
	add(StringValue(t.slice(at, len(t.runes))))
	return out, nil
}
