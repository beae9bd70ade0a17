package yamldoc

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// stream renders every document of a stream: its JSON, or its error.
func stream(t *testing.T, text string) []string {
	t.Helper()
	docs, err := Documents([]byte(text), Limits{})
	if err != nil {
		return []string{"stream: " + err.Error()}
	}
	out := []string{}
	for d := range docs {
		if d.Index != len(out) || d.Line < 1 {
			t.Errorf("document %d has index %d and line %d", len(out), d.Index, d.Line)
		}
		if d.Err != nil {
			if !fault.Is(d.Err, fault.Invalid) {
				t.Errorf("error is not invalid: %v", d.Err)
			}
			out = append(out, "error: "+d.Err.Error())
			continue
		}
		out = append(out, string(AppendJSON(nil, d.Root)))
	}
	return out
}

// TestValues: the results are those of npm "yaml" 2.9.1 with merge: false.
func TestValues(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"a: yes\nb: no\nc: on\nd: off\ne: y", `{"a":"yes","b":"no","c":"on","d":"off","e":"y"}`},
		{"a: 2001-01-01\nb: 2001-01-01T10:00:00Z\nc: 1:30", `{"a":"2001-01-01","b":"2001-01-01T10:00:00Z","c":"1:30"}`},
		{"a: true\nb: True\nc: TRUE\nd: tRUE\ne: false", `{"a":true,"b":true,"c":true,"d":"tRUE","e":false}`},
		{"a: null\nb: ~\nc:\nd: Null\ne: NULL\nf: nULL", `{"a":null,"b":null,"c":null,"d":null,"e":null,"f":"nULL"}`},
		{"a: 012\nb: 0o17\nc: -0x1\nd: 0x1F\ne: 1_000\nf: 0b1\ng: 0o8\nh: 0x", `{"a":12,"b":15,"c":"-0x1","d":31,"e":"1_000","f":"0b1","g":"0o8","h":"0x"}`},
		{"a: .5\nb: 1.\nc: 1e3\nd: +1\ne: -0\nf: 1e400\ng: .\nh: 1e\ni: 1.5e-7\nj: 1.10", `{"a":0.5,"b":1,"c":1000,"d":1,"e":0,"f":null,"g":".","h":"1e","i":1.5e-7,"j":1.1}`},
		{"a: -.inf\nb: .NaN\nc: +.nan\nd: 12345678901234567890\ne: 1e21", `{"a":null,"b":null,"c":"+.nan","d":12345678901234567000,"e":1e+21}`},
		{`a: !!int "3"` + "\nb: !foo 3\nc: !!str 3\nd: !!float 3\ne: !!bool 'true'\nf: !!null ''", `{"a":3,"b":"3","c":"3","d":"3","e":true,"f":null}`},
		{"<<: {a: 1}\nb: *x", `error: line 2: not valid YAML: the alias *x names no anchor before it`},
		{"<<: {a: 1}\nb: 1", `{"<<":{"a":1},"b":1}`},
		{"a: {{ name }}", `{"a":{"{ name }":null}}`},
		{"- {{ a.b | c }}", `[{"{ a.b | c }":null}]`},
		{"? [a, b]\n: c\n? {}\n: d\n? [null]\n: e", `{"[ a, b ]":"c","{}":"d","[ null ]":"e"}`},
		{"~: x\n1.0: y\ntrue: z", `{"":"x","1":"y","true":"z"}`},
		{"1: a\nb: c\n\"1\": d", `{"1":"d","b":"c"}`},
		{"a: &x {b: [1]}\nc: *x", `{"a":{"b":[1]},"c":{"b":[1]}}`},
		{"a: \"\\ud83d\\ude00 \\ud83d\"", `{"a":"😀 ` + "\ufffd" + `"}`},
		{"a: |\n  \\ud83d\\ude00", `{"a":"\\ud83d\\ude00"}`},
		{"a: x\u2028y\u0085z", "{\"a\":\"x\u2028y\u0085z\"}"},
		{"a: {url: https://example.com/?q=1&r=?, b: [c?d]}", `{"a":{"url":"https://example.com/?q=1&r=?","b":["c?d"]}}`},
		{"\ufeffa: 1", `{"a":1}`},
		{"a: x\x1by\x7f\u0080\nb\x0b: \"\ufffe\uffff\"", "{\"a\":\"x\\u001by\u007f\u0080\",\"b\\u000b\":\"\ufffe\uffff\"}"},
		{"a: 1\n \t\nb: 2\n\t# c\n\t", `{"a":1,"b":2}`},
		{"a:\n  -\tx\n  - \t\"y: z\"\n  -\t[1,\t2]\n\t\n", `{"a":["x","y: z",[1,2]]}`},
		{"a:\r\n  -\tx\r\n\t\r\n", `{"a":["x"]}`},
		{"a: |\n  x\n  \t\n  -\ty\n  \t# z\nb:\n  -\tc", `{"a":"x\n\t\n-\ty\n\t# z\n","b":["c"]}`},
		{"a: 1\r\nb: |\r\n  x\r\n  y\r\n", `{"a":1,"b":"x\ny\n"}`},
		{"a: |\n  one\n  two\nb: >-\n  one\n  two\nc: |+\n  x\n\nd: 1", `{"a":"one\ntwo\n","b":"one two","c":"x\n\n","d":1}`},
		{"a: [1,\n  2\n]\nb: {c: 1\n  }", `{"a":[1,2],"b":{"c":1}}`},
		{"a: \"x\n  y\n\n  z\"", `{"a":"x y\nz"}`},
		{"__proto__: {a: 1}", `{"__proto__":{"a":1}}`},
		{"a: \"\\x00\\u001f\\\"\\\\/\"", `{"a":"\u0000\u001f\"\\/"}`},
	} {
		if got := stream(t, c.text); len(got) != 1 || got[0] != c.want {
			t.Errorf("%q\n got %s\nwant %s", c.text, got, c.want)
		}
	}
}

