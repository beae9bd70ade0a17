package plugins

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// RunState is how far a run of a pipeline is.
type RunState string

// The states of runs.
const (
	RunQueued   RunState = "queued"
	RunRunning  RunState = "running"
	RunHeld     RunState = "held" // somebody has to approve
	RunPassed   RunState = "passed"
	RunFailed   RunState = "failed"
	RunCanceled RunState = "canceled" // or skipped: it says nothing about the code
)

// Finished reports whether nothing more will happen.
func (s RunState) Finished() bool { return s == RunPassed || s == RunFailed || s == RunCanceled }

// Run is one run of a workflow of a pipeline.
type Run struct {
	Provider string // name of the plugin that knows it
	Project  string // the provider's name of the project
	ID       string // unique in the project
	Attempt  int    // a run that is repeated under its ID counts up; 0 where the provider does not
	Number   int64  // as people know it; 0 for none
	Group    string // the provider's id of what started it together with others; "" where there is no such thing
	Name     string // of the workflow

	Branch  string // "" for a tag
	Tag     string
	Commit  string // full id
	Subject string // first line of the commit's message
	Author  string // whose commit it is, or who started it
	URL     string

	State   RunState
	Started time.Time
	Ended   time.Time // zero while it is not finished
	Seen    time.Time // when the provider said so
	Kept    time.Time // when Runs last changed it
}

// Took is how long a finished run took; 0 when that is not known.
func (r Run) Took() time.Duration {
	if r.Started.IsZero() || r.Ended.Before(r.Started) {
		return 0
	}
	return r.Ended.Sub(r.Started)
}

// MaxRunText bounds every text of a Run, in bytes.
const MaxRunText = 500

// CheckRun returns what is wrong with a run that is to be kept, as an error of kind Invalid. Implementations of Runs
// call it.
func CheckRun(r Run) error {
	if r.Provider == "" || r.Project == "" || r.ID == "" || r.State == "" {
		return fault.New(fault.Invalid, "a run needs a provider, a project, an id and a state")
	}
	for _, s := range []string{r.Provider, r.Project, r.ID, r.Group, r.Name, r.Branch, r.Tag, r.Commit, r.Subject, r.Author} {
		if len(s) > MaxRunText {
			return fault.New(fault.Invalid, "a text of the run %s has more than %d bytes", r.ID[:min(len(r.ID), 40)], MaxRunText)
		}
	}
	return nil
}

// After returns what is known of a run once r was heard where was was known, and whether that is anything new. Reports
// come in any order and more than once: a later attempt wins, an end is not taken back, and of two reports of the same
// the later one counts. What a report leaves out stays.
func (r Run) After(was Run) (Run, bool) {
	switch {
	case r.Attempt < was.Attempt,
		r.Attempt == was.Attempt && was.State.Finished() && !r.State.Finished(),
		r.Attempt == was.Attempt && was.State.Finished() == r.State.Finished() && r.Seen.Before(was.Seen):
		return was, false
	}
	next := r
	next.Number, next.Group, next.Name = cmp.Or(r.Number, was.Number), cmp.Or(r.Group, was.Group), cmp.Or(r.Name, was.Name)
	next.Branch, next.Tag, next.Commit = cmp.Or(r.Branch, was.Branch), cmp.Or(r.Tag, was.Tag), cmp.Or(r.Commit, was.Commit)
	next.Subject, next.Author, next.URL = cmp.Or(r.Subject, was.Subject), cmp.Or(r.Author, was.Author), cmp.Or(r.URL, was.URL)
	if next.Started.IsZero() {
		next.Started = was.Started
	}
	if r.Attempt == was.Attempt && r.State == was.State && !was.Ended.IsZero() {
		next.Ended = was.Ended // providers round differently in answers and webhooks
	}
	if r.Attempt == was.Attempt {
		next.Author = cmp.Or(was.Author, r.Author) // and name people differently
	}
	next.Kept = was.Kept
	same := was
	same.Seen = next.Seen
	return next, next != same
}

// Runs keeps runs of pipelines, for all replicas and over restarts. It is safe for concurrent use. Instants are kept to
// the microsecond, in UTC.
type Runs interface {
	// Put takes in reports in any order; see Run.After. It returns the runs that it changed, as they are now.
	Put(ctx context.Context, runs []Run) (changed []Run, err error)
	// Since returns at most n runs that were changed at or after a time, in the order of Kept.
	Since(ctx context.Context, at time.Time, n int) ([]Run, error)
	// Sweep forgets runs that were last changed before a time and returns how many.
	Sweep(ctx context.Context, before time.Time) (int, error)
}

type runKey struct{ provider, project, id string }

func (r Run) key() runKey { return runKey{r.Provider, r.Project, r.ID} }

// NewMemoryRuns returns runs that are forgotten with the process.
func NewMemoryRuns(now func() time.Time) Runs {
	return &memoryRuns{now: now, rows: map[runKey]Run{}}
}

type memoryRuns struct {
	now func() time.Time

	mu   sync.Mutex
	rows map[runKey]Run
}

func (m *memoryRuns) Put(_ context.Context, runs []Run) ([]Run, error) {
	for _, r := range runs {
		if err := CheckRun(r); err != nil {
			return nil, err
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	at := m.now().UTC().Truncate(time.Microsecond)
	var changed []Run
	for _, r := range runs {
		r = r.Rounded()
		if was, known := m.rows[r.key()]; known {
			next, fresh := r.After(was)
			if !fresh {
				continue
			}
			r = next
		}
		r.Kept = at
		m.rows[r.key()] = r
		changed = append(changed, r)
	}
	return changed, nil
}

// Rounded is the run with its instants as Runs keeps them.
func (r Run) Rounded() Run {
	for _, t := range []*time.Time{&r.Started, &r.Ended, &r.Seen, &r.Kept} {
		*t = t.UTC().Truncate(time.Microsecond)
	}
	return r
}

func (m *memoryRuns) Since(_ context.Context, at time.Time, n int) ([]Run, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []Run
	for _, r := range m.rows {
		if !r.Kept.Before(at) {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(a, b Run) int {
		return cmp.Or(a.Kept.Compare(b.Kept), cmp.Compare(a.Provider, b.Provider), cmp.Compare(a.Project, b.Project), cmp.Compare(a.ID, b.ID))
	})
	return out[:min(n, len(out))], nil
}

func (m *memoryRuns) Sweep(_ context.Context, before time.Time) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := 0
	for k, r := range m.rows {
		if r.Kept.Before(before) {
			delete(m.rows, k)
			n++
		}
	}
	return n, nil
}

// RunText makes a text of a vendor fit to be kept: whole characters, no control characters, at most MaxRunText bytes.
func RunText(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "�"))
	if s = strings.TrimSpace(s); len(s) > MaxRunText {
		s = strings.ToValidUTF8(s[:MaxRunText-len("…")], "") + "…"
	}
	return s
}

// RunLine is the first line of a text, as RunText makes it fit.
func RunLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return RunText(line)
}
