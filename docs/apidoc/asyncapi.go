package apidoc

import (
	"strings"

	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// asyncAPI writes AsyncAPI 2 and 3 (asyncapi.com).
type asyncAPI struct {
	*writer
	root  *yamldoc.Node
	types *schemas
	count int
}

func (a *asyncAPI) write(title string) {
	a.types = &schemas{writer: a.writer, root: a.root, names: map[string]string{}}
	types := a.root.At("components", "schemas")
	a.types.name(types, "#/components/schemas/")
	a.line("# %s\n", plain(title))
	a.head(a.root)
	a.servers()
	if strings.HasPrefix(a.root.Get("asyncapi").Str(), "3") || a.root.Get("operations") != nil {
		for _, f := range entries(a.root.Get("operations")) {
			a.operation3(f.Value)
		}
		if a.count == 0 {
			for _, f := range entries(a.root.Get("channels")) {
				a.channel3(f)
			}
		}
	} else {
		for _, f := range entries(a.root.Get("channels")) {
			channel, _ := resolve(a.root, f.Value)
			for _, action := range []string{"publish", "subscribe"} {
				if op := channel.Get(action); op != nil {
					a.operation(action, f.Key, channel, op, messages2(op))
				}
			}
		}
	}
	a.types.types(types, "#/components/schemas/")
}

func (a *asyncAPI) servers() {
	var rows [][]string
	for _, f := range entries(a.root.Get("servers")) {
		at := or(f.Value.Get("url").Str(), f.Value.Get("host").Str())
		rows = append(rows, []string{code(at), plain(f.Value.Get("protocol").Str()), short(f.Value.Get("description").Str())})
	}
	a.table([]string{a.say(lang.PageServer), a.say(lang.PageType), a.say(lang.PageDescription)}, rows[:min(len(rows), 20)])
}

// operation3 is an operation of AsyncAPI 3, which refers to its channel and messages.
func (a *asyncAPI) operation3(op *yamldoc.Node) {
	channel, ref := resolve(a.root, op.Get("channel"))
	address := or(channel.Get("address").Str(), ref[strings.LastIndexByte(ref, '/')+1:])
	msgs := list(op.Get("messages"))
	if len(msgs) == 0 {
		for _, f := range entries(channel.Get("messages")) {
			msgs = append(msgs, f.Value)
		}
	}
	a.operation(op.Get("action").Str(), address, channel, op, msgs)
}

// channel3 is a channel of AsyncAPI 3 that no operation speaks of.
func (a *asyncAPI) channel3(f yamldoc.Field) {
	channel, _ := resolve(a.root, f.Value)
	var msgs []*yamldoc.Node
	for _, m := range entries(channel.Get("messages")) {
		msgs = append(msgs, m.Value)
	}
	a.operation("", or(channel.Get("address").Str(), f.Key), channel, channel, msgs)
}

func messages2(op *yamldoc.Node) []*yamldoc.Node {
	m := op.Get("message")
	if some := m.Get("oneOf"); some != nil {
		return list(some)
	}
	if m == nil {
		return nil
	}
	return []*yamldoc.Node{m}
}

// operation writes what is sent to or received from a channel as a section.
func (a *asyncAPI) operation(action, address string, channel, op *yamldoc.Node, msgs []*yamldoc.Node) {
	if a.count++; a.count > maxOperations {
		return
	}
	a.line("## %s %s {#%s}\n", strings.ToUpper(plain(action)), plain(address), a.anchor(action, address))
	if s := op.Get("summary").Str(); s != "" {
		a.line("**%s**\n", plain(s))
	}
	a.prose(op.Get("description").Str())
	if channel != op {
		a.prose(channel.Get("description").Str())
	}
	for _, m := range msgs[:min(len(msgs), 20)] {
		m, ref := resolve(a.root, m)
		if m == nil {
			continue
		}
		name := or(or(m.Get("title").Str(), m.Get("name").Str()), ref[strings.LastIndexByte(ref, '/')+1:])
		a.line("**%s** %s\n", a.say(lang.PageMessage), plain(name))
		a.prose(or(m.Get("summary").Str(), m.Get("description").Str()))
		payload := m.Get("payload")
		if payload.Get("$ref") != nil {
			a.line("%s\n", a.types.typeName(payload, 0))
		} else {
			a.types.fields(payload)
		}
		if all := list(m.Get("examples")); len(all) > 0 {
			a.types.example(all[0].Get("payload"))
		}
	}
}
