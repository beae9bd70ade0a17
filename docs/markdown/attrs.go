package markdown

import (
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// attributes is an attribute list of Python-Markdown's attr_list: {: #id .class key="value" }.
type attributes struct {
	id      string
	classes []string
	pairs   [][2]string
}

const maxAttributes = 2000 // bytes of a list

// readAttributes reads a list at the start of s and how long it is, 0 when there is none.
func readAttributes(s []byte) (attributes, int) {
	var a attributes
	if len(s) < 3 || s[0] != '{' {
		return a, 0
	}
	i := 1
	if s[i] == ':' {
		i++
	}
	for i < len(s) && i < maxAttributes {
		switch c := s[i]; {
		case c == ' ' || c == '\t':
			i++
		case c == '}':
			if a.id == "" && a.classes == nil && a.pairs == nil {
				return a, 0
			}
			return a, i + 1
		default:
			n := a.one(s[i:])
			if n == 0 {
				return a, 0
			}
			i += n
		}
	}
	return a, 0
}

// one reads one element of a list and returns its length.
func (a *attributes) one(s []byte) int {
	i := 0
	for i < len(s) && !strings.ContainsRune(" \t\r\n}=\"'{<>`", rune(s[i])) {
		i++
	}
	word := string(s[:i])
	if i < len(s) && s[i] == '=' && word != "" && word[0] != '#' && word[0] != '.' {
		value, n := quoted(s[i+1:])
		if n == 0 {
			return 0
		}
		a.set(word, value)
		return i + 1 + n
	}
	switch {
	case len(word) > 1 && word[0] == '#':
		a.id = word[1:]
	case len(word) > 1 && word[0] == '.':
		a.classes = append(a.classes, word[1:])
	case word != "":
		a.set(word, word)
	default:
		return 0
	}
	return i
}

// quoted reads a value, in quotes or up to the next space.
func quoted(s []byte) (string, int) {
	if len(s) > 0 && (s[0] == '"' || s[0] == '\'') {
		end := strings.IndexByte(string(s[1:]), s[0])
		if end < 0 {
			return "", 0
		}
		return string(s[1 : 1+end]), end + 2
	}
	i := 0
	for i < len(s) && !strings.ContainsRune(" \t\r\n}", rune(s[i])) {
		i++
	}
	return string(s[:i]), i
}

func (a *attributes) set(key, value string) {
	switch key {
	case "id":
		a.id = value
	case "class":
		a.classes = append(a.classes, strings.Fields(value)...)
	default:
		a.pairs = append(a.pairs, [2]string{strings.ToLower(key), value})
	}
}

// attrsName is the goldmark attribute that holds a list.
const attrsName = "bc-attrs"

func setAttributes(n ast.Node, list attributes) {
	if old := attributesOf(n); old != nil {
		if list.id == "" {
			list.id = old.id
		}
		list.classes = append(old.classes, list.classes...)
		list.pairs = append(old.pairs, list.pairs...)
	}
	n.SetAttributeString(attrsName, &list)
}

func attributesOf(n ast.Node) *attributes {
	if v, ok := n.AttributeString(attrsName); ok {
		a, _ := v.(*attributes)
		return a
	}
	return nil
}

// has reports whether there is a pair with a key.
func (a *attributes) has(key string) bool {
	return a != nil && slices.ContainsFunc(a.pairs, func(p [2]string) bool { return p[0] == key })
}

// attrsParser reads attribute lists inside text. Where they belong is told once the block is complete.
type attrsParser struct{}

func (attrsParser) Trigger() []byte { return []byte{'{'} }

func (attrsParser) Parse(_ ast.Node, block text.Reader, _ parser.Context) ast.Node {
	line, _ := block.PeekLine()
	list, n := readAttributes(line)
	if n == 0 {
		return nil
	}
	block.Advance(n)
	return &attrs{list: list, raw: string(line[:n])}
}
