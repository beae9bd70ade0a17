package propose

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// write renders the descriptor, each guess with a comment.
func (d *draft) write() []byte {
	var b bytes.Buffer
	b.WriteString("# A proposal, made from what the repository says. Check what is guessed, then commit it as catalog-info.yaml.\n")
	b.WriteString("apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n")
	put(&b, "  name: ", d.name)
	if d.description.text != "" {
		put(&b, "  description: ", d.description)
	}
	if len(d.notes) > 0 {
		b.WriteString("  annotations:\n")
		for _, n := range d.notes {
			put(&b, "    "+n.key+": ", n.value)
		}
	}
	if len(d.tags) > 0 {
		b.WriteString("  tags:\n")
		for _, t := range d.tags {
			put(&b, "    - ", t)
		}
	}
	b.WriteString("spec:\n")
	put(&b, "  type: ", d.kind)
	put(&b, "  lifecycle: ", value{"experimental", "nothing says; production is for what is in use"})
	put(&b, "  owner: ", d.owner)
	return b.Bytes()
}

func put(b *bytes.Buffer, before string, v value) {
	fmt.Fprintf(b, "%s%s # %s\n", before, scalar(printable(v.text)), line(v.from, 200))
}

// printable leaves out what YAML does not take, or people do not see.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || r == utf8.RuneError {
			return ' '
		}
		return r
	}, s)
}

// plain are texts that YAML reads as the string that they are.
var plain = regexp.MustCompile(`^[a-z][a-z0-9]*([-/.][a-z0-9]+)*$`)

// scalar writes a string so that YAML reads it as that string: plainly where that is certain, else in JSON's form.
func scalar(s string) string {
	switch s {
	case "true", "false", "null", "yes", "no", "on", "off", "y", "n":
	default:
		if plain.MatchString(s) {
			return s
		}
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(s) != nil { // a string always encodes
		return `""`
	}
	return strings.TrimSpace(b.String())
}
