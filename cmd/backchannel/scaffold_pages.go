package main

import (
	"context"
	"time"

	"github.com/backchannel-portal/backchannel/adapters/web"
	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/commands"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/scaffold"
)

// runPages shows runs in a browser. It implements web.Runs.
type runPages struct{ s *service }

// Run implements web.Runs.
func (p runPages) Run(ctx context.Context, id string, after int64, view search.View, l lang.Lang) (web.Run, error) {
	shown, err := p.s.commands.ShowRun(ctx, id, after, view, l)
	if err != nil {
		return web.Run{}, err
	}
	out := web.Run{Title: shown.Title, Message: shown.Message, Seen: shown.Seen, Stops: shown.Stops, Over: shown.Over}
	states := map[commands.RunEventKind]string{
		commands.RunStepBegun: "begun", commands.RunStepDone: "done", commands.RunStepSkipped: "skipped", commands.RunStepFailed: "failed",
	}
	for _, line := range shown.Lines {
		step := line.Name
		if step == "" {
			step = line.Step
		}
		out.Lines = append(out.Lines, web.RunLine{At: line.At, Step: step, Text: line.Text, State: states[line.Kind]})
	}
	return out, nil
}

// beginNew is what the button of a template on its page means.
func beginNew(template string) bot.Input {
	return bot.Pressed{Intent: commands.BeginIntent(template), Private: true}
}

// recentRuns are the runs that people began. It implements commands.Runs.
type recentRuns struct {
	runs scaffold.Runs
	base string
}

// recentFor bounds how long a home page waits for them.
const recentFor = 250 * time.Millisecond

// Recent implements commands.Runs.
func (r recentRuns) Recent(by bot.Actor, n int) []commands.Run {
	ctx, cancel := context.WithTimeout(context.Background(), recentFor)
	defer cancel()
	rows, err := r.runs.List(ctx, scaffold.RunQuery{Actor: by.Key(), Limit: n})
	if err != nil {
		return nil // the page is shown without them
	}
	states := map[scaffold.Status]card.State{
		scaffold.Open: card.StatePending, scaffold.Processing: card.StateRunning, scaffold.Completed: card.StateDone,
		scaffold.Failed: card.StateFailed, scaffold.Cancelled: card.StateFailed,
	}
	var out []commands.Run
	for _, row := range rows {
		run := commands.Run{Title: row.Title, State: states[row.Status], At: row.Begun}
		if row.Entities != nil {
			if ref, err := catalog.ParseRef(row.Entities[0], "", ""); err == nil {
				run.Title = ref.Name + " · " + row.Title
			}
		}
		if r.base != "" {
			run.URL = r.base + "/runs/" + row.ID
		}
		out = append(out, run)
	}
	return out
}
