package declared

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
	"github.com/backchannel-portal/backchannel/plugins"
)

// MaxFile bounds a declared plugin, in bytes.
const MaxFile = 256 << 10

// The bounds of what a file declares.
const (
	maxRequests = 10
	maxValues   = 30
	maxActions  = 5
	maxProblems = 50
)

// Options say what a program knows that reads declared plugins.
type Options struct {
	// Pattern returns what is wrong with a phrase's pattern; nil: nothing is.
	Pattern func(pattern string) error
	// Intents are the built-in intents that a plugin can add to; nil: any.
	Intents []string
	// Strings replaces references such as ${NAME} in a webhook's secret; nil: it stays as it is.
	Strings func(string) (string, error)
}

// reader reads a file and collects what is wrong with it, so that all of it can be mended at once.
type reader struct {
	d        yamldoc.Decoder
	o        Options
	problems []error
}

// Parse reads a declared plugin. What is wrong with it is an error of kind Invalid for each mistake, joined, in the
// order of lines, each with file, line and field.
func Parse(path string, data []byte, o Options) (plugins.Plugin, error) {
	f, err := parse(path, data, o)
	if err != nil {
		return nil, err
	}
	p := &Plugin{f: f}
	if f.Spec.Webhook != nil {
		return hooked{p}, nil
	}
	return p, nil
}

func parse(path string, data []byte, o Options) (*file, error) {
	if len(data) > MaxFile {
		return nil, fault.At(fault.Position{File: path}, "the file is larger than %d kB", MaxFile>>10)
	}
	root, err := yamldoc.Parse(data, yamldoc.Limits{})
	if err != nil {
		if e, ok := errors.AsType[*fault.Error](err); ok && e.At.File == "" {
			e.At.File = path
		}
		return nil, err
	}
	r := &reader{d: yamldoc.Decoder{File: path}, o: o}
	sum := sha256.Sum256(data)
	f := &file{path: path, hash: hex.EncodeToString(sum[:6])}
	r.file(root, f)
	if len(r.problems) > 0 {
		slices.SortStableFunc(r.problems, func(a, b error) int { return cmp.Compare(lineOf(a), lineOf(b)) })
		return nil, errors.Join(r.problems[:min(len(r.problems), maxProblems)]...)
	}
	return f, nil
}

func lineOf(err error) int {
	if e, ok := errors.AsType[*fault.Error](err); ok {
		return e.At.Line
	}
	return 0
}

// errorf notes a mistake.
func (r *reader) errorf(n *yamldoc.Node, field, format string, args ...any) {
	r.problems = append(r.problems, r.d.Errorf(n, field, format, args...))
}

// fields goes through a map: each key has its reader; others are mistakes.
func (r *reader) fields(n *yamldoc.Node, field string, known map[string]func(*yamldoc.Node, string), required ...string) {
	if n == nil || n.Kind != yamldoc.Map {
		r.errorf(n, field, "expected keys and values; known are %s", names(known))
		return
	}
	for _, f := range n.Fields {
		read, ok := known[f.Key]
		if !ok {
			r.errorf(&yamldoc.Node{Line: f.Line}, join(field, f.Key), "unknown key%s; known here: %s", near(f.Key, known), names(known))
			continue
		}
		read(f.Value, join(field, f.Key))
	}
	for _, key := range required {
		if n.Get(key) == nil {
			r.errorf(n, join(field, key), "is required")
		}
	}
}

func join(field, key string) string {
	if field == "" {
		return key
	}
	return field + "." + key
}

// said is what stands at a node, for a message: a text in quotes, or what it is instead of a text.
func said(n *yamldoc.Node) string {
	switch n.Kind {
	case yamldoc.List:
		return "a list"
	case yamldoc.Map:
		return "a map"
	default:
		return strconv.Quote(n.Text)
	}
}

// into reads a value as its type says.
func (r *reader) into(v any) func(*yamldoc.Node, string) {
	return func(n *yamldoc.Node, field string) {
		if err := r.d.DecodeAt(n, v, field); err != nil {
			r.problems = append(r.problems, err)
		}
	}
}

// file reads the whole file.
func (r *reader) file(root *yamldoc.Node, f *file) {
	r.fields(root, "", map[string]func(*yamldoc.Node, string){
		"apiVersion": func(n *yamldoc.Node, field string) {
			if n.Str() != APIVersion {
				r.errorf(n, field, "expected %s, found %s", APIVersion, said(n))
			}
		},
		"kind": func(n *yamldoc.Node, field string) {
			if n.Str() != "Plugin" {
				r.errorf(n, field, "expected Plugin, found %s", said(n))
			}
		},
		"metadata": func(n *yamldoc.Node, field string) { r.metadata(n, field, &f.Metadata) },
		"spec":     func(n *yamldoc.Node, field string) { r.spec(n, field, &f.Spec) },
	}, "apiVersion", "metadata", "spec")
}

func (r *reader) metadata(n *yamldoc.Node, field string, m *metadata) {
	r.fields(n, field, map[string]func(*yamldoc.Node, string){
		"name": func(n *yamldoc.Node, field string) {
			if m.Name = n.Str(); !plugins.ValidName(m.Name) {
				r.errorf(n, field, "%s cannot be the name of a plugin: lower case letters, digits and dashes, at most 40, beginning with a letter", said(n))
			}
		},
		"title":       r.into(&m.Title),
		"description": r.into(&m.Description),
	}, "name", "title")
}

