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
			t.Errorf("%s: the examples are %q", l, all)
		}
		for _, text := range all {
			if a, _ := c.Ask(t.Context(), commands.Question{Text: text}); a.Outcome != bot.Answered || a.Lang != l {
				t.Errorf("%q: %+v", text, a)
			}
		}
	}
}
