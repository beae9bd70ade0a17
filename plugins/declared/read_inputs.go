package declared

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/internal/yamldoc"
	"github.com/backchannel-portal/backchannel/plugins"
)

// list reads one text or a list of them.
func (r *reader) list(into *[]string) func(*yamldoc.Node, string) {
	return func(n *yamldoc.Node, field string) {
		if n.Kind == yamldoc.String {
			*into = []string{n.Text}
			return
		}
		r.into(into)(n, field)
	}
}

func lowered(in []string) []string {
	out := make([]string, len(in))
	for i, s := range in {
		out[i] = strings.ToLower(s)
	}
	return out
}

func (r *reader) match(n *yamldoc.Node, field string, m *match) {
	r.fields(n, field, map[string]func(*yamldoc.Node, string){
		"annotation": r.list(&m.Annotations),
		"kind":       r.list(&m.Kinds),
		"type":       r.list(&m.Types),
		"if": func(n *yamldoc.Node, field string) {
			m.When = r.expression(n, field, []string{"entity"})
		},
	})
	m.Kinds, m.Types = lowered(m.Kinds), lowered(m.Types)
	if n.Kind == yamldoc.Map && len(m.Annotations)+len(m.Kinds)+len(m.Types) == 0 && m.When == nil && len(n.Fields) == 0 {
		r.errorf(n, field, "nothing says which entities it is about: name an annotation, a kind, a type, or a condition")
	}
}

func (r *reader) values(n *yamldoc.Node, field string, s *spec) {
	if n.Kind != yamldoc.Map || len(n.Fields) > maxValues {
		r.errorf(n, field, "expected at most %d names with expressions", maxValues)
		return
	}
	for _, f := range n.Fields {
		if !plainName(f.Key) {
			r.errorf(f.Value, join(field, f.Key), "%q cannot be a name: letters, digits and underscores", f.Key)
			continue
		}
		s.Values = append(s.Values, value{f.Key, r.expression(f.Value, join(field, f.Key), s.known())})
	}
}

func (r *reader) requests(n *yamldoc.Node, field string, s *spec) {
	if n.Kind != yamldoc.List || len(n.Items) > maxRequests {
		r.errorf(n, field, "expected a list of at most %d requests", maxRequests)
		return
	}
	for i, item := range n.Items {
		q := request{}
		at := fmt.Sprintf("%s[%d]", field, i)
		r.request(item, at, &q, s.known("results"), "name")
		switch {
		case q.Name != "" && !plainName(q.Name):
			r.errorf(item.Get("name"), at+".name", "%q cannot be a name: letters, digits and underscores", q.Name)
		case slices.ContainsFunc(s.Requests, func(o request) bool { return o.Name == q.Name }):
			r.errorf(item.Get("name"), at+".name", "there are two requests called %q", q.Name)
		case writes(q.Method) && q.Method != "POST":
			r.errorf(item.Get("method"), at+".method", "a card only reads: GET, HEAD, or POST for queries; what changes something is an action")
		}
		s.Requests = append(s.Requests, q)
	}
}

func writes(method string) bool { return method != "" && method != "GET" && method != "HEAD" }

