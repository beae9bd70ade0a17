package plugins

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func saying(text string) Card {
	return Card{Message: card.Message{Blocks: []card.Block{card.Text{Spans: []card.Span{card.T(text)}}}}}
}

// clock is a time that tests move.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// bench is a runner with one plugin and one view.
type bench struct {
	*Runner
	at  *clock
	ref ViewRef
	q   Query
}

func newBench(t *testing.T, v View, store CardStore) *bench {
	t.Helper()
	v.Name, v.Title = "card", english("Card")
	p := named("ci")
	p.about.Title, p.views = "CircleCI", []View{v}
	p.operations = []Operation{{Name: "rerun", Title: english("Rerun"), Run: func(context.Context, Order) (Card, error) { return saying("done"), nil }}}
	r := NewRegistry()
	if err := r.Add(p); err != nil {
		t.Fatal(err)
	}
	at := &clock{t: time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)}
	gates := NewGates(GateOptions{})
	t.Cleanup(func() { gates.Close(5 * time.Second) })
	run := NewRunner(r, gates, RunnerOptions{Now: at.now, Store: store, Most: 50})
	e := &catalog.Entity{Ref: catalog.MakeRef("component", "", "checkout"), Name: "checkout"}
	return &bench{run, at, ViewRef{"ci", "card"}, Query{Entity: e, Lang: lang.English, Now: at.now()}}
}

func (b *bench) refresh(t *testing.T) Known { t.Helper(); return b.Refresh(t.Context(), b.ref, b.q) }

func (b *bench) said(k Known) string {
	return card.Plain(card.Message{Blocks: k.Blocks(lang.English, b.at.now())})
}

func TestACardLivesItsLife(t *testing.T) {
	var fail atomic.Bool
	var asked atomic.Int64
	b := newBench(t, View{Fresh: time.Minute, Show: func(context.Context, Query) (Card, error) {
		asked.Add(1)
		if fail.Load() {
			return Card{}, fault.New(fault.Upstream, "502")
		}
		return saying("main is green"), nil
	}}, nil)
	if k := b.Known(b.ref, b.q); k.Seen || !k.Due || b.said(k) != "Asking CircleCI…\n" && strings.TrimSpace(b.said(k)) != "Asking CircleCI…" {
		t.Errorf("before anything: %+v %q", k, b.said(k))
	}
	if k := b.refresh(t); !k.Fresh || !strings.Contains(b.said(k), "main is green") || !strings.Contains(b.said(k), "CircleCI · just now") {
		t.Errorf("after the first: %q", b.said(k))
	}
	b.refresh(t)
	if asked.Load() != 1 {
		t.Errorf("a fresh card was asked for again")
	}
	fail.Store(true)
	b.at.add(4 * time.Minute)
	k := b.refresh(t)
	if s := b.said(k); !strings.Contains(s, "main is green") || !strings.Contains(s, "CircleCI did not answer; last known 4 min ago") {
		t.Errorf("after a failure: %q", s)
	}
	n := asked.Load()
	for range 20 { // no storm
		b.refresh(t)
	}
	if asked.Load() != n {
		t.Errorf("%d requests right after a failure", asked.Load()-n)
	}
	b.at.add(firstPause)
	b.refresh(t)
	if b.at.add(firstPause); b.Known(b.ref, b.q).Due {
		t.Error("the second pause is no longer than the first")
	}
	fail.Store(false)
	b.at.add(longestPause)
	if k := b.refresh(t); !k.Fresh || k.Err != nil {
		t.Errorf("after it is back: %+v", k)
	}
	b.Forget("ci", b.q.Entity.Ref)
	if k := b.Known(b.ref, b.q); k.Fresh || !k.Due {
		t.Error("a card that was forgotten is fresh")
	}
}

// TestForgetInBetween: what a plugin was asked before it said that it has something new is not taken for new, whether the
// answer comes later or the store has it.
func TestForgetInBetween(t *testing.T) {
	var asked atomic.Int64
	begun, release := make(chan struct{}, 10), make(chan struct{})
	b := newBench(t, View{Fresh: time.Hour, Show: func(context.Context, Query) (Card, error) {
		n := asked.Add(1)
		begun <- struct{}{}
		if n == 1 {
			<-release
		}
		return saying(strconv.FormatInt(n, 10)), nil
	}}, &memoryCards{by: map[string][]byte{}})
	done := make(chan Known, 1)
	go func() { done <- b.refresh(t) }()
	<-begun
	b.Forget("ci", b.q.Entity.Ref)
	close(release)
	if k := <-done; !strings.Contains(b.said(k), "1") || k.Fresh {
		t.Errorf("what was asked before is %q, fresh: %v", b.said(k), k.Fresh)
	}
	for want := int64(2); want < 4; want++ {
		b.at.add(time.Second)
		if k := b.refresh(t); asked.Load() != want || !k.Fresh || !strings.Contains(b.said(k), strconv.FormatInt(want, 10)) {
			t.Errorf("asked %d times, want %d: %q, fresh: %v", asked.Load(), want, b.said(k), k.Fresh)
		}
		b.at.add(time.Second)
		b.Forget("ci", b.q.Entity.Ref)
	}
	if k := b.Known(b.ref, b.q); k.Fresh || !k.Due {
		t.Error("a card that was forgotten is fresh")
	}
}