// spec reads what the plugin does. The order matters: expressions know what was read before.
func (r *reader) spec(n *yamldoc.Node, field string, s *spec) {
	later := func(*yamldoc.Node, string) {}
	r.fields(n, field, map[string]func(*yamldoc.Node, string){
		"title": r.into(&s.Title), "match": later, "values": later, "requests": later, "map": later, "card": later,
		"command": func(n *yamldoc.Node, field string) {
			if s.Command = n.Str(); !plugins.ValidName(s.Command) {
				r.errorf(n, field, "%s cannot be a sub-command: lower case letters, digits and dashes", said(n))
			}
		},
		"answers": func(n *yamldoc.Node, field string) {
			if s.Answers = n.Str(); r.o.Intents != nil && !slices.Contains(r.o.Intents, s.Answers) {
				r.errorf(n, field, "%s is no kind of question; known are %s", said(n), strings.Join(r.o.Intents, ", "))
			}
		},
		"phrases": func(n *yamldoc.Node, field string) { r.phrases(n, field, s) },
		"fresh":   r.span(&s.Fresh, 10*time.Second, 24*time.Hour),
		"timeout": r.span(&s.Timeout, time.Second, plugins.MaxTimeout),
		"watch":   later, "webhook": later, "actions": later,
	}, "match", "card")
	if n == nil || n.Kind != yamldoc.Map {
		return
	}
	known := r.inputs(n, field, s)
	r.outputs(n, field, s, known)
}

// inputs reads how an entity becomes answers, and returns the names that what follows knows.
func (r *reader) inputs(n *yamldoc.Node, field string, s *spec) []string {
	if m := n.Get("match"); m != nil {
		r.match(m, field+".match", &s.Match)
	}
	if v := n.Get("values"); v != nil {
		r.values(v, field+".values", s)
	}
	if q := n.Get("requests"); q != nil {
		r.requests(q, field+".requests", s)
	}
	if m := n.Get("map"); m != nil {
		s.Map = r.query(m, field+".map")
	}
	return s.known("results", "data")
}

// known are the names that expressions know once the values are read: the values, the answers to the requests read so
// far, and what else there is.
func (s *spec) known(more ...string) []string {
	out := append(slices.DeleteFunc(baseNames(), func(n string) bool { return n == "values" }), parts("values", s.Values, func(v value) string { return v.name })...)
	for _, n := range more {
		if n == "results" {
			out = append(out, parts(n, s.Requests, func(q request) string { return q.Name })...)
		} else {
			out = append(out, n)
		}
	}
	return out
}

// outputs reads what is made of the answers.
func (r *reader) outputs(n *yamldoc.Node, field string, s *spec, known []string) {
	if c := n.Get("card"); c != nil {
		r.card(c, field+".card", s, known)
	}
	if w := n.Get("watch"); w != nil {
		s.Watch = &watch{}
		r.watch(w, field+".watch", s.Watch, known)
	}
	if w := n.Get("webhook"); w != nil {
		s.Webhook = &webhook{}
		r.webhook(w, field+".webhook", s)
	}
	if a := n.Get("actions"); a != nil {
		r.actions(a, field+".actions", s)
	}
}

// span reads a duration within bounds.
func (r *reader) span(into *time.Duration, least, most time.Duration) func(*yamldoc.Node, string) {
	return func(n *yamldoc.Node, field string) {
		if err := r.d.DecodeAt(n, into, field); err != nil {
			r.problems = append(r.problems, err)
		} else if *into < least || *into > most {
			r.errorf(n, field, "expected between %s and %s, found %s", least, most, *into)
		}
	}
}

func (r *reader) expression(n *yamldoc.Node, field string, known []string) *expression {
	switch n.Kind {
	case yamldoc.String, yamldoc.Number, yamldoc.Bool:
	default:
		r.errorf(n, field, "expected an expression")
		return nil
	}
	code := strings.TrimSpace(n.Text)
	if inner, ok := strings.CutPrefix(code, "{{"); ok && strings.HasSuffix(inner, "}}") { // many write it so
		code = strings.TrimSpace(strings.TrimSuffix(inner, "}}"))
	}
	e, err := compileExpression(code, n.Line, known)
	if err != nil {
		r.errorf(n, field, "%v", err)
		return nil
	}
	return e
}

func (r *reader) text(n *yamldoc.Node, field string, known []string) *text {
	if n.Kind == yamldoc.Map || n.Kind == yamldoc.List {
		r.errorf(n, field, "expected a text")
		return &text{}
	}
	t, err := compileText(n.Text, n.Line, known)
	if err != nil {
		r.errorf(n, field, "%v", err)
		return &text{}
	}
	return t
}

func (r *reader) query(n *yamldoc.Node, field string) *query {
	if n.Kind != yamldoc.String {
		r.errorf(n, field, "expected a query of jq")
		return nil
	}
	q, err := compileQuery(n.Text, n.Line)
	if err != nil {
		r.errorf(n, field, "%v", err)
	}
	return q
}

func (r *reader) phrases(n *yamldoc.Node, field string, s *spec) {
	s.Phrases = map[lang.Lang][]string{}
	if n.Kind != yamldoc.Map {
		r.errorf(n, field, "expected phrases by language: {en: [...], zh: [...]}")
		return
	}
	for _, f := range n.Fields {
		l, ok := language(f.Key)
		if !ok {
			r.errorf(f.Value, join(field, f.Key), "%q is no language; known are en and zh", f.Key)
			continue
		}
		var all []string
		if err := r.d.DecodeAt(f.Value, &all, join(field, f.Key)); err != nil {
			r.problems = append(r.problems, err)
			continue
		}
		for i, p := range all {
			if r.o.Pattern != nil {
				if err := r.o.Pattern(p); err != nil {
					r.errorf(f.Value.Items[i], fmt.Sprintf("%s.%s[%d]", field, f.Key, i), "%v", err)
				}
			}
		}
		s.Phrases[l] = all
	}
}
