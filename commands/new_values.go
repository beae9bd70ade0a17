package commands

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
	"github.com/backchannel-portal/backchannel/scaffold"
)

// What a plan shows of the answers.
const (
	maxReviewed = 10
	maxElements = 12       // of a list
	unseenMask  = "••••••" // in place of what was typed unseen
	nothingIn   = "–"      // in place of an element that says nothing
)

// reading says the values of a form as people read them: with the titles of fields and options, without what is typed
// unseen.
type reading struct {
	l      lang.Lang
	of     map[string]*scaffold.FormField // by name, those of elements too
	values *yamldoc.Node
	name   func(ref string) string // what an entity is called
}

func newReading(l lang.Lang, f *scaffold.Form, name func(string) string) *reading {
	r := &reading{l: l, of: map[string]*scaffold.FormField{}, values: f.Masked(f.Values, unseenMask), name: name}
	for q := range f.All() {
		r.of[q.Name] = q
	}
	return r
}

// field is the value of a field in one line.
func (r *reading) field(q *scaffold.FormField) string {
	return r.words(scaffold.ValueAt(r.values, q.Path), q.Name)
}

// words is a value in one line, "" for none. name is that of the field that has it.
func (r *reading) words(n *yamldoc.Node, name string) string {
	if n == nil || n.Kind == yamldoc.Null {
		return ""
	}
	q := r.of[name]
	switch {
	case q != nil && q.Review.Hide:
		return ""
	case q != nil && q.Review.Mask != "":
		return q.Review.Mask
	case n.Kind == yamldoc.List:
		var parts []string
		for i, item := range n.Items {
			if s := inBrackets(item, r.element(item, name, i)); s != "" {
				parts = append(parts, s)
			}
		}
		return strings.Join(parts, ", ")
	case n.Kind == yamldoc.Map:
		return r.object(n, name)
	}
	return r.scalar(n, q)
}

// element is an element of the list of a name. Where it has no field of its own it is one of the values that the list
// takes.
func (r *reading) element(item *yamldoc.Node, list string, i int) string {
	own := list + "[" + strconv.Itoa(i) + "]"
	if q := r.of[list]; q != nil && q.Rows != nil && i < len(q.Rows.Titles) && r.of[own] != nil && q.Rows.Titles[i] != "" {
		if s := r.words(item, own); s != "" {
			return q.Rows.Titles[i] + ": " + s
		}
		return ""
	}
	if q := r.of[list]; r.of[own] == nil && q != nil && item != nil && item.Kind != yamldoc.Map && item.Kind != yamldoc.List {
		return r.scalar(item, q)
	}
	return r.words(item, own)
}

// inBrackets is the text of a value within another: in brackets where it has parts that have none.
func inBrackets(n *yamldoc.Node, text string) string {
	if n != nil && (n.Kind == yamldoc.List && !lists(n) || n.Kind == yamldoc.Map) && text != "" {
		return "(" + text + ")"
	}
	return text
}

func (r *reading) object(n *yamldoc.Node, name string) string {
	var parts []string
	for _, f := range n.Fields {
		if strings.HasPrefix(f.Key, "__") { // which of several schemas is meant
			continue
		}
		at := f.Key
		if name != "" {
			at = name + "." + f.Key
		}
		if s := inBrackets(f.Value, r.words(f.Value, at)); s != "" {
			label := f.Key
			if q := r.of[at]; q != nil {
				label = orText(q.Review.Name, orText(q.Title, f.Key))
			}
			parts = append(parts, label+": "+s)
		}
	}
	return strings.Join(parts, ", ")
}

// scalar is a text, a number or a yes, as the field that has it shows it.
func (r *reading) scalar(n *yamldoc.Node, q *scaffold.FormField) string {
	if q == nil {
		return n.Text
	}
	for _, o := range q.Options {
		if o.Label != "" && o.Value != nil && o.Value.Kind == n.Kind && o.Value.Text == n.Text {
			return o.Label
		}
	}
	switch q.Kind {
	case "repo":
		return parseRepoURL(n.Text).label()
	case "toggle":
		return lang.Text(r.l, map[bool]lang.Key{true: lang.NewYes, false: lang.NewNo}[n.Text == "true"], nil)
	case "entity", "owner", "entities":
		if r.name != nil {
			return r.name(n.Text)
		}
	case "file":
		return fileIn(n.Text)
	}
	return n.Text
}

// fileIn is the name of the file that a data: URL holds, as forms of Backstage write it; the text itself where it says
// none.
func fileIn(text string) string {
	head, _, _ := strings.Cut(text, ",")
	_, after, ok := strings.Cut(head, ";name=")
	if !ok || !strings.HasPrefix(head, "data:") {
		return text
	}
	name, _, _ := strings.Cut(after, ";")
	if plain, err := url.PathUnescape(name); err == nil {
		return plain
	}
	return name
}

// lists reports whether a value is a list of objects or lists, which is shown element by element.
func lists(n *yamldoc.Node) bool {
	if n == nil || n.Kind != yamldoc.List {
		return false
	}
	for _, item := range n.Items {
		if item.Kind == yamldoc.Map || item.Kind == yamldoc.List {
			return true
		}
	}
	return false
}

// rows are the elements of a list, one a line.
func (r *reading) rows(list *yamldoc.Node, name string) card.List {
	out := card.List{Ordered: true, More: max(0, len(list.Items)-maxElements)}
	for i, item := range list.Items[:min(len(list.Items), maxElements)] {
		text := clipTo(oneLine(r.element(item, name, i)), maxDetail)
		out.Items = append(out.Items, []card.Span{card.T(orText(text, nothingIn))})
	}
	return out
}

// reviewed shows the answers, as the template wants them shown: short ones side by side, lists of objects below them.
func (m *making) reviewed(f *scaffold.Form) {
	r := newReading(m.l, f, m.calls)
	var out card.Fields
	var below []card.Block
	shown, more := 0, 0
	for i := range f.Pages {
		for k := range f.Pages[i].Fields {
			q := &f.Pages[i].Fields[k]
			value, rows := m.answer(r, q)
			if value == "" && len(rows.Items) == 0 {
				continue
			}
			if shown++; shown > maxReviewed {
				more++
				continue
			}
			label := orText(q.Review.Name, orText(q.Title, q.Name))
			if len(rows.Items) > 0 {
				below = append(below, card.Text{Spans: []card.Span{card.S(label)}}, rows)
				continue
			}
			out.Items = append(out.Items, card.Field{Label: label, Value: []card.Span{card.T(value)}})
		}
	}
	if len(out.Items) > 0 {
		m.add(out)
	}
	m.add(below...)
	if more > 0 {
		m.add(card.Note{Spans: m.say(lang.ValuesMore, lang.Args{"n": more})})
	}
}

// answer is what was filled in for a field: in one line, or as rows; neither for nothing.
func (m *making) answer(r *reading, q *scaffold.FormField) (string, card.List) {
	_, given := m.secrets[q.Name]
	switch {
	case q.Review.Hide:
		return "", card.List{}
	case given && !q.Sealed:
		return unseenMask, card.List{}
	}
	if value := scaffold.ValueAt(r.values, q.Path); lists(value) && q.Review.Mask == "" {
		return "", r.rows(value, q.Name)
	}
	return clipTo(oneLine(r.field(q)), maxDetail/2), card.List{}
}

// calls is what people call the entity of a reference; what is none is said as it is.
func (m *making) calls(ref string) string {
	if refs := parseRefs([]string{ref}); len(refs) == 1 {
		return m.nameOf(refs[0])
	}
	return ref
}
