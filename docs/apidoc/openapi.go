package apidoc

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// openAPI writes OpenAPI 3 and, where old, 2 (spec.openapis.org).
type openAPI struct {
	*writer
	root *yamldoc.Node
	old  bool
	*schemas
	count int
}

// write writes the whole page.
func (o *openAPI) write(title string) {
	o.schemas = &schemas{writer: o.writer, root: o.root, names: map[string]string{}}
	types, prefix := o.root.At("components", "schemas"), "#/components/schemas/"
	if o.old {
		types, prefix = o.root.Get("definitions"), "#/definitions/"
	}
	o.name(types, prefix)
	w := o.writer
	w.line("# %s\n", plain(title))
	w.head(o.root)
	o.servers()
	groups, order := o.byTag()
	level := "##" // without tags nothing stands between the title and the operations
	for _, tag := range order {
		if len(order) > 1 || tag != "" {
			level = "###"
			w.line("## %s {#%s}\n", or(plain(tag), w.say(lang.PageOther)), w.anchor("tag", or(tag, lang.Text(lang.English, lang.PageOther, nil))))
			w.prose(o.tagText(tag))
		}
		for _, op := range groups[tag] {
			o.operation(level, op)
		}
	}
	o.types(types, prefix)
}

// head writes what the definition says of itself.
func (w *writer) head(root *yamldoc.Node) {
	if v := root.At("info", "version").Str(); v != "" {
		w.line("%s %s\n", w.say(lang.PageVersion), code(v))
	}
	w.prose(or(root.At("info", "description").Str(), root.At("info", "summary").Str()))
}

func (o *openAPI) servers() {
	var rows [][]string
	for _, s := range list(o.root.Get("servers")) {
		rows = append(rows, []string{code(s.Get("url").Str()), short(s.Get("description").Str())})
	}
	if host := o.root.Get("host").Str(); o.old && host != "" {
		rows = append(rows, []string{code(host + o.root.Get("basePath").Str()), ""})
	}
	o.writer.table([]string{o.writer.say(lang.PageServer), o.writer.say(lang.PageDescription)}, rows[:min(len(rows), 20)])
}

// endpoint is one operation.
type endpoint struct {
	method, path string
	node, item   *yamldoc.Node
}

// byTag groups the operations by their first tag, tags in the order of the definition.
func (o *openAPI) byTag() (map[string][]endpoint, []string) {
	groups := map[string][]endpoint{}
	var order []string
	seen := map[string]bool{}
	for _, t := range list(o.root.Get("tags")) {
		if name := t.Get("name").Str(); !seen[name] {
			seen[name] = true
			order = append(order, name)
		}
	}
	for _, key := range []string{"paths", "webhooks"} {
		paths := o.root.Get(key)
		if paths == nil {
			continue
		}
		for _, p := range paths.Fields {
			item, _ := resolve(o.root, p.Value)
			if item == nil || !strings.HasPrefix(p.Key, "/") && key == "paths" {
				continue
			}
			for _, f := range item.Fields {
				if !isMethod(f.Key) || o.count >= maxOperations {
					continue
				}
				o.count++
				tag := ""
				if tags := list(f.Value.Get("tags")); len(tags) > 0 {
					tag = tags[0].Str()
				}
				if !seen[tag] {
					seen[tag] = true
					order = append(order, tag)
				}
				groups[tag] = append(groups[tag], endpoint{strings.ToUpper(f.Key), p.Key, f.Value, item})
			}
		}
	}
	kept := order[:0]
	for _, t := range order {
		if len(groups[t]) > 0 {
			kept = append(kept, t)
		}
	}
	return groups, kept
}

func isMethod(s string) bool {
	switch s {
	case "get", "put", "post", "delete", "options", "head", "patch", "trace", "query":
		return true
	}
	return false
}

func (o *openAPI) tagText(tag string) string {
	for _, t := range list(o.root.Get("tags")) {
		if t.Get("name").Str() == tag {
			return t.Get("description").Str()
		}
	}
	return ""
}

// operation writes one operation as a section of a level.
func (o *openAPI) operation(level string, e endpoint) {
	w := o.writer
	w.line("%s %s %s {#%s}\n", level, e.method, plain(e.path), w.anchor(e.method, e.path))
	if s := e.node.Get("summary").Str(); s != "" {
		w.line("**%s**\n", plain(s))
	}
	if truth(e.node.Get("deprecated")) {
		w.line("!!! warning \"%s\"\n", w.say(lang.PageDeprecated))
	}
	w.prose(e.node.Get("description").Str())
	o.parameters(e)
	o.request(e)
	o.responses(e)
}

