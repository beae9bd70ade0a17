package commands

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// A run says the step that it is at, also between two of them and behind the last; of one that is over no step runs.
func TestRunCardSteps(t *testing.T) {
	t.Parallel()
	event := func(kind RunEventKind, step string) bot.TaskEvent {
		data, err := json.Marshal(RunEvent{Kind: kind, Step: step, Of: 2})
		if err != nil {
			t.Fatal(err)
		}
		return bot.TaskEvent{Data: data}
	}
	begun, done := event(RunStepBegun, "fetch"), event(RunStepDone, "fetch")
	for _, tt := range []struct {
		name  string
		log   []bot.TaskEvent
		over  bool
		want  []string
		lacks string
	}{
		{"not begun", nil, false, []string{"Creating pay…"}, "0 of"},
		{"at a step", []bot.TaskEvent{begun}, false, []string{"1 of 2, fetch…", "fetch · running"}, "starting"},
		{"between two", []bot.TaskEvent{begun, done}, false, []string{"1 of 2, fetch…", "fetch · done"}, "starting"},
		{"behind the last", []bot.TaskEvent{done, event(RunStepFailed, "publish")}, false, []string{"finishing", "publish · failed"}, "starting"},
		{"stopped", []bot.TaskEvent{begun, {Kind: bot.TaskStopped}}, true, []string{"fetch · stopped"}, "running"},
	} {
		c := &talk{c: &Commands{}, l: lang.English}
		if d := (RunData{Title: "pay"}); tt.over {
			c.runOver(bot.Task{Key: "k"}, d, seeRun(tt.log), tt.log)
		} else {
			c.runGoes(bot.Task{Key: "k"}, d, seeRun(tt.log))
		}
		text := card.Plain(card.Message{Lang: lang.English, Blocks: c.blocks})
		for _, want := range tt.want {
			if !strings.Contains(text, want) {
				t.Errorf("%s: no %q in\n%s", tt.name, want, text)
			}
		}
		if strings.Contains(text, tt.lacks) {
			t.Errorf("%s: %q in\n%s", tt.name, tt.lacks, text)
		}
	}
}
