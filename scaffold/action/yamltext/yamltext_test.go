package yamltext

import (
	"bufio"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/internal/yamldoc"
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

// example is a value and what the npm package yaml 2.9.1 writes for it.
type example struct {
	Value   json.RawMessage
	YAML    string
	Options struct {
		Indent    int
		LineWidth *int
		IndentSeq *bool
	}
}

func (e example) options() Options {
	o := Options{Indent: e.Options.Indent, FlatLists: e.Options.IndentSeq != nil && !*e.Options.IndentSeq}
	if e.Options.LineWidth != nil {
		if o.LineWidth = *e.Options.LineWidth; o.LineWidth == 0 {
			o.LineWidth = -1
		}
	}
	return o
}

// TestAsTheNPMPackage compares with a file of examples: the one in testdata, or, for many more, the one that
// .ci/oracle/actions.mjs makes anew.
func TestAsTheNPMPackage(t *testing.T) {
	name := os.Getenv("YAML_EXAMPLES")
	if name == "" {
		name = "testdata/npm-yaml.jsonl"
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	in := bufio.NewScanner(f)
	in.Buffer(nil, 1<<22)
	n, bad := 0, 0
	for in.Scan() {
		var e example
		if err := json.Unmarshal(in.Bytes(), &e); err != nil {
			t.Fatal(err)
		}
		v, err := template.ParseJSON(e.Value)
		if err != nil {
			t.Fatal(err)
		}
		n++
		if got := Stringify(v, e.options()); got != e.YAML {
			if bad++; bad <= 10 {
				t.Errorf("%s\nwith %+v\ngot  %q\nwant %q", e.Value, e.options(), got, e.YAML)
			}
		}
	}
	if err := in.Err(); err != nil || n < 100 {
		t.Fatal(n, err)
	}
	t.Logf("%d of %d equal", n-bad, n)
}

// FuzzRead writes a text and reads it back.
func FuzzRead(f *testing.F) {
	for _, s := range []string{"", "a", "- x", "a: b", "x\ny\n\n", " lead\n more", "--- \n%", "a 'b' \"c\"", "\u0085\u2028", "true", "1e3", "long long long long long long long long long long long long long long long long long long"} {
		f.Add(s, 80)
	}
	f.Fuzz(func(t *testing.T, s string, width int) {
		s = template.UTF8(template.StringValue(s).String())
		if len(s) > 4000 || strings.TrimSpace(s) == "" || control.MatchString(s) { // of these the npm package loses blanks
			return
		}
		text := Stringify(template.ObjectValue(template.Field{Key: "k", Value: template.ArrayValue(template.StringValue(s))}), Options{LineWidth: width % 200})
		n, err := yamldoc.Parse([]byte(text), yamldoc.Limits{})
		if err != nil {
			return // the reader refuses some characters that the npm package reads
		}
		if items := n.Get("k").Items; len(items) != 1 || items[0].Text != s && items[0].Kind == yamldoc.String {
			t.Errorf("%q became %q by %q", s, items[0].Text, text)
		}
	})
}
