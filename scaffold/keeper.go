package scaffold

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

// keeper writes a run's journal, and knows what earlier attempts wrote. A plan has one without a journal.
type keeper struct {
	journal  Journal
	now      func() time.Time
	progress func(Record)
	secrets  *redactor

	last    int64 // number of the newest record read
	others  int   // RunBegun records behind those of load, which are this process's own and any other's
	steps   map[string]StepEnd
	effects map[callKey]kept
	end     *RunEnd
	lines   int
}

// callKey names what is kept of a call; mark is "" for the call itself.
type callKey struct {
	step      string
	iteration int
	mark      string
}

// kept is what is known of something that must not be done twice.
type kept struct {
	begun, ended bool
	result       template.Value
}

// load reads the journal.
func (k *keeper) load(ctx context.Context, t *Template) error {
	k.steps, k.effects = map[string]StepEnd{}, map[callKey]kept{}
	for {
		list, err := k.journal.Records(ctx, k.last)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			return nil
		}
		for _, r := range list {
			k.last = r.N
			if err := k.read(r, t); err != nil {
				return fault.Wrap(fault.Internal, err, "record %d of a run", r.N)
			}
		}
	}
}

func (k *keeper) read(r Record, t *Template) error {
	switch r.Kind {
	case RunRetried:
		k.end = nil
		k.forget(t)
	case RunEnded:
		k.end = &RunEnd{}
		return json.Unmarshal(r.Data, k.end)
	case StepEnded:
		var end StepEnd
		if err := json.Unmarshal(r.Data, &end); err != nil {
			return err
		}
		k.steps[r.Step] = end
	case EffectBegun, MarkBegun:
		key := callKey{r.Step, r.Iteration, markOf(r.ID)}
		e := k.effects[key]
		e.begun = true
		k.effects[key] = e
	case EffectEnded, MarkEnded:
		v, err := readValue(r.Data)
		if err != nil {
			return err
		}
		k.effects[callKey{r.Step, r.Iteration, markOf(r.ID)}] = kept{true, true, v}
	case LogLine:
		k.lines++
	}
	return nil
}

// forget makes the steps from the first that failed on undone.
func (k *keeper) forget(t *Template) {
	failed := false
	for _, s := range t.Steps {
		if failed = failed || k.steps[s.key].Status == Failed; failed {
			delete(k.steps, s.key)
		}
	}
}

// mark ids are "mark:begun:NAME" and "mark:ended:NAME" behind the call they are of.
func markID(kind string, k callKey) string {
	return kind + ":" + strconv.Itoa(k.iteration) + ":" + strconv.Itoa(len(k.step)) + ":" + k.step + ":" + k.mark
}

func markOf(id string) string {
	parts := strings.SplitN(id, ":", 4)
	if len(parts) < 4 {
		return ""
	}
	n, err := strconv.Atoi(parts[2])
	if err != nil || n < 0 || n+1 > len(parts[3]) {
		return ""
	}
	return parts[3][n+1:]
}

func readValue(data json.RawMessage) (template.Value, error) {
	if len(data) == 0 {
		return template.Value{}, nil
	}
	return template.ParseJSON(data)
}

// begin records that this process has the run now.
func (k *keeper) begin(ctx context.Context) error { return k.add(ctx, Record{Kind: RunBegun}, nil) }

// fence makes sure that no other process has taken the run over since begin.
func (k *keeper) fence(ctx context.Context) error {
	if k.journal == nil {
		return nil
	}
	for {
		list, err := k.journal.Records(ctx, k.last)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			break
		}
		for _, r := range list {
			k.last = r.N
			if r.Kind == RunBegun {
				k.others++
			}
		}
	}
	if k.others > 1 {
		return fault.New(fault.Upstream, "another process has taken the run over")
	}
	return nil
}

// add appends a record.
func (k *keeper) add(ctx context.Context, r Record, data any) error {
	r.At = k.now()
	if data != nil {
		var err error
		if r.Data, err = json.Marshal(data); err != nil {
			return fault.Wrap(fault.Internal, err, "record what a run does")
		}
		if len(r.Data) > maxRecordData {
			return fault.New(fault.Invalid, "what the run records has more than %d bytes", maxRecordData)
		}
	}
	if k.journal != nil {
		if _, err := k.journal.Append(ctx, r); err != nil {
			return err
		}
	}
	if k.progress != nil {
		k.progress(r)
	}
	return nil
}

// say adds lines to the log of a step. A log that cannot be written stops nothing.
func (k *keeper) say(ctx context.Context, step string, iteration int, text string) {
	for line := range strings.Lines(k.secrets.text(text)) {
		if k.lines >= maxLogLines {
			return
		}
		k.lines++
		line = strings.TrimRight(line, "\r\n")
		if len(line) > maxLogLine {
			line = strings.ToValidUTF8(line[:maxLogLine], "") + "..."
		}
		_ = k.add(ctx, Record{Kind: LogLine, Step: step, Iteration: iteration}, strings.ToValidUTF8(line, "\ufffd"))
	}
}

// marks is a keeper as calls see it; it implements marker.
type marks struct{ k *keeper }

func (m marks) begin(ctx context.Context, step string, iteration int, name string) (template.Value, bool, bool, error) {
	key := callKey{step, iteration, name}
	was := m.k.effects[key]
	if was.ended {
		return was.result, true, true, nil
	}
	if err := m.k.fence(ctx); err != nil {
		return template.Value{}, false, false, &keepError{err}
	}
	if err := m.k.add(ctx, Record{ID: markID("begun", key), Kind: MarkBegun, Step: step, Iteration: iteration}, nil); err != nil {
		return template.Value{}, false, false, &keepError{err}
	}
	m.k.effects[key] = kept{begun: true}
	return template.Value{}, was.begun, false, nil
}

func (m marks) end(ctx context.Context, step string, iteration int, name string, result template.Value) error {
	key := callKey{step, iteration, name}
	m.k.effects[key] = kept{true, true, result}
	var data any
	if result.Kind() != template.Undefined {
		data = result
	}
	if err := m.k.add(ctx, Record{ID: markID("ended", key), Kind: MarkEnded, Step: step, Iteration: iteration}, data); err != nil {
		return &keepError{err}
	}
	return nil
}
