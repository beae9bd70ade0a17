package form

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// Check is what is wrong with the values of a form, in the order of its fields, one problem a field. What is required
// and absent is a problem, so a form that is half filled in has some.
func (t *Template) Check(f *Form, opts Options) ([]Problem, error) {
	var found []Problem
	add := func(p Problem) {
		if !slices.ContainsFunc(found, func(o Problem) bool { return o.Field == p.Field }) {
			found = append(found, p)
		}
	}
	work := maxWork
	for _, src := range t.pages {
		b := &builder{engine: newEngine(src.schema, t.file, src.path), opts: opts}
		b.work = work
		if b.off(src.schema) {
			continue
		}
		for _, o := range b.offences(src.schema, f.Values) {
			if o.rule != "additionalProperties" || len(t.pages) == 1 || strings.Contains(o.path, ".") {
				add(Problem{Field: f.beside(o.path), Rule: o.rule, Want: wanted(o)})
			}
		}
		if b.err != nil {
			return nil, b.err
		}
		work = b.work
	}
	for q := range f.All() {
		if problem := q.checkPicker(); problem != nil {
			add(*problem)
		}
	}
	f.sort(found)
	return slices.DeleteFunc(found, func(p Problem) bool { return p.Rule == "required" && f.secret(p.Field) }), nil
}

// sort puts problems in the order of the fields; those of the form as a whole come first.
func (f *Form) sort(problems []Problem) {
	order := map[string]int{}
	for q := range f.All() {
		order[q.Name] = len(order) + 1
	}
	slices.SortStableFunc(problems, func(a, b Problem) int { return order[a.Field] - order[b.Field] })
}

// secret reports whether a field's value is given elsewhere.
func (f *Form) secret(name string) bool {
	for q := range f.All() {
		if q.Name == name {
			return q.Kind == Secret && q.Picker != nil
		}
	}
	return false
}

// beside is the field that a value belongs to: its own, or that of the list or object around it.
func (f *Form) beside(path string) string {
	best := ""
	for q := range f.All() {
		rest, ok := strings.CutPrefix(path, q.Name)
		if ok && (rest == "" || rest[0] == '.' || rest[0] == '[') && len(q.Name) > len(best) {
			best = q.Name
		}
	}
	return best
}

// wanted is what a keyword asks for, as far as it can be said in a few words.
func wanted(o offence) string {
	switch o.rule {
	case "enum":
		names := make([]string, 0, len(items(o.want)))
		for _, v := range items(o.want) {
			names = append(names, plain(v))
		}
		return shorten(strings.Join(names, ", "))
	case "type":
		if isList(o.want) {
			return strings.Join(texts(o.want), ", ")
		}
		return o.want.Text
	case "required", "oneOf", "anyOf", "not", "false", "additionalProperties", "contains":
		return ""
	}
	return shorten(plain(o.want))
}

// The names that Backstage's pickers accept.
var (
	objectName = regexp.MustCompile(`^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$`)
	tagName    = regexp.MustCompile(`^[a-z0-9:+#]+(-[a-z0-9:+#]+)*$`)
	entityRef  = regexp.MustCompile(`^([^:/\s]+:)?([^:/\s]+/)?[^:/\s]+$`)
)

const maxName = 63 // of an entity's name and a tag, in characters

// checkPicker checks what a picker would have made sure of.
func (q *Field) checkPicker() *Problem {
	if q.Picker == nil || isNull(q.Value) {
		return nil
	}
	wrong := func(rule, want string) *Problem { return &Problem{Field: q.Name, Rule: rule, Want: want} }
	switch q.Kind {
	case Line:
		if q.Picker.Name == "EntityNamePicker" && (len(q.Value.Text) > maxName || !objectName.MatchString(q.Value.Text)) {
			return wrong("name", "")
		}
	case Tags:
		for _, tag := range items(q.Value) {
			if len(tag.Text) > maxName || !tagName.MatchString(tag.Text) {
				return wrong("tag", tag.Text)
			}
		}
	case Entity, Owner, Entities:
		for _, ref := range one(q.Value) {
			if ref.Kind == yamldoc.String && ref.Text != "" && !q.Picker.AnyValue && !entityRef.MatchString(ref.Text) {
				return wrong("ref", ref.Text)
			}
		}
	case Repo:
		return q.checkRepo(wrong)
	}
	return nil
}

// checkRepo checks the host?owner=..&repo=.. of a repository against what the template allows.
func (q *Field) checkRepo(wrong func(rule, want string) *Problem) *Problem {
	if q.Value.Kind != yamldoc.String || q.Value.Text == "" {
		return nil
	}
	host, query, _ := strings.Cut(q.Value.Text, "?")
	parts, err := url.ParseQuery(query)
	if err != nil || host == "" || parts.Get("repo") == "" {
		return wrong("repo", "")
	}
	p := q.Picker
	owner := parts.Get("owner")
	if owner == "" {
		owner = parts.Get("workspace")
	}
	for _, limit := range []struct {
		allowed []string
		value   string
	}{{p.Hosts, host}, {p.Owners, owner}, {p.Organizations, parts.Get("organization")}, {p.Projects, parts.Get("project")}, {p.Repos, parts.Get("repo")}} {
		if len(limit.allowed) > 0 && limit.value != "" && !slices.Contains(limit.allowed, limit.value) {
			return wrong("enum", strings.Join(limit.allowed, ", "))
		}
	}
	return nil
}
