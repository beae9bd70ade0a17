package declared

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// TestMistakes compares what is said of wrong files with goldens: testdata/wrong/NAME.yaml and NAME.golden.
func TestMistakes(t *testing.T) {
	files, err := filepath.Glob("testdata/wrong/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no wrong files", err)
	}
	for _, path := range files {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".yaml"), func(t *testing.T) {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			_, err = Parse(filepath.Base(path), data, Options{Intents: []string{"builds", "show"}})
			if err == nil {
				t.Fatal("it is taken for right")
			}
			golden(t, strings.TrimSuffix(path, ".yaml")+".golden", err.Error()+"\n")
		})
	}
}

// TestSchema holds the shipped examples against the published schema, and wrong files too where a schema can tell.
func TestSchema(t *testing.T) {
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("plugin.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("plugin.json")
	if err != nil {
		t.Fatal(err)
	}
	check := func(path string) error {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		n, err := yamldoc.Parse(data, yamldoc.Limits{})
		if err != nil {
			return err
		}
		var v any
		if err := json.Unmarshal(yamldoc.AppendJSON(nil, n), &v); err != nil {
			t.Fatal(err)
		}
		return s.Validate(v)
	}
	good, _ := filepath.Glob("examples/*.yaml")
	for _, path := range good {
		if err := check(path); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
	if check("testdata/wrong/keys.yaml") == nil {
		t.Error("the schema accepts unknown keys")
	}
}

// FuzzParse reads whatever comes; what is accepted is evaluated.
func FuzzParse(f *testing.F) {
	for _, pattern := range []string{"examples/*.yaml", "testdata/wrong/*.yaml"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, path := range files {
			data, err := os.ReadFile(path)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
		}
	}
	fix, err := ParseFixture("f", []byte("responses: {a: {b: [1, x, null]}}"))
	if err != nil {
		f.Fatal(err)
	}
	e := entityOf(f, []byte(`{"apiVersion":"backstage.io/v1alpha1","kind":"Component","metadata":{"name":"x","annotations":{"a/b":"c"}},"spec":{"type":"service","lifecycle":"production","owner":"a"}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := Parse("fuzz.yaml", data, Options{})
		if err != nil {
			if strings.Contains(err.Error(), "PANIC") || strings.Contains(err.Error(), "%!") {
				t.Error(err)
			}
			return
		}
		_, _ = Try(t.Context(), p, e, "en", now, fix.Upstreams(p, now)) // what fails is an error, not a panic
	})
}

func FuzzFixture(f *testing.F) {
	f.Add([]byte("responses: {a: {status: 404}}\nentity: {kind: Component}\n"))
	f.Add([]byte("- 1"))
	f.Fuzz(func(t *testing.T, data []byte) {
		fix, err := ParseFixture("f", data)
		if err == nil {
			fix.Entity()
		}
	})
}
