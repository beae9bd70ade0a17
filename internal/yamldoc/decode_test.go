package yamldoc

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// pair reads "a=b".
type pair struct{ A, B string }

func (p *pair) UnmarshalText(text []byte) error {
	a, b, ok := strings.Cut(string(text), "=")
	if !ok {
		return fmt.Errorf("expected a=b, found %q", text)
	}
	p.A, p.B = a, b
	return nil
}

// rate reads a number or "off".
type rate float64

func (r *rate) UnmarshalNode(n *Node, field string, d Decoder) error {
	if n.Text == "off" {
		*r = 0
		return nil
	}
	var f float64
	if err := d.DecodeAt(n, &f, field); err != nil {
		return err
	}
	*r = rate(f)
	return nil
}

type sample struct {
	Name    string
	Count   int
	Share   float64
	On      bool
	Every   time.Duration
	Tags    []string
	Extra   map[string]int `yaml:"x-extra"`
	Sub     *struct{ Deep []struct{ Leaf string } }
	Pair    pair
	Rate    rate
	Raw     *Node
	Ignored string `yaml:"-"`
}

func decodeSample(t *testing.T, text string, d Decoder) (sample, error) {
	t.Helper()
	n, err := Parse([]byte(text), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	s := sample{Name: "default"}
	return s, d.Decode(n, &s)
}

func TestDecode(t *testing.T) {
	n, err := Parse([]byte(`
name: ${WHO}
count: 3
share: 0.5
on: true
every: 2m
tags: [a, "1", true]
x-extra: {one: 1}
sub: {deep: [{leaf: x}, {leaf: y}]}
pair: k=v
rate: off
raw: {any: thing}
`), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	var got sample
	d := Decoder{Strings: func(s string) (string, error) { return strings.ReplaceAll(s, "${WHO}", "me"), nil }}
	if err := d.Decode(n, &got); err != nil {
		t.Fatal(err)
	}
	if got.Raw.Get("any").Str() != "thing" {
		t.Errorf("raw node: %+v", got.Raw)
	}
	got.Raw = nil
	want := sample{Name: "me", Count: 3, Share: 0.5, On: true, Every: 2 * time.Minute, Tags: []string{"a", "1", "true"}, Extra: map[string]int{"one": 1}, Pair: pair{"k", "v"}}
	want.Sub = &struct{ Deep []struct{ Leaf string } }{Deep: []struct{ Leaf string }{{"x"}, {"y"}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestDecodeKeepsDefaults(t *testing.T) {
	for _, text := range []string{"", "name:", "{}"} {
		if s, err := decodeSample(t, text, Decoder{}); err != nil || s.Name != "default" {
			t.Errorf("%q: %+v, %v", text, s, err)
		}
	}
}

func TestDecodeErrorsNameFileLineAndField(t *testing.T) {
	for text, want := range map[string]string{
		"name: a\nnme: b":                "c.yaml:2: nme: unknown key; known here: name, count",
		"ignored: x":                     "c.yaml:1: ignored: unknown key",
		"name: [a]":                      "c.yaml:1: name: expected a single value, found a list",
		"count: many":                    `c.yaml:1: count: expected a whole number, found "many"`,
		"count: 1.5":                     "c.yaml:1: count: expected a whole number",
		"share: x":                       "c.yaml:1: share: expected a number",
		"on: maybe":                      "c.yaml:1: on: expected true or false",
		"every: soon":                    "c.yaml:1: every: expected a duration such as 30s or 2m",
		"every: -2m":                     "c.yaml:1: every: expected a duration",
		"tags: a":                        `c.yaml:1: tags: expected a list, found "a"`,
		"tags:\n - a\n - {b: c}":         "c.yaml:3: tags[1]: expected a single value, found a map",
		"x-extra: {a: b}":                "c.yaml:1: x-extra.a: expected a whole number",
		"x-extra: [a]":                   "c.yaml:1: x-extra: expected a map, found a list",
		"sub: {deep: [{leaf: x, q: 1}]}": "c.yaml:1: sub.deep[0].q: unknown key; known here: leaf",
		"sub: yes":                       `c.yaml:1: sub: expected a map, found "yes"`,
		"pair: x":                        `c.yaml:1: pair: expected a=b, found "x"`,
		"rate: fast":                     "c.yaml:1: rate: expected a number",
	} {
		_, err := decodeSample(t, text, Decoder{File: "c.yaml"})
		if err == nil || !strings.HasPrefix(err.Error(), want) || !fault.Is(err, fault.Invalid) {
			t.Errorf("%q:\n got  %v\n want %s", text, err, want)
		}
	}
}