func TestErrors(t *testing.T) {
	for _, c := range []struct {
		text string
		line int
		want string
	}{
		{"a: 1\nb: 2\na: 3", 3, `the key "a" is already set on line 1`},
		{"{x: 1,\n \"x\": 2}", 2, "already set"},
		{"a: b: c", 1, "mapping values"},
		{"a: @x", 1, "a value cannot start with @; put it in quotes"},
		{"a: %x", 1, "a value cannot start with %; put it in quotes"},
		{"a:\n\tb: 1", 2, "a tab stands where only spaces may"},
		{"a:\n  b: 1\n\tc: 2", 3, "a tab stands where only spaces may"},
		{"a: 1\nb: |\n\tx", 3, "a tab stands where only spaces may"},
		{"a: |\n  x\n\t\n  y", 3, "a tab stands where only spaces may"},
		{"a:\n  -\tb: 1", 2, "a tab stands where only spaces may"},
		{"a: &b/c 1", 1, "the name of an anchor"},
		{"a: 1\nb: \x1b[\nc: d: e", 3, "mapping values"},
		{"x: 1\na: [1,\n2]", 3, "must be indented more than 0 spaces"},
		{"x:\n  a: \"1\n  2\"", 3, "must be indented more than 2 spaces"},
		{"a: 'x'#c", 1, "separated"},
		{"a: [1, 2", 1, "did not find expected"},
		{"a: \"x", 1, "unexpected end of stream"},
		{"&a [*a]", 1, "contains itself"},
		{"a: &x {b: *x}", 1, "contains itself"},
		{"%FOO\na: 1", 2, "directive"},
		{"a: 1\n%YAML 1.2", 1, "cannot start with %"},
		{"--- a: 1", 1, "mapping values"},
		{"a: 1\n b: 2", 2, "mapping values"},
		{"a: \"\\q\"", 1, "escape"},
	} {
		docs, err := Documents([]byte(c.text), Limits{})
		if err != nil {
			t.Fatal(err)
		}
		for d := range docs {
			if d.Err == nil || !strings.Contains(d.Err.Error(), c.want) || !strings.Contains(d.Err.Error(), fmt.Sprintf("line %d:", c.line)) {
				t.Errorf("%q: %v; want line %d: %s", c.text, d.Err, c.line, c.want)
			}
			break
		}
	}
}