// request reads one request, of a card or of an action.
func (r *reader) request(n *yamldoc.Node, field string, q *request, known []string, required ...string) {
	if n.Get("each") != nil {
		known = append(slices.Clone(known), "item", "index")
	}
	c := &compiler{r: r}
	r.fields(n, field, map[string]func(*yamldoc.Node, string){
		"name": r.into(&q.Name),
		"upstream": func(n *yamldoc.Node, field string) {
			if q.Upstream = n.Str(); q.Upstream == "" || strings.Contains(q.Upstream, "://") {
				r.errorf(n, field, "%s is no name: the configuration gives addresses names, as proxy.endpoints", said(n))
			}
		},
		"method": func(n *yamldoc.Node, field string) {
			q.Method = strings.ToUpper(n.Text)
			if !slices.Contains([]string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"}, q.Method) {
				r.errorf(n, field, "%s is no method; known are GET, HEAD, POST, PUT, PATCH, DELETE", said(n))
			}
		},
		"path": func(n *yamldoc.Node, field string) {
			if q.Path = r.text(n, field, known); !strings.HasPrefix(n.Text, "/") {
				r.errorf(n, field, "a path begins with / : it is relative to the address of the upstream")
			}
			if strings.ContainsAny(withoutCode(n.Text), "?#") {
				r.errorf(n, field, "a path has no ? or #: what follows belongs into query")
			}
		},
		"query":    func(n *yamldoc.Node, field string) { q.Query = r.parameters(n, field, known) },
		"headers":  func(n *yamldoc.Node, field string) { q.Headers = r.headers(n, field, known) },
		"body":     func(n *yamldoc.Node, field string) { q.Body = c.tree(n, field, known) },
		"if":       func(n *yamldoc.Node, field string) { q.When = r.expression(n, field, known) },
		"each":     func(n *yamldoc.Node, field string) { q.Each = r.expression(n, field, known) },
		"text":     r.into(&q.Text),
		"missing":  r.into(&q.Missing),
		"optional": r.into(&q.Optional),
	}, append([]string{"upstream", "path"}, required...)...)
	if n.Kind == yamldoc.Map {
		q.line = n.Line
	}
	if q.Body != nil && !writes(q.Method) {
		r.errorf(n.Get("body"), field+".body", "a body needs a method such as POST")
	}
}

// withoutCode is a text without its expressions.
func withoutCode(s string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(s, "{{")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		_, after, closed := cutCode(rest)
		if !closed {
			return b.String()
		}
		s = after
	}
}

func (r *reader) parameters(n *yamldoc.Node, field string, known []string) []parameter {
	if n.Kind != yamldoc.Map {
		r.errorf(n, field, "expected names with texts")
		return nil
	}
	var out []parameter
	for _, f := range n.Fields {
		out = append(out, parameter{f.Key, r.text(f.Value, join(field, f.Key), known)})
	}
	return out
}

// headers are what a request says beside its secrets, which the upstream's configuration adds.
func (r *reader) headers(n *yamldoc.Node, field string, known []string) []parameter {
	out := r.parameters(n, field, known)
	for i, p := range out {
		switch strings.ToLower(p.name) {
		case "accept", "accept-language", "content-type", "if-match", "x-requested-with":
		default:
			r.errorf(n.Fields[i].Value, join(field, p.name), "a plugin does not set this header; tokens and the like belong to the upstream in the configuration")
		}
	}
	return out
}

func (r *reader) watch(n *yamldoc.Node, field string, w *watch, known []string) {
	r.fields(n, field, map[string]func(*yamldoc.Node, string){
		"every": r.span(&w.Every, plugins.MinEvery, 7*24*time.Hour),
		"facts": func(n *yamldoc.Node, field string) {
			if n.Kind != yamldoc.Map || len(n.Fields) == 0 || len(n.Fields) > maxValues {
				r.errorf(n, field, "expected between 1 and %d names with expressions", maxValues)
				return
			}
			for _, f := range n.Fields {
				w.Facts = append(w.Facts, fact{f.Key, r.expression(f.Value, join(field, f.Key), known)})
			}
		},
		"topic": func(n *yamldoc.Node, field string) {
			w.Topic = &topic{}
			r.topic(n, field, w.Topic)
		},
		"measures": func(n *yamldoc.Node, field string) { r.measures(n, field, w) },
	}, "every", "facts")
	r.measured(n.Get("measures"), join(field, "measures"), w)
	if w.Topic == nil {
		return
	}
	for i, key := range w.Topic.Facts {
		if !slices.ContainsFunc(w.Facts, func(f fact) bool { return f.key == key }) {
			r.errorf(n.At("topic", "facts").Items[i], fmt.Sprintf("%s.topic.facts[%d]", field, i), "there is no fact %q above", key)
		}
	}
}

func (r *reader) topic(n *yamldoc.Node, field string, t *topic) {
	r.fields(n, field, map[string]func(*yamldoc.Node, string){
		"name": func(n *yamldoc.Node, field string) {
			if t.Name = n.Str(); !plugins.ValidName(t.Name) {
				r.errorf(n, field, "%s cannot be the word that people subscribe with: lower case letters, digits and dashes", said(n))
			}
		},
		"title": r.into(&t.Title),
		"facts": r.into(&t.Facts),
		"say":   r.into(&t.Say),
	}, "name", "title")
}
