package commands_test

import (
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/commands"
)

func TestRadarAsAWhole(t *testing.T) {
	t.Parallel()
	c := nordwind(t)
	for text, want := range map[string]string{
		"what moved on the radar since June?":                        "since Mon 1 Jun",
		"what changed on the tech radar since 2019-01-01":            "since Tue 1 Jan 2019",
		"what's new on the radar":                                    "on the radar since",
		"anything moved on the radar this year?":                     "since Thu 1 Jan",
		"which technologies moved on the radar in the last 3 months": "since Sun 23 Aug",
		"技术雷达今年有什么变化":                                                "自 1月1日 周四以来",
		"雷达自2019年1月以来有什么变动？":                                         "自 2019年1月1日 周二以来",
		"who still uses something on Hold?":                          "Nothing we know of uses anything on Hold",
		"which services use technologies on hold":                    "on Hold",
		"who uses things we put on hold on the radar":                "on Hold",
		"哪些服务还在用 Hold 的技术":                                           "Hold",
		"谁还在用雷达上暂缓的技术":                                               "Hold",
	} {
		a, m := c.Ask(t.Context(), commands.Question{Text: text, Now: now})
		if a.Intent != "radar" || a.Outcome != bot.Answered {
			t.Errorf("%s: %s %s\n%s", text, a.Intent, a.Outcome, card.Plain(m))
		}
		for part := range strings.SplitSeq(want, "|") {
			if !strings.Contains(card.Plain(m), part) {
				t.Errorf("%s: want %q in\n%s", text, part, card.Plain(m))
			}
		}
	}
	for _, text := range []string{
		"what is on hold", "who uses till", "which services use react", "is kafka on the radar", "what should we use on hold music", "who owns the radar",
		"what do we use for tracing", "who is on call", "哪些服务用了 React", "雷达上有什么",
	} {
		a, m := c.Ask(t.Context(), commands.Question{Text: text, Now: now})
		if got := card.Plain(m); strings.Contains(got, "still use") || strings.Contains(got, "moved on the radar") || strings.Contains(got, "变动") {
			t.Errorf("%s: %s\n%s", text, a.Intent, got)
		}
	}
}

// TestRadarShown: asking to see the radar is no question about something called "show".
func TestRadarShown(t *testing.T) {
	t.Parallel()
	c := nordwind(t)
	_, whole := c.Ask(t.Context(), commands.Question{Text: "what is on the radar", Now: now})
	for _, text := range []string{
		"show the tech radar", "show me the radar", "open the radar", "can i see the tech radar?", "could you show us our whole technology radar please", "let me see the radar",
		"i want to see the radar", "give me the current tech radar picture",
	} {
		a, m := c.Ask(t.Context(), commands.Question{Text: text, Now: now})
		if a.Intent != "radar" || a.Outcome != bot.Answered || card.Plain(m) != card.Plain(whole) {
			t.Errorf("%s: %s %s\n%s", text, a.Intent, a.Outcome, card.Plain(m))
		}
	}
	for _, text := range []string{"看看技术雷达", "打开雷达图", "给我看看我们的技术雷达"} {
		if a, m := c.Ask(t.Context(), commands.Question{Text: text, Now: now}); a.Intent != "radar" || a.Outcome != bot.Answered {
			t.Errorf("%s: %s %s\n%s", text, a.Intent, a.Outcome, card.Plain(m))
		}
	}
}