func TestDocuments(t *testing.T) {
	for _, c := range []struct {
		text string
		want []string
	}{
		{"", nil},
		{"# only a comment\n\n", nil},
		{"---", []string{"null"}},
		{"---\n---\n", []string{"null", "null"}},
		{"a: 1\n---\n", []string{`{"a":1}`, "null"}},
		{"# c\n---\na: 1\n--- # c\n# c\n", []string{`{"a":1}`, "null"}},
		{"a: 1\n...\nb: 2\n...\n# end\n", []string{`{"a":1}`, `{"b":2}`}},
		{"a: 1\n...\n...\n# c\n---\nb: 2\n", []string{`{"a":1}`, "null", `{"b":2}`}},
		{"# c\n...\na: 1\n...\n# c\n---\nb: 2\n", []string{"null", `{"a":1}`, `{"b":2}`}},
		{"%YAML 1.2\n---\na: yes\n---\nb: 1", []string{`{"a":"yes"}`, `{"b":1}`}},
		{"%YAML 1.1\n---\na: [yes, 012, 1_000, 0b11, 0x1F, -017, .5]\n---\nb: off\n...\n%YAML 1.2\n---\nc: on", []string{`{"a":[true,10,1000,3,31,-15,0.5]}`, `{"b":false}`, `{"c":"on"}`}},
		{"a: [\n---\nb: 1\n---\nc: \"\n---\nd: 1", []string{"error: line 1: not valid YAML: did not find expected node content", `{"b":1}`, "error: line 5: not valid YAML: found unexpected end of stream", `{"d":1}`}},
		{"a: |\n  text\n  ---\n  text\n---\nb: 1", []string{`{"a":"text\n---\ntext\n"}`, `{"b":1}`}},
		{"--- text\n--- [1]\n---\ttab", []string{`"text"`, `[1]`, `"tab"`}},
		{"---a: 1", []string{`{"---a":1}`}},
		{"---\r\na: 1\r\n---\r\nb: 1\r\n", []string{`{"a":1}`, `{"b":1}`}},
	} {
		got := stream(t, c.text)
		if diff := cmp.Diff(c.want, got); diff != "" && len(c.want)+len(got) > 0 {
			t.Errorf("%q (-want +got):\n%s", c.text, diff)
		}
	}
}

