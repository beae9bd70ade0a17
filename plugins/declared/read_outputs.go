package declared

import (
	"fmt"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/yamldoc"
	"github.com/backchannel-portal/backchannel/plugins"
)

func (r *reader) webhook(n *yamldoc.Node, field string, s *spec) {
	w := s.Webhook
	w.Scheme = "hmac-sha256"
	r.fields(n, field, map[string]func(*yamldoc.Node, string){
		"header": r.into(&w.Header),
		"scheme": func(n *yamldoc.Node, field string) {
			if w.Scheme = n.Str(); !slices.Contains([]string{"hmac-sha256", "hmac-sha1", "token"}, w.Scheme) {
				r.errorf(n, field, "%s is no way to sign; known are hmac-sha256, hmac-sha1 and token", said(n))
			}
		},
		"prefix": r.into(&w.Prefix),
		"base64": r.into(&w.Base64),
		"secret": func(n *yamldoc.Node, field string) {
			w.Secret = n.Str()
			if r.o.Strings != nil {
				var err error
				if w.Secret, err = r.o.Strings(w.Secret); err != nil {
					r.errorf(n, field, "%v", err)
					return
				}
			}
			if w.Secret == "" {
				r.errorf(n, field, "an empty secret would let everybody in")
			}
		},
		"id":       func(n *yamldoc.Node, field string) { w.ID = r.query(n, field) },
		"entities": func(n *yamldoc.Node, field string) { w.Entities = r.query(n, field) },
		"value": func(n *yamldoc.Node, field string) {
			if w.Value = n.Str(); !slices.ContainsFunc(s.Values, func(v value) bool { return v.name == w.Value }) {
				known := map[string]value{}
				for _, v := range s.Values {
					known[v.name] = v
				}
				r.errorf(n, field, "there is no value %s in spec.values%s", said(n), near(strings.TrimPrefix(w.Value, "values."), known))
			}
		},
	}, "header", "secret")
	if (n.Get("entities") == nil) != (n.Get("value") == nil) {
		r.errorf(n, field, "entities and value belong together: what the query gives is compared with that value of each entity")
	}
}

func (r *reader) actions(n *yamldoc.Node, field string, s *spec) {
	if n.Kind != yamldoc.List || len(n.Items) > maxActions {
		r.errorf(n, field, "expected a list of at most %d actions", maxActions)
		return
	}
	for i, item := range n.Items {
		a := action{}
		at := fmt.Sprintf("%s[%d]", field, i)
		r.fields(item, at, map[string]func(*yamldoc.Node, string){
			"name": func(n *yamldoc.Node, field string) {
				if a.Name = n.Str(); !plugins.ValidName(a.Name) {
					r.errorf(n, field, "%s cannot be the name of an action: lower case letters, digits and dashes", said(n))
				}
			},
			"title":   r.into(&a.Title),
			"confirm": r.into(&a.Confirm),
			"if": func(n *yamldoc.Node, field string) {
				a.When = r.expression(n, field, s.known("results", "data"))
			},
			"request": func(n *yamldoc.Node, field string) { r.request(n, field, &a.Request, s.known("by")) },
			"done":    r.into(&a.Done),
		}, "name", "title", "request")
		if slices.ContainsFunc(s.Actions, func(o action) bool { return o.Name == a.Name }) {
			r.errorf(item.Get("name"), at+".name", "there are two actions called %q", a.Name)
		}
		s.Actions = append(s.Actions, a)
	}
}
