package understand

import (
	"context"
	"fmt"
	"math/rand/v2"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/catalog/search/searchtest"
)

// town is a catalog that changes at random.
type town struct {
	rnd  *rand.Rand
	feed *searchtest.Feed
	live *search.Live
	refs []string
}

func newTown(t *testing.T, seed uint64) *town {
	t.Helper()
	w := &town{rnd: rand.New(rand.NewPCG(seed, 7)), feed: searchtest.NewFeed()}
	for i := range 60 {
		kind := [...]string{"component", "component", "component", "api", "resource", "group", "system", "user", "location", "template"}[i%10]
		w.refs = append(w.refs, fmt.Sprintf("%s:default/%s-%s", kind, w.word(i), w.word(i/7)))
	}
	w.live = search.New(w.feed, search.Options{Dir: t.TempDir()})
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- w.live.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	var all []*catalog.Entity
	for _, r := range w.refs[:40] {
		all = append(all, w.entity(r))
	}
	w.feed.Put(all...)
	return w
}

func (w *town) word(i int) string {
	return strings.Fields("payment cart ledger order-api invoice team shipping gateway label pager svc")[i%11]
}

func (w *town) pick(l ...string) string { return l[w.rnd.IntN(len(l))] }

func (w *town) some(ref string) string {
	for range 50 {
		if r := w.refs[w.rnd.IntN(len(w.refs))]; strings.HasPrefix(r, ref) {
			return r
		}
	}
	return ref + "default/nobody"
}

// entity makes up what a reference names now.
func (w *town) entity(ref string) *catalog.Entity {
	opts := []searchtest.Option{
		searchtest.About(w.pick("", "Keeps the money of customers. Also called Piggy.", "订单中心:保存订单,处理退款", "Sends receipts to customers, late at night", "Formerly known as Owl; it doesn't do v1.2 any more")),
		searchtest.Type(w.pick("service", "library", "database")), searchtest.Lifecycle(w.pick("production", "deprecated")),
		searchtest.Tags(w.pick("go", "java"), w.pick("tier-1", "money")),
	}
	if w.rnd.IntN(2) == 0 {
		opts = append(opts, searchtest.Title(w.pick("Payment Ledger", "支付网关", "The Cart of Carts", "Order Desk 订单台", "Blue")))
	}
	if w.rnd.IntN(3) > 0 {
		opts = append(opts, searchtest.Owner(w.some("group:")))
	}
	if w.rnd.IntN(2) == 0 {
		opts = append(opts, searchtest.Rel("partOf", w.some("system:")), searchtest.Rel("providesApi", w.some("api:")))
	}
	e := searchtest.Entity(ref, opts...)
	if strings.HasPrefix(ref, "user:") {
		e.Profile = catalog.Profile{DisplayName: w.pick("Mei Lin 林梅", "Ann Lee (李安)"), Email: w.pick("ann", "mei") + "@x.example"}
	}
	if w.rnd.IntN(3) == 0 {
		e.Links = []catalog.Link{{URL: "https://grafana.example/d/" + w.pick("a", "b", "c")}}
	}
	return e
}

// change makes one step and returns when it can be read.
func (w *town) change(t *testing.T) search.View {
	t.Helper()
	var g catalog.Generation
	for range 1 + w.rnd.IntN(4) {
		ref := w.refs[w.rnd.IntN(len(w.refs))]
		switch w.rnd.IntN(8) {
		case 0, 1:
			g = w.feed.Drop(ref)
		case 2:
			g = w.feed.Push(catalog.Changes{Facts: []catalog.Fact{{Entity: searchtest.Ref(ref), Producer: "p", Key: "k", Value: fmt.Sprint(w.rnd.IntN(9))}}})
		case 3:
			docs := make([]search.Doc, w.rnd.IntN(3))
			for i := range docs {
				docs[i] = search.Doc{Entity: searchtest.Ref(ref), Page: fmt.Sprint("p", i), Title: w.pick("Rolling back", "退款说明"), Text: w.pick("Press the button to undo.", "怎么退款,看这里。", "Ledgers close at night")}
			}
			w.live.SetDocs(searchtest.Ref(ref), docs)
		default:
			g = w.feed.Put(w.entity(ref))
		}
	}
	for end := time.Now().Add(20 * time.Second); w.live.Reader().Generation() < g; {
		if time.Now().After(end) {
			t.Fatal("the change does not arrive")
		}
		time.Sleep(time.Millisecond)
	}
	return w.live.Reader().For(catalog.Viewer{})
}

