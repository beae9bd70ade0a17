package main

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/commands"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/scaffold"
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

// given is what a Backstage is given for a run.
type given struct {
	values json.RawMessage // with what was typed unseen: Backstage knows no difference
	hide   func(string) string
}

// hidden is an error without secrets.
func (g given) hidden(err error) error {
	if text := err.Error(); g.hide(text) != text {
		return fault.New(fault.KindOf(err), "%s", g.hide(text))
	}
	return err
}

func givenTo(r commands.RunRequest) (given, error) {
	var v, hidden template.Value
	var err error
	if v, err = template.ParseJSON(r.Values); err == nil && len(r.Hidden) > 0 {
		hidden, err = template.ParseJSON(r.Hidden)
	}
	if err != nil {
		return given{}, fault.New(fault.Invalid, "what the run is given is no JSON")
	}
	secrets, err := secretValues(r.Secrets)
	return given{values: template.AppendJSON(nil, scaffold.Merged(v, hidden)), hide: scaffold.Hider(hidden, secrets)}, err
}

// The records that a run on a Backstage keeps: that a task was asked for, in which attempt, and which one it is; which
// attempts gave it up; and that Backstage fell silent, since when, and was heard again.
const (
	recordAsked  = "backstage:asked:"
	recordTask   = "backstage:task"
	recordLost   = "backstage:lost:"
	recordSilent = "backstage:silent:"
	recordHeard  = "backstage:heard:"
)

// backstageTask is the task of a run.
type backstageTask struct {
	ID      string `json:"id"`
	Attempt int    `json:"attempt"` // at the run in which it began; later ones are retries of the task
}

// asking is what the journal of a run says of its task.
type asking struct {
	task     backstageTask // without an id when it is not known
	since    time.Time     // when a task was first asked for; zero: never
	attempts []int         // in which it was
	lost     []int         // attempts that gave up the task: it ran on there, or had ended
	silent   bool          // Backstage had not answered for long, and nothing says that it has since
	heard    time.Time     // then: when it last had; zero: not known
}

// before is how many attempts at the task failed before an attempt at the run.
func (a asking) before(attempt int) int {
	n := attempt - a.task.Attempt
	for _, l := range a.lost {
		if l >= a.task.Attempt && l < attempt {
			n--
		}
	}
	return n
}

// begin starts the task of a run, or finds the one that was started before. That a task is asked for
// is kept before it is, and which one it is afterwards; whoever finds the one without the other looks at the tasks that
// there are. Where that tells nothing, the run fails and says so, and whoever tries it again has decided. An error for
// which silence.is holds says that it can be called again.
func (b *backstageEngine) begin(ctx context.Context, r commands.RunRequest, g given) (scaffold.Run, asking, error) {
	row, known, err := b.kept(ctx, r)
	if err != nil {
		return row, known, commands.TryAgain(err)
	}
	if r.Attempt > 1 && row.Status != scaffold.Processing {
		if err := b.retry(ctx, r, &row, &known); err != nil {
			return row, known, err
		}
	}
	switch {
	case known.task.ID != "":
		return row, known, nil
	case !known.since.IsZero():
		task, err := b.doubt(ctx, r, g, known)
		if err != nil {
			return row, known, b.failed(ctx, row, err)
		}
		if task != "" {
			known.task = backstageTask{task, r.Attempt}
			return row, known, b.note(ctx, r.ID, known.task)
		}
	}
	if !slices.Contains(known.attempts, r.Attempt) {
		record := scaffold.Record{ID: recordAsked + strconv.Itoa(r.Attempt), Kind: scaffold.MarkBegun, At: time.Now()}
		if _, err := b.runs.Journal(r.ID).Append(ctx, record); err != nil {
			return row, known, commands.TryAgain(err)
		}
	}
	task, err := b.client.Start(ctx, r.Template.Ref.String(), g.values, r.Secrets)
	switch {
	case ctx.Err() != nil: // it may have begun all the same
		return row, known, commands.TryAgain(cmp.Or(context.Cause(ctx), err))
	case err != nil:
		return row, known, b.failed(ctx, row, err)
	}
	known.task = backstageTask{task, r.Attempt}
	return row, known, b.note(context.WithoutCancel(ctx), r.ID, known.task)
}

