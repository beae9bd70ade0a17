package techradar

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

func TestParseErrors(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":             "radar.json:1: the file ends too early",
		"[]":           "radar.json:1: this must be an object",
		"{}":           "radar.json:1: quadrants: this key is missing",
		"{\n\"x\"":     "radar.json:2: ",
		`{"rings": 7}`: "radar.json:1: rings: a number does not belong here",
		"{\"rings\": [],\n\"quadrants\": [{\"id\": \"\"}]}":                                  "radar.json:2: quadrants: an element has no id",
		"{\"rings\": [],\n\"rings\": []}":                                                    "radar.json:2: rings: this key is given twice",
		"{\"rings\": [], \"quadrants\": [],\n\n\"entries\": {}}":                             "radar.json:3: entries: this must be a list",
		`{"rings": [], "quadrants": [], "entries": []} x`:                                    "radar.json:1: ",
		`{"rings": [], "quadrants": [], "entries": []} {}`:                                   "something follows the end",
		`{"rings": [], "quadrants": [], "entries": [`:                                        "the file ends too early",
		`{"rings": [], "quadrants": [], "entries": [{"title": tru`:                           "radar.json:1: entries: ",
		`{"a": ` + strings.Repeat("[", 100_000) + "}":                                        "radar.json:1: ",
		`{"rings": [], "quadrants": [], "entries": [` + strings.Repeat("{},", 5001) + "{}]}": "there are more than 5000",
	} {
		_, err := parse("radar.json", []byte(in))
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60q:\n got %v\nwant %s", in, err, want)
		}
	}
}

func TestFold(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"Next.js": "nextjs", ".NET": "dotnet", "C#": "csharp", "C++": "cplusplus", "Rabbit-MQ ": "rabbitmq", "Ｖｕｅ": "vue", "Élixir": "elixir", "微服务": "微服务", "—": "",
	} {
		if got := fold(in); got != want {
			t.Errorf("fold(%q) = %q, want %q", in, got, want)
		}
	}
}

// TestAliases keeps the table sound: no name in two technologies.
func TestAliases(t *testing.T) {
	t.Parallel()
	m, err := aliases()
	if err != nil {
		t.Fatal(err)
	}
	for name, group := range m {
		for _, other := range group {
			if &m[fold(other)][0] != &group[0] {
				t.Errorf("%q and %q are of two technologies", name, other)
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	sample, err := os.ReadFile("testdata/harborlane.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(sample)
	f.Add([]byte(`{"rings":[{"id":"a"}],"quadrants":[],"entries":[{"title":"x","timeline":[{"ringId":"a","date":1e99}]}]}`))
	f.Add([]byte(`{"rings":null,"quadrants":null,"entries":null}`))
	f.Add([]byte("\xff\xfe{"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := parse("f", data)
		if err != nil {
			if e := (*fault.Error)(nil); !errors.As(err, &e) {
				t.Errorf("%T: %v", err, err)
			}
			return
		}
		for _, e := range r.entries {
			if e.Title == "" || e.Ring.ID == "" {
				t.Errorf("%+v", e)
			}
			r.near(e.names[0])
		}
	})
}
