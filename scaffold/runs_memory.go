package scaffold

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// NewMemoryRuns returns runs that live as long as the process.
func NewMemoryRuns() interface {
	Runs
	RunSweeper
	RunEraser
} {
	return &memoryRuns{rows: map[string]*memoryRun{}}
}

type memoryRuns struct {
	mu   sync.Mutex
	rows map[string]*memoryRun
}

type memoryRun struct {
	run     Run
	records []Record
	files   map[int][]byte
}

func (m *memoryRuns) Begin(_ context.Context, r Run) (bool, error) {
	if err := r.Check(); err != nil {
		return false, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.rows[r.ID] != nil {
		return false, nil
	}
	m.rows[r.ID] = &memoryRun{run: r, files: map[int][]byte{}}
	return true, nil
}

func (m *memoryRuns) Get(_ context.Context, id string) (Run, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	row := m.rows[id]
	if row == nil {
		return Run{}, NoRun(id)
	}
	return row.run, nil
}

func (m *memoryRuns) List(_ context.Context, q RunQuery) ([]Run, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []Run
	for id, row := range m.rows {
		r := row.run
		if q.Template != "" && q.Template != r.Template || q.Actor != "" && q.Actor != r.Actor || q.Status != "" && q.Status != r.Status ||
			q.Before != "" && id >= q.Before || q.Entity != "" && !slices.Contains(r.Entities, q.Entity) {
			continue
		}
		r.Entity, r.Values, r.Output = nil, nil, nil
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b Run) int { return strings.Compare(b.ID, a.ID) })
	return out[:min(len(out), q.Max())], nil
}

func (m *memoryRuns) Update(_ context.Context, r Run) error {
	if err := r.Check(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	row := m.rows[r.ID]
	if row == nil {
		return NoRun(r.ID)
	}
	row.run.Status, row.run.Message, row.run.Output, row.run.Entities, row.run.Ended = r.Status, r.Message, r.Output, r.Entities, r.Ended
	return nil
}

func (m *memoryRuns) Sweep(_ context.Context, before time.Time) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := 0
	for id, row := range m.rows {
		if row.run.Begun.Before(before) {
			delete(m.rows, id)
			n++
		}
	}
	return n, nil
}

func (m *memoryRuns) Erase(_ context.Context, actor string) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := 0
	for _, row := range m.rows {
		if actor == "" || row.run.Actor != actor {
			continue
		}
		n++
		if row.run = row.run.Erased(); row.run.Status.Over() {
			row.records = nil
			clear(row.files)
		}
	}
	return n, nil
}

func (m *memoryRuns) Journal(id string) Journal { return memoryJournal{m, id} }

type memoryJournal struct {
	m  *memoryRuns
	id string
}

// recordsEach is how many records one call returns.
const recordsEach = 500

func (j memoryJournal) row() (*memoryRun, error) {
	if row := j.m.rows[j.id]; row != nil {
		return row, nil
	}
	return nil, NoRun(j.id)
}

func (j memoryJournal) Records(_ context.Context, n int64) ([]Record, error) {
	j.m.mu.Lock()
	defer j.m.mu.Unlock()
	row, err := j.row()
	if err != nil || n >= int64(len(row.records)) {
		return nil, err
	}
	rest := row.records[max(n, 0):]
	return slices.Clone(rest[:min(len(rest), recordsEach)]), nil
}

func (j memoryJournal) Append(_ context.Context, r Record) (bool, error) {
	j.m.mu.Lock()
	defer j.m.mu.Unlock()
	row, err := j.row()
	if err != nil {
		return false, err
	}
	if r.ID != "" && slices.ContainsFunc(row.records, func(o Record) bool { return o.ID == r.ID }) {
		return false, nil
	}
	r.N = int64(len(row.records)) + 1
	row.records = append(row.records, r)
	return true, nil
}

func (j memoryJournal) SaveFiles(_ context.Context, number int, archive io.Reader) error {
	data, err := io.ReadAll(archive)
	if err != nil {
		return fault.Wrap(fault.Internal, err, "keep the files of a run")
	}
	j.m.mu.Lock()
	defer j.m.mu.Unlock()
	row, err := j.row()
	if err != nil {
		return err
	}
	row.files[number] = data
	for n := range row.files {
		if n < number-1 {
			delete(row.files, n)
		}
	}
	return nil
}

func (j memoryJournal) Files(_ context.Context, number int) (io.ReadCloser, error) {
	j.m.mu.Lock()
	defer j.m.mu.Unlock()
	row, err := j.row()
	if err != nil {
		return nil, err
	}
	data, ok := row.files[number]
	if !ok {
		return nil, NoFiles(j.id, number)
	}
	return io.NopCloser(bytes.NewReader(data)), nil
}

func (j memoryJournal) DropFiles(context.Context) error {
	j.m.mu.Lock()
	defer j.m.mu.Unlock()
	row, err := j.row()
	if err != nil {
		return err
	}
	clear(row.files)
	return nil
}
