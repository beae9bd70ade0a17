package yamldoc_test

import (
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

const descriptor = `# the shop
apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: shop   # as in the URL
  description: >-
    Sells
    things.
  tags: [go, "b"]

  # where to look
  links:
    - url: https://a.example   # old
      title: A
spec:
  type: service
  lifecycle: 'production' # since 2019
  owner: team-a # ask first
---
kind: API
metadata: {name: shop-api, title: Shop API}
spec: {owner: team-a, lifecycle: production}
`

func TestSet(t *testing.T) {
	for _, tt := range []struct {
		name, data string
		doc        int
		path       string
		value      string
		was, is    string // what of the text is replaced
	}{
		{"plain", descriptor, 0, "spec.owner", "group:default/team-b", "owner: team-a #", "owner: group:default/team-b #"},
		{"quoted", descriptor, 0, "spec.lifecycle", "deprecated", "'production' #", "deprecated #"},
		{"folded", descriptor, 0, "metadata.description", "Sells more.", ">-\n    Sells\n    things.", "Sells more."},
		{"several lines", descriptor, 0, "metadata.description", "Sells\n\nmore # things.", ">-\n    Sells\n    things.", "|-\n    Sells\n\n    more # things."},
		{"needs quotes", descriptor, 0, "spec.owner", "yes: no #1", "team-a # ask", `"yes: no #1" # ask`},
		{"a number as text", descriptor, 0, "spec.lifecycle", "2024", "'production'", `"2024"`},
		{"empty", descriptor, 0, "spec.lifecycle", "", "'production'", `""`},
		{"missing beside the name", descriptor, 0, "metadata.title", "Der Shop", "# as in the URL\n", "# as in the URL\n  title: Der Shop\n"},
		{"missing elsewhere", descriptor, 0, "spec.system", "commerce", "spec:\n", "spec:\n  system: commerce\n"},
		{"in a list", descriptor, 0, "metadata.links.0.url", "https://b.example/#x", "https://a.example ", "https://b.example/#x "},
		{"in braces", descriptor, 1, "spec.owner", "a, b", "{owner: team-a,", `{owner: "a, b",`},
		{"last in braces", descriptor, 1, "spec.lifecycle", "experimental", "lifecycle: production}", "lifecycle: experimental}"},
		{"missing in braces", descriptor, 1, "metadata.description", "Sells", "{name", "{description: Sells, name"},
		{"goes on below", "spec:\n  owner: a\n    b\n\n  # c\n  x: 1\n", 0, "spec.owner", "d", "a\n    b", "d"},
		{"windows", "\xef\xbb\xbfspec:\r\n  owner: a\r\n  x: 1\r\n", 0, "spec.owner", "b", "owner: a", "owner: b"},
		{"windows, missing", "metadata:\r\n  name: a\r\n  x: 1\r\n", 0, "metadata.title", "b", "a\r\n", "a\r\n  title: b\r\n"},
		{"null", "spec:\n  owner: ~\n", 0, "spec.owner", "b", "~", "b"},
		{"no line feed at the end", "spec:\n  owner: a", 0, "spec.owner", "b", "owner: a", "owner: b"},
		{"missing, no line feed", "metadata:\n  name: a", 0, "metadata.title", "b", "name: a", "name: a\n  title: b"},
		{"chinese", "metadata: {title: 订单服务, name: a}\n", 0, "metadata.title", "支付", "订单服务", "支付"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := yamldoc.Set([]byte(tt.data), tt.doc, strings.Split(tt.path, "."), tt.value)
			if want := strings.Replace(tt.data, tt.was, tt.is, 1); err != nil || string(got) != want {
				t.Errorf("%v, got\n%s\nwant\n%s", err, got, want)
			}
		})
	}
}

func TestSetRefuses(t *testing.T) {
	for name, tt := range map[string]struct{ data, path string }{
		"shared value":     {"a: &x 1\nspec:\n  owner: *x\n", "spec.owner"},
		"value with a tag": {"spec:\n  owner: !!str a\n", "spec.owner"},
		"a map":            {"spec:\n  owner: {a: b}\n", "spec.owner"},
		"no such map":      {"kind: A\n", "spec.owner"},
		"nothing there":    {"spec:\n  owner:\n  x: 1\n", "spec.owner"},
		"not yaml":         {"spec: [\n", "spec.owner"},
		"empty":            {"", "spec.owner"},
		"shared map":       {"a: &x\n  owner: b\nspec: *x\n", "spec.owner"},
	} {
		if got, err := yamldoc.Set([]byte(tt.data), 0, strings.Split(tt.path, "."), "v"); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v, %q", name, err, got)
		}
	}
}

func TestPrepend(t *testing.T) {
	link := []yamldoc.Field{{Key: "url", Value: &yamldoc.Node{Kind: yamldoc.String, Text: "https://c.example"}}, {Key: "title", Value: &yamldoc.Node{Kind: yamldoc.String, Text: "C: d"}}}
	const block = "- url: https://c.example\n      title: \"C: d\"\n"
	for name, tt := range map[string]struct{ data, was, is string }{
		"first of a list": {descriptor, "    - url: https://a", "    " + block + "    - url: https://a"},
		"missing":         {"metadata:\n  name: a\n", "name: a\n", "name: a\n  links:\n    " + block},
		"in brackets":     {"metadata:\n  links: [{url: x}]\n", "[", `[{url: https://c.example, title: "C: d"}, `},
		"missing, braces": {"metadata: {name: a}\n", "{", `{links: [{url: https://c.example, title: "C: d"}], `},
	} {
		got, err := yamldoc.Prepend([]byte(tt.data), 0, []string{"metadata", "links"}, link...)
		if want := strings.Replace(tt.data, tt.was, tt.is, 1); err != nil || string(got) != want {
			t.Errorf("%s: %v, got\n%s\nwant\n%s", name, err, got, want)
		}
	}
	for _, data := range []string{"metadata:\n  links: []\n", "metadata:\n  links: x\n"} {
		if _, err := yamldoc.Prepend([]byte(data), 0, []string{"metadata", "links"}, link...); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", data, err)
		}
	}
}

// FuzzSet has Set change what it should and nothing else, or refuse; Set itself checks the former.
func FuzzSet(f *testing.F) {
	f.Add([]byte(descriptor), 0, "spec.owner", "team-b")
	f.Add([]byte(descriptor), 1, "metadata.title", "a\nb: |")
	f.Add([]byte("spec:\n- owner: 'x''y'\n"), 0, "spec.0.owner", "\x00\u2028")
	f.Add([]byte("? a\n: b\nspec: {? x : y, owner: z}"), 0, "spec.owner", "{")
	f.Fuzz(func(t *testing.T, data []byte, doc int, path, value string) {
		out, err := yamldoc.Set(data, doc, strings.Split(path, "."), value)
		if err != nil {
			return
		}
		again, err := yamldoc.Set(out, doc, strings.Split(path, "."), value)
		if err != nil && !fault.Is(err, fault.Invalid) || err == nil && string(again) != string(out) {
			t.Errorf("set again: %v\n%q\n%q", err, out, again)
		}
	})
}
