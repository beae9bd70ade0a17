// Package lang holds every sentence a user of the chat or the web view reads, one catalogue a language. A message is
// a template with named arguments in a subset of ICU MessageFormat:
//
//	{name}                                          an argument
//	{n, plural, =0 {none} one {# team} other {# teams}}   a choice by number; # is the number
//	'{' and ''                                      a literal brace and a literal apostrophe
//
// Arguments are bound by the caller (bot/card binds spans), so that a name from the catalog stays data and can never
// become markup. Keys are typed constants in keys_*.go; a test keeps constants and catalogues complete and equal.
package lang

import (
	"embed"
	"fmt"
	"io/fs"
	"strings"
	"sync"

	"github.com/BurntSushi/toml"
)

// Lang is a language Backchannel speaks.
type Lang string

// The languages.
const (
	English Lang = "en"
	Chinese Lang = "zh"
)

// Languages lists the languages in a fixed order.
func Languages() []Lang { return []Lang{English, Chinese} }

// Parse maps a BCP 47 tag ("zh-CN", "en_GB") to the nearest language; what it does not know is English.
func Parse(tag string) Lang {
	if len(tag) >= 2 && strings.EqualFold(tag[:2], "zh") {
		return Chinese
	}
	return English
}

// Of guesses the language of a text: Chinese when it has a Han character outside of names it quotes, else English.
func Of(text string) Lang {
	han, latin := 0, 0
	inWord := false
	for _, r := range text {
		switch {
		case isHan(r):
			han++
			inWord = false
		case 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z':
			if !inWord {
				latin++
			}
			inWord = true
		default:
			inWord = false
		}
	}
	// A Latin word carries about as much as two Han characters; an English sentence around one Chinese name stays English.
	if han > 0 && han >= latin {
		return Chinese
	}
	return English
}

func isHan(r rune) bool {
	return 0x4E00 <= r && r <= 0x9FFF || 0x3400 <= r && r <= 0x4DBF || 0xF900 <= r && r <= 0xFAFF || 0x20000 <= r && r <= 0x2FA1F
}

// Key names a message.
type Key string

// Args are the arguments of a message by name. Numbers choose plurals; other values are formatted with fmt.Sprint
// unless the caller walks the segments itself.
type Args map[string]any

// Segment is a piece of a message after plurals are chosen: literal text, or the name of an argument.
type Segment struct{ Text, Arg string }

// Catalogue holds the parsed messages of all languages. It is immutable.
type Catalogue struct{ messages map[Lang]map[Key]message }

//go:embed messages
var files embed.FS

var builtin = sync.OnceValue(func() *Catalogue {
	c, err := load(files)
	if err != nil {
		panic(err) // the embedded catalogues are part of the program; a test loads them
	}
	return c
})

// Builtin returns the catalogue embedded in the program.
func Builtin() *Catalogue { return builtin() }

func load(fsys fs.FS) (*Catalogue, error) {
	c := &Catalogue{messages: map[Lang]map[Key]message{}}
	for _, l := range Languages() {
		c.messages[l] = map[Key]message{}
		names, err := fs.Glob(fsys, "messages/"+string(l)+"/*.toml")
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			if err := c.loadFile(fsys, l, name); err != nil {
				return nil, err
			}
		}
	}
	return c, nil
}

func (c *Catalogue) loadFile(fsys fs.FS, l Lang, name string) error {
	raw, err := fs.ReadFile(fsys, name)
	if err != nil {
		return err
	}
	var sections map[string]map[string]string
	if err := toml.Unmarshal(raw, &sections); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	for section, entries := range sections {
		for id, text := range entries {
			key := Key(section + "." + id)
			if _, ok := c.messages[l][key]; ok {
				return fmt.Errorf("%s: %s is defined twice", name, key)
			}
			m, err := parse(text)
			if err != nil {
				return fmt.Errorf("%s: %s: %w", name, key, err)
			}
			c.messages[l][key] = m
		}
	}
	return nil
}

// Segments returns the message with plurals chosen by args. A key the language lacks falls back to English, and one
// that English lacks to the key itself.
func (c *Catalogue) Segments(l Lang, k Key, args Args) []Segment {
	m, ok := c.messages[l][k]
	if !ok {
		if m, ok = c.messages[English][k]; !ok {
			return []Segment{{Text: string(k)}}
		}
	}
	return m.segments(l, args, nil)
}

// Text renders the message as plain text.
func (c *Catalogue) Text(l Lang, k Key, args Args) string {
	var b strings.Builder
	for _, s := range c.Segments(l, k, args) {
		if s.Arg == "" {
			b.WriteString(s.Text)
			continue
		}
		b.WriteString(format(args[s.Arg]))
	}
	return b.String()
}

// Text renders a message of the built-in catalogue as plain text.
func Text(l Lang, k Key, args Args) string { return Builtin().Text(l, k, args) }

func format(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case int:
		return Number(v)
	default:
		return fmt.Sprint(v)
	}
}
