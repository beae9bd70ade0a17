package propose

import (
	"encoding/json"
	"encoding/xml"
	"io/fs"
	"regexp"
	"strings"

	"github.com/BurntSushi/toml"

	"github.com/backchannel-portal/backchannel/internal/scm"
)

// manifest is what the manifests of a component say about it; of two that say it, the first counts.
type manifest struct {
	name, description value
	library           value // why it is made for others to build on
	starts            value // why it is made to run
}

// readManifests reads those that name and describe what they are of. One that cannot be read says nothing.
func readManifests(tree fs.FS) manifest {
	var m manifest
	for _, f := range []struct {
		name string
		read func(data []byte) manifest
	}{
		{"package.json", readPackage}, {"pyproject.toml", readPyproject}, {"Cargo.toml", readCargo},
		{"composer.json", readComposer}, {"pom.xml", readPom},
	} {
		data, err := scm.ReadFile(tree, f.name, maxManifest)
		if err != nil {
			continue
		}
		said := f.read(data)
		for _, pair := range []struct{ into, from *value }{
			{&m.name, &said.name}, {&m.description, &said.description}, {&m.library, &said.library}, {&m.starts, &said.starts},
		} {
			if pair.into.text == "" && pair.from.text != "" {
				*pair.into = value{pair.from.text, f.name}
			}
		}
	}
	return m
}

func readPackage(data []byte) (m manifest) {
	var p struct {
		Name        string
		Description string
		Private     bool
		Main        string
		Module      string
		Exports     json.RawMessage
		Scripts     map[string]json.RawMessage
	}
	if json.Unmarshal(data, &p) != nil {
		return m
	}
	m.name.text, m.description.text = p.Name, p.Description
	if _, starts := p.Scripts["start"]; starts {
		m.starts.text = "a start script"
	} else if !p.Private && (p.Main != "" || p.Module != "" || len(p.Exports) > 0) {
		m.library.text = "it is published and has an entry point"
	}
	return m
}

func readPyproject(data []byte) (m manifest) {
	var p struct {
		Project struct{ Name, Description string }
		Tool    struct {
			Poetry struct{ Name, Description string }
		}
	}
	if toml.Unmarshal(data, &p) != nil {
		return m
	}
	m.name.text, m.description.text = p.Project.Name, p.Project.Description
	if m.name.text == "" {
		m.name.text, m.description.text = p.Tool.Poetry.Name, p.Tool.Poetry.Description
	}
	return m
}

func readCargo(data []byte) (m manifest) {
	var p struct {
		Package struct{ Name, Description string }
		Lib     map[string]any
		Bin     []map[string]any
	}
	if toml.Unmarshal(data, &p) != nil {
		return m
	}
	m.name.text, m.description.text = p.Package.Name, p.Package.Description
	switch {
	case len(p.Bin) > 0:
		m.starts.text = "a [[bin]]"
	case p.Lib != nil:
		m.library.text = "a [lib] and no [[bin]]"
	}
	return m
}

func readComposer(data []byte) (m manifest) {
	var p struct{ Name, Description, Type string }
	if json.Unmarshal(data, &p) != nil {
		return m
	}
	m.name.text, m.description.text = p.Name, p.Description
	if p.Type == "library" {
		m.library.text = "type library"
	}
	return m
}

func readPom(data []byte) (m manifest) {
	var p struct {
		ArtifactID  string `xml:"artifactId"`
		Description string `xml:"description"`
	}
	if xml.Unmarshal(data, &p) != nil || strings.Contains(p.Description, "${") {
		p.Description = ""
	}
	m.name.text, m.description.text = p.ArtifactID, p.Description
	return m
}

// link is a Markdown link or image, of which the text counts.
var (
	link   = regexp.MustCompile(`!?\[([^\]]*)\]\([^)]*\)`)
	markup = regexp.MustCompile("[*_`]+")
	noText = regexp.MustCompile("^(?:[-*+] |[0-9]+[.)] |[#!<|>=~.]|\\[!|\\[[^\\]]*\\]:|```)")
)

// readme is the first paragraph of the README that is text: no heading, badge, list, quote, table or HTML.
func readme(tree fs.FS) value {
	for _, name := range []string{"README.md", "readme.md", "README", "README.txt", "README.rst"} {
		data, err := scm.ReadFile(tree, name, maxManifest)
		if err != nil {
			continue
		}
		for paragraph := range strings.SplitSeq(strings.ReplaceAll(string(data), "\r\n", "\n"), "\n\n") {
			paragraph = strings.TrimSpace(paragraph)
			if paragraph == "" || noText.MatchString(paragraph) || strings.Contains(paragraph, "\n==") || strings.Contains(paragraph, "\n--") {
				continue
			}
			if text := line(markup.ReplaceAllString(link.ReplaceAllString(paragraph, "$1"), ""), maxDescription); text != "" {
				return value{text, "the beginning of " + name}
			}
		}
	}
	return value{}
}
