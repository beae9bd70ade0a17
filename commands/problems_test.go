package commands_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/commands"
)

// actions are the buttons of a message by label.
func actions(m card.Message) map[string]card.Action {
	out := map[string]card.Action{}
	for _, b := range m.Blocks {
		if a, ok := b.(card.Actions); ok {
			for _, i := range a.Items {
				out[i.Label] = i
			}
		}
	}
	return out
}

func TestProblemsAreShownTenAtATime(t *testing.T) {
	t.Parallel()
	m := mux(t, nordwind(t))
	_, first, a := handle(t, m, bot.Invoked{Path: []string{"backchannel"}, Args: "problems nordwind"})
	if a.Intent != "problems" || a.Outcome != bot.Answered || !slices.Equal(a.Entities, []string{"group:default/nordwind"}) {
		t.Errorf("answer %+v", a)
	}
	seen := map[string]bool{}
	pages := 0
	for msg := first; ; pages++ {
		rows := 0
		for _, b := range msg.Blocks {
			if l, ok := b.(card.List); ok {
				rows += len(l.Items)
				for _, item := range l.Items {
					seen[plainSpans(item)] = true
				}
			}
		}
		next, more := actions(msg)["Next"]
		if rows == 0 || rows > 10 || more && rows != 10 {
			t.Fatalf("page %d has %d rows:\n%s", pages+1, rows, card.Plain(msg))
		}
		if !more {
			if _, back := actions(msg)["Back"]; !back {
				t.Errorf("the last page has no way back:\n%s", card.Plain(msg))
			}
			break
		}
		var r bot.Reply
		r, msg, _ = handle(t, m, bot.Pressed{Intent: next.Intent, Private: true})
		if _, ok := r.(bot.Update); !ok {
			t.Fatalf("next page is a %T", r)
		}
	}
	q := commands.Question{Full: true}
	c := nordwind(t)
	_, all := c.Answer(t.Context(), q, about("problems", "group:nordwind"))
	for _, b := range all.Blocks {
		if l, ok := b.(card.List); ok && len(l.Items) != len(seen) {
			t.Errorf("%d pages show %d problems, there are %d", pages+1, len(seen), len(l.Items))
		}
	}
}

func plainSpans(spans []card.Span) string {
	var b strings.Builder
	for _, s := range spans {
		b.WriteString(s.Text)
	}
	return b.String()
}

func TestProblemsOfTheAskersTeamsComeFirst(t *testing.T) {
	t.Parallel()
	c := nordwind(t, func(d *commands.Deps) { d.Asker = func(*bot.Event) catalog.Ref { return ref("user:lin") } })
	m := mux(t, c)
	_, msg, a := handle(t, m, bot.Invoked{Path: []string{"backchannel"}, Args: "problems"})
	if len(a.Entities) == 0 || !strings.HasPrefix(a.Entities[0], "group:") {
		t.Fatalf("not about the asker's teams: %v\n%s", a.Entities, card.Plain(msg))
	}
	every, ok := actions(msg)["Everyone's"]
	if !ok {
		t.Fatalf("no way to everybody's:\n%s", card.Plain(msg))
	}
	_, msg, a = handle(t, m, bot.Pressed{Intent: every.Intent, Private: true})
	if len(a.Entities) != 0 || !strings.Contains(card.Plain(msg), "in the catalog") {
		t.Errorf("everybody's: %v\n%s", a.Entities, card.Plain(msg))
	}
}
