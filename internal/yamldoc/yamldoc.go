// Package yamldoc reads YAML written by people: a stream of documents, each a tree of nodes that know their line.
// It is the only package that imports a YAML library.
//
// Scalars mean what they mean in the YAML 1.2 core schema, as Backstage's own parser (npm "yaml" 2.9) reads them:
// yes, no, on, off and dates are strings, "<<" is a key like any other, equal keys in one map are an error, and a
// flow map used as a key is accepted with its text as the key. One broken document does not hide its siblings.
// Aliases, nesting and sizes are bounded, so that hostile input costs no more than an error.
package yamldoc

import (
	"bytes"
	"iter"
	"unicode/utf8"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// Kind says what a node is.
type Kind uint8

// The kinds of nodes, those of JSON.
const (
	Null Kind = iota
	Bool
	Number
	String
	List
	Map
)

// String returns the kind's name as messages spell it.
func (k Kind) String() string {
	switch k {
	case Null:
		return "null"
	case Bool:
		return "boolean"
	case Number:
		return "number"
	case String:
		return "string"
	case List:
		return "array"
	default:
		return "object"
	}
}

// Node is a value with its place. A node that an alias names is shared, so trees are not to be changed in place
// unless the change is meant for every use.
type Node struct {
	Kind   Kind
	Line   int     // 1-based, in the whole stream; 0 for nodes that were not read
	Column int     // 1-based, in characters
	Text   string  // scalars: the string, "true", "false", or the number as JavaScript prints it (NaN and Infinity included)
	Items  []*Node // List
	Fields []Field // Map, as written
}

// Field is one entry of a map.
type Field struct {
	Key   string
	Line  int // of the key
	Value *Node

	kind Kind // of the key as written
}

// Get returns the value of a field, or nil when n is not a map or has no such field.
func (n *Node) Get(key string) *Node {
	if n == nil {
		return nil
	}
	for i := range n.Fields {
		if n.Fields[i].Key == key {
			return n.Fields[i].Value
		}
	}
	return nil
}

// At follows a path of keys from n; it returns nil where the path ends.
func (n *Node) At(path ...string) *Node {
	for _, key := range path {
		n = n.Get(key)
	}
	return n
}

// Str returns the text of a string node, and "" for everything else.
func (n *Node) Str() string {
	if n == nil || n.Kind != String {
		return ""
	}
	return n.Text
}

// Limits bound what is read. Zero fields take the defaults of DefaultLimits.
type Limits struct {
	Bytes     int // of the whole stream
	Documents int // in the stream
	DocBytes  int // of one document
	Tokens    int // rough count of the lines and elements of one document
	Depth     int // nesting of collections
	Expanded  int // bytes of one document's values once aliases are followed
}

// DefaultLimits are generous to real catalogs (an export of 100,000 entities is 100 MB) and keep one document's parse
// tree below a few hundred megabytes.
func DefaultLimits() Limits {
	return Limits{Bytes: 256 << 20, Documents: 200_000, DocBytes: 16 << 20, Tokens: 3 << 19, Depth: 200, Expanded: 64 << 20}
}

func (l Limits) orDefault() Limits {
	d := DefaultLimits()
	for _, p := range [...]struct{ have, want *int }{
		{&l.Bytes, &d.Bytes}, {&l.Documents, &d.Documents}, {&l.DocBytes, &d.DocBytes}, {&l.Tokens, &d.Tokens}, {&l.Depth, &d.Depth}, {&l.Expanded, &d.Expanded},
	} {
		if *p.have <= 0 {
			*p.have = *p.want
		}
	}
	return l
}

// Document is one document of a stream. An empty document, or one that is just null, has neither Root nor Err.
type Document struct {
	Index int // counts every document of the stream from 0
	Line  int // of its first content, or of its start when it has none or is broken; 1-based
	Root  *Node
	Err   error // why it cannot be read, of kind fault.Invalid with the line
}

// Documents iterates over the documents of a stream, parsing each when it is reached. A stream that cannot be read
// as text at all (too large, binary, not UTF-8) is an error of kind fault.Invalid. A byte order mark and CRLF are
// accepted.
func Documents(data []byte, limits Limits) (iter.Seq[Document], error) {
	limits = limits.orDefault()
	text, err := readable(data, limits)
	if err != nil {
		return nil, err
	}
	segments := split(text)
	if len(segments) > limits.Documents {
		return nil, fault.New(fault.Invalid, "the file has %d documents; at most %d are read", len(segments), limits.Documents)
	}
	return func(yield func(Document) bool) {
		for i, s := range segments {
			d := Document{Index: i, Line: s.line}
			d.Root, d.Err = parse(s, limits)
			if d.Root != nil {
				d.Line = d.Root.Line
			}
			if !yield(d) {
				return
			}
		}
	}, nil
}

// Parse reads a stream that must hold exactly one document; a document that is empty gives a Null node.
func Parse(data []byte, limits Limits) (*Node, error) {
	docs, err := Documents(data, limits)
	if err != nil {
		return nil, err
	}
	var root *Node
	for d := range docs {
		if d.Index > 0 {
			return nil, fault.At(fault.Position{Line: d.Line}, "a second document starts here; one is expected")
		}
		if d.Err != nil {
			return nil, d.Err
		}
		root = d.Root
	}
	if root == nil {
		root = &Node{Kind: Null, Line: 1, Column: 1}
	}
	return root, nil
}

// readable strips a byte order mark and refuses what is not text.
func readable(data []byte, limits Limits) ([]byte, error) {
	if len(data) > limits.Bytes {
		return nil, fault.New(fault.Invalid, "the file has %d bytes; at most %d are read", len(data), limits.Bytes)
	}
	for _, mark := range []string{"\xff\xfe", "\xfe\xff"} {
		if bytes.HasPrefix(data, []byte(mark)) {
			return nil, fault.At(fault.Position{Line: 1}, "the file is UTF-16; save it as UTF-8")
		}
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if i := bytes.IndexByte(data, 0); i >= 0 {
		return nil, fault.At(fault.Position{Line: lineOf(data, i)}, "the file is binary, not text")
	}
	if !utf8.Valid(data) {
		i := 0
		for i < len(data) {
			r, size := utf8.DecodeRune(data[i:])
			if r == utf8.RuneError && size == 1 {
				break
			}
			i += size
		}
		return nil, fault.At(fault.Position{Line: lineOf(data, i)}, "the file is not UTF-8; save it as UTF-8")
	}
	return repair(data), nil
}

func lineOf(data []byte, offset int) int { return 1 + bytes.Count(data[:offset], []byte{'\n'}) }
