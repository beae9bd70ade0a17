package declared

import (
	"regexp"
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/docs/handbook"
)

// TestHandbook: the pieces of declared plugins that the page about plugins shows are right where they belong.
func TestHandbook(t *testing.T) {
	page, err := handbook.Files.ReadFile("plugins.md")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, m := range regexp.MustCompile("(?ms)^```yaml\n(watch:.*?)^```$").FindAllStringSubmatch(string(page), -1) {
		found++
		text := `apiVersion: plugin.backchannel.dev/v1
kind: Plugin
metadata: {name: page, title: Page}
spec:
  match: {annotation: acme.dev/page}
  requests: [{name: it, upstream: it, path: /it}]
  card: [{type: text, spans: '{{ data.state }}'}]
  ` + strings.ReplaceAll(strings.TrimSpace(m[1]), "\n", "\n  ") + "\n"
		if _, err := Parse("plugins.md", []byte(text), Options{}); err != nil {
			t.Errorf("%v\nof\n%s", err, text)
		}
	}
	if found == 0 {
		t.Error("the page shows no piece of a plugin")
	}
}
