package template

import (
	"math/rand/v2"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// Func is a function of the program that expressions may call. It must not keep or change its arguments.
type Func func(args []Value) (Value, error)

// Filter is a filter of the program.
type Filter func(in Value, args []Value) (Value, error)

// Config sets an Engine up. The zero value knows no hosts, and has default limits, the real clock and randomness.
type Config struct {
	Hosts   map[string]HostType // of parseRepoUrl and projectSlug, by host with its port
	Filters map[string]Filter   // beside the built-in ones, which they replace
	Globals map[string]Func
	Limits  Limits
	Clock   func() time.Time
	Random  func(n int) int // a number from 0 below n, of the filter random
}

// Engine parses and renders templates. It may be used by several goroutines at once.
type Engine struct {
	filters map[string]Filter
	globals map[string]Func
	limits  Limits
	clock   func() time.Time
	random  func(int) int
}

// New returns an Engine with Backstage's filters and those of c.
func New(c Config) *Engine {
	e := &Engine{filters: backstageFilters(c.Hosts), globals: c.Globals, limits: c.Limits.orDefault(), clock: c.Clock, random: c.Random}
	for name, f := range c.Filters {
		e.filters[name] = f
	}
	if e.clock == nil {
		e.clock = time.Now
	}
	if e.random == nil {
		e.random = rand.IntN
	}
	return e
}

// Options change how a source is read.
type Options struct {
	CookiecutterCompat bool // {{ }} for outputs, and what Jinja has beside Nunjucks
	TrimBlocks         bool // drop the line end behind a tag
	LstripBlocks       bool // drop the indentation before a tag
}

// Template is a parsed source. It may be rendered by several goroutines at once.
type Template struct {
	engine  *Engine
	name    string
	src     string
	opts    Options
	root    *block
	size    int  // of the outermost frame
	mutates bool // may change arrays of the context, which are copied for it
	loops   bool // speaks of loop
}

// Parse reads a source. The name is the file in errors, which have kind fault.Invalid and name line and column;
// those about a budget have ErrLimit in their chain.
func (e *Engine) Parse(name, source string, o Options) (*Template, error) {
	if len(source) > e.limits.Source && length16(source) > e.limits.Source {
		return nil, public(limitf("the template has more than %d characters", e.limits.Source), name, "")
	}
	source = valid(source)
	tokens, failed := scan(source, o)
	if failed != nil {
		return nil, public(failed, name, source)
	}
	p := parser{limits: e.limits, tokens: tokens}
	root := p.template()
	if p.err != nil {
		return nil, public(p.err, name, source)
	}
	size, failed := resolve(root)
	if failed != nil {
		return nil, public(failed, name, source)
	}
	return &Template{
		engine: e, name: name, src: source, opts: o, root: root, size: size,
		mutates: p.mutates || p.dynamic && p.calls, loops: strings.Contains(source, "loop"),
	}, nil
}

// Context is the data that templates see by name. It may be used by several goroutines at once.
type Context struct {
	root  Value
	funcs map[string]Func
}

// NewContext checks data, which must be an object: it must not be too large, and no key may be a reserved name. The
// functions, which may be nil, can be called by their names as globals can.
func NewContext(data Value, funcs map[string]Func) (*Context, error) {
	if data.kind != Object {
		return nil, fault.New(fault.Invalid, "the data of a template must be an object")
	}
	if err := checkShape(data); err != nil {
		return nil, fault.New(fault.Invalid, "the data of a template: %v", err)
	}
	return &Context{root: data, funcs: funcs}, nil
}

// With returns a context in which one name has another value.
func (c *Context) With(name string, v Value) (*Context, error) {
	var b recordBuilder
	rec := c.root.record()
	b.grow(len(rec.keys) + 1)
	for i, k := range rec.keys {
		b.set(k, rec.vals[i])
	}
	b.set(name, v)
	return NewContext(b.value(), c.funcs)
}

// checkShape refuses what nunjitsu refuses as data.
func checkShape(v Value) error {
	left := maxEntries
	if v.kind == Object {
		left += v.Len()
	}
	return checkPart(v, &left, 1)
}

func checkPart(v Value, left *int, depth int) error {
	if !v.container() {
		return nil
	}
	if depth > maxValueDepth {
		return failf("it nests deeper than %d levels", maxValueDepth)
	}
	items := v.Items()
	if v.kind == Object {
		items = v.record().vals
		for _, k := range v.record().keys {
			if reserved(k) {
				return failf("the name %s is reserved", k)
			}
		}
	}
	if *left -= len(items); *left < 0 || len(items) > maxEntries {
		return failf("it has more than %d parts", maxEntries)
	}
	for _, item := range items {
		if err := checkPart(item, left, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// Render renders the template to text, which is valid UTF-8.
func (t *Template) Render(c *Context) (string, error) {
	v, err := t.Text(c)
	if err != nil {
		return "", err
	}
	return UTF8(v.text()), nil
}

// Text renders the template to a string that keeps half surrogate pairs.
func (t *Template) Text(c *Context) (Value, error) {
	var w writer
	w.buf = make([]byte, 0, len(t.src)+len(t.src)/8)
	if err := t.exec(c, &w); err != nil {
		return Value{}, err
	}
	return StringValue(string(w.buf)), nil
}

func (t *Template) exec(c *Context, w *writer) error {
	r, e := t.start(c)
	return public(located(t.root.exec(r, e, w, 1), 0), t.name, t.src)
}

// start prepares a render.
func (t *Template) start(c *Context) (*run, *env) {
	r := &run{engine: t.engine, tmpl: t, funcs: c.funcs, limits: t.engine.limits}
	r.deadline = t.engine.clock().Add(r.limits.Time)
	root := c.root
	if t.mutates {
		root = clone(root, map[Value]Value{})
	}
	outer := (&scope{context: root.record()}).child(true)
	e := &env{scope: outer.child(true), outer: outer, exportMacros: true, exportSets: true}
	e.frame = &frame{vals: make([]Value, t.size)}
	return r, e
}

// clone copies containers; what is shared stays shared.
func clone(v Value, seen map[Value]Value) Value {
	if !v.container() {
		return v
	}
	if out, ok := seen[v]; ok {
		return out
	}
	out := v
	switch v.kind {
	case Array:
		out = arrayOf(cloneAll(v.array().items, seen))
	case Object:
		rec := *v.record()
		rec.vals = cloneAll(rec.vals, seen)
		out = recordValue(&rec)
	}
	seen[v] = out
	return out
}

func cloneAll(items []Value, seen map[Value]Value) []Value {
	out := make([]Value, len(items))
	for i, v := range items {
		out[i] = clone(v, seen)
	}
	return out
}

// plain is a value as functions of the program see it: no safe strings, regular expressions or undefined parts.
func plain(v Value) Value {
	switch v.kind {
	case safeKind:
		return StringValue(v.text())
	case regexKind:
		return StringValue(v.regex().String())
	case Array:
		items := plainAll(v.array().items)
		for i := range items {
			if items[i].kind == Undefined {
				items[i] = NullValue()
			}
		}
		return arrayOf(items)
	case Object:
		return eachDefined(v, plain)
	}
	return v
}

func plainAll(items []Value) []Value {
	out := make([]Value, len(items))
	for i, v := range items {
		out[i] = plain(v)
	}
	return out
}

func eachDefined(v Value, change func(Value) Value) Value {
	var b recordBuilder
	b.grow(v.Len())
	for k, item := range v.Entries {
		if item.kind != Undefined {
			b.set(k, change(item))
		}
	}
	return b.value()
}
