// Package highlight colours code with chroma. What was coloured once is kept by its content, up to a limit, so that pages
// rendered again cost next to nothing.
package highlight

import (
	"container/list"
	"crypto/sha256"
	"fmt"
	"strings"
	"sync"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/lexers"

	"github.com/backchannel-portal/backchannel/docs/markdown"
)

// Bounds of one block. A longer one is shown without colours.
const (
	maxCode = 256 << 10 // bytes
	maxLine = 20 << 10  // bytes of one line
)

// Highlighter colours code and remembers it. It is safe for concurrent use.
type Highlighter struct {
	limit int

	mu    sync.Mutex
	known map[[32]byte]*list.Element
	order *list.List // used last first
	size  int
}

type entry struct {
	key  [32]byte
	html []byte
}

// New returns a highlighter that keeps up to limit bytes.
func New(limit int) *Highlighter {
	return &Highlighter{limit: limit, known: map[[32]byte]*list.Element{}, order: list.New()}
}

// Highlight implements markdown.Highlighter: the inside of a code element, with chroma's short class names, which are
// those of Pygments, where [Coloured] says so. The result must not be changed.
func (h *Highlighter) Highlight(c *markdown.Code) []byte {
	key := keyOf(c)
	h.mu.Lock()
	if e, ok := h.known[key]; ok {
		h.order.MoveToFront(e)
		html := e.Value.(*entry).html
		h.mu.Unlock()
		return html
	}
	h.mu.Unlock()
	html := write(c)
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, ok := h.known[key]; !ok {
		h.known[key] = h.order.PushFront(&entry{key, html})
		h.size += len(html)
	}
	for h.size > h.limit && h.order.Len() > 0 {
		last := h.order.Back()
		e := h.order.Remove(last).(*entry)
		delete(h.known, e.key)
		h.size -= len(e.html)
	}
	return html
}

func keyOf(c *markdown.Code) [32]byte {
	buf := make([]byte, 0, len(c.Text)+len(c.Lang)+32)
	buf = append(buf, c.Lang...)
	buf = append(buf, 0)
	if c.First > 0 || c.Marked != nil || c.Inline {
		buf = fmt.Appendf(buf, "%d %v %v", c.First, c.Marked, c.Inline)
	}
	buf = append(buf, 0)
	return sha256.Sum256(append(buf, c.Text...))
}

// write colours a block.
func write(c *markdown.Code) (out []byte) {
	w := &writer{code: c, number: 1}
	if c.First > 0 {
		w.number = c.First
	}
	defer func() {
		if recover() != nil { // a lexer that fails must not keep the code from being read
			out = w.plain()
		}
	}()
	lexer := lexerFor(c.Lang)
	if lexer == nil || len(c.Text) > maxCode || longLines(c.Text) {
		return w.plain()
	}
	tokens, err := lexer.Tokenise(nil, c.Text)
	if err != nil {
		return w.plain()
	}
	w.begin()
	for t := tokens(); t != chroma.EOF; t = tokens() {
		w.token(class(t.Type), t.Value)
	}
	return w.end()
}

func longLines(s string) bool {
	for l := range strings.Lines(s) {
		if len(l) > maxLine {
			return true
		}
	}
	return false
}

// lexerFor finds the lexer for a language as authors name it.
func lexerFor(lang string) chroma.Lexer {
	switch strings.ToLower(lang) {
	case "", "text", "txt", "plain", "plaintext", "none", "output":
		return nil
	case "console", "shell-session", "terminal":
		lang = "console"
	case "golang":
		lang = "go"
	case "jsonc", "json5":
		lang = "json"
	case "yaml", "yml":
		return yamlLexer()
	}
	return lexers.Get(lang)
}