func TestAHungPluginCostsItsOwnCard(t *testing.T) {
	release := make(chan struct{})
	b := newBench(t, View{Timeout: 30 * time.Millisecond, Show: func(context.Context, Query) (Card, error) {
		<-release // heeds no deadline
		return Card{}, nil
	}}, nil)
	defer close(release)
	for range 40 { // more than may run at a time
		b.at.add(longestPause)
		if k := b.refresh(t); !errors.Is(k.Err, ErrLate) {
			t.Fatalf("%v, want that it is late", k.Err)
		}
	}
	if k := b.Known(b.ref, b.q); !strings.Contains(b.said(k), "CircleCI did not answer; nothing is known from before") {
		t.Errorf("%q", b.said(k))
	}
}

func TestAPanicIsAFailure(t *testing.T) {
	b := newBench(t, View{
		Has:  func(*catalog.Entity) bool { panic("no") },
		Show: func(context.Context, Query) (Card, error) { panic("no") },
	}, nil)
	if k := b.refresh(t); !fault.Is(k.Err, fault.Upstream) {
		t.Errorf("%v", k.Err)
	}
	if got := b.Select(b.q.Entity, func(View) bool { return true }); len(got) != 0 {
		t.Error("a plugin that breaks when it is asked whether it has something has something")
	}
}

func TestManyWaitForOne(t *testing.T) {
	var asked atomic.Int64
	b := newBench(t, View{Show: func(context.Context, Query) (Card, error) {
		asked.Add(1)
		time.Sleep(50 * time.Millisecond)
		return saying("x"), nil
	}}, nil)
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			if k := b.Refresh(context.Background(), b.ref, b.q); !k.Seen {
				t.Error("nothing came")
			}
		})
	}
	wg.Wait()
	if asked.Load() != 1 {
		t.Errorf("asked %d times", asked.Load())
	}
}

func TestWhoDoesNotWaitIsTold(t *testing.T) {
	done := make(chan struct{})
	b := newBench(t, View{Show: func(context.Context, Query) (Card, error) { <-done; return saying("x"), nil }}, nil)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if k := b.Refresh(ctx, b.ref, b.q); !errors.Is(k.Err, ErrLate) {
		t.Errorf("%v", k.Err)
	}
	close(done)
	if k := b.refresh(t); !k.Seen {
		t.Error("what came behind is lost")
	}
}

// memoryCards is a CardStore of two replicas.
type memoryCards struct {
	mu sync.Mutex
	by map[string][]byte
}

func (m *memoryCards) Card(_ context.Context, plugin, key string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.by[plugin+" "+key], nil
}

func (m *memoryCards) PutCard(_ context.Context, plugin, key string, c []byte, _ time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.by[plugin+" "+key] = c
	return nil
}

func (*memoryCards) Sweep(context.Context, time.Time) (int, error) { return 0, nil }

func TestCardsAreSharedAndOutliveTheProcess(t *testing.T) {
	store := &memoryCards{by: map[string][]byte{}}
	first := newBench(t, View{Fresh: time.Minute, Show: func(context.Context, Query) (Card, error) { return saying("from the first"), nil }}, store)
	first.refresh(t)
	var asked atomic.Int64
	second := newBench(t, View{Fresh: time.Minute, Show: func(context.Context, Query) (Card, error) {
		asked.Add(1)
		return Card{}, fault.New(fault.Upstream, "away")
	}}, store)
	if k := second.refresh(t); asked.Load() != 0 || !strings.Contains(second.said(k), "from the first") {
		t.Errorf("the other replica asked %d times: %q", asked.Load(), second.said(k))
	}
	third := newBench(t, View{Fresh: time.Minute, Show: func(context.Context, Query) (Card, error) { return Card{}, fault.New(fault.Upstream, "away") }}, store)
	third.at.add(7 * time.Minute)
	if k := third.refresh(t); !strings.Contains(third.said(k), "did not answer; last known 7 min ago") {
		t.Errorf("after a restart: %q", third.said(k))
	}
}

func TestMemoryIsBounded(t *testing.T) {
	b := newBench(t, View{Show: func(context.Context, Query) (Card, error) { return saying("x"), nil }}, nil)
	for i := range 200 {
		q := b.q
		q.Entity = &catalog.Entity{Ref: catalog.MakeRef("component", "", strings.Repeat("x", i+1))}
		b.Refresh(t.Context(), b.ref, q)
	}
	if len(b.known) > 50 || b.order.Len() > 50 {
		t.Errorf("%d cards in memory", len(b.known))
	}
}

