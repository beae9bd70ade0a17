package descriptor

import (
	"encoding/json"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// headBytes is how much of an API definition is looked at: its title and version stand near the top.
const headBytes = 256 << 10

// definition reads what the head of an API definition says of itself, without decoding the rest. apiType is
// spec.type; it decides only where the text does not.
func definition(apiType, text string) catalog.API {
	head := text[:min(len(text), headBytes)]
	var out catalog.API
	if strings.HasPrefix(strings.TrimLeft(head, " \t\r\n\ufeff"), "{") {
		out = jsonHead(head)
	} else {
		out = yamlHead(head)
	}
	if out.Format != "" {
		return out
	}
	switch {
	case strings.Contains(head, `syntax = "proto`), strings.EqualFold(apiType, "grpc"):
		return catalog.API{Format: "gRPC"}
	case strings.EqualFold(apiType, "graphql"), graphQL(head):
		return catalog.API{Format: "GraphQL"}
	}
	return out
}

// format names the format that a top-level key of a definition stands for, or returns "".
func format(key, version string) string {
	name := ""
	switch key {
	case "openapi", "swagger":
		name = "OpenAPI"
	case "asyncapi":
		name = "AsyncAPI"
	default:
		return ""
	}
	parts := strings.SplitN(version, ".", 3)
	if len(parts) > 2 {
		parts = parts[:2]
	}
	return intern(strings.TrimSpace(name + " " + strings.Join(parts, ".")))
}

// yamlHead looks at the lines of a block-style document: top-level keys and the keys one level below info.
func yamlHead(head string) catalog.API {
	var out catalog.API
	indent := -1 // of the keys in info; -1: not in info, 0: not known yet
	for line := range strings.Lines(head) {
		text := strings.TrimRight(line, "\r\n")
		trimmed := strings.TrimLeft(text, " ")
		if trimmed == "" || trimmed[0] == '#' {
			continue
		}
		key, value, ok := strings.Cut(trimmed, ":")
		key = strings.Trim(key, `"'`)
		depth := len(text) - len(trimmed)
		switch {
		case depth == 0:
			indent = -1
			if ok && key == "info" {
				indent = 0
				flowInfo(value, &out)
			} else if f := format(key, scalar(value)); ok && f != "" {
				out.Format = f
			}
		case indent >= 0 && ok && (indent == 0 || depth == indent):
			indent = depth
			switch key {
			case "title":
				out.Title = scalar(value)
			case "version":
				out.Version = scalar(value)
			}
		}
		if out.Format != "" && out.Title != "" && out.Version != "" {
			break
		}
	}
	return out
}

// flowInfo reads "info: {title: A, version: 1}".
func flowInfo(value string, out *catalog.API) {
	if !strings.HasPrefix(strings.TrimSpace(value), "{") {
		return
	}
	if n, err := yamldoc.Parse([]byte(value), yamldoc.Limits{}); err == nil {
		out.Title, out.Version = n.Get("title").Str(), textOf(n.Get("version"))
	}
}

func textOf(n *yamldoc.Node) string {
	if n == nil {
		return ""
	}
	return n.Text
}

// scalar reads the value of one line; a block scalar has none there.
func scalar(s string) string {
	s = strings.TrimSpace(s)
	if s == "" || s[0] == '|' || s[0] == '>' || s[0] == '#' {
		return ""
	}
	if s[0] == '"' || s[0] == '\'' {
		if i := strings.IndexByte(s[1:], s[0]); i >= 0 {
			return s[1 : i+1]
		}
		return s[1:]
	}
	if i := strings.Index(s, " #"); i >= 0 {
		s = strings.TrimSpace(s[:i])
	}
	return s
}

// jsonHead reads tokens until format, title and version are known or the head ends.
func jsonHead(head string) catalog.API {
	var out catalog.API
	d := json.NewDecoder(strings.NewReader(head))
	d.UseNumber()
	depth, inInfo := 0, false
	var key string // at depth 1, and at depth 2 inside info; empty: a key comes next
	for {
		t, err := d.Token()
		if err != nil || out.Format != "" && out.Title != "" && out.Version != "" {
			return out
		}
		switch v := t.(type) {
		case json.Delim:
			switch v {
			case '{', '[':
				depth++
				inInfo = inInfo || depth == 2 && v == '{' && key == "info"
			default:
				depth--
				inInfo = inInfo && depth >= 2
			}
			key = ""
		default:
			if depth != 1 && !(depth == 2 && inInfo) {
				continue
			}
			text, isText := v.(string)
			switch {
			case key == "" && isText:
				key = text
				continue
			case depth == 1 && isText && format(key, text) != "":
				out.Format = format(key, text)
			case depth == 2 && key == "title":
				out.Title = text
			case depth == 2 && key == "version":
				out.Version = text
			}
			key = ""
		}
	}
}

// graphQL reports whether a text starts like a GraphQL schema.
func graphQL(head string) bool {
	for line := range strings.Lines(head) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' || line[0] == '"' {
			continue
		}
		word, rest, ok := strings.Cut(line, " ")
		switch word {
		case "type", "interface", "enum", "input", "union", "scalar", "directive", "extend":
			return ok && rest != "" && !strings.HasPrefix(rest, ":")
		case "schema":
			return strings.HasPrefix(rest, "{") || strings.HasPrefix(rest, "@")
		}
		return false
	}
	return false
}
