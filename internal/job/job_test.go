package job_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/job"
	"github.com/backchannel-portal/backchannel/internal/job/jobtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestMemory(t *testing.T) {
	jobtest.Test(t, func(_ *testing.T, now func() time.Time) (a, b job.Store) {
		q := job.NewMemory(now)
		return q, q
	})
}

func TestBackoff(t *testing.T) {
	for _, tt := range []struct {
		attempt int
		jitter  float64
		want    time.Duration
	}{
		{-5, 0, 2 * time.Second},
		{1, 0, 2 * time.Second},
		{2, 0, 4 * time.Second},
		{5, 0, 32 * time.Second},
		{5, 1, 24 * time.Second},
		{11, 0, 2048 * time.Second},
		{12, 0, time.Hour},
		{1 << 40, 0.5, 52*time.Minute + 30*time.Second},
	} {
		if got := job.Backoff(tt.attempt, tt.jitter); got != tt.want {
			t.Errorf("Backoff(%d, %v) = %s, want %s", tt.attempt, tt.jitter, got, tt.want)
		}
	}
}

func TestPick(t *testing.T) {
	lines := []job.Line{{"a", 7, []int64{1, 2, 3, 4}}, {"empty", 0, nil}, {"b", 0, []int64{9}}, {"c", 0, []int64{8, 10}}}
	for n, want := range map[int][]int64{0: nil, 1: {8}, 3: {8, 9, 1}, 5: {8, 9, 1, 10, 2}, 99: {8, 9, 1, 10, 2, 3, 4}} {
		if got := job.Pick(lines, n); !slices.Equal(got, want) {
			t.Errorf("Pick %d = %v, want %v", n, got, want)
		}
	}
}

func TestNewRunner(t *testing.T) {
	h := func(context.Context, job.Job) (json.RawMessage, error) { return nil, nil }
	kinds := map[string]job.Kind{"k": {Handler: h}}
	good := job.Periodic{Name: "p", Every: time.Hour, Request: job.Request{Kind: "k"}}
	for name, cfg := range map[string]job.Config{
		"no handler":    {Kinds: map[string]job.Kind{"k": {}}},
		"unknown kind":  {Kinds: kinds, Periodic: []job.Periodic{{Name: "p", Every: time.Hour, Request: job.Request{Kind: "x"}}}},
		"no period":     {Kinds: kinds, Periodic: []job.Periodic{{Name: "p", Request: job.Request{Kind: "k"}}}},
		"no name":       {Kinds: kinds, Periodic: []job.Periodic{{Every: time.Hour, Request: job.Request{Kind: "k"}}}},
		"two of a name": {Kinds: kinds, Periodic: []job.Periodic{good, good}},
	} {
		if _, err := job.NewRunner(job.NewMemory(time.Now), cfg); !fault.Is(err, fault.Internal) || err == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCut(t *testing.T) {
	for s, want := range map[string]string{
		"":                                  "",
		"short":                             "short",
		"a\x00b\xffc":                       "a�b�c",
		strings.Repeat("x", job.MaxError):   strings.Repeat("x", job.MaxError),
		strings.Repeat("x", job.MaxError+1): strings.Repeat("x", job.MaxError-3) + "…",
		strings.Repeat("数", job.MaxError):   strings.Repeat("数", job.MaxError/3-1) + "…",
	} {
		if got := job.Cut(s); got != want {
			t.Errorf("%d bytes became %d, want %d", len(s), len(got), len(want))
		}
	}
}
