package commands

import (
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
	"github.com/backchannel-portal/backchannel/scaffold"
)

// page is a page of the template's form as every platform asks it.
func (m *making) page(f *scaffold.Form, page int, problems []scaffold.FormProblem) card.Form {
	out := TemplateForm(formNew, f, page, m.l, problems)
	out.Draft, out.Submit = m.draft.ID, m.text(lang.NewNext, nil)
	if nextPage(f, page) == len(f.Pages) {
		out.Submit = m.text(lang.NewReview, nil)
	}
	of := map[string]*scaffold.FormField{}
	for i := range f.Pages[page].Fields {
		of[f.Pages[page].Fields[i].Name] = &f.Pages[page].Fields[i]
	}
	wrong := map[string]string{}
	for _, p := range problems {
		wrong[p.Field] = p.Text(m.l)
	}
	var fields []card.FormField
	for _, q := range out.Fields {
		for _, asked := range m.asked(of[q.Name], q, f) {
			fields = append(fields, m.withRows(of[q.Name], asked, f, wrong))
		}
	}
	out.Fields = fields
	return out
}

// asked is how one field of a template is asked: a repository in parts, what is intricate on a page.
func (m *making) asked(q *scaffold.FormField, f card.FormField, form *scaffold.Form) []card.FormField {
	f.Required = f.Required || demanding(q)
	switch f.Kind {
	case card.FieldRepo:
		return m.repoFields(q, f, nameIn(form.Values))
	case card.FieldSecret:
		if q.Compound {
			f.Help = m.written(q, f.Help)
		}
		if _, given := m.secrets[q.Name]; given {
			f = m.asGiven(f)
		}
	case card.FieldList:
		if f.Beside = q.Compound; f.Beside {
			f.Help, f.Value = m.written(q, f.Help), elements(q.Value)
		}
	case card.FieldEntity, card.FieldOwner, card.FieldEntities:
		f.Placeholder = orText(f.Placeholder, m.text(lang.NewPick, nil))
		for _, v := range f.Value {
			if ref, err := catalog.ParseRef(v, "", ""); err == nil && ref.String() == v {
				if e, ok := m.view.Entity(ref); ok {
					f.Named = append(f.Named, m.offer(e))
				}
			}
		}
	}
	return []card.FormField{m.asCustom(q, f)}
}

// written is the help of a list whose elements have parts, with why it is written in one piece, and how.
func (m *making) written(q *scaffold.FormField, help string) string {
	switch q.Whole {
	case scaffold.TooMany:
		help += " " + m.text(lang.ValuesMany, lang.Args{"n": card.MaxRows})
	case scaffold.Misfit:
		help += " " + m.text(lang.ValuesMisfit, nil)
	}
	help += " " + m.text(lang.NewListOf, lang.Args{"example": example(q.Items)})
	return strings.TrimSpace(help)
}

// asGiven is how a secret is asked that is kept already.
func (m *making) asGiven(f card.FormField) card.FormField {
	f.Required, f.Help, f.Value = false, strings.TrimSpace(f.Help+" "+m.text(lang.NewSecretGiven, nil)), []string{secretGiven}
	return f
}

// secretGiven stands for a secret that is kept already, so that it is not asked for again.
const secretGiven = "given"