func TestCheckedCards(t *testing.T) {
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	ops := []Operation{{Name: "rerun"}}
	in := Card{AsOf: now.Add(time.Hour), Sources: []bot.Source{{Where: "https://ci.test", AsOf: now.Add(time.Hour)}, {}}, Message: card.Message{Blocks: []card.Block{
		card.Text{Spans: []card.Span{{Kind: card.Person, Text: "everyone", User: "U1"}, card.L("x", "javascript:alert(1)")}},
		card.Table{Columns: []card.Column{{Title: "a"}}, Rows: [][][]card.Span{{{{Kind: card.Person, Text: "b", User: "U2"}}}}},
		card.Actions{Items: []card.Action{
			{Label: "forged", Intent: card.Intent{Name: "unregister", Args: []string{"x"}}},
			{Label: "unknown", Intent: card.Intent{Name: IntentOperation, Args: []string{"delete-everything"}}},
			{Label: "long", Intent: card.Intent{Name: IntentOperation, Args: []string{"rerun", strings.Repeat("x", 300)}}},
			{Label: "menu", Options: []card.Option{{Label: "x", Intent: card.Intent{Name: "unregister"}}}},
			{Label: "Rerun", Intent: card.Intent{Name: IntentOperation, Args: []string{"rerun", "7"}}},
			{Label: "Open", URL: "https://ci.test/7"},
		}},
	}}}
	c, err := Checked(in, lang.Chinese, now, ops)
	if err != nil {
		t.Fatal(err)
	}
	if c.AsOf != now || len(c.Sources) != 1 || c.Sources[0].AsOf != now || c.Message.Lang != lang.Chinese {
		t.Errorf("%+v", c)
	}
	text := c.Message.Blocks[0].(card.Text)
	if text.Spans[0].User != "" || text.Spans[1].URL != "" || c.Message.Blocks[1].(card.Table).Rows[0][0][0].User != "" {
		t.Error("a mention or a bad link is left")
	}
	var labels []string
	for _, b := range c.Message.Blocks {
		if a, ok := b.(card.Actions); ok {
			for _, it := range a.Items {
				labels = append(labels, it.Label)
			}
		}
	}
	if strings.Join(labels, " ") != "Rerun Open" {
		t.Errorf("buttons %v, want Rerun and Open", labels)
	}
	for name, m := range map[string]card.Message{
		"blocks": {Blocks: make([]card.Block, maxBlocks+1)},
		"text":   {Blocks: []card.Block{card.Code{Text: strings.Repeat("x", maxAnyText+1)}}},
		"rows":   {Blocks: []card.Block{card.List{Items: make([][]card.Span, 0)}, manyRows()}},
	} {
		if _, err := Checked(Card{Message: m}, lang.English, now, nil); err == nil {
			t.Errorf("%s: a card that is too large is shown", name)
		}
	}
}

func manyRows() card.Block {
	l := card.List{}
	for range maxParts + 1 {
		l.Items = append(l.Items, []card.Span{card.T("x")})
	}
	return l
}

func TestOperate(t *testing.T) {
	b := newBench(t, View{Show: func(context.Context, Query) (Card, error) { return saying("x"), nil }}, nil)
	b.refresh(t)
	e := b.Registry.Get("ci")
	c, err := b.Operate(t.Context(), e, e.Operations[0], Order{Query: b.q, Key: "1"})
	if err != nil || c.Empty() || b.Known(b.ref, b.q).Fresh {
		t.Errorf("%v %v: after an operation a card is not fresh", c, err)
	}
}

func TestToldCard(t *testing.T) {
	secret := card.Span{Kind: card.Entity, Text: "vault", Ref: "component:default/vault"}
	blocks := []card.Block{card.Text{Spans: []card.Span{secret, card.T(" is needed")}}, card.List{Items: [][]card.Span{{secret}}}, card.Fields{Items: []card.Field{{Label: "x", Value: []card.Span{secret}}}}, card.Table{Rows: [][][]card.Span{{{secret}}}}, card.Note{Spans: []card.Span{secret}}}
	hidden := func(r catalog.Ref) bool { return r.Name == "vault" }
	got := card.Plain(card.Message{Blocks: ToldCard(blocks, hidden, "something")})
	if strings.Contains(got, "vault") || strings.Count(got, "something") != 5 {
		t.Errorf("%q", got)
	}
	if !strings.Contains(card.Plain(card.Message{Blocks: blocks}), "vault") {
		t.Error("the original was changed")
	}
}

func TestSentence(t *testing.T) {
	say := Sentence(english("{what}: {key} is {to}, was {from} {huh} {"))
	var b strings.Builder
	for _, s := range say(lang.English, Change{Key: "build", To: "red"}, []card.Span{card.S("checkout")}) {
		b.WriteString(s.Text)
	}
	if got := b.String(); got != "checkout: build is red, was – {huh} {" {
		t.Errorf("%q", got)
	}
	facts := []catalog.Fact{{Key: "a", Value: "1"}, {Key: "b", Value: "2"}}
	if got := ItemsOf([]string{"b"})(facts); len(got) != 1 || got[0].Value != "2" {
		t.Errorf("%+v", got)
	}
}
