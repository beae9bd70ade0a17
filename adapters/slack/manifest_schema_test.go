package slack

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/dlclark/regexp2/v2"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// pattern is a regular expression as JSON Schema means it.
type pattern struct{ *regexp2.Regexp }

// MatchString reports whether it matches.
func (p pattern) MatchString(s string) bool {
	ok, err := p.Regexp.MatchString(s)
	return ok && err == nil
}

// TestManifestFitsItsSchema holds every manifest against the JSON Schema that Slack publishes
// (github.com/slackapi/manifest-schema, MIT; testdata/manifest-schema has it unchanged).
func TestManifestFitsItsSchema(t *testing.T) {
	raw, err := os.ReadFile("testdata/manifest-schema/manifest.schema.2.0.0.json")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	c.UseRegexpEngine(func(s string) (jsonschema.Regexp, error) { // the schema looks ahead
		re, err := regexp2.Compile(s, regexp2.ECMAScript)
		return pattern{re}, err
	})
	if err := c.AddResource("manifest.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("manifest.json")
	if err != nil {
		t.Fatal(err)
	}
	check := func(text []byte) error {
		m, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		return schema.Validate(m)
	}
	domains := []string{"portal.example", "docs.example"}
	for mask := range 1 << len(Features()) {
		cfg := ManifestConfig{BaseURL: "https://portal.example", Domains: domains}
		for i, f := range Features() {
			if mask&(1<<i) != 0 {
				cfg.Features = append(cfg.Features, f)
			}
		}
		for _, mode := range []string{ModeHTTP, ModeSocket} {
			for _, oauth := range []bool{false, true} {
				cfg.Mode, cfg.OAuth, cfg.Rotate = mode, oauth, oauth
				text, err := Manifest(cfg)
				if err != nil {
					t.Fatal(err)
				}
				if err := check(text); err != nil {
					t.Errorf("%+v: %v", cfg, err)
				}
			}
		}
	}
	text, err := Manifest(ManifestConfig{BaseURL: "https://portal.example"})
	if err != nil {
		t.Fatal(err)
	}
	for what, wrong := range map[string]string{
		"a description that is too long": strings.Replace(string(text), `"description": "`, `"description": "`+strings.Repeat("x", 200), 1),
		"a key that there is not":        strings.Replace(string(text), `"display_information"`, `"display_informations"`, 1),
	} {
		if check([]byte(wrong)) == nil {
			t.Errorf("%s is valid", what)
		}
	}
}
