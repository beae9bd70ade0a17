package markdown

import (
	"github.com/yuin/goldmark-emoji/definition"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// maxEmoji is the length of a name in bytes.
const maxEmoji = 80

var emojis = definition.Github()

// emojiParser reads :names: of emoji, and of icons that mkdocs-material has as pictures. Of those, the ones that say
// yes, no or look here have a character; the others leave only their name to screen readers.
type emojiParser struct{}

func (emojiParser) Trigger() []byte { return []byte{':'} }

func (emojiParser) Parse(_ ast.Node, block text.Reader, _ parser.Context) ast.Node {
	line, _ := block.PeekLine()
	i := 1
	for i < len(line) && i < maxEmoji && (isNameByte(line[i]) || line[i] == '_' || line[i] == '+') {
		i++
	}
	if i < 2 || i >= len(line) || line[i] != ':' {
		return nil
	}
	name := string(line[1:i])
	if e, ok := emojis.Get(name); ok && e.IsUnicode() {
		block.Advance(i + 1)
		return &emoji{text: string(e.Unicode), name: name}
	}
	if !isIcon(name) {
		return nil
	}
	block.Advance(i + 1)
	return &emoji{text: icons(name), name: name}
}

// isIcon reports a name in the icon sets of mkdocs-material.
func isIcon(name string) bool {
	for _, set := range []string{"material-", "octicons-", "fontawesome-", "simple-"} {
		if len(name) > len(set) && name[:len(set)] == set {
			return true
		}
	}
	return false
}

// icons is the character for an icon that carries meaning in tables and lists, else "".
func icons(name string) string {
	switch name {
	case "material-check", "material-check-bold", "material-check-circle", "material-check-all", "octicons-check-24", "octicons-check-16",
		"octicons-check-circle-fill-24", "fontawesome-solid-check", "material-checkbox-marked", "material-checkbox-marked-circle":
		return "✓"
	case "material-close", "material-close-thick", "material-close-circle", "octicons-x-24", "octicons-x-16", "octicons-x-circle-24",
		"fontawesome-solid-xmark", "material-minus":
		return "✗"
	case "material-arrow-right", "octicons-arrow-right-24", "octicons-arrow-right-16", "fontawesome-solid-arrow-right":
		return "→"
	case "material-arrow-left", "octicons-arrow-left-24":
		return "←"
	case "material-alert", "octicons-alert-24", "material-alert-outline", "fontawesome-solid-triangle-exclamation":
		return "⚠"
	case "material-information", "material-information-outline", "octicons-info-24":
		return "ℹ"
	case "material-star", "octicons-star-24", "octicons-star-fill-24", "fontawesome-solid-star":
		return "★"
	case "octicons-heart-fill-24", "material-heart", "fontawesome-solid-heart":
		return "♥"
	case "octicons-link-external-16", "octicons-link-external-24", "material-open-in-new":
		return "↗"
	case "material-clock-outline", "octicons-clock-24", "octicons-clock-16":
		return "◷"
	}
	return ""
}
