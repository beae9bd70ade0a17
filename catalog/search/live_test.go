package search_test

import (
	"context"
	"errors"
	"os"
	"slices"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	st "github.com/backchannel-portal/backchannel/catalog/search/searchtest"
)

// startLive runs a Live until the test ends and waits for its first state.
func startLive(t testing.TB, store catalog.Store, o search.Options) *search.Live {
	t.Helper()
	leaks := goleak.IgnoreCurrent()
	l := search.New(store, o)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- l.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
		goleak.VerifyNone(t, leaks)
	})
	if err := l.WaitReady(ctx); err != nil {
		t.Fatal(err)
	}
	return l
}

// eventually waits until the condition holds; it is only bounded so that a broken test ends.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(3 * time.Minute); !holds(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never happened: %s", what)
		}
	}
}

func textAt(l *search.Live, gen catalog.Generation) func() bool {
	return func() bool { return l.Reader().TextGeneration() >= gen }
}

func found(v search.View, text string) []string {
	var out []string
	for _, h := range v.Search(search.Query{Text: text, Any: true}) {
		out = append(out, h.Entity.Ref.String())
	}
	return out
}

func TestLiveFollows(t *testing.T) {
	dir := t.TempDir()
	feed := st.NewFeed(bakery()...)
	l := startLive(t, feed, search.Options{Dir: dir})
	eventually(t, "the first text index", textAt(l, 1))
	old := l.Reader().For(catalog.Viewer{})

	gen := feed.Put(st.Entity("component:kneader", st.About("Folds dough by robot arm"), st.Owner("group:ovens")))
	eventually(t, "the new entity in the text index", textAt(l, gen))
	v := l.Reader().For(catalog.Viewer{})
	if _, ok := v.Entity(st.Ref("component:kneader")); !ok {
		t.Error("the new entity is not there")
	}
	if got := found(v, "robot dough"); !slices.Equal(got, []string{"component:default/kneader"}) {
		t.Errorf("search for the new entity found %v", got)
	}
	if _, ok := old.Entity(st.Ref("component:kneader")); ok || len(old.Resolve("kneader", search.ResolveOptions{})) > 0 {
		t.Error("an older view shows the new entity")
	}
	if got := v.Resolve("kneadr", search.ResolveOptions{}); len(got) != 1 || got[0].Match != search.MatchTypo1 {
		t.Errorf("the new entity is not found with a typo: %v", got)
	}

	gen = feed.Push(catalog.Changes{
		Upserts: []*catalog.Entity{st.Entity("component:kneader", st.About("Shapes baguettes"), st.Title("Loaf Shaper"))},
		Deletes: []catalog.Ref{st.Ref("component:lab/till")},
	})
	eventually(t, "the change in the text index", textAt(l, gen))
	v = l.Reader().For(catalog.Viewer{})
	if got := found(v, "robot dough"); len(got) != 0 {
		t.Errorf("the former description still finds %v", got)
	}
	if got := found(v, "baguette"); !slices.Equal(got, []string{"component:default/kneader"}) {
		t.Errorf("the new description finds %v", got)
	}
	if got := v.Relations(st.Ref("group:ovens"), "ownerOf"); len(got) != 1 {
		t.Errorf("the former owner still owns: %v", got)
	}
	check(t, v.Resolve("till", search.ResolveOptions{}), search.MatchName, []string{"component:default/till"})
	check(t, v.Resolve("loafShaper", search.ResolveOptions{}), search.MatchNormalised, []string{"component:default/kneader"})
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) == 0 {
		t.Errorf("index files: %v, %v", entries, err)
	}
}

func TestLiveOwnerRenamed(t *testing.T) {
	feed := st.NewFeed(bakery()...)
	l := startLive(t, feed, search.Options{})
	eventually(t, "the first text index", textAt(l, 1))
	gen := feed.Put(st.Entity("group:ovens", st.Title("Flame Keepers")))
	eventually(t, "the change in the text index", textAt(l, gen))
	got := found(l.Reader().For(catalog.Viewer{}), "flame keepers")
	if !slices.Equal(got, []string{"group:default/ovens", "component:default/ovenscheduler"}) {
		t.Errorf("found %v", got)
	}
}

