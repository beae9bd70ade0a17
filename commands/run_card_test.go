package commands

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

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
	at := time.Date(2026, 11, 23, 14, 2, 0, 0, time.UTC)
	data, err := json.Marshal(RunEvent{Kind: RunSilent, Heard: at, Until: at.Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	silent, heard := bot.TaskEvent{Data: data}, event(RunHeard, "")
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
		{"not heard of", []bot.TaskEvent{begun, silent}, false, []string{"pay waits for Backstage, last heard from at 14:02", "waited for until 15:02", "fetch · running"}, "Creating"},
		{"never heard of", []bot.TaskEvent{event(RunSilent, "")}, false, []string{"pay waits for Backstage, which does not answer"}, "Creating"},
		{"heard of again", []bot.TaskEvent{begun, silent, heard}, false, []string{"1 of 2, fetch…"}, "waits"},
		{"given up", []bot.TaskEvent{begun, silent, {Kind: bot.TaskFailed}}, true, []string{"pay was not made: Backstage has not answered for too long", "fetch · stopped"}, "waits"},
		{"stopped unheard", []bot.TaskEvent{begun, silent, {Kind: bot.TaskStopped}}, true, []string{"may go on with it"}, "after"},
		{"stopped", []bot.TaskEvent{begun, {Kind: bot.TaskStopped}}, true, []string{"fetch · stopped"}, "running"},
	} {
		c := &talk{c: &Commands{}, l: lang.English, now: at.Add(time.Minute)}
		if d := (RunData{Title: "pay"}); tt.over {
			c.runOver(bot.Task{Key: "k"}, d, seeRun(tt.log), tt.log)
		} else {
			c.runGoes(bot.Task{Key: "k"}, d, seeRun(tt.log))
		}
		text := card.Plain(card.Message{Lang: lang.English, Blocks: append(c.blocks, card.Note{Spans: slices.Concat(c.remarks...)})})
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
