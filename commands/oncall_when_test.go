package commands_test

import (
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/commands"
	"github.com/backchannel-portal/backchannel/commands/understand"
)

// TestOnCallAt answers for times before and after now from the schedule, in its zone.
func TestOnCallAt(t *testing.T) {
	t.Parallel()
	c := nordwind(t)
	for _, tt := range []struct {
		text   string
		want   []string
		absent string
	}{
		{"who was on call for parcels last night", []string{"Ada Berg was on call", "That is for Sun 22 Nov 20:00 UTC+1 to Mon 23 Nov 06:00 UTC+1."}, "Lin"},
		{"who is on call for parcels next week", []string{"Ada", "will be on call", "Mon 30 Nov 10:00 UTC+1"}, ""},
		{"who is on call for parcels next week", []string{"Ada Berg will be on call for Parcel"}, ""},
		{"who is on call for parcels tomorrow at 9am", []string{"Lin", "is on call", "That is for Tue 24 Nov 09:00 UTC+1."}, "Ada"},
		{"second line for parcels on friday, who is on call", []string{"Second line: "}, "Ada"},
		{"who was on call for till yesterday", []string{"was on call", "UTC+8"}, "Ada"},
		{"昨晚 parcels 谁值班", []string{"当时为", "所查时间：11月22日 周日 20:00 UTC+1 至 11月23日 周一 06:00 UTC+1。"}, "Lin"},
		{"who was on call for parcels on june 1", []string{"I know of no shift"}, "Lin"},
		{"who was on call last night", []string{"On call at Sun 22 Nov 20:00", "Tracing primary", "Money primary"}, ""},
		{"who is on call for parcels", []string{"Lin"}, "That is for"},
		{"parcels broke last night, who is on call now", []string{"Lin"}, "That is for"},
	} {
		a, m := c.Ask(t.Context(), commands.Question{Text: tt.text, Now: now})
		text := card.Plain(m)
		if a.Intent != "oncall" || a.Outcome != "answer" {
			t.Errorf("%q: %s %s:\n%s", tt.text, a.Intent, a.Outcome, text)
		}
		for _, w := range tt.want {
			if !strings.Contains(text, w) {
				t.Errorf("%q lacks %q:\n%s", tt.text, w, text)
			}
		}
		if tt.absent != "" && strings.Contains(text, tt.absent) {
			t.Errorf("%q has %q:\n%s", tt.text, tt.absent, text)
		}
	}
}

// TestOnCallAtZone reads "last night" where the reader is.
func TestOnCallAtZone(t *testing.T) {
	t.Parallel()
	c := nordwind(t)
	tokyo, err := time.LoadLocation("Asia/Tokyo")
	check(t, err)
	_, m := c.Ask(t.Context(), commands.Question{Text: "who was on call for parcels last night", Now: now, Zone: tokyo})
	if text := card.Plain(m); !strings.Contains(text, "That is for Sun 22 Nov 20:00 to Mon 23 Nov 06:00.") {
		t.Errorf("not in Tokyo:\n%s", text)
	}
}

// TestOnCallPersonAt says whether it is somebody's turn then, also by half of the name.
func TestOnCallPersonAt(t *testing.T) {
	t.Parallel()
	c := nordwind(t)
	for text, want := range map[string]string{
		"was Ada on call last night": "on Tracing primary: ",
		"is Ada on call on friday":   "is on no schedule that I know of at that time",
	} {
		a, m := c.Ask(t.Context(), commands.Question{Text: text, Now: now})
		if said := card.Plain(m); a.Outcome != "answer" || !strings.Contains(said, want) {
			t.Errorf("%q: %s, want %q:\n%s", text, a.Outcome, want, said)
		}
	}
}

// TestOnCallAtFollows asks for another time of what was talked about.
func TestOnCallAtFollows(t *testing.T) {
	t.Parallel()
	c := nordwind(t)
	thread := []understand.Turn{{Text: "who is on call for parcels"}, {FromBot: true, Text: "Ada is on call for Parcel Service."}}
	for _, text := range []string{"and last night?", "昨晚呢", "who was it last night"} {
		a, m := c.Ask(t.Context(), commands.Question{Text: text, Thread: thread, Now: now})
		if a.Intent != "oncall" || strings.Join(a.Entities, " ") != "component:default/parcels" || !strings.Contains(card.Plain(m), "Ada Berg") {
			t.Errorf("%q: %s %v:\n%s", text, a.Intent, a.Entities, card.Plain(m))
		}
	}
}
