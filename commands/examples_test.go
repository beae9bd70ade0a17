package commands_test

import (
	"testing"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/commands"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// TestExamples: whoever presses an example gets an answer, in both languages.
func TestExamples(t *testing.T) {
	t.Parallel()
	c := nordwind(t)
	for _, l := range []lang.Lang{lang.English, lang.Chinese} {
		all := c.Examples(t.Context(), c.view, l)
		if len(all) != 4 {
			t.Fatalf("%s: the examples are %q", l, all)
		}
		for i, want := range []string{"owner", "oncall", "docs", "version"}[:len(all)] {
			if a, _ := c.Ask(t.Context(), commands.Question{Text: all[i]}); a.Outcome != bot.Answered || a.Lang != l || a.Intent != want {
				t.Errorf("%q: %+v", all[i], a)
			}
		}
	}
}
