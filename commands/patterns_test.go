package commands

import (
	"strings"
	"testing"
)

func TestPatternLines(t *testing.T) {
	t.Parallel()
	lines, err := patternLines("a.txt", "# words\n\nkind service = services?|服务\n  all = what = wrong\n")
	if err != nil || len(lines) != 2 {
		t.Fatalf("%v: %v", lines, err)
	}
	first, second := lines[0], lines[1]
	if first.head != "kind" || first.value != "service" || first.pattern != "services?|服务" || first.at.Line != 3 {
		t.Errorf("%+v", first)
	}
	if second.head != "all" || second.value != "" || second.pattern != "what = wrong" || second.at.Line != 4 {
		t.Errorf("%+v", second)
	}
	whole, err := first.whole(first.pattern)
	if err != nil || !whole.MatchString("Services") || whole.MatchString("my services") {
		t.Errorf("%v: %v", whole, err)
	}
	for text, want := range map[string]string{"a = b\nnothing": "a.txt:2: expected a head"} {
		if _, err := patternLines("a.txt", text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := second.whole("("); err == nil || !strings.Contains(err.Error(), "a.txt:4") {
		t.Errorf("a bad pattern: %v", err)
	}
	if err := second.unknown(); !strings.Contains(err.Error(), `a.txt:4: "all" is no head`) {
		t.Error(err)
	}
}

// TestFilesOfWordingsSayWhereTheyAreWrong: each of them names its file and the line.
func TestFilesOfWordingsSayWhereTheyAreWrong(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"all = x\nbogus = y": "gaps.txt:2: \"bogus\" is no head", "kind a = (": "gaps.txt:1", "some": "gaps.txt:1: expected a head", "some = (": "gaps.txt:1"} {
		if _, err := parseGaps(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
	for text, want := range map[string]string{"bogus = y": "mine.txt:1: \"bogus\" is no head", "duty = x\nturn = (": "mine.txt:2", "own": "mine.txt:1: expected a head"} {
		if _, err := parseMine(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
	for text, want := range map[string]string{"\nbogus = y": "rank.txt:2: \"bogus\" is no head", "most = (": "rank.txt:1", "rank": "rank.txt:1: expected a head", "rank = (": "rank.txt:1"} {
		if _, err := parseRanks(text, &gaps{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}
