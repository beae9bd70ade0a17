package docs

import (
	"strings"
	"testing"
)

func TestWithoutSnippets(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"a\n--8<-- \"inc.md\"\nb":                         "a\nb",
		"a\n  ----8<---- 'inc.md:4:9'  \nb":               "a\nb",
		"```\n--8<-- \"src/a.py:main\"\n```":              "```\n```",
		"a\n--8<--\none.md\n\ntwo.md\n--8<--\nb":          "a\nb",
		"a\n--8<--\nb":                                    "a\nb",
		"# --8<-- [start:setup]\nx\n# --8<-- [end:setup]": "x",
		"    ;--8<-- \"inc.md\"":                          "    --8<-- \"inc.md\"",
		"cut along --8<-- here":                           "cut along --8<-- here",
		"if n -8< 3":                                      "if n -8< 3",
		"":                                                "",
	} {
		if got := strings.Join(withoutSnippets(strings.Split(in, "\n")), "\n"); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestSectionsHoldNoSnippetLines(t *testing.T) {
	t.Parallel()
	d := parse(newMarkdown(), []byte("# One\n\n--8<-- \"includes/warning.md\"\n\nStop the writer first.\n"))
	got := d.sections()
	if len(got) != 1 || got[0].Text != "Stop the writer first." {
		t.Errorf("%+v", got)
	}
}
