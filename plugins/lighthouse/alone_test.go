package lighthouse

import (
	"context"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/plugins"
)

// slow is an engine that notices when it is not alone.
type slow struct {
	at      *atomic.Int32
	crowded *atomic.Bool
}

func (s slow) audit(_ context.Context, url, form string, _ func(plugins.AuditStep)) (plugins.Audit, []byte, error) {
	if s.at.Add(1) > 1 {
		s.crowded.Store(true)
	}
	time.Sleep(200 * time.Millisecond)
	s.at.Add(-1)
	return plugins.Audit{URL: url, Form: form, Scores: []plugins.Score{{ID: "performance", Value: 50}}}, nil, nil
}
func (slow) known(context.Context) ([]plugins.Audit, error) { return nil, nil }
func (slow) report(context.Context, string) ([]byte, error) { return nil, plugins.NoReport("") }

// TestOneAtATimeAmongReplicas: three replicas that begin at once audit one after the other, and one that died with an
// audit running is not waited for for ever.
func TestOneAtATimeAmongReplicas(t *testing.T) {
	t.Parallel()
	store := plugins.NewMemoryAudits()
	var at atomic.Int32
	var crowded, waited atomic.Bool
	clock := time.Now
	dead := plugins.Audit{ID: "dead", URL: "https://a.example", State: plugins.AuditRunning, Began: clock().Add(-runFor - 2*graceFor)}
	if err := store.Put(t.Context(), dead, nil); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for i := range 3 {
		p, town, _ := plugin(t, func(c *Config) { c.Store, c.Now, c.Runner = store, clock, &Runner{} })
		town.entities = append(town.entities, site("a", "https://a.example"))
		p.engine = slow{&at, &crowded}
		all.Go(func() {
			a, err := p.Audit(t.Context(), plugins.AuditRequest{Key: "k" + strconv.Itoa(i), URL: "https://a.example"}, func(s plugins.AuditStep) {
				if s == plugins.AuditWaits {
					waited.Store(true)
				}
			})
			if err != nil || a.State != plugins.AuditCompleted {
				t.Errorf("%v %+v", err, a)
			}
		})
	}
	all.Wait()
	if crowded.Load() || !waited.Load() {
		t.Errorf("two audits at once: %v, waited: %v", crowded.Load(), waited.Load())
	}
}

// TestWaitingEnds: who gives up waiting leaves nothing behind that others wait for.
func TestWaitingEnds(t *testing.T) {
	t.Parallel()
	store := plugins.NewMemoryAudits()
	p, town, _ := plugin(t, func(c *Config) { c.Store, c.Now, c.Runner = store, time.Now, &Runner{} })
	town.entities = append(town.entities, site("a", "https://a.example"))
	var at atomic.Int32
	var crowded atomic.Bool
	p.engine = slow{&at, &crowded}
	ctx, cancel := context.WithTimeout(t.Context(), settleFor/4)
	defer cancel()
	if _, err := p.Audit(ctx, plugins.AuditRequest{Key: "k", URL: "https://a.example"}, func(plugins.AuditStep) {}); err == nil {
		t.Error("it did not end")
	}
	kept, err := store.Recent(t.Context(), 5)
	if err != nil || len(kept) != 1 || kept[0].State != plugins.AuditFailed {
		t.Errorf("%v %+v", err, kept)
	}
}