// content writes an index out, whatever is packed in it and whatever late.
func content(x *index) []string {
	var out []string
	list := func(s *shelf, t uint32, name func(uint32) string) string {
		var b strings.Builder
		s.each(t, 1000, func(row uint32, q uint8) {
			if f, ok := s.find(t, row); !ok || f != q {
				b.WriteString(" not found:")
			}
			fmt.Fprintf(&b, " %s=%d", name(row), q)
		})
		return fmt.Sprint(s.df(t), b.String())
	}
	entity := func(row uint32) string { return x.ref(row).String() }
	section := func(row uint32) string { return x.docs.doc(row).Entity.Name + "/" + x.docs.doc(row).Page }
	write := func(w string, t uint32) {
		if x.texts.df(t)+x.docs.shelf.df(t) > 0 {
			out = append(out, fmt.Sprintf("%s: %s | %s", w, list(x.texts, t, entity), list(x.docs.shelf, t, section)))
		}
	}
	for t := range x.words.first {
		write(fmt.Sprint("concept ", t), t)
	}
	words := x.words.all()
	for i, w := range words {
		if t, ok := x.words.find(w); !ok || t != x.words.first+uint32(i) {
			out = append(out, "lost "+w)
		}
		write(w, x.words.first+uint32(i))
	}
	seen := map[string]bool{}
	for _, row := range x.texts.order() {
		e := x.ent(row)
		var named []string
		for _, t := range e.name {
			if t >= x.words.first {
				named = append(named, words[t-x.words.first])
			} else {
				named = append(named, fmt.Sprint(t))
			}
		}
		if id, ok := x.id(e.ref); !ok || id != row {
			named = append(named, "lost")
		}
		slices.Sort(named)
		out = append(out, fmt.Sprint("entity ", e.ref, e.typ, e.old, named, x.docs.has(e.ref)))
		full, _ := x.view.Entity(e.ref)
		keysOf := func(kind string, h *hashes, key string) {
			if !seen[kind+key] {
				seen[kind+key] = true
				line := kind + key
				for _, k := range h.find(x.texts, keyHash(key)) {
					line += fmt.Sprint(" ", x.ref(k.ent), k.class)
				}
				out = append(out, line)
			}
		}
		x.keys.names(full, x.keys.aliasesOf(full), func(key []byte, _ keyClass) {
			keysOf("name ", &x.named, string(key))
			eachFix(string(key), func(s string) { keysOf("fix ", &x.fixes, s) })
		})
		linksOf(full, func(key string) { keysOf("link ", &x.linked, key) })
	}
	slices.Sort(out)
	return out
}

// TestPatched makes random changes and compares an index that was patched all the way with one made anew.
func TestPatched(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	questions := []string{"who owns payment ledger", "订单中心谁负责", "who owns piggy", "which service sends receipts", "怎么退款", "docs for carts",
		"订单中新归谁", "https://grafana.example/d/a whose is this", "what depends on blue", "who owns paymnet-cart", "how do I undo a release?"}
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			w := newTown(t, seed)
			v := Vocabulary{Catalog: w.change(t), Terms: []Term{{Class: "alias", Text: "the big one", Value: w.refs[0]}}}
			u := New(v)
			u.index.packing = 1 + int(seed)*4
			for step := range 30 {
				v.Catalog = w.change(t)
				u = u.Next(v)
				fresh := New(v)
				if got, want := content(u.index), content(fresh.index); !slices.Equal(got, want) {
					for i := range min(len(got), len(want)) {
						if got[i] != want[i] {
							t.Fatalf("step %d\n got %s\nwant %s", step, got[i], want[i])
						}
					}
					t.Fatalf("step %d: %d lines, want %d", step, len(got), len(want))
				}
				for _, q := range questions {
					got, want := u.Understand(v.Catalog, Question{Text: q}), fresh.Understand(v.Catalog, Question{Text: q})
					if !reflect.DeepEqual(got, want) {
						t.Fatalf("step %d: %s\n got %+v\nwant %+v", step, q, got, want)
					}
				}
			}
		})
	}
}

// TestNextOfOtherWords starts anew where the company's words differ.
func TestNextOfOtherWords(t *testing.T) {
	r := search.NewReader(catalog.Changes{Generation: 1, Full: true, Upserts: []*catalog.Entity{searchtest.Entity("component:pay")}}, nil, search.Options{})
	t.Cleanup(func() { _ = r.Close() })
	view := r.For(catalog.Viewer{})
	u := New(Vocabulary{Catalog: view})
	n := u.Next(Vocabulary{Catalog: view, Terms: []Term{{Class: "alias", Text: "moneybox", Value: "component:default/pay"}}})
	if r := n.Understand(view, Question{Text: "who owns moneybox"}); len(r.Entities) != 1 {
		t.Errorf("the alias is not known: %+v", r)
	}
	if r := New(Vocabulary{}).Next(Vocabulary{Catalog: view}).Understand(view, Question{Text: "who owns pay"}); len(r.Entities) != 1 {
		t.Errorf("the catalog is not known: %+v", r)
	}
}

// TestMemory holds an index to 500 bytes an entity, which is 50 MB for 100,000, and a patch to little of it.
func TestMemory(t *testing.T) {
	const n, most = 20_000, 500
	r := search.NewReader(catalog.Changes{Generation: 1, Full: true, Upserts: searchtest.Generate(n)}, nil, search.Options{})
	t.Cleanup(func() { _ = r.Close() })
	view := r.For(catalog.Viewer{})
	k := keyer{lex: New(Vocabulary{}).lex} // not part of what is measured
	before := heapInUse()
	x := buildIndex(k, view)
	if used := (heapInUse() - before) / n; used > most {
		t.Errorf("the index takes %d bytes an entity", used)
	}
	if len(x.base.family) != n {
		t.Errorf("%d entities", len(x.base.family))
	}
}

func heapInUse() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
