package oncall

import (
	"regexp"
	"testing"

	"github.com/backchannel-portal/backchannel/docs/handbook"
)

// TestHandbook: the on-call file that the handbook shows is one.
func TestHandbook(t *testing.T) {
	page, err := handbook.Files.ReadFile("configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile("(?ms)^```yaml\n(version: 1\n.*?)^```$").FindSubmatch(page)
	if m == nil {
		t.Fatal("the page shows no on-call file")
	}
	file, err := Parse("configuration.md", m[1])
	if err != nil || len(file.Schedules) != 1 {
		t.Errorf("%+v, %v", file, err)
	}
}
