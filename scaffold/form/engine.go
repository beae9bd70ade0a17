package form

import (
	"slices"
	"strings"
	"time"

	"github.com/dlclark/regexp2/v2"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// Bounds on what one form may cost.
const (
	maxParts      = 20_000  // schemas and keywords of a template's parameters
	maxProperties = 1_000   // of one object
	maxWork       = 500_000 // steps of resolving and checking one form, less than a second; real forms take under 20,000
	maxDepth      = 100     // of references and values followed into one another
	maxRounds     = 5       // of defaults that make more fields appear
	maxPattern    = 10_000  // bytes of a regular expression
	matchTimeout  = 100 * time.Millisecond
)

// engine resolves and checks the schema of one page. The first bound that is exceeded stays in err; from then on every
// method returns at once, with values that mean nothing.
type engine struct {
	root     *node // what "#" refers to
	file     string
	path     string // of root in the file
	work     int
	depth    int
	err      error
	patterns map[string]*regexp2.Regexp
	targets  map[string]*node // of references
}

func newEngine(root *node, file, path string) *engine {
	return &engine{
		root: root, file: file, path: path, work: maxWork,
		patterns: map[string]*regexp2.Regexp{}, targets: map[string]*node{},
	}
}

// spend takes cost from the budget, and reports whether there was enough.
func (e *engine) spend(n *node, cost int) bool {
	if e.err != nil {
		return false
	}
	if e.work -= cost; e.work < 0 {
		e.fail(n, "the schema takes too much work; it repeats itself through references or branches")
		return false
	}
	return true
}

// enter is spend for a step that goes down; leave is to follow when it returns true.
func (e *engine) enter(n *node) bool {
	if !e.spend(n, 1+sizeOf(n)) {
		return false
	}
	if e.depth >= maxDepth {
		e.fail(n, "the schema goes more than %d levels deep; it may refer to itself", maxDepth)
		return false
	}
	e.depth++
	return true
}

func (e *engine) leave() { e.depth-- }

func sizeOf(n *node) int {
	if n == nil {
		return 0
	}
	return len(n.Fields) + len(n.Items)
}

func (e *engine) fail(n *node, format string, args ...any) {
	at := line(n)
	if at == 0 {
		at = line(e.root)
	}
	e.err = fault.At(fault.Position{File: e.file, Line: at, Field: e.path}, format, args...)
}

// lookup finds what a reference names, without following references it finds there; nil when there is nothing.
func (e *engine) lookup(ref string) *node {
	n, known := e.targets[ref]
	if !known {
		n = e.follow(ref)
		e.targets[ref] = n
	}
	return n
}

func (e *engine) follow(ref string) *node {
	pointer, ok := strings.CutPrefix(ref, "#")
	if !ok {
		return nil
	}
	n := e.root
	for part := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		if pointer == "" {
			break
		}
		n = step(n, unescape(part))
	}
	return n
}

func step(n *node, key string) *node {
	if !isList(n) {
		return n.Get(key)
	}
	i := 0
	for _, c := range []byte(key) {
		if c < '0' || c > '9' || i > len(n.Items) {
			return nil
		}
		i = 10*i + int(c-'0')
	}
	if key == "" || i >= len(n.Items) {
		return nil
	}
	return n.Items[i]
}

// deref follows the reference of a schema, as far as it leads: what is said beside a reference wins over what is
// referred to. stack holds the references followed on the way to s; one that leads back is not followed, and neither
// is one that leads nowhere. The second result is the stack longer by what was followed.
func (e *engine) deref(s *node, stack []string) (*node, []string) {
	for isMap(s) {
		ref := s.Get("$ref").Str()
		if ref == "" {
			return s, stack
		}
		target := e.lookup(ref)
		local := without(s, "$ref")
		if !isMap(target) || slices.Contains(stack, ref) || !e.spend(s, 1+len(target.Fields)+len(local.Fields)) {
			return local, stack
		}
		stack = append(slices.Clip(stack), ref)
		for _, f := range local.Fields {
			target = with(target, f.Key, f.Value)
		}
		s = target
	}
	return s, stack
}

// pattern compiles a regular expression as JavaScript's u mode reads it, once; nil when it is none.
func (e *engine) pattern(source string) *regexp2.Regexp {
	re, known := e.patterns[source]
	if !known {
		re, _ = compilePattern(source)
		e.patterns[source] = re
	}
	return re
}

// matches reports whether a pattern is found in s. A pattern that cannot be read constrains nothing; one that takes too
// long ends the work.
func (e *engine) matches(n *node, source, s string) bool {
	re := e.pattern(source)
	if re == nil {
		return true
	}
	if !e.spend(n, 1+len(s)/16) {
		return false
	}
	found, err := re.MatchString(s)
	if err != nil {
		e.fail(n, "the pattern %q takes too long", shorten(source))
	}
	return found
}

func shorten(s string) string {
	const most = 60
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
