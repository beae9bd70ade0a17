package commands

import (
	"context"
	"encoding/json"
	"regexp"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// runSeen is how far a run has come, from its log.
type runSeen struct {
	steps  []RunEvent // the last of each step, in order
	at     map[string]int
	of     int
	failed *RunEvent
	silent *RunEvent // what runs it does not answer
}

func seeRun(log []bot.TaskEvent) runSeen {
	s := runSeen{at: map[string]int{}}
	for _, e := range log {
		var r RunEvent
		if json.Unmarshal(e.Data, &r) != nil || r.Kind == "" {
			continue
		}
		switch r.Kind {
		case RunSilent:
			s.silent = &r
			continue
		case RunHeard:
			s.silent = nil
			continue
		case RunStepBegun, RunStepDone, RunStepSkipped, RunStepFailed:
		default:
			continue
		}
		s.of = max(s.of, r.Of)
		i, known := s.at[r.Step]
		if !known {
			i = len(s.steps)
			s.at[r.Step], s.steps = i, append(s.steps, r)
		}
		if r.Name == "" {
			r.Name = s.steps[i].Name
		}
		s.steps[i] = r
		if r.Kind == RunStepFailed && s.failed == nil {
			s.failed = &s.steps[i]
		}
	}
	return s
}

// done is how many steps are behind the run.
func (s runSeen) done() int {
	n := 0
	for _, r := range s.steps {
		if r.Kind != RunStepBegun {
			n++
		}
	}
	return n
}

// runCard shows a task of kind TaskRun.
func (c *Commands) runCard(ctx context.Context, task bot.Task, log []bot.TaskEvent, l lang.Lang) card.Message {
	t := c.ofTask(ctx, task, l)
	t.r.Intent = intentMaking
	var d RunData
	_ = json.Unmarshal(task.Data, &d) // what a later version keeps and this one does not know is left out
	decided, ok := decision(log)
	seen := seeRun(log)
	switch {
	case len(d.Approvers) > 0 && !ok && !task.Over:
		t.runWaits(task, d)
	case ok && decided.Kind != runApproved:
		t.runRefused(d, decided)
	case !task.Over:
		t.runGoes(task, d, seen)
	default:
		t.runOver(task, d, seen, log)
	}
	if ok && decided.Kind == runApproved {
		t.remark(t.say(lang.RunApprovedBy, lang.Args{"who": wordOf(decided).Name})...)
	}
	if who := orText(d.ByName, task.By.Name); who != "" {
		t.remark(t.say(lang.RunAskedBy, lang.Args{"who": who})...)
	}
	if page := c.runPage(task.Key); page != "" && task.Key != "" {
		t.actions = append(t.actions, card.Action{Label: t.text(lang.RunDetails, nil), URL: page})
	}
	_, m := t.finish()
	return m
}

func wordOf(e bot.TaskEvent) RunWord {
	var w RunWord
	_ = json.Unmarshal(e.Data, &w) // nothing is said where nothing is kept
	return w
}

// button is a button about a run, which anybody may press: whose it is is asked then.
func runButton(t *talk, label lang.Key, intent, key string, style card.Style) card.Action {
	return card.Action{Label: t.text(label, nil), Style: style, Anyone: true, Choice: true, Intent: card.Intent{Name: intent, Args: []string{key}}}
}

// runWaits shows a run that waits for approval.
func (t *talk) runWaits(task bot.Task, d RunData) {
	t.outcome = bot.Answered
	t.line(lang.RunWaits, lang.Args{"title": card.S(d.Title), "template": card.S(d.Template.Name), "who": t.refs(parseRefs(d.Approvers), maxInline)})
	t.runEffects(d)
	t.remark(t.say(lang.RunUntil, lang.Args{"when": lang.Moment(t.l, d.Until.In(t.zoned()), t.now.In(t.zoned()))})...)
	decline := runButton(t, lang.RunDecline, intentDecline, task.Key, card.Danger)
	decline.Confirm = t.text(lang.RunDeclineConfirm, lang.Args{"title": d.Title})
	withdraw := t.stopButton(task.Key)
	withdraw.Label = t.text(lang.RunWithdraw, nil)
	t.actions = append(t.actions, runButton(t, lang.RunApprove, intentApprove, task.Key, card.Primary), decline, withdraw)
}

func (t *talk) zoned() *time.Location {
	if t.zone == nil {
		return time.UTC
	}
	return t.zone
}

// runEffects lists what a run changes.
func (t *talk) runEffects(d RunData) {
	if len(d.Effects) == 0 {
		return
	}
	var list card.List
	for _, e := range d.Effects {
		text := e.English
		if t.l == lang.Chinese {
			text = e.Chinese
		}
		list.Items = append(list.Items, []card.Span{card.T(text)})
	}
	t.add(list)
}

// runRefused shows a run that was not approved.
func (t *talk) runRefused(d RunData, e bot.TaskEvent) {
	t.outcome = bot.Answered
	args := lang.Args{"title": card.S(d.Title), "who": card.S(wordOf(e).Name)}
	switch e.Kind {
	case runDeclined:
		t.line(lang.RunDeclined, args)
	case runExpired:
		args["who"] = t.refs(parseRefs(d.Approvers), maxInline)
		t.line(lang.RunExpired, args)
	default:
		t.line(lang.RunWithdrawn, args)
	}
}

// runGoes shows a run on its way.
func (t *talk) runGoes(task bot.Task, d RunData, seen runSeen) {
	t.outcome = bot.Answered
	step, done, total := t.text(lang.RunStarts, nil), seen.done(), max(seen.of, 1)
	at := done + 1 // the number of the step that is named
	switch n := len(seen.steps); {
	case n > 0 && done >= total:
		step = t.text(lang.RunEnds, nil)
	case n > 0: // between two steps it is the one before
		step = orText(seen.steps[n-1].Name, seen.steps[n-1].Step)
		if seen.steps[n-1].Kind != RunStepBegun {
			at = done
		}
	}
	args := lang.Args{"title": card.S(d.Title), "done": min(at, total), "total": total, "step": step}
	switch {
	case task.Stop:
		t.line(lang.RunStopping, args)
	case seen.silent != nil:
		t.runSilent(d, *seen.silent)
	case seen.of == 0:
		t.line(lang.RunBeginning, args)
	default:
		t.line(lang.RunProgress, args)
	}
	if seen.of > 0 { // before the first step nobody knows how many there are
		t.add(card.Progress{Label: step, Done: min(done, total), Total: total, State: card.StateRunning})
	}
	t.runSteps(seen, lang.RunStepRuns)
	t.actions = append(t.actions, t.stopButton(task.Key))
}

// runSilent shows a run whose engine does not answer.
func (t *talk) runSilent(d RunData, e RunEvent) {
	args := lang.Args{"title": card.S(d.Title)}
	if e.Heard.IsZero() {
		t.line(lang.RunSilentNow, args)
	} else {
		args["when"] = lang.Moment(t.l, e.Heard.In(t.zoned()), t.now.In(t.zoned()))
		t.line(lang.RunSilentSince, args)
	}
	t.remark(t.say(lang.RunSilentUntil, lang.Args{"when": lang.Moment(t.l, e.Until.In(t.zoned()), t.now.In(t.zoned()))})...)
}

// runSteps lists the steps as far as they have come; begun says what those are that have begun and not ended.
func (t *talk) runSteps(seen runSeen, begun lang.Key) {
	words := map[RunEventKind]lang.Key{RunStepBegun: begun, RunStepDone: lang.RunStepOK, RunStepSkipped: lang.RunStepLeft, RunStepFailed: lang.RunStepBad}
	list := card.List{}
	from := max(0, len(seen.steps)-maxPlanSteps)
	for _, r := range seen.steps[from:] {
		list.Items = append(list.Items, []card.Span{card.T(orText(r.Name, r.Step) + " · "), card.T(t.text(words[r.Kind], nil))})
	}
	if len(list.Items) > 0 {
		t.add(list)
	}
}

// runOver shows a run at its end.
func (t *talk) runOver(task bot.Task, d RunData, seen runSeen, log []bot.TaskEvent) {
	last := log[len(log)-1]
	args := lang.Args{"title": card.S(d.Title), "n": seen.done(), "total": max(seen.of, seen.done())}
	switch last.Kind {
	case bot.TaskDone:
		var r RunResult
		_ = json.Unmarshal(last.Data, &r) // shown without what it made
		t.runDone(d, r, last.At.Sub(began(task, log)))
		return
	case bot.TaskStopped:
		t.outcome = bot.Answered
		if seen.silent != nil { // and does not know that it should end
			t.line(lang.RunStoppedSilent, args)
		} else {
			t.line(lang.RunStopped, args)
		}
	default:
		t.outcome = bot.NotFound
		var f bot.TaskFailure
		_ = json.Unmarshal(last.Data, &f)
		args["text"] = clipTo(oneLine(f.Text), maxBecause)
		switch {
		case seen.silent != nil:
			args["text"] = t.text(lang.NewBackstageLost, nil)
			t.line(lang.RunFailed, args)
		case seen.failed != nil:
			args["step"] = card.S(orText(seen.failed.Name, seen.failed.Step))
			args["text"] = clipTo(stepPlace.ReplaceAllString(oneLine(orText(seen.failed.Text, f.Text)), ""), maxBecause)
			t.line(lang.RunFailedStep, args)
		default:
			t.line(lang.RunFailed, args)
		}
	}
	t.runSteps(seen, lang.RunStepStopped)
	t.actions = append(t.actions, runButton(t, lang.RunAgain, intentAgain, task.Key, card.Primary))
}

// stepPlace is where in a template a step stands that failed, which an error of the engine begins with. The sentence around
// it names the step already.
var stepPlace = regexp.MustCompile(`^\S*:\d+: spec\.steps\S* step \S+ \([^)]*\): `)

// began is when the work of a task began: with the word of whoever approved it, where that was needed.
func began(task bot.Task, log []bot.TaskEvent) time.Time {
	if e, ok := decision(log); ok {
		return e.At
	}
	return task.Begun
}

// runDone shows what a run made.
func (t *talk) runDone(d RunData, r RunResult, took time.Duration) {
	t.outcome = bot.Answered
	args := lang.Args{"title": card.S(d.Title), "n": r.Files, "time": lang.Span(t.l, took)}
	switch {
	case took < time.Second && r.Files > 0:
		t.line(lang.RunDoneFiles, args)
	case took < time.Second:
		t.line(lang.RunDone, args)
	case r.Files > 0:
		t.line(lang.RunDoneFilesIn, args)
	default:
		t.line(lang.RunDoneIn, args)
	}
	t.outputs(r)
	for _, ref := range parseRefs(r.Entities) {
		if _, ok := t.view.Entity(ref); ok && ref.Kind == "component" {
			t.entities = []catalog.Ref{ref}
			t.actions = append(t.actions, t.ask(lang.ActShow, understand.Show, ref))
			break
		}
	}
}

// outputs are the links and texts of a run.
func (t *talk) outputs(r RunResult) {
	var links [][]card.Span
	for _, o := range r.Links {
		if s, ok := t.output(o); ok {
			links = append(links, []card.Span{s})
		}
	}
	if len(links) > 0 {
		t.add(card.Text{Spans: dotted(links...)})
	}
	for _, o := range r.Texts {
		if text := strings.TrimSpace(o.Text); text != "" {
			if o.Title != "" {
				t.add(card.Text{Spans: []card.Span{card.S(o.Title)}})
			}
			t.add(card.Text{Spans: marked(clipTo(text, maxOutput))})
		}
	}
}

const maxOutput = 1500 // characters of one text

func (t *talk) output(o RunOutput) (card.Span, bool) {
	u := webAddress(o.URL)
	if ref := parseRefs([]string{o.Entity}); u == "" && len(ref) == 1 {
		u = t.c.links.entity(ref[0])
		if o.Title == "" {
			o.Title = t.nameOf(ref[0])
		}
	}
	return card.L(orText(o.Title, u), u), u != ""
}
