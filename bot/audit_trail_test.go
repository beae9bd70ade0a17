package bot

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// cutAudit is a store that can be away, and can fail after it has kept something.
type cutAudit struct {
	*memoryAudit
	mu    sync.Mutex
	down  bool
	after int // batches that are kept before the store goes away
}

func (c *cutAudit) set(down bool, after int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.down, c.after = down, after
}

func (c *cutAudit) Append(ctx context.Context, rs []Record) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.down {
		if c.after == 0 {
			return errors.New("away")
		}
		c.after--
	}
	return c.memoryAudit.Append(ctx, rs)
}

func (c *cutAudit) count() int {
	c.memoryAudit.mu.Lock()
	defer c.memoryAudit.mu.Unlock()
	return len(c.rows)
}

func entry(i int) Entry {
	return Entry{Time: time.Now(), Event: fmt.Sprint("e", i), Actor: Actor{Platform: "p", Workspace: "W", ID: "alice", Name: "Alice"},
		Answer: Answer{Intent: "owner", Candidates: []string{"c"}, Sources: []Source{{Where: "w"}}}}
}

func start(t *testing.T, run func(context.Context) error) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- run(ctx) }()
	return func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run ended with %v", err)
		}
	}
}

func TestAuditTrail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir, log := t.TempDir(), slog.New(slog.DiscardHandler)
		store := &cutAudit{memoryAudit: &memoryAudit{rows: map[string]Record{}}}
		trail := NewAuditTrail(store, dir, log, time.Now)
		stop := start(t, trail.Run)
		observed := 0
		observe := func(n int) {
			for range n {
				trail.Observe(entry(observed))
				observed++
			}
			time.Sleep(10 * time.Second)
		}
		kept := func(want int) {
			t.Helper()
			if got := store.count(); got != want || trail.Lost() != 0 {
				t.Errorf("%d entries are kept, want %d; %d are lost", got, want, trail.Lost())
			}
		}
		observe(1300)
		kept(1300)
		for _, r := range store.rows {
			if r.Actor.Name != "" || r.Answer.Candidates != nil || r.Answer.Sources != nil || len(r.ID) != 36 {
				t.Fatalf("kept as %+v", r)
			}
		}
		store.set(true, 0)
		observe(3000)
		kept(1300)
		if detail, ok := trail.Status(); ok || !strings.Contains(detail, spoolName) {
			t.Errorf("the status is %q, %v", detail, ok)
		}
		stop() // a restart while the store is away
		trail = NewAuditTrail(store, dir, log, time.Now)
		stop = start(t, trail.Run)
		observe(700)
		kept(1300)
		store.set(true, 2) // it takes two batches of the spool and goes away again
		time.Sleep(10 * time.Second)
		observe(500)
		kept(2300)
		store.set(false, 0)
		observe(10)
		kept(observed)
		if detail, ok := trail.Status(); !ok {
			t.Errorf("the status is %q", detail)
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
			t.Errorf("in the folder are %v, %v", left, err)
		}
		trail.Observe(entry(0))
		stop()
		kept(observed + 1)
	})
}

func TestAuditTrailLoses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &cutAudit{memoryAudit: &memoryAudit{rows: map[string]Record{}}, down: true}
		var out bytes.Buffer
		trail := NewAuditTrail(store, "", slog.New(slog.NewTextHandler(&out, nil)), time.Now)
		for i := range auditQueue + 5 {
			trail.Observe(entry(i))
		}
		if trail.Lost() != 5 {
			t.Errorf("%d are lost of a full queue", trail.Lost())
		}
		stop := start(t, trail.Run)
		time.Sleep(time.Second)
		stop()
		if trail.Lost() != auditQueue+5 || !strings.Contains(out.String(), "entries were lost") {
			t.Errorf("%d are lost without a spool; the log says %s", trail.Lost(), &out)
		}
	})
}

// TestSpoolAfterACrash loads what a process left that died while it wrote and while it loaded.
func TestSpoolAfterACrash(t *testing.T) {
	line := func(id string) string {
		data, err := json.Marshal(Record{ID: id})
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	log := slog.New(slog.DiscardHandler)
	for name, tt := range map[string]struct{ spool, loading, want string }{
		"nothing":         {"", "", ""},
		"whole":           {line("a") + "\n" + line("b") + "\n", "", "abz"},
		"cut off":         {line("a") + "\n" + line("b")[:9], "", "az"},
		"loading":         {line("c") + "\n", line("a") + "\n" + line("b") + "\n", "abcz"},
		"loading only":    {"", line("a") + "\n", "az"},
		"garbage":         {"\x00\xff\n{}\n[]\n" + line("a") + "\n" + strings.Repeat("x", spoolLine+10) + "\n" + line("b") + "\n", "", "abz"},
		"without the end": {line("a"), "", "az"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for suffix, text := range map[string]string{"": tt.spool, ".loading": tt.loading} {
				if text != "" {
					if err := os.WriteFile(filepath.Join(dir, spoolName+suffix), []byte(text), 0o600); err != nil {
						t.Fatal(err)
					}
				}
			}
			s := newSpool(dir)
			if s.empty() != (tt.want == "") {
				t.Errorf("empty: %v", s.empty())
			}
			if tt.want == "" {
				return
			}
			if lost := s.write([]Record{{ID: "z"}}, log); lost != 0 {
				t.Errorf("%d lost", lost)
			}
			var got strings.Builder
			_, err := s.load(log, func(rs []Record) bool {
				for _, r := range rs {
					got.WriteString(r.ID)
				}
				return true
			})
			if err != nil || got.String() != tt.want || !s.empty() {
				t.Errorf("loaded %q, %v, empty %v; want %q", got.String(), err, s.empty(), tt.want)
			}
			if err := s.close(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestSpoolIsBounded(t *testing.T) {
	s := newSpool(t.TempDir())
	if err := s.open(); err != nil {
		t.Fatal(err)
	}
	s.size = spoolLimit - 10
	if lost := s.write([]Record{{ID: "a"}, {ID: "b"}}, slog.New(slog.DiscardHandler)); lost != 2 {
		t.Errorf("%d lost of two beyond the bound", lost)
	}
	if err := s.close(); err != nil {
		t.Error(err)
	}
}

func FuzzReadRecords(f *testing.F) {
	for _, seed := range []string{"", "\n", "{}", `{"ID":"a","Time":"2026-03-01T12:00:00Z","Took":5}` + "\n", `{"ID":"a"}` + "\n" + `{"ID":`, "\x00\n\xff", `{"ID":"a","Answer":{"Entities":["x"]}}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		next := readRecords(bytes.NewReader(data))
		lines, n := bytes.Count(data, []byte("\n"))+1, 0
		for {
			rs, skipped, err := next(3)
			n += len(rs) + skipped
			for _, r := range rs {
				if r.ID == "" {
					t.Error("a record without an id")
				}
			}
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if n > lines {
			t.Errorf("%d records of %d lines", n, lines)
		}
	})
}
