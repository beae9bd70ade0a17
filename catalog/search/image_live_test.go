package search_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	st "github.com/backchannel-portal/backchannel/catalog/search/searchtest"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// said is a log that may be read while it is written.
type said struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *said) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// session runs a Live with an image until what is asked of it is done, and returns what it logged.
func session(t *testing.T, store catalog.Store, dir string, ask func(*search.Live)) string {
	t.Helper()
	log := new(said)
	l := search.New(store, search.Options{Dir: filepath.Join(dir, "index"), Image: filepath.Join(dir, "catalog.image"), Logger: slog.New(slog.NewTextHandler(log, nil))})
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- l.Run(ctx) }()
	if err := l.WaitReady(ctx); err != nil {
		t.Fatal(err)
	}
	ask(l)
	stop()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	return log.String()
}

func nothing(*search.Live) {}

// finds checks names in every way that one is found.
func finds(t *testing.T, v search.View) {
	t.Helper()
	check(t, v.Resolve("payment-ledger-api", search.ResolveOptions{}), search.MatchName, []string{"component:default/payment-ledger-api"})
	check(t, v.Resolve("paymentLedgerAPI", search.ResolveOptions{}), search.MatchNormalised, []string{"component:default/payment-ledger-api"})
	check(t, v.Resolve("recipt-printer", search.ResolveOptions{}), search.MatchTypo1, []string{"component:default/receipt-printer"})
	check(t, v.Resolve("ledger payment", search.ResolveOptions{}), search.MatchWords, []string{"component:default/payment-ledger-api"})
	check(t, v.Resolve("小票打印", search.ResolveOptions{}), search.MatchName, []string{"component:default/receipt-printer"})
}

func TestStartFromAnImage(t *testing.T) {
	dir := t.TempDir()
	store := &st.Marked{Feed: st.NewFeed(bakery()...), History: "one"}
	session(t, store, dir, nothing)
	store.Put(st.Entity("component:kneader", st.Title("Dough Robot"), st.Owner("group:ovens")))
	gen := store.Drop("component:lab/till")
	store.Whole.Store(0)
	log := session(t, store, dir, func(l *search.Live) {
		eventually(t, "what changed since", func() bool { return l.Reader().Generation() == gen })
		v := l.Reader().For(catalog.Viewer{})
		finds(t, v)
		check(t, v.Resolve("dough robot", search.ResolveOptions{}), search.MatchName, []string{"component:default/kneader"})
		check(t, v.Resolve("till", search.ResolveOptions{}), search.MatchName, []string{"component:default/till"})
		if got := v.Relations(st.Ref("group:ovens"), "ownerOf"); len(got) != 2 {
			t.Errorf("the ovens own %v", got)
		}
		eventually(t, "the text index", textAt(l, gen))
		if got := found(v, "loaf oven"); !slices.Contains(got, "component:default/ovenscheduler") {
			t.Errorf("words find %v", got)
		}
	})
	if store.Whole.Load() > 0 {
		t.Error("everything was read from the store")
	}
	if strings.Contains(log, "level=WARN") {
		t.Error(log)
	}
	if left, err := filepath.Glob(filepath.Join(dir, "*")); err != nil || len(left) != 2 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

// TestImageKeepsTheText: a start from an image takes over the text index that was left beside it, of the same state and of
// a later one with the same entities, and of no other.
func TestImageKeepsTheText(t *testing.T) {
	for name, c := range map[string]struct {
		change catalog.Changes
		taken  int
	}{
		"nothing": {catalog.Changes{}, 1},
		"a fact":  {catalog.Changes{Facts: []catalog.Fact{{Entity: st.Ref("component:till"), Producer: "p", Key: "k", Value: "v"}}}, 1},
		"another": {catalog.Changes{Upserts: []*catalog.Entity{st.Entity("component:till", st.About("Opens with a bang"))}}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			store := &st.Marked{Feed: st.NewFeed(bakery()...), History: "one"}
			session(t, store, dir, func(l *search.Live) { eventually(t, "the text index", textAt(l, 1)) })
			gen := catalog.Generation(1)
			if name != "nothing" {
				gen = store.Push(c.change)
			}
			session(t, store, dir, func(l *search.Live) {
				eventually(t, "the text index", textAt(l, gen))
				if taken, err := filepath.Glob(filepath.Join(dir, "index", "text-*", "kept", "store")); err != nil || len(taken) != c.taken {
					t.Errorf("taken over: %v, %v", taken, err)
				}
				if got := found(l.Reader().For(catalog.Viewer{}), "bang"); len(got) != 1-c.taken {
					t.Errorf("words find %v", got)
				}
			})
		})
	}
}

