package bot

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// FeedbackKind is what somebody says is wrong with an answer.
type FeedbackKind string

// The kinds of feedback.
const (
	WrongThing FeedbackKind = "thing"     // the answer is about something else than was meant
	WrongFact  FeedbackKind = "fact"      // it says something that is not so
	Outdated   FeedbackKind = "outdated"  // it was so once
	Unhelpful  FeedbackKind = "unhelpful" // it is no help
)

// FeedbackState is how far feedback has come.
type FeedbackState string

// The states of feedback.
const (
	FeedbackOpen      FeedbackState = "open"
	FeedbackSettled   FeedbackState = "settled"   // what was wrong has changed
	FeedbackDismissed FeedbackState = "dismissed" // whoever it concerns says that it is right as it is
)

// Feedback is what somebody said about an answer. Of the question it holds no more than the name that was not
// understood.
type Feedback struct {
	ID      string // UUIDv7
	Kind    FeedbackKind
	Intent  string // of the answer
	Entity  string // full reference of what the answer was about, "" for nothing
	Name    string // WrongThing: what was called so
	Meant   string // WrongThing: full reference of what was meant, "" when not told
	Fact    string // WrongFact and Outdated: which, for example "spec.owner" or, of what stands in no descriptor, "oncall"
	Was     string // its value when it was disputed
	Right   string // what would be right, "" when not told
	Request string // address of the change that was proposed, "" for none
	By      Actor
	Address Address // where it was said
	Lang    lang.Lang
	At      time.Time

	State    FeedbackState
	Outcome  string // settled: the value that it has now
	Closed   time.Time
	ClosedBy Actor // zero: nobody, the catalog changed
}

// Disputes reports whether the feedback says that something in the catalog is wrong.
func (f Feedback) Disputes() bool {
	return f.Entity != "" && (f.Kind == WrongFact || f.Kind == Outdated)
}

// Slot names what a person can say once at a time: feedback of one slot that is open is one feedback.
func (f Feedback) Slot() string {
	h := sha256.New()
	for _, part := range [...]string{f.By.Key(), string(f.Kind), f.Entity, f.Fact, f.Name} {
		fmt.Fprintf(h, "%d:%s", len(part), part)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// maxOpenFeedback bounds what Open returns.
const maxOpenFeedback = 5000

// FeedbackStore keeps feedback.
type FeedbackStore interface {
	// Put keeps feedback as open and reports whether it is new. What the same person said of the same thing before, and
	// is open, takes over Meant, Right and Request where they are told, and keeps the rest.
	Put(ctx context.Context, f Feedback) (fresh bool, err error)
	// Get returns feedback; what is not known is an error of kind NotFound.
	Get(ctx context.Context, id string) (Feedback, error)
	// Open returns what is open, oldest first, at most some thousands.
	Open(ctx context.Context) ([]Feedback, error)
	// Close keeps State, Outcome, Closed and ClosedBy of feedback that is open, and reports whether it was: of two who
	// close it, one does.
	Close(ctx context.Context, f Feedback) (closed bool, err error)
	Sweeper // what was closed before
}

// NoFeedback is the error for feedback that is not known.
func NoFeedback(id string) error { return fault.New(fault.NotFound, "there is no feedback %q", id) }

// Again is the feedback with what the same person says anew.
func (f Feedback) Again(n Feedback) Feedback {
	f.Meant, f.Right, f.Request = cmp.Or(n.Meant, f.Meant), cmp.Or(n.Right, f.Right), cmp.Or(n.Request, f.Request)
	return f
}

type memoryFeedback struct {
	mu   sync.Mutex
	rows map[string]Feedback
}

func (m *memoryFeedback) Put(_ context.Context, f Feedback) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	slot := f.Slot()
	for id, old := range m.rows {
		if old.State == FeedbackOpen && old.Slot() == slot {
			m.rows[id] = old.Again(f)
			return false, nil
		}
	}
	f.State, f.Outcome, f.Closed, f.ClosedBy = FeedbackOpen, "", time.Time{}, Actor{}
	if _, known := m.rows[f.ID]; known {
		return false, nil
	}
	m.rows[f.ID] = f
	return true, nil
}

func (m *memoryFeedback) Get(_ context.Context, id string) (Feedback, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f, ok := m.rows[id]
	if !ok {
		return Feedback{}, NoFeedback(id)
	}
	return f, nil
}

func (m *memoryFeedback) Open(_ context.Context) ([]Feedback, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []Feedback
	for _, f := range m.rows {
		if f.State == FeedbackOpen {
			out = append(out, f)
		}
	}
	slices.SortFunc(out, func(a, b Feedback) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
	return out[:min(len(out), maxOpenFeedback)], nil
}

func (m *memoryFeedback) Close(_ context.Context, f Feedback) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	old, ok := m.rows[f.ID]
	if !ok {
		return false, NoFeedback(f.ID)
	}
	if old.State != FeedbackOpen {
		return false, nil
	}
	old.State, old.Outcome, old.Closed, old.ClosedBy = f.State, f.Outcome, f.Closed, f.ClosedBy
	m.rows[f.ID] = old
	return true, nil
}

func (m *memoryFeedback) Sweep(_ context.Context, before time.Time) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return sweepMap(m.rows, func(f Feedback) bool { return f.State != FeedbackOpen && f.Closed.Before(before) }), nil
}
