package scaffold

import (
	"context"
	"encoding/json"
	"io"
	"time"
)

// RecordKind says what a record of a run tells.
type RecordKind string

// The kinds of records.
const (
	RunBegun    RecordKind = "run.begun"    // a process began or took over the run
	RunRetried  RecordKind = "run.retried"  // somebody had it go on from the step that failed
	StepBegun   RecordKind = "step.begun"   // Data: StepBegin
	StepEnded   RecordKind = "step.ended"   // Data: StepEnd
	EffectBegun RecordKind = "effect.begun" // an action that changes something outside is about to be applied
	EffectEnded RecordKind = "effect.ended" // it was; Data: its output
	MarkBegun   RecordKind = "mark.begun"   // see Call.Once
	MarkEnded   RecordKind = "mark.ended"   // Data: the result
	LogLine     RecordKind = "log"          // Data: a text
	RunOutput   RecordKind = "run.output"   // Data: the rendered spec.output
	RunEnded    RecordKind = "run.ended"    // Data: RunEnd
)

// The bounds of what a run records.
const (
	maxRecordData = 4 << 20 // bytes of one record
	maxLogLine    = 8 << 10 // bytes; a longer one is cut
	maxLogLines   = 10_000  // what is more is left out
)

// Record is one thing that happened in a run.
type Record struct {
	N         int64  // its number in the run, from 1 without gaps
	ID        string // names it in the run: one of an id that is there is not added again; "" always is
	Kind      RecordKind
	Step      string          // key of the step, "" for the run
	Iteration int             // from 0
	Data      json.RawMessage // one JSON value or nil
	At        time.Time
}

// StepBegin is the data of StepBegun.
type StepBegin struct {
	Name   string `json:"name"`
	Action string `json:"action"`
}

// StepEnd is the data of StepEnded.
type StepEnd struct {
	Status  Status          `json:"status"`
	Message string          `json:"message,omitempty"` // why it failed or was skipped, in English
	Output  json.RawMessage `json:"output,omitempty"`
	Files   int             `json:"files,omitempty"` // number of the files kept behind it, 0 for none
}

// RunEnd is the data of RunEnded.
type RunEnd struct {
	Status  Status `json:"status"`
	Message string `json:"message,omitempty"`
}

// Status is how a step or a run stands.
type Status string

// The statuses. Runs are Open before they begin.
const (
	Open       Status = "open"
	Processing Status = "processing"
	Completed  Status = "completed"
	Failed     Status = "failed"
	Skipped    Status = "skipped" // steps only
	Cancelled  Status = "cancelled"
)

// Over reports whether nothing more happens.
func (s Status) Over() bool { return s == Completed || s == Failed || s == Skipped || s == Cancelled }

// Journal is what one run must not lose with its process. Errors have kind fault.Upstream when the store is away.
type Journal interface {
	// Records returns records behind number n in order, at most some hundreds; none when there are no more.
	Records(ctx context.Context, n int64) ([]Record, error)
	// Append adds a record, whose N is not read, and reports whether it is new.
	Append(ctx context.Context, r Record) (added bool, err error)
	// SaveFiles keeps the files of the workspace under a number, beside those of the number before; older ones are
	// forgotten.
	SaveFiles(ctx context.Context, number int, archive io.Reader) error
	// Files returns what SaveFiles kept, for the caller to close. There may be none: fault.NotFound.
	Files(ctx context.Context, number int) (io.ReadCloser, error)
	// DropFiles forgets all files.
	DropFiles(ctx context.Context) error
}