// retry has the task of a run that failed go on, where there is one. A task that was only given up, or goes on already
// since the answer to an earlier retry was lost, is followed: what ended well there would be done twice.
func (b *backstageEngine) retry(ctx context.Context, r commands.RunRequest, row *scaffold.Run, known *asking) error {
	if known.task.ID != "" && !slices.Contains(known.lost, r.Attempt-1) {
		task, err := b.client.Task(ctx, known.task.ID)
		if err == nil && task.Status.Over() {
			err = b.client.Retry(ctx, known.task.ID, r.Secrets)
		}
		if fault.Is(err, fault.NotFound) {
			known.task = backstageTask{} // Backstage has lost it, and whoever tries again was told so
		} else if err != nil {
			return err
		}
	}
	row.Status, row.Message, row.Ended = scaffold.Processing, "", time.Time{}
	return b.runs.Update(ctx, *row)
}

// kept is the row of a run, which is made where it is missing, and what its journal says.
func (b *backstageEngine) kept(ctx context.Context, r commands.RunRequest) (scaffold.Run, asking, error) {
	row := scaffold.Run{
		ID: r.ID, Template: r.Template.Ref.String(), Title: r.Template.DisplayName(), Values: r.Values, Actor: r.Actor, Name: r.ByName,
		Status: scaffold.Processing, Begun: time.Now(),
	}
	if !r.By.IsZero() {
		row.User = r.By.String()
	}
	fresh, err := b.runs.Begin(ctx, row)
	if err != nil || fresh {
		return row, asking{}, err
	}
	if row, err = b.runs.Get(ctx, r.ID); err != nil {
		return row, asking{}, err
	}
	known, err := b.asked(ctx, r.ID)
	return row, known, err
}

// asked reads what the journal of a run says of its task.
func (b *backstageEngine) asked(ctx context.Context, run string) (asking, error) {
	var a asking
	for last := int64(0); ; {
		records, err := b.runs.Journal(run).Records(ctx, last)
		if err != nil || len(records) == 0 {
			return a, err
		}
		for _, rec := range records {
			if err := a.read(rec); err != nil {
				return a, fault.Wrap(fault.Internal, err, "read which task of Backstage a run is")
			}
			last = rec.N
		}
	}
}

// read takes in one record; the last of a kind counts.
func (a *asking) read(rec scaffold.Record) error {
	attempt, asked := strings.CutPrefix(rec.ID, recordAsked)
	given, lost := strings.CutPrefix(rec.ID, recordLost)
	switch {
	case asked:
		if n, err := strconv.Atoi(attempt); err == nil {
			a.attempts = append(a.attempts, n)
		}
		if a.since.IsZero() {
			a.since = rec.At
		}
	case lost:
		if n, err := strconv.Atoi(given); err == nil {
			a.lost = append(a.lost, n)
		}
	case strings.HasPrefix(rec.ID, recordTask):
		return json.Unmarshal(rec.Data, &a.task)
	case strings.HasPrefix(rec.ID, recordSilent):
		a.silent = true
		return json.Unmarshal(rec.Data, &a.heard)
	case strings.HasPrefix(rec.ID, recordHeard):
		a.silent, a.heard = false, time.Time{}
	}
	return nil
}

// note keeps which task a run is.
func (b *backstageEngine) note(ctx context.Context, run string, task backstageTask) error {
	data, err := json.Marshal(task)
	if err != nil {
		return fault.Wrap(fault.Internal, err, "keep which task of Backstage a run is")
	}
	if _, err := b.runs.Journal(run).Append(ctx, scaffold.Record{ID: recordTask + ":" + strconv.Itoa(task.Attempt), Kind: scaffold.MarkEnded, Data: data, At: time.Now()}); err != nil {
		return commands.TryAgain(err)
	}
	return nil
}

