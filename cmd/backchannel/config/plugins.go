package config

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// Process is a plugin that is a program of its own. It speaks to this one over its standard input and output.
type Process struct {
	Command   []string          // program and arguments; it runs in the folder of the file
	EnvSecret map[string]string `yaml:"env"` // all of its environment beside PATH and HOME; the place for its secrets
	Config    Tree              // handed to the program as JSON
	Memory    Size              // how much it may hold before it is started anew; zero: 256 MB
	Start     time.Duration     // how long it may take to introduce itself; zero: 10 s
}

// Tree is a part of the configuration that belongs to somebody else: it is kept as JSON.
type Tree struct{ JSON []byte }

// UnmarshalNode implements yamldoc.Unmarshaler.
func (t *Tree) UnmarshalNode(n *yamldoc.Node, field string, d yamldoc.Decoder) error {
	n, err := expanded(n, field, d)
	if err != nil {
		return err
	}
	t.JSON = yamldoc.AppendJSON(nil, n)
	return nil
}

// expanded is a tree with ${NAME} replaced in every string.
func expanded(n *yamldoc.Node, field string, d yamldoc.Decoder) (*yamldoc.Node, error) {
	if n == nil || d.Strings == nil {
		return n, nil
	}
	out := *n
	var err error
	if n.Kind == yamldoc.String {
		if out.Text, err = d.Strings(n.Text); err != nil {
			return nil, d.Errorf(n, field, "%v", err)
		}
	}
	out.Items = slices.Clone(n.Items)
	for i, item := range n.Items {
		if out.Items[i], err = expanded(item, fmt.Sprintf("%s[%d]", field, i), d); err != nil {
			return nil, err
		}
	}
	out.Fields = slices.Clone(n.Fields)
	for i, f := range n.Fields {
		if out.Fields[i].Value, err = expanded(f.Value, field+"."+f.Key, d); err != nil {
			return nil, err
		}
	}
	return &out, nil
}

// Size is a number of bytes, written 256MB, 1GB or as a number.
type Size int64

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *Size) UnmarshalText(text []byte) error {
	word := strings.ToUpper(strings.ReplaceAll(string(text), " ", ""))
	factor := int64(1)
	for unit, f := range map[string]int64{"KB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30} {
		if rest, ok := strings.CutSuffix(word, unit); ok {
			word, factor = rest, f
		}
	}
	var n int64
	if _, err := fmt.Sscanf(word, "%d", &n); err != nil || n <= 0 || n > 1<<20 && factor > 1 || fmt.Sprint(n) != word {
		return fmt.Errorf("%q is not a size such as 256MB", text)
	}
	*s = Size(n * factor)
	return nil
}

// checkPlugins refuses what no type can refuse.
func (c *Config) checkPlugins(root *yamldoc.Node, d yamldoc.Decoder) error {
	for i, p := range c.Plugins.Process {
		n, field := root.At("plugins", "process").Items[i], fmt.Sprintf("plugins.process[%d]", i)
		if len(p.Command) == 0 || p.Command[0] == "" {
			return d.Errorf(n, field+".command", "a process plugin needs a program to start, as a list: [./my-plugin]")
		}
	}
	return nil
}

// Expand replaces ${NAME} and ${file:PATH} in a text, with paths relative to dir.
func Expand(s, dir string, getenv func(string) (string, bool)) (string, error) {
	return expand(s, dir, getenv)
}