func TestLiveFullReplaces(t *testing.T) {
	feed := st.NewFeed(bakery()...)
	l := startLive(t, feed, search.Options{})
	gen := feed.Push(catalog.Changes{Full: true, Upserts: []*catalog.Entity{st.Entity("component:alone", st.About("Only one left"))}})
	eventually(t, "the new text index", textAt(l, gen))
	v := l.Reader().For(catalog.Viewer{})
	if n := v.Count(search.Filter{}); n != 1 {
		t.Errorf("%d entities, want 1", n)
	}
	if got := found(v, "orders oven loaf left"); !slices.Equal(got, []string{"component:default/alone"}) {
		t.Errorf("found %v", got)
	}
}

func TestLiveDocs(t *testing.T) {
	feed := st.NewFeed(bakery()...)
	l := startLive(t, feed, search.Options{})
	till, ovens := st.Ref("component:till"), st.Ref("component:ovenscheduler")
	l.SetDocs(till, []search.Doc{
		{Entity: till, Title: "Till", Text: "The till is where customers pay."},
		{Entity: till, Page: "refunds", Anchor: "rollback", Title: "Refunds", Heading: "Rolling back", Text: "Rolling a sale back takes the receipt number."},
	})
	l.SetDocs(ovens, []search.Doc{{Entity: ovens, Page: "告警", Title: "告警处理", Heading: "温度过高", Text: "烤箱温度过高时先关闭电源。", Lang: "zh"}})
	docs := func(text string, scope ...catalog.Ref) []search.DocHit {
		return l.Reader().For(catalog.Viewer{}).SearchDocs(search.Query{Text: text, Any: true}, scope...)
	}
	eventually(t, "docs found", func() bool { return len(docs("receipt rollback number")) == 1 && len(docs("烤箱")) == 1 })
	if h := docs("how do i roll back a refund")[0]; h.Doc.Anchor != "rollback" || h.Terms < 2 {
		t.Errorf("best section is %q with %d of %d", h.Doc.Anchor, h.Terms, h.Of)
	}
	if h := docs("温度", till); len(h) != 0 {
		t.Errorf("scope is ignored: %v", h[0].Doc)
	}
	if h := docs("烤"); len(h) != 1 {
		t.Errorf("one character finds %d sections", len(h))
	}
	l.SetDocs(till, []search.Doc{{Entity: till, Title: "Till", Text: "Moved elsewhere."}})
	eventually(t, "new docs found", func() bool { return len(docs("elsewhere")) == 1 })
	if h := docs("receipt"); len(h) != 0 {
		t.Errorf("replaced docs are found: %v", h[0].Doc)
	}
	v := l.Reader().For(catalog.Viewer{})
	if got := v.Docs(till); len(got) != 1 || got[0].Text != "Moved elsewhere." {
		t.Errorf("docs of the till: %v", got)
	}
	l.SetDocs(till, nil)
	eventually(t, "no docs found", func() bool { return len(docs("elsewhere")) == 0 })
}

func TestLiveStoreAway(t *testing.T) {
	feed := st.NewFeed(bakery()...)
	l := startLive(t, feed, search.Options{})
	feed.Break(errors.New("connection refused"))
	v := l.Reader().For(catalog.Viewer{})
	if len(v.Resolve("till", search.ResolveOptions{})) == 0 {
		t.Error("names are not resolved while the store is away")
	}
	gen := feed.Put(st.Entity("component:back-again"))
	feed.Break(nil)
	eventually(t, "the change after the outage", func() bool { return l.Reader().Generation() >= gen })
}

func TestLiveBeforeRun(t *testing.T) {
	l := search.New(st.NewFeed(), search.Options{})
	v := l.Reader().For(catalog.Viewer{})
	if l.Ready() || v.Generation() != 0 || v.Count(search.Filter{}) != 0 ||
		len(v.Resolve("anything", search.ResolveOptions{})) != 0 || len(v.Search(search.Query{Text: "anything"})) != 0 {
		t.Error("a Live that does not run shows something")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := l.WaitReady(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("WaitReady: %v", err)
	}
}
