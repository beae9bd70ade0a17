package circleci_test

import (
	"context"
	"fmt"
	"iter"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
	"github.com/backchannel-portal/backchannel/plugins/circleci"
	"github.com/backchannel-portal/backchannel/plugins/circleci/circlecitest"
	"github.com/backchannel-portal/backchannel/plugins/proxy"
)

// world is the plugin in a program of its own, against the stand-in.
type world struct {
	*testing.T
	server *circlecitest.Server
	plugin *circleci.Plugin
	proxy  *proxy.Proxy
	pay    *catalog.Entity
	facts  *facts

	mu  sync.Mutex
	at  time.Time
	out map[proxy.Outcome]int
}

// start is when the tests begin.
var start = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

func (w *world) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.at
}

func (w *world) later(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.at = w.at.Add(d)
}

// Observe implements proxy.Observer.
func (w *world) Observe(e proxy.Exchange) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.out[e.Outcome]++
}

func (w *world) outcomes(o proxy.Outcome) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.out[o]
}

// facts implements plugins.Facts.
type facts struct {
	mu     sync.Mutex
	by     map[catalog.Ref][]catalog.Fact
	writes int
}

func (f *facts) Write(_ context.Context, about []catalog.Ref, all []catalog.Fact) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.writes++
	for _, ref := range about {
		f.by[ref] = nil
	}
	for _, one := range all {
		f.by[one.Entity] = append(f.by[one.Entity], one)
	}
	return nil
}

func (f *facts) Of(ref catalog.Ref) []catalog.Fact {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.by[ref]
}

// Entity and Entities implement plugins.Catalog.
func (w *world) Entity(ref catalog.Ref) (*catalog.Entity, bool) { return w.pay, ref == w.pay.Ref }

func (w *world) Entities() iter.Seq[*catalog.Entity] { return slices.Values([]*catalog.Entity{w.pay}) }

func entity(slug string) *catalog.Entity {
	return &catalog.Entity{Ref: catalog.MakeRef("component", "", "pay"), Name: "pay", Annotations: []catalog.Pair{{Key: circleci.Annotation, Value: slug}}}
}

func open(t *testing.T, change ...func(*proxy.Config)) *world {
	t.Helper()
	w := &world{T: t, server: circlecitest.New(), at: start, pay: entity("github/acme/pay"), facts: &facts{by: map[catalog.Ref][]catalog.Fact{}}, out: map[proxy.Outcome]int{}}
	c := circleci.Upstream(w.server.URL, circlecitest.Token)
	c.Rate, c.Timeout, c.Keep = 1000, 30*time.Second, -1
	for _, f := range change {
		f(&c)
	}
	var err error
	w.proxy, err = proxy.New([]proxy.Config{c}, proxy.Options{Observer: w, Clock: w.now, Backoff: time.Millisecond, Rand: func() float64 { return 0 }})
	if err != nil {
		t.Fatal(err)
	}
	w.plugin = circleci.New(circleci.Config{WebhookSecret: circlecitest.Secret})
	host := plugins.Host{
		Now: w.now, Facts: w.facts, Catalog: w,
		Upstream: func(name string) (plugins.Upstream, error) { return w.proxy.Upstream(name) },
	}
	if err := w.plugin.Start(t.Context(), host.Whole()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.plugin.Close(); err != nil {
			t.Error(err)
		}
		w.proxy.Close()
		w.server.Close()
	})
	return w
}

// flow is a workflow that began some minutes before the start, and ended four later unless it runs.
func flow(id, status string, ago int, jobs ...circlecitest.Job) *circlecitest.Workflow {
	f := &circlecitest.Workflow{ID: id, Name: "build", Status: status, Created: start.Add(-time.Duration(ago) * time.Minute), Jobs: jobs}
	if status != "running" && status != "on_hold" {
		f.Stopped = f.Created.Add(4 * time.Minute)
	}
	return f
}

