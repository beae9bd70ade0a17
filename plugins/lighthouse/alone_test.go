package lighthouse

import (
	"bufio"
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/backchannel-portal/backchannel/internal/job"
	"github.com/backchannel-portal/backchannel/internal/store"
	"github.com/backchannel-portal/backchannel/internal/store/storetest"
	"github.com/backchannel-portal/backchannel/plugins"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(storetest.Main(m), goleak.IgnoreTopFunction("github.com/blevesearch/bleve_index_api.AnalysisWorker"))
}

// slow is an engine that notices when it is not alone.
type slow struct {
	at      *atomic.Int32
	crowded *atomic.Bool
	audited *atomic.Int32
}

func newSlow() slow { return slow{new(atomic.Int32), new(atomic.Bool), new(atomic.Int32)} }

func (s slow) audit(ctx context.Context, url, form string, _ func(plugins.AuditStep)) (plugins.Audit, []byte, error) {
	if s.at.Add(1) > 1 {
		s.crowded.Store(true)
	}
	defer s.at.Add(-1)
	select {
	case <-ctx.Done():
		return plugins.Audit{}, nil, ctx.Err()
	case <-time.After(200 * time.Millisecond):
	}
	s.audited.Add(1)
	return plugins.Audit{URL: url, Form: form, Scores: []plugins.Score{{ID: "performance", Value: 50}}}, nil, nil
}
func (slow) known(context.Context) ([]plugins.Audit, error) { return nil, nil }
func (slow) report(context.Context, string) ([]byte, error) { return nil, plugins.NoReport("") }

// Leases of turns. Nobody loses a long one because the machine is busy; the short one is that of a process that is killed.
const (
	longLease  = 5 * time.Minute
	shortLease = 5 * time.Second
)

// replica is the plugin as a process of its own has it, on a store that others use too.
func replica(t *testing.T, url string, e engine, lease time.Duration) *Plugin {
	t.Helper()
	db, err := store.Open(t.Context(), store.Options{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	p, town, _ := plugin(t, func(c *Config) { c.Store, c.Now, c.NewID, c.Runner = db.Audits(), time.Now, rand.Text, &Runner{} })
	town.entities = append(town.entities, site("a", "https://a.example"))
	p.engine = e
	p.host.Turn = func(ctx context.Context, name string, waits func()) (context.Context, func(), error) {
		return job.Turn{Queue: db.Jobs(nil), Kind: "turn/" + name, Lease: lease, Poll: 20 * time.Millisecond}.Take(ctx, waits)
	}
	return p
}

// TestOneAtATimeAmongReplicas: replicas that begin at once audit one after the other, and each audit is kept.
func TestOneAtATimeAmongReplicas(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		e := newSlow()
		var waited atomic.Bool
		var all sync.WaitGroup
		for i := range 3 {
			p := replica(t, url, e, longLease)
			for k := range 2 {
				all.Go(func() {
					r := plugins.AuditRequest{Key: fmt.Sprint("k", i, k), URL: "https://a.example"}
					a, err := p.Audit(t.Context(), r, func(s plugins.AuditStep) {
						if s == plugins.AuditWaits {
							waited.Store(true)
						}
					})
					if err != nil || a.State != plugins.AuditCompleted || a.ID != r.Key {
						t.Errorf("%v %+v", err, a)
					}
				})
			}
		}
		all.Wait()
		if e.crowded.Load() || !waited.Load() || e.audited.Load() != 6 {
			t.Errorf("two audits at once: %v, waited: %v, %d audits", e.crowded.Load(), waited.Load(), e.audited.Load())
		}
	})
}