func orText(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// elements is a list of objects as it is written, one element a line; nil for none, and for elements that say nothing.
func elements(list *yamldoc.Node) []string {
	if list == nil || !slices.ContainsFunc(list.Items, func(n *yamldoc.Node) bool { return len(n.Fields) > 0 || len(n.Items) > 0 || n.Text != "" }) {
		return nil
	}
	var b strings.Builder
	for _, item := range list.Items {
		b.WriteString("- " + string(yamldoc.AppendJSON(nil, item)) + "\n")
	}
	return []string{strings.TrimSuffix(b.String(), "\n")}
}

// example is an element of a list as it is written: of objects, where there are items, else anything.
func example(items []scaffold.FormField) string {
	if items == nil {
		return "- […]"
	}
	var parts []string
	for _, q := range items {
		parts = append(parts, q.Name+": …")
	}
	return "- {" + strings.Join(parts, ", ") + "}"
}

// nameFields are what templates usually call the name of what they make, likeliest first.
func nameFields() []string {
	return []string{"name", "component_id", "componentName", "component_name", "componentId", "serviceName", "service_name", "appName", "app_name", "projectName", "project_name", "repoName", "repo_name", "title"}
}

// nameIn is the name of what would be made, as far as values say.
func nameIn(values *yamldoc.Node) string {
	for _, k := range nameFields() {
		if v := values.Get(k); v != nil && v.Kind == yamldoc.String && v.Text != "" {
			return v.Text
		}
	}
	if values != nil && values.Kind == yamldoc.Map {
		for _, f := range values.Fields {
			if v := f.Value; v != nil && v.Kind == yamldoc.String && strings.Contains(v.Text, "?") && strings.Contains(v.Text, "repo=") {
				return parseRepoURL(v.Text).parts[partRepo]
			}
		}
	}
	return ""
}

// answers are what was filled in by the names of the template's fields: repositories in one piece, and names of
// entities as references where they name one.
func (m *making) answers(f *scaffold.Form, v card.Values) map[string][]string {
	out := map[string][]string{}
	for q := range f.All() {
		if q.Kind == "repo" {
			if whole, ok := m.joinRepo(q, v); ok {
				out[q.Name] = whole
			}
		}
		given, ok := v[q.Name]
		if !ok {
			continue
		}
		switch q.Kind {
		case "entity", "owner", "entities":
			refs := make([]string, len(given))
			for n, s := range given {
				refs[n] = m.reference(q, s)
			}
			given = refs
		}
		out[q.Name] = given
	}
	return out
}

// reference is what somebody chose or typed for an entity, as a full reference where that is plain.
func (m *making) reference(q *scaffold.FormField, typed string) string {
	typed = strings.TrimSpace(typed)
	if typed == "" || strings.Contains(typed, ":") {
		return typed
	}
	kinds, keep := m.wanted(q)
	found := slices.DeleteFunc(m.view.Resolve(typed, search.ResolveOptions{Kinds: kinds, Deepest: search.MatchNormalised}), func(c search.Candidate) bool { return !keep(c.Entity) })
	if len(found) == 1 || len(found) > 1 && found[0].Match == search.MatchRef {
		return found[0].Entity.Ref.String()
	}
	return typed
}

// wanted is what a picker offers: of which kinds, nil for any, and which of those.
func (m *making) wanted(q *scaffold.FormField) (kinds []string, keep func(*catalog.Entity) bool) {
	p := q.Picker
	if p == nil {
		if q.Kind == "owner" {
			kinds = []string{"group", "user"}
		}
		return kinds, func(*catalog.Entity) bool { return true }
	}
	for _, each := range p.Filter {
		of, named := each["kind"]
		if !named || len(of.Values) == 0 {
			kinds = nil
			break
		}
		for _, k := range of.Values {
			kinds = append(kinds, strings.ToLower(k))
		}
	}
	mine := map[catalog.Ref]bool{}
	if p.Owned {
		for _, g := range m.asking() {
			mine[g.Ref] = true
		}
		mine[m.q.Asker] = true
	}
	return kinds, func(e *catalog.Entity) bool {
		if p.Owned && !mine[e.Ref] && (e.Owner.IsZero() || !mine[e.Owner]) {
			return false
		}
		return len(p.Filter) == 0 || slices.ContainsFunc(p.Filter, func(each map[string]scaffold.FormFilter) bool { return fits(e, each) })
	}
}

// fits reports whether an entity fulfils all conditions of a filter.
func fits(e *catalog.Entity, all map[string]scaffold.FormFilter) bool {
	for key, f := range all {
		values := valuesAt(e, key)
		if f.Exists && len(values) == 0 || len(f.Values) > 0 && !slices.ContainsFunc(f.Values, func(want string) bool {
			return slices.ContainsFunc(values, func(v string) bool { return strings.EqualFold(v, want) })
		}) {
			return false
		}
	}
	return true
}

// valuesAt are the values of an entity at a dotted path, as Backstage's filters name it.
func valuesAt(e *catalog.Entity, key string) []string {
	switch key {
	case "kind":
		return texts(e.Kind)
	case "spec.type":
		return texts(e.Type)
	case "spec.lifecycle":
		return texts(e.Lifecycle)
	case "metadata.name":
		return texts(e.Name)
	case "metadata.namespace":
		return texts(e.Namespace)
	case "metadata.tags":
		return e.Tags
	case "spec.owner", "relations.ownedBy":
		if e.Owner.IsZero() {
			return nil
		}
		return []string{e.Owner.String(), e.Owner.Short("group")}
	}
	for prefix, pairs := range map[string][]catalog.Pair{"metadata.annotations.": e.Annotations, "metadata.labels.": e.Labels} {
		if name, ok := strings.CutPrefix(key, prefix); ok {
			for _, p := range pairs {
				if strings.EqualFold(p.Key, name) {
					return []string{p.Value}
				}
			}
			return nil
		}
	}
	n, err := yamldoc.Parse(e.Document.JSON(), yamldoc.Limits{})
	if err != nil {
		return nil
	}
	for part := range strings.SplitSeq(key, ".") {
		n = n.Get(part)
	}
	switch {
	case n == nil || n.Kind == yamldoc.Null || n.Kind == yamldoc.Map:
		return nil
	case n.Kind == yamldoc.List:
		var out []string
		for _, item := range n.Items {
			out = append(out, item.Text)
		}
		return out
	}
	return []string{n.Text}
}

// prefilled is the state of a new form: the asker's team where an owner is asked and nothing says who.
func (m *making) prefilled(f *scaffold.Form) []byte {
	state := f.State
	for _, p := range f.Pages {
		for i := range p.Fields {
			q := &p.Fields[i]
			if q.Kind != "owner" || q.Value != nil && q.Value.Text != "" || q.Fixed {
				continue
			}
			_, keep := m.wanted(q)
			teams := slices.DeleteFunc(m.asking(), func(e *catalog.Entity) bool { return !keep(e) || e.Ref.Kind != "group" })
			if len(teams) > 0 {
				state = withPath(state, q.Path, &yamldoc.Node{Kind: yamldoc.String, Text: teams[0].Ref.String()})
			}
		}
	}
	if state == nil {
		return nil
	}
	return yamldoc.AppendJSON(nil, state)
}

// withPath is an object with a value at a path.
func withPath(n *yamldoc.Node, path []string, v *yamldoc.Node) *yamldoc.Node {
	if len(path) == 0 {
		return v
	}
	out := yamldoc.Node{Kind: yamldoc.Map}
	if n != nil && n.Kind == yamldoc.Map {
		out.Fields = slices.Clone(n.Fields)
	}
	i := slices.IndexFunc(out.Fields, func(f yamldoc.Field) bool { return f.Key == path[0] })
	if i < 0 {
		out.Fields, i = append(out.Fields, yamldoc.Field{Key: path[0]}), len(out.Fields)
	}
	out.Fields[i].Value = withPath(out.Fields[i].Value, path[1:], v)
	return &out
}
