package apidoc

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/emicklei/proto"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

var protoLine = regexp.MustCompile(`:(\d+):\d+: `)

// proto writes Protocol Buffers: a section for each call of each service, then the messages and enumerations.
func (w *writer) proto(text, title string) (err error) {
	defer func() {
		if recover() != nil { // the parser must not bring the page down
			err = fault.At(fault.Position{Field: "spec.definition"}, "the definition is not Protocol Buffers")
		}
	}()
	file, err := proto.NewParser(strings.NewReader(text)).Parse()
	if err != nil {
		at := fault.Position{Field: "spec.definition"}
		if m := protoLine.FindStringSubmatch(err.Error()); m != nil {
			at.Line, _ = strconv.Atoi(m[1])
		}
		return fault.At(at, "the definition is not Protocol Buffers: %s", short(err.Error()))
	}
	p := &protoFile{writer: w, anchors: map[string]string{}}
	var services []*proto.Service
	pkg := ""
	for _, e := range file.Elements {
		switch e := e.(type) {
		case *proto.Package:
			pkg = e.Name
		case *proto.Service:
			services = append(services, e)
		case *proto.Message:
			p.collect(e, "", 0)
		case *proto.Enum:
			p.add(e.Name, nil, e)
		}
	}
	w.line("# %s\n", plain(title))
	if pkg != "" {
		w.line("%s %s\n", w.say(lang.PagePackage), code(pkg))
	}
	for _, s := range services {
		p.service(s)
	}
	p.types()
	return nil
}

type protoFile struct {
	*writer
	anchors map[string]string // by the full name within the file
	named   []protoType
	count   int
}

// protoType is a message or an enumeration.
type protoType struct {
	name    string
	message *proto.Message
	enum    *proto.Enum
}

func (p *protoFile) add(name string, m *proto.Message, e *proto.Enum) {
	if len(p.named) < maxTypes {
		p.anchors[name] = p.anchor("type", name)
		p.named = append(p.named, protoType{name, m, e})
	}
}

// collect notes a message and those inside it.
func (p *protoFile) collect(m *proto.Message, within string, depth int) {
	if m.IsExtend || depth > maxNested {
		return
	}
	name := within + m.Name
	p.add(name, m, nil)
	for _, e := range m.Elements {
		switch e := e.(type) {
		case *proto.Message:
			p.collect(e, name+".", depth+1)
		case *proto.Enum:
			p.add(name+"."+e.Name, nil, e)
		}
	}
}

func comment(c *proto.Comment) string {
	if c == nil {
		return ""
	}
	var lines []string
	for _, l := range c.Lines {
		lines = append(lines, strings.TrimPrefix(strings.TrimPrefix(strings.TrimSpace(l), "*"), " "))
	}
	return strings.Join(lines, "\n")
}

func (p *protoFile) service(s *proto.Service) {
	p.line("## %s {#%s}\n", plain(s.Name), p.anchor("service", s.Name))
	p.prose(comment(s.Comment))
	for _, e := range s.Elements {
		call, ok := e.(*proto.RPC)
		if !ok {
			continue
		}
		if p.count++; p.count > maxOperations {
			return
		}
		p.line("### %s.%s {#%s}\n", plain(s.Name), plain(call.Name), p.anchor(s.Name, call.Name))
		p.prose(comment(call.Comment))
		p.prose(comment(call.InlineComment))
		p.line("- **%s** %s", p.say(lang.PageRequest), p.stream(call.RequestType, call.StreamsRequest))
		p.line("- **%s** %s\n", p.say(lang.PageReturns), p.stream(call.ReturnsType, call.StreamsReturns))
	}
}

func (p *protoFile) stream(name string, streams bool) string {
	if streams {
		return p.say(lang.PageStream) + " " + p.link(name)
	}
	return p.link(name)
}

// link is the name of a type, leading to where it is described.
func (p *protoFile) link(name string) string {
	for n := strings.TrimPrefix(name, "."); n != ""; {
		if id := p.anchors[n]; id != "" {
			return "[" + plain(name) + "](#" + id + ")"
		}
		_, rest, ok := strings.Cut(n, ".")
		if !ok {
			break
		}
		n = rest
	}
	return plain(name)
}

func (p *protoFile) types() {
	if len(p.named) == 0 {
		return
	}
	p.line("## %s {#%s}\n", p.say(lang.PageTypes), p.anchor("types"))
	for _, t := range p.named {
		p.line("### %s {#%s}\n", plain(t.name), p.anchors[t.name])
		var rows [][]string
		if t.enum != nil {
			p.prose(comment(t.enum.Comment))
			for _, e := range t.enum.Elements {
				if f, ok := e.(*proto.EnumField); ok && len(rows) < maxFields {
					rows = append(rows, []string{code(f.Name), strconv.Itoa(f.Integer), short(comment(f.Comment) + " " + comment(f.InlineComment))})
				}
			}
		} else {
			p.prose(comment(t.message.Comment))
			rows = p.fields(t.message.Elements, 0)
		}
		p.table([]string{p.say(lang.PageName), p.say(lang.PageType), p.say(lang.PageDescription)}, rows)
	}
}

func (p *protoFile) fields(elements []proto.Visitee, depth int) [][]string {
	var rows [][]string
	row := func(f *proto.Field, kind string) {
		if len(rows) < maxFields {
			rows = append(rows, []string{code(f.Name), kind, short(comment(f.Comment) + " " + comment(f.InlineComment))})
		}
	}
	for _, e := range elements {
		switch e := e.(type) {
		case *proto.NormalField:
			kind := p.link(e.Type)
			if e.Repeated {
				kind += "[]"
			}
			row(e.Field, kind)
		case *proto.MapField:
			row(e.Field, "map&lt;"+plain(e.KeyType)+", "+p.link(e.Type)+"&gt;")
		case *proto.OneOfField:
			row(e.Field, p.link(e.Type))
		case *proto.Oneof:
			if depth < maxNested {
				rows = append(rows, p.fields(e.Elements, depth+1)...)
			}
		}
	}
	return rows
}