func pipe(number int64, branch string, flows ...*circlecitest.Workflow) *circlecitest.Pipeline {
	return &circlecitest.Pipeline{
		ID: fmt.Sprintf("p-%d", number), Number: number, Created: flows[0].Created, Branch: branch, Commit: fmt.Sprintf("%040x", number*0xabcdef),
		Subject: "Round to the cent\nand more", Author: "Ann Li", Login: "ann", Workflows: flows,
	}
}

var failing = circlecitest.Job{
	Number: 71, Name: "test", Status: "failed", FailedStep: "go test ./...", Failures: []string{"TestRounding", "TestCents"},
	Output: "ok  acme/pay/a\n\x1b[31m--- FAIL: TestRounding\x1b[0m\r\nprogress 1%\rprogress 100%\nFAIL acme/pay\n",
}

// broken is a project whose main broke an hour ago.
func broken() *circlecitest.Project {
	return &circlecitest.Project{Slug: "gh/acme/pay", Default: "main", Pipelines: []*circlecitest.Pipeline{
		pipe(104, "feature/x", flow("w4", "running", 3)),
		pipe(103, "main", flow("w3", "failed", 30, failing)),
		pipe(102, "main", flow("w2", "failed", 64, failing)),
		pipe(101, "main", flow("w1", "success", 120)),
		pipe(100, "old", flow("w0", "success", 60*24*60)),
	}}
}

func (w *world) show(view string, l lang.Lang) (plugins.Card, error) {
	w.Helper()
	for _, v := range w.plugin.Views() {
		if v.Name == view {
			return v.Show(w.Context(), plugins.Query{Entity: w.pay, Lang: l, Now: w.now()})
		}
	}
	w.Fatalf("no view %s", view)
	return plugins.Card{}, nil
}

func (w *world) text(view string, l lang.Lang) string {
	w.Helper()
	c, err := w.show(view, l)
	if err != nil {
		w.Fatal(err)
	}
	return flat(c)
}

// address is the address of a link in plain text.
var address = regexp.MustCompile(` \(https?://[^)]*\)`)

// flat is a card as plain text without addresses.
func flat(c plugins.Card) string { return address.ReplaceAllString(card.Plain(c.Message), "") }

func contains(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			t.Errorf("%q is not in:\n%s", p, text)
		}
	}
}

func TestBuilds(t *testing.T) {
	w := open(t)
	w.server.Add(broken())
	contains(t, w.text("builds", lang.English),
		"main of acme/pay is broken since 09:00 UTC", "build #102 failed, commit", "by ann", "The last failure is build #103, 26 min ago.",
		"“Round to the cent”", "Job test: the step go test ./... failed.", "2 tests failed: TestRounding, TestCents.",
		"--- FAIL: TestRounding\nprogress 100%\nFAIL acme/pay", "feature/x", "running")
	contains(t, w.text("builds", lang.Chinese), "acme/pay 的 main 自", "任务 test：步骤 go test ./... 失败", "2 个测试失败")
	if text := w.text("builds", lang.English); strings.Contains(text, "old") {
		t.Error("a branch of last year is shown")
	}
	if n := w.server.Asked("/api/v1.1/"); n != 1 {
		t.Errorf("the failure was asked for %d times", n)
	}
	c, _ := w.show("builds", lang.English)
	last := c.Message.Blocks[len(c.Message.Blocks)-1].(card.Actions)
	if labels := fmt.Sprint(last.Items[0].Label, last.Items[1].Label, last.Items[2].Label, last.Items[0].Intent); labels != "Rerun failed jobsRerunOpen in CircleCI{do [rerun-failed w3]}" {
		t.Error(labels)
	}
	if len(c.Sources) != 1 || !c.AsOf.Equal(start) || c.Sources[0].Where != "https://app.circleci.com/pipelines/github/acme/pay" {
		t.Errorf("%+v", c)
	}
}

func TestGreen(t *testing.T) {
	w := open(t)
	w.server.Add(&circlecitest.Project{Slug: "gh/acme/pay", Default: "trunk", Pipelines: []*circlecitest.Pipeline{
		pipe(8, "trunk", flow("w8", "on_hold", 3)), pipe(7, "trunk", flow("w7", "success", 10)),
	}})
	contains(t, w.text("builds", lang.English), "trunk of acme/pay is green: build #7 passed 6 min ago, in 4 min.", "build #8 waits for approval.")
	contains(t, w.text("builds", lang.Chinese), "acme/pay 的 trunk 构建正常：build #7 6 分钟前通过，用时 4 分钟。")
}