func (o *openAPI) parameters(e endpoint) {
	w := o.writer
	var rows [][]string
	var body *yamldoc.Node
	for _, params := range []*yamldoc.Node{e.item.Get("parameters"), e.node.Get("parameters")} {
		for _, p := range list(params) {
			p, _ = resolve(o.root, p)
			if p.Get("in").Str() == "body" {
				body = p
				continue
			}
			schema := p.Get("schema")
			if schema == nil {
				schema = p
			}
			required := ""
			if truth(p.Get("required")) {
				required = w.say(lang.PageYes)
			}
			notes := strings.TrimSpace(short(p.Get("description").Str()) + " " + o.notesOf(p, schema))
			rows = append(rows, []string{code(p.Get("name").Str()), plain(p.Get("in").Str()), o.typeName(schema, 0), required, notes})
		}
	}
	if len(rows) > 0 {
		w.line("**%s**\n", w.say(lang.PageParameters))
	}
	w.table([]string{w.say(lang.PageName), w.say(lang.PageIn), w.say(lang.PageType), w.say(lang.PageRequired), w.say(lang.PageDescription)}, rows[:min(len(rows), maxFields)])
	if body != nil {
		w.line("**%s**\n", w.say(lang.PageRequest))
		w.prose(body.Get("description").Str())
		o.body(body.Get("schema"))
	}
}

// notesOf are the limits of a parameter's values; its schema's description only where it has none itself.
func (o *openAPI) notesOf(p, schema *yamldoc.Node) string {
	if p == schema || schema.Get("description").Str() != "" && p.Get("description").Str() != "" {
		return o.notes2(schema)
	}
	return o.notes(schema)
}

func (o *openAPI) request(e endpoint) {
	body, _ := resolve(o.root, e.node.Get("requestBody"))
	if body == nil {
		return
	}
	o.writer.line("**%s**\n", o.writer.say(lang.PageRequest))
	o.writer.prose(body.Get("description").Str())
	o.content(body.Get("content"))
}

// content writes the media types of a body; those that look alike are written once.
func (o *openAPI) content(content *yamldoc.Node) {
	if content == nil {
		return
	}
	for i, f := range content.Fields {
		if i >= 5 {
			return
		}
		o.writer.line("%s %s\n", code(f.Key), o.typeName(f.Value.Get("schema"), 0))
		if f.Value.At("schema", "$ref") == nil {
			o.fields(f.Value.Get("schema"))
		}
		example := f.Value.Get("example")
		if all := f.Value.Get("examples"); example == nil && all != nil && len(all.Fields) > 0 {
			first, _ := resolve(o.root, all.Fields[0].Value)
			example = first.Get("value")
		}
		o.example(example)
	}
}

// body writes the schema of an OpenAPI 2 body.
func (o *openAPI) body(schema *yamldoc.Node) {
	if schema == nil {
		return
	}
	o.writer.line("%s\n", o.typeName(schema, 0))
	if schema.Get("$ref") == nil {
		o.fields(schema)
	}
}

func (o *openAPI) responses(e endpoint) {
	w := o.writer
	var rows [][]string
	responses := e.node.Get("responses")
	if responses == nil {
		return
	}
	var examples []*yamldoc.Node
	for _, f := range responses.Fields {
		r, _ := resolve(o.root, f.Value)
		kind := ""
		if c := r.Get("content"); c != nil && len(c.Fields) > 0 {
			kind = o.typeName(c.Fields[0].Value.Get("schema"), 0)
			examples = append(examples, c.Fields[0].Value.Get("example"))
		} else if schema := r.Get("schema"); schema != nil {
			kind = o.typeName(schema, 0)
		}
		rows = append(rows, []string{code(f.Key), short(r.Get("description").Str()), kind})
	}
	if len(rows) == 0 {
		return
	}
	w.line("**%s**\n", w.say(lang.PageResponses))
	w.table([]string{w.say(lang.PageStatus), w.say(lang.PageDescription), w.say(lang.PageBody)}, rows[:min(len(rows), 50)])
	for _, x := range examples {
		if x != nil {
			o.example(x)
			return
		}
	}
}

// indented is a value as JSON in lines.
func indented(n *yamldoc.Node) string {
	var out bytes.Buffer
	if err := json.Indent(&out, yamldoc.AppendJSON(nil, n), "", "  "); err != nil {
		return ""
	}
	return out.String()
}