func TestPositions(t *testing.T) {
	docs, err := Documents([]byte("# c\n---\n\na: 1\nb:\n  - x\n  - é: y\n---\nc: z\n"), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	var all []Document
	for d := range docs {
		all = append(all, d)
	}
	first, second := all[0], all[1]
	if first.Line != 4 || second.Line != 9 {
		t.Errorf("documents start on lines %d and %d", first.Line, second.Line)
	}
	b := first.Root.Get("b")
	item := b.Items[1]
	if b.Line != 6 || item.Line != 7 || item.Column != 5 || item.Fields[0].Line != 7 || first.Root.Fields[1].Line != 5 {
		t.Errorf("positions: %+v %+v", b, item)
	}
	if got := first.Root.At("b", "none"); got != nil || first.Root.Get("a").Str() != "" || second.Root.Get("c").Str() != "z" {
		t.Error("access by path is wrong")
	}
}

func TestParse(t *testing.T) {
	if n, err := Parse(nil, Limits{}); err != nil || n.Kind != Null {
		t.Error(n, err)
	}
	if _, err := Parse([]byte("a: 1\n---\nb: 1"), Limits{}); err == nil || !strings.Contains(err.Error(), "line 3: a second document") {
		t.Error(err)
	}
	if _, err := Parse([]byte("a: ["), Limits{}); !fault.Is(err, fault.Invalid) {
		t.Error(err)
	}
}

func TestNotText(t *testing.T) {
	for text, want := range map[string]string{
		"a: b\nc: \x00":      "line 2: the file is binary",
		"a: b\n\nc: caf\xe9": "line 3: the file is not UTF-8",
		"\xff\xfea\x00":      "UTF-16",
		"\xfe\xff\x00a":      "UTF-16",
	} {
		if _, err := Documents([]byte(text), Limits{}); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestLimits(t *testing.T) {
	l := Limits{Bytes: 200_000, Documents: 10, DocBytes: 100_000, Tokens: 1000, Depth: 20, Expanded: 4000}
	for text, want := range map[string]string{
		"a: " + strings.Repeat("x", 200_000):                                                "the file has 200003 bytes; at most 200000",
		strings.Repeat("---\n", 11):                                                         "the file has 11 documents; at most 10",
		"b: 1\n---\na: " + strings.Repeat("x", 150_000):                                     "line 2: the document has 150007 bytes",
		"a:\n" + strings.Repeat("- x\n", 1001):                                              "more than 1000 elements",
		strings.Repeat("[", 30) + strings.Repeat("]", 30):                                   "nested more than 20 deep",
		"a: &x " + strings.Repeat("y", 1000) + "\nb: [*x, *x, *x, *x]":                      "grows beyond 4000 bytes",
		"a: &x 1\nb: [" + strings.Repeat("*x,", 100) + "]":                                  "used too often",
		"a: &x [1,1]\nb: &y [*x,*x]\nc: &z [*y,*y]\nd: [" + strings.Repeat("*z,", 30) + "]": "used too often",
	} {
		var err error
		docs, err := Documents([]byte(text), l)
		if err == nil {
			for d := range docs {
				err = d.Err
			}
		}
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: %v", text, err)
		}
	}
	if got := stream(t, "a: &x 1\nb: ["+strings.Repeat("*x,", 99)+"]"); strings.HasPrefix(got[0], "error") {
		t.Error("ninety-nine uses of an alias are refused:", got)
	}
}

// TestHostile: input made to be expensive ends in an answer or an error.
func TestHostile(t *testing.T) {
	const size = 1 << 17
	for _, unit := range []string{"[", "{a: ", "- ", "? ", ": ", "- a\n", "a:\n", "#\n", "\n", "---\n", "---\na: b\n", "\"", "'", "&a ", "*a ", "!a ", "|\n", "%a\n", "\t", "\\", "- &a [*a]\n"} {
		docs, err := Documents([]byte(strings.Repeat(unit, size/len(unit))), Limits{})
		if err != nil {
			continue
		}
		for d := range docs {
			if d.Err != nil && !fault.Is(d.Err, fault.Invalid) {
				t.Errorf("%q: %v", unit, d.Err)
			}
		}
	}
}

func FuzzYAML(f *testing.F) {
	for _, s := range []string{"a: 1", "a: [b, {c: d}]\n---\n- 'x'\n...\n%YAML 1.1\n---\nyes", "a: &x {b: *x}", "{{ a }}: {{ b }}", "a: |\n  x\n b", "\ufeffa: \"\\ud83d\"", "? [a]\n: b", "a: {b?c: d}", "<<: *a"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		docs, err := Documents(data, Limits{Bytes: 1 << 16})
		if err != nil {
			return
		}
		last := 0
		for d := range docs {
			if d.Line < last || d.Root != nil && d.Err != nil {
				t.Errorf("document %d: line %d after %d, root %v, error %v", d.Index, d.Line, last, d.Root, d.Err)
			}
			last = d.Line
			if text := AppendJSON(nil, d.Root); !json.Valid(text) {
				t.Errorf("%q gives no valid JSON: %q", data, text)
			}
		}
	})
}
