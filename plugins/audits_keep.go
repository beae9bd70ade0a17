package plugins

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// The bounds of what is kept of audits.
const (
	MaxReport   = 16 << 20 // bytes of a report
	MaxAudit    = 64 << 10 // and of the rest of an audit, as JSON
	KeepReports = 10       // reports of one website and form; older audits keep their scores only
)

// AuditStore keeps audits, for all replicas and over restarts. It is safe for concurrent use. Errors have kind Upstream
// when the store is away.
type AuditStore interface {
	// Put keeps an audit in the place of what was known of it; a report of nil leaves the one that is there. One that is
	// over never becomes running again. It forgets the reports beyond KeepReports.
	Put(ctx context.Context, a Audit, report []byte) error
	// Recent returns the newest n audits of every website, newest first.
	Recent(ctx context.Context, n int) ([]Audit, error)
	// Report returns the report of an audit; one that is not there is an error of kind NotFound.
	Report(ctx context.Context, id string) ([]byte, error)
	// Mark changes whenever an audit was put.
	Mark(ctx context.Context) (string, error)
	// Sweep forgets the audits that began before a time and returns how many.
	Sweep(ctx context.Context, before time.Time) (int, error)
}

// CheckAudit returns what is wrong with an audit to be kept, as an error of kind Invalid. Stores call it.
func CheckAudit(a Audit, report []byte) error {
	data, err := json.Marshal(a)
	switch {
	case err != nil:
		return fault.Wrap(fault.Invalid, err, "keep an audit")
	case a.ID == "" || len(a.ID) > 200 || a.URL == "" || len(a.URL) > 2000:
		return fault.New(fault.Invalid, "an audit needs an id and an address, neither too long")
	case len(data) > MaxAudit || len(report) > MaxReport:
		return fault.New(fault.Invalid, "an audit has at most %d bytes, its report at most %d", MaxAudit, MaxReport)
	case a.State != AuditRunning && a.State != AuditCompleted && a.State != AuditFailed:
		return fault.New(fault.Invalid, "an audit cannot be %q", a.State)
	}
	return nil
}

// NoReport is the error for a report that is not kept.
func NoReport(id string) error {
	return fault.New(fault.NotFound, "there is no report of audit %q", id)
}

// NewMemoryAudits returns a store that forgets everything with its process.
func NewMemoryAudits() AuditStore {
	return &memoryAudits{rows: map[string]Audit{}, reports: map[string][]byte{}}
}

type memoryAudits struct {
	mu      sync.Mutex
	rows    map[string]Audit
	reports map[string][]byte
	changes int
}

func (m *memoryAudits) Put(_ context.Context, a Audit, report []byte) error {
	if err := CheckAudit(a, report); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if was, known := m.rows[a.ID]; known && was.State != AuditRunning && a.State == AuditRunning {
		return nil
	}
	a.Scores = slices.Clone(a.Scores)
	a.Began, a.Ended = a.Began.UTC().Truncate(time.Microsecond), a.Ended.UTC().Truncate(time.Microsecond)
	m.rows[a.ID] = a
	m.changes++
	if report != nil {
		m.reports[a.ID] = bytes.Clone(report)
		m.drop(a)
	}
	return nil
}

// drop forgets the reports beyond those that are kept.
func (m *memoryAudits) drop(like Audit) {
	var with []Audit
	for id := range m.reports {
		if a := m.rows[id]; a.URL == like.URL && a.Form == like.Form {
			with = append(with, a)
		}
	}
	slices.SortFunc(with, newerAudit)
	for _, a := range with[min(len(with), KeepReports):] {
		delete(m.reports, a.ID)
	}
}

func newerAudit(a, b Audit) int {
	return cmp.Or(b.Began.Compare(a.Began), cmp.Compare(b.ID, a.ID))
}

func (m *memoryAudits) Recent(_ context.Context, n int) ([]Audit, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []Audit
	for _, a := range m.rows {
		a.Scores = slices.Clone(a.Scores)
		all = append(all, a)
	}
	slices.SortFunc(all, newerAudit)
	count := map[string]int{}
	return slices.DeleteFunc(all, func(a Audit) bool { count[a.URL]++; return count[a.URL] > n }), nil
}

func (m *memoryAudits) Report(_ context.Context, id string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	report, ok := m.reports[id]
	if !ok {
		return nil, NoReport(id)
	}
	return bytes.Clone(report), nil
}

func (m *memoryAudits) Mark(context.Context) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return strconv.Itoa(m.changes), nil
}

func (m *memoryAudits) Sweep(_ context.Context, before time.Time) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := 0
	for id, a := range m.rows {
		if a.Began.Before(before) {
			delete(m.rows, id)
			delete(m.reports, id)
			n++
		}
	}
	m.changes += n
	return n, nil
}