// failed keeps that a run failed before it had a task. A Backstage that does not answer is no failure yet.
func (b *backstageEngine) failed(ctx context.Context, row scaffold.Run, err error) error {
	if ctx.Err() != nil || fault.Is(err, fault.Upstream) && !unanswered(err) {
		return commands.TryAgain(err)
	}
	if unanswered(err) {
		return err
	}
	row.Status, row.Message, row.Ended = scaffold.Failed, err.Error(), time.Now()
	if bad := b.runs.Update(ctx, row); bad != nil {
		return commands.TryAgain(bad)
	}
	return err
}

// How tasks that may be a run's are looked for.
const (
	doubtClocks = 5 * time.Minute // by which the clocks of Backstage and here may differ
	doubtTasks  = 500             // of the newest
	doubtRuns   = 50              // of ours whose tasks are told from this one's
)

// doubt looks for the task of a run that was asked for and not noted: one of the template with the same values, begun
// since, that is no other run's. It returns "" where there is none, so that it is begun; several are an error, unless
// this attempt is one that somebody asked for after being told so.
func (b *backstageEngine) doubt(ctx context.Context, r commands.RunRequest, g given, known asking) (string, error) {
	decided := !slices.Contains(known.attempts, r.Attempt)
	tasks, err := b.client.Tasks(ctx, doubtTasks)
	if err != nil && fault.Is(err, fault.Upstream) {
		return "", err
	}
	if err != nil && !decided {
		return "", fault.Wrap(fault.Invalid, err, "Backstage may have begun a task for this run, and its tasks cannot be listed; look there: trying again begins another")
	}
	others, err2 := b.others(ctx, r)
	if err2 != nil {
		return "", err2
	}
	want, err2 := template.ParseJSON(g.values)
	if err2 != nil {
		return "", err2
	}
	var found []string
	for _, t := range tasks {
		if of := t.Spec.Template.Ref; of != "" && !strings.EqualFold(of, r.Template.Ref.String()) {
			continue
		}
		values, err := template.ParseJSON(t.Spec.Parameters)
		if err != nil || t.CreatedAt.Before(known.since.Add(-doubtClocks)) || others[t.ID] || !sameJSON(values, want) {
			continue
		}
		found = append(found, t.ID)
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1 && !decided:
		return "", fault.New(fault.Invalid, "Backstage may have begun a task for this run: one of %s; look there: trying again begins another", strings.Join(found[:min(len(found), 5)], ", "))
	}
	return "", nil
}

// others are the tasks that are known to be other runs' of the same template.
func (b *backstageEngine) others(ctx context.Context, r commands.RunRequest) (map[string]bool, error) {
	rows, err := b.runs.List(ctx, scaffold.RunQuery{Template: r.Template.Ref.String(), Limit: doubtRuns})
	if err != nil {
		return nil, commands.TryAgain(err)
	}
	out := map[string]bool{}
	for _, row := range rows {
		a, err := b.asked(ctx, row.ID)
		if err != nil {
			return nil, commands.TryAgain(err)
		}
		if row.ID != r.ID && a.task.ID != "" {
			out[a.task.ID] = true
		}
	}
	return out, nil
}

// sameJSON reports whether two values are equal, whatever the order of properties.
func sameJSON(a, b template.Value) bool {
	if a.Kind() != b.Kind() || a.Len() != b.Len() {
		return false
	}
	switch a.Kind() {
	case template.Object:
		for k, v := range a.Entries {
			if !b.Has(k) || !sameJSON(v, b.Get(k)) {
				return false
			}
		}
		return true
	case template.Array:
		for i, v := range a.Items() {
			if !sameJSON(v, b.Items()[i]) {
				return false
			}
		}
		return true
	}
	return string(template.AppendJSON(nil, a)) == string(template.AppendJSON(nil, b))
}