// TestDueOnce: a website that is due is audited once, also when two replicas find so at the same time.
func TestDueOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		e := newSlow()
		var all sync.WaitGroup
		for range 2 {
			p := replica(t, url, e, longLease)
			all.Go(func() {
				if err := p.look(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if e.crowded.Load() || e.audited.Load() != 3 { // shop, blog and a
			t.Errorf("two audits at once: %v, %d audits of 3 websites", e.crowded.Load(), e.audited.Load())
		}
	})
}

// TestKilledAuditorChild is the process that TestKilledAuditor kills while it audits.
func TestKilledAuditorChild(t *testing.T) {
	url := os.Getenv("BACKCHANNEL_TEST_KILLED_AUDITOR")
	if url == "" {
		return // run by itself there is nothing to do
	}
	p := replica(t, url, hung{}, shortLease)
	_, err := p.Audit(t.Context(), plugins.AuditRequest{Key: "dead", URL: "https://a.example"}, func(plugins.AuditStep) {})
	t.Errorf("it ended: %v", err)
}

// hung is an engine that never ends.
type hung struct{ slow }

func (hung) audit(ctx context.Context, _, _ string, _ func(plugins.AuditStep)) (plugins.Audit, []byte, error) {
	fmt.Println("audits")
	<-ctx.Done()
	return plugins.Audit{}, nil, ctx.Err()
}

// TestKilledAuditor: the turn of a process that was killed while it audited is taken over once its lease has run out, and
// its audit is known as broken off then.
func TestKilledAuditor(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		p := replica(t, url, newSlow(), longLease)
		child := exec.Command(os.Args[0], "-test.run=^TestKilledAuditorChild$")
		child.Env = append(os.Environ(), "BACKCHANNEL_TEST_KILLED_AUDITOR="+url)
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "audits\n" {
			t.Fatalf("%q %v", line, err)
		}
		waited := false
		a, err := p.Audit(t.Context(), plugins.AuditRequest{Key: "next", URL: "https://a.example"}, func(s plugins.AuditStep) {
			if s != plugins.AuditWaits {
				return
			}
			waited = true
			if err := child.Process.Kill(); err != nil {
				t.Error(err)
			}
		})
		_ = child.Process.Kill() // where nobody waited
		_ = child.Wait()         // it was killed
		if err != nil || a.State != plugins.AuditCompleted || !waited {
			t.Errorf("%v %+v, waited %v", err, a, waited)
		}
		if dead, ok := p.known("dead"); !ok || dead.State != plugins.AuditFailed {
			t.Errorf("the audit of the dead: %+v", dead)
		}
	})
}

// TestLostTurn: an audit whose turn somebody else has taken over ends and says why.
func TestLostTurn(t *testing.T) {
	t.Parallel()
	p, town, _ := plugin(t, func(c *Config) { c.Runner = &Runner{} })
	town.entities = append(town.entities, site("a", "https://a.example"))
	p.engine = newSlow()
	p.host.Turn = func(ctx context.Context, _ string, _ func()) (context.Context, func(), error) {
		held, lose := context.WithCancelCause(ctx)
		lose(job.ErrLost)
		return held, func() {}, nil
	}
	if a, err := p.Audit(t.Context(), plugins.AuditRequest{Key: "k", URL: "https://a.example"}, func(plugins.AuditStep) {}); err == nil {
		t.Errorf("it is audited all the same: %+v", a)
	}
}

// TestWaitingEnds: who gives up waiting leaves nothing behind that others wait for.
func TestWaitingEnds(t *testing.T) {
	t.Parallel()
	p, town, _ := plugin(t, func(c *Config) { c.Now, c.Runner = time.Now, &Runner{} })
	town.entities = append(town.entities, site("a", "https://a.example"))
	p.engine = newSlow()
	_, done, err := p.host.Turn(t.Context(), auditTurn, func() {})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	_, err = p.Audit(ctx, plugins.AuditRequest{Key: "k", URL: "https://a.example"}, func(plugins.AuditStep) { cancel() })
	if err == nil {
		t.Error("it did not end")
	}
	done()
	for i := range 2 {
		if a, err := p.Audit(t.Context(), plugins.AuditRequest{Key: strconv.Itoa(i), URL: "https://a.example"}, func(plugins.AuditStep) {}); err != nil || a.State != plugins.AuditCompleted {
			t.Errorf("%v %+v", err, a)
		}
	}
}
