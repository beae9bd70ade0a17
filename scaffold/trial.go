package scaffold

import (
	"path"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// Trial is a case of a template's author: values, and what is to come of them. The handbook describes its file.
type Trial struct {
	Template string        `yaml:"template"` // file of the template, relative to the case's; empty: ../template.yaml
	Values   *yamldoc.Node `yaml:"values"`
	Secrets  *yamldoc.Node `yaml:"secrets"`
	User     string        `yaml:"user"` // reference of the asker
	Flags    []string      `yaml:"flags"`
	Expect   Expectation   `yaml:"expect"`
}

// Expectation is what is to come of a trial. What is left out is not looked at, but for Fails: a trial that says
// nothing of failure is to complete.
type Expectation struct {
	Fails    string                     `yaml:"fails"`    // part of the error that the run ends with
	Problems []string                   `yaml:"problems"` // fields that the form refuses, as it names them; the run does not begin
	Steps    map[string]string          `yaml:"steps"`    // statuses by id
	Tree     string                     `yaml:"tree"`     // folder, relative to the case's file, that the workspace is to equal
	Files    map[string]FileExpectation `yaml:"files"`
	Absent   []string                   `yaml:"absent"` // patterns of files that are not to be there
	Effects  *[]EffectExpectation       `yaml:"effects"`
	Output   *yamldoc.Node              `yaml:"output"`   // part of the output
	Warnings *int                       `yaml:"warnings"` // expressions that keep their text
}

// FileExpectation is what a file is to be.
type FileExpectation struct {
	Equals   *string  `yaml:"equals"`
	Contains []string `yaml:"contains"`
	Lacks    []string `yaml:"lacks"`
	Mode     string   `yaml:"mode"` // permissions in octal: "755"
}

// EffectExpectation is what a change elsewhere is to be. All changes are named, in order.
type EffectExpectation struct {
	Action  string        `yaml:"action"`
	Summary string        `yaml:"summary"` // part of it
	Input   *yamldoc.Node `yaml:"input"`   // part of it
}

// ReadTrial reads a case. file is named in errors, which are of kind fault.Invalid with line and field.
func ReadTrial(file string, n *yamldoc.Node) (*Trial, error) {
	t := &Trial{}
	if n == nil || n.Kind != yamldoc.Map {
		return nil, fault.At(fault.Position{File: file}, "a case is an object")
	}
	if err := (yamldoc.Decoder{File: file}).Decode(n, t); err != nil {
		return nil, err
	}
	for _, v := range []struct {
		name string
		node *yamldoc.Node
	}{{"values", t.Values}, {"secrets", t.Secrets}, {"expect.output", t.Expect.Output}} {
		if v.node != nil && v.node.Kind != yamldoc.Map {
			return nil, fault.At(fault.Position{File: file, Line: v.node.Line, Field: v.name}, "an object is expected, found %s", v.node.Kind)
		}
	}
	if t.Template == "" {
		t.Template = "../template.yaml"
	}
	for _, p := range t.Expect.Absent {
		if _, err := path.Match(strings.ReplaceAll(p, "**", "*"), "x"); err != nil {
			return nil, fault.At(fault.Position{File: file, Field: "expect.absent"}, "%q is no pattern", p)
		}
	}
	return t, nil
}