func TestNothing(t *testing.T) {
	w := open(t)
	contains(t, w.text("builds", lang.English), "CircleCI knows no project acme/pay")
	w.server.Add(&circlecitest.Project{Slug: "gh/acme/pay", Default: "main"})
	contains(t, w.text("builds", lang.English), "acme/pay has no builds in CircleCI yet.")
	contains(t, w.text("trend", lang.English), "Nothing is known yet")
}

func TestTrendAndArtifacts(t *testing.T) {
	w := open(t)
	p := &circlecitest.Project{Slug: "gh/acme/pay", Default: "main"}
	for i := range 15 {
		f := flow(fmt.Sprintf("w%d", i), "success", 10*i+10, circlecitest.Job{Number: int64(i + 1), Name: "pack", Status: "success", Artifacts: []string{"dist/pay.zip"}})
		f.Stopped = f.Created.Add(time.Duration(i+1) * time.Minute)
		p.Pipelines = append(p.Pipelines, pipe(int64(100-i), "main", f))
	}
	w.server.Add(p)
	c, err := w.show("trend", lang.English)
	if err != nil {
		t.Fatal(err)
	}
	chart, ok := c.Message.Blocks[1].(card.Chart)
	if !ok || len(chart.Points) != 12 || chart.Points[11].Value != 1 || chart.Points[0].Value != 12 {
		t.Errorf("%+v", c.Message.Blocks[1])
	}
	contains(t, flat(c), "build on main of acme/pay takes 7 min (median of 12); the last one took 1 min.")
	contains(t, w.text("artifacts", lang.English), "build #100 of acme/pay kept 1 artifact.", "dist/pay.zip")
}

func TestOperations(t *testing.T) {
	w := open(t)
	w.server.Add(broken())
	if _, err := w.show("builds", lang.English); err != nil {
		t.Fatal(err)
	}
	run := func(op, id, key string) (string, error) {
		for _, o := range w.plugin.Operations() {
			if o.Name == op {
				c, err := o.Run(t.Context(), plugins.Order{Query: plugins.Query{Entity: w.pay, Lang: lang.English, Now: w.now()}, Args: []string{id}, Key: key, By: bot.Actor{ID: "U1"}})
				return flat(c), err
			}
		}
		return "", fmt.Errorf("no operation %s", op)
	}
	for range 2 { // the same press, delivered twice
		text, err := run("rerun-failed", "w3", "k1")
		if err != nil {
			t.Fatal(err)
		}
		contains(t, text, "CircleCI runs build #103 again.")
	}
	if n := w.server.Reruns(); n != 1 {
		t.Errorf("run again %d times", n)
	}
	w.later(time.Second)
	contains(t, w.text("builds", lang.English), "is broken since", "is running for")
	if text, err := run("cancel", "w4", "k2"); err != nil || !strings.Contains(text, "CircleCI cancels build #104.") {
		t.Errorf("%s, %v", text, err)
	}
	if _, err := run("cancel", "w-of-others", "k3"); !fault.Is(err, fault.NotFound) {
		t.Errorf("a build of somebody else: %v", err)
	}
	w.server.Break("403", "/rerun")
	if text, err := run("rerun", "w3", "k4"); err != nil || !strings.Contains(text, "refuses") {
		t.Errorf("%s, %v", text, err)
	}
	w.server.Break("500", "/rerun")
	if _, err := run("rerun", "w3", "k5"); !fault.Is(err, fault.Upstream) {
		t.Errorf("%v", err)
	}
	if n := w.server.Asked("/rerun"); n != 3 {
		t.Errorf("%d requests: one that changes something is repeated", n)
	}
}

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func header(signature string) http.Header {
	return http.Header{"Circleci-Signature": {signature}, "Circleci-Event-Type": {"workflow-completed"}}
}
