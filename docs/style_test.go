package docs

import (
	"regexp"
	"strings"
	"testing"

	"github.com/alecthomas/chroma/v2"

	"github.com/backchannel-portal/backchannel/docs/highlight"
)

// TestColours finds a colour for each class that code is written with, and none for others.
func TestColours(t *testing.T) {
	t.Parallel()
	styled := map[string]bool{"gp": true} // has a rule of its own
	for _, rule := range regexp.MustCompile(`(?m)^\.doc span:is\(([^)]*)\)`).FindAllStringSubmatch(Stylesheet(), -1) {
		for class := range strings.SplitSeq(rule[1], ", ") {
			styled[strings.TrimPrefix(class, ".")] = true
		}
	}
	if len(styled) < 40 {
		t.Fatalf("the style sheet has %d classes", len(styled))
	}
	known := map[string]bool{}
	for _, class := range chroma.StandardTypes {
		known[class] = true
		if highlight.Coloured(class) != styled[class] {
			t.Errorf("%q is written: %v, has a colour: %v", class, highlight.Coloured(class), styled[class])
		}
	}
	for class := range styled {
		if !known[class] {
			t.Errorf("nothing is of class %q", class)
		}
	}
}
