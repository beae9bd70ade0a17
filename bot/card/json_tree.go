package card

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// member is one member of a JSON object; order and repetition are kept so that repeats can be refused.
type member struct {
	key   string
	value any
}

// object is a decoded JSON object. Arrays are []any, numbers json.Number.
type object []member

func (o object) get(key string) (any, bool) {
	for _, m := range o {
		if m.key == key {
			return m.value, true
		}
	}
	return nil, false
}

func (o object) str(key string) string {
	v, _ := o.get(key)
	s, _ := v.(string)
	return s
}

func (o object) yes(key string) bool {
	v, _ := o.get(key)
	b, _ := v.(bool)
	return b
}

func (o object) list(key string) []any {
	v, _ := o.get(key)
	a, _ := v.([]any)
	return a
}

func (o object) number(key string) float64 {
	v, _ := o.get(key)
	n, _ := v.(json.Number)
	f, _ := n.Float64()
	return f
}

// JSONError is what is wrong with the JSON form of a message, and where.
type JSONError struct {
	Path    string // for example blocks[2].items[0].label; empty for the message as a whole
	Message string // English, without a final full stop
}

// Error renders path and message.
func (e *JSONError) Error() string {
	if e.Path == "" {
		return e.Message
	}
	return e.Path + ": " + e.Message
}

func wrong(path, format string, args ...any) error {
	return &JSONError{path, fmt.Sprintf(format, args...)}
}

// parseJSON reads one JSON value within the bounds of size, depth and number of values.
func parseJSON(data []byte) (any, error) {
	if len(data) > maxJSON {
		return nil, wrong("", "the message is larger than %d bytes", maxJSON)
	}
	p := &treeParser{dec: json.NewDecoder(bytes.NewReader(data))}
	p.dec.UseNumber()
	v, err := p.value("", 0)
	if err != nil {
		return nil, err
	}
	if _, err := p.dec.Token(); err != io.EOF {
		return nil, wrong("", "there is something behind the message")
	}
	return v, nil
}

type treeParser struct {
	dec   *json.Decoder
	nodes int
}

func (p *treeParser) value(path string, depth int) (any, error) {
	if depth > maxDepth {
		return nil, wrong(path, "nested deeper than %d", maxDepth)
	}
	if p.nodes++; p.nodes > maxNodes {
		return nil, wrong(path, "more than %d values", maxNodes)
	}
	tok, err := p.dec.Token()
	if err != nil {
		return nil, wrong(path, "not JSON: %v", err)
	}
	switch tok {
	case json.Delim('['):
		return p.array(path, depth)
	case json.Delim('{'):
		return p.object(path, depth)
	}
	return tok, nil
}

func (p *treeParser) array(path string, depth int) (any, error) {
	out := []any{}
	for p.dec.More() {
		v, err := p.value(fmt.Sprintf("%s[%d]", path, len(out)), depth+1)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	_, err := p.dec.Token()
	if err != nil {
		return nil, wrong(path, "not JSON: %v", err)
	}
	return out, nil
}

func (p *treeParser) object(path string, depth int) (any, error) {
	out := object{}
	for p.dec.More() {
		tok, err := p.dec.Token()
		if err != nil {
			return nil, wrong(path, "not JSON: %v", err)
		}
		key, _ := tok.(string)
		at := join(path, key)
		if _, ok := out.get(key); ok {
			return nil, wrong(at, "given twice")
		}
		if len(out) > 64 {
			return nil, wrong(at, "more than 64 members")
		}
		v, err := p.value(at, depth+1)
		if err != nil {
			return nil, err
		}
		out = append(out, member{key, v})
	}
	if _, err := p.dec.Token(); err != nil {
		return nil, wrong(path, "not JSON: %v", err)
	}
	return out, nil
}

// join appends a member's name to a path, bounded so that an error stays readable.
func join(path, key string) string {
	const most = 60
	if len(key) > most {
		key = Limits{}.Cut(key, most)
	}
	if path == "" {
		return key
	}
	return path + "." + key
}
