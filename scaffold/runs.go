package scaffold

import (
	"context"
	"encoding/json"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// Run is one run of a template, from the moment it was planned.
type Run struct {
	ID       string // a UUIDv7
	Template string // full reference of the template's entity, or its file
	Title    string // of the template when it was read
	File     string // address of the file that the template was read from
	Commit   string // of its repository then; "" where it is not known
	// Entity is the template's entity when it was read, as JSON: what a run does is not changed by an edit meanwhile.
	Entity   json.RawMessage
	Values   json.RawMessage // an object, without what nobody may read
	Actor    string          // account that asked, platform:workspace:id
	User     string          // full reference of the asker's entity, "" where it is not known
	Name     string          // of the asker, for people
	Status   Status
	Message  string          // why it failed, in English
	Output   json.RawMessage // rendered spec.output of a run that completed
	Entities []string        // full references of what it registered in the catalog
	Begun    time.Time
	Ended    time.Time // zero while it is not over
}

// Bounds of a run's row.
const (
	maxRunData     = 4 << 20 // bytes of each JSON value
	maxRunEntities = 100
	maxRuns        = 200 // returned by one List
)

// Check returns what is wrong with a run, as an error of kind fault.Invalid. Stores call it.
func (r Run) Check() error {
	if r.ID == "" || r.Template == "" {
		return fault.New(fault.Invalid, "a run needs an id and a template")
	}
	for name, data := range map[string]json.RawMessage{"entity": r.Entity, "values": r.Values, "output": r.Output} {
		if len(data) > maxRunData {
			return fault.New(fault.Invalid, "the %s of a run has more than %d bytes", name, maxRunData)
		}
		if data != nil && !json.Valid(data) {
			return fault.New(fault.Invalid, "the %s of a run is no JSON", name)
		}
	}
	if len(r.Entities) > maxRunEntities {
		return fault.New(fault.Invalid, "a run has at most %d entities", maxRunEntities)
	}
	return nil
}

// RunQuery selects runs; an empty field selects all. The newest come first.
type RunQuery struct {
	Template string
	Actor    string
	Entity   string // that the run registered
	Status   Status
	Before   string // id: runs that began before that one
	Limit    int    // at most 200, which 0 means
}

// Max is how many runs are returned at most.
func (q RunQuery) Max() int {
	if q.Limit <= 0 || q.Limit > maxRuns {
		return maxRuns
	}
	return q.Limit
}

// Runs keeps runs. It is safe for concurrent use. Errors have kind fault.Upstream when the store is away.
type Runs interface {
	// Begin keeps a new run and reports whether its id is new; one that is known stays as it is.
	Begin(ctx context.Context, r Run) (fresh bool, err error)
	// Get returns a run; one that is not known is an error of kind fault.NotFound.
	Get(ctx context.Context, id string) (Run, error)
	// List returns runs without entity, values and output.
	List(ctx context.Context, q RunQuery) ([]Run, error)
	// Update changes status, message, output, entities and end of a run.
	Update(ctx context.Context, r Run) error
	// Journal is the journal of a run.
	Journal(id string) Journal
}

// RunSweeper forgets runs that began before a moment, with their journals, and returns how many.
type RunSweeper interface {
	Sweep(ctx context.Context, before time.Time) (int, error)
}

// NoRun is the error of a run that is not known.
func NoRun(id string) error { return fault.New(fault.NotFound, "there is no run %q", id) }

// NoFiles is the error of files that are not kept.
func NoFiles(id string, number int) error {
	return fault.New(fault.NotFound, "there are no files %d of run %q", number, id)
}

// RunEraser forgets who had runs done.
type RunEraser interface {
	// Erase takes an account out of the runs that it asked for, and returns how many those are. Of runs that are over
	// it takes values, output and journal as well; what they registered stays known.
	Erase(ctx context.Context, actor string) (int, error)
}

// Erased is a run without the account that asked for it.
func (r Run) Erased() Run {
	r.Actor, r.User, r.Name = "", "", ""
	if r.Status.Over() {
		r.Values, r.Output, r.Message = nil, nil, ""
	}
	return r
}