// TestImageWhileTheStoreIsAway: the image is served, and compared with the store when that is back.
func TestImageWhileTheStoreIsAway(t *testing.T) {
	for _, history := range []string{"one", "another"} {
		t.Run(history, func(t *testing.T) {
			dir := t.TempDir()
			store := &st.Marked{Feed: st.NewFeed(bakery()...), History: "one"}
			session(t, store, dir, nothing)
			store = &st.Marked{Feed: st.NewFeed(append(bakery(), st.Entity("component:kneader"))...), History: history}
			store.Put(st.Entity("component:proofer"))
			store.Break(fault.New(fault.Upstream, "connection refused"))
			log := session(t, store, dir, func(l *search.Live) {
				finds(t, l.Reader().For(catalog.Viewer{}))
				store.Break(nil)
				eventually(t, "what changed since", func() bool { return l.Reader().Generation() == 2 })
				v := l.Reader().For(catalog.Viewer{})
				finds(t, v)
				check(t, v.Resolve("proofer", search.ResolveOptions{}), search.MatchName, []string{"component:default/proofer"})
				if _, ok := v.Entity(st.Ref("component:kneader")); ok != (history == "another") {
					t.Errorf("what only another history has is there: %v", ok)
				}
			})
			if !strings.Contains(log, "starting from the last image") {
				t.Error(log)
			}
		})
	}
}

// TestImageOfNoUse: an image that is not of this store, or not whole, costs the slow start and a line in the log.
func TestImageOfNoUse(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(t *testing.T, path string)
		log   string
	}{
		"another history": {func(*testing.T, string) {}, "has another history"},
		"damaged": {func(t *testing.T, path string) {
			b, err := os.ReadFile(path)
			if err == nil {
				b[len(b)/2]++
				err = os.WriteFile(path, b, 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
		}, "cannot be used: it is damaged"},
		"half": {func(t *testing.T, path string) {
			if err := os.Truncate(path, 1000); err != nil {
				t.Fatal(err)
			}
		}, "cannot be used: it is damaged"},
		"older": {func(t *testing.T, path string) {
			if err := os.WriteFile(path, []byte("backchannel catalog 1"), 0o600); err != nil {
				t.Fatal(err)
			}
		}, "another version"},
		"a folder": {func(t *testing.T, path string) {
			if err := errors.Join(os.Remove(path), os.Mkdir(path, 0o700)); err != nil {
				t.Fatal(err)
			}
		}, "read from the store"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			session(t, &st.Marked{Feed: st.NewFeed(st.Entity("component:gone")), History: "one"}, dir, nothing)
			c.spoil(t, filepath.Join(dir, "catalog.image"))
			log := session(t, &st.Marked{Feed: st.NewFeed(bakery()...), History: "two"}, dir, func(l *search.Live) {
				v := l.Reader().For(catalog.Viewer{})
				finds(t, v)
				if _, ok := v.Entity(st.Ref("component:gone")); ok {
					t.Error("something of the image is shown")
				}
			})
			if !strings.Contains(log, c.log) {
				t.Errorf("the log does not say %q:\n%s", c.log, log)
			}
		})
	}
}

// TestNoImageWithoutMarks: of a store that does not tell its states apart nothing is kept.
func TestNoImageWithoutMarks(t *testing.T) {
	dir := t.TempDir()
	session(t, st.NewFeed(bakery()...), dir, nothing)
	if _, err := os.Stat(filepath.Join(dir, "catalog.image")); err == nil {
		t.Error("an image was written")
	}
}

// TestStoreRestoredUnderneath: a store that is put back while it is followed shows it by its marks, though it has come
// as far as it was before.
func TestStoreRestoredUnderneath(t *testing.T) {
	r := search.NewReader(catalog.Changes{Generation: 1, Mark: "one 1", Upserts: []*catalog.Entity{st.Entity("component:gone")}}, nil, search.Options{})
	next, err := r.CatchUp(t.Context(), &st.Marked{Feed: st.NewFeed(bakery()...), History: "two"})
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := next.For(catalog.Viewer{}).Entity(st.Ref("component:gone")); ok {
		t.Error("what was undone is there")
	}
	finds(t, next.For(catalog.Viewer{}))
}
