package search_test

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	st "github.com/backchannel-portal/backchannel/catalog/search/searchtest"
)

// once runs a Live until its text is there and what is asked of it is done, and ends it.
func once(t *testing.T, store catalog.Store, dir string, ask func(*search.Live)) {
	t.Helper()
	l := search.New(store, search.Options{Dir: dir, Logger: slog.New(slog.DiscardHandler), KeepWait: time.Minute})
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- l.Run(ctx) }()
	if err := l.WaitReady(ctx); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the text index", func() bool { return l.Reader().TextGeneration() >= l.Reader().Generation() })
	ask(l)
	stop()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

// segments names the files that hold what is indexed, below a folder.
func segments(t *testing.T, dir string) []string {
	t.Helper()
	out, err := filepath.Glob(filepath.Join(dir, "store", "*.zap"))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestTextIsKeptForTheNextStart(t *testing.T) {
	dir := t.TempDir()
	entities := append(st.Generate(300), st.Entity("component:zebra-crossing", st.About("walks on stripes")))
	feed, late := st.NewFeed(entities...), st.Entity("component:late-comer", st.About("arrives behind the others"))
	kept := filepath.Join(dir, "kept")
	once(t, feed, dir, func(l *search.Live) {
		gen := feed.Put(late)
		eventually(t, "the change", textAt(l, gen))
	})
	feed = st.NewFeed(append(entities, late)...) // which a start reads in one go, as from a store
	if len(segments(t, kept)) == 0 {
		t.Fatal("nothing is kept")
	}
	once(t, feed, dir, func(l *search.Live) {
		v := l.Reader().For(catalog.Viewer{})
		for text, want := range map[string]string{"stripes": "component:default/zebra-crossing", "arrives behind": "component:default/late-comer"} {
			if got := found(v, text); !slices.Contains(got, want) {
				t.Errorf("%q finds %v", text, got)
			}
		}
		if _, err := os.Stat(kept); err == nil {
			t.Error("an index in use can be taken by another process")
		}
		if taken, err := filepath.Glob(filepath.Join(dir, "text-*", "kept", "store")); err != nil || len(taken) != 1 {
			t.Errorf("the index was built anew: %v, %v", taken, err) // one of no use is removed
		}
		gen := feed.Put(st.Entity("component:later-still", st.About("arrives last")))
		eventually(t, "the change", textAt(l, gen))
		if got := found(l.Reader().For(catalog.Viewer{}), "arrives last"); !slices.Contains(got, "component:default/later-still") {
			t.Errorf("a change is found as %v", got)
		}
	})
	if len(segments(t, kept)) == 0 {
		t.Error("what was kept once is not kept again")
	}
}

func TestKeptTextOfOtherEntities(t *testing.T) {
	dir := t.TempDir()
	once(t, st.NewFeed(st.Entity("component:one", st.About("walks on stripes"))), dir, func(*search.Live) {})
	once(t, st.NewFeed(st.Entity("component:one", st.About("swims in lakes"))), dir, func(l *search.Live) {
		v := l.Reader().For(catalog.Viewer{})
		if got := found(v, "stripes"); len(got) > 0 {
			t.Errorf("what was there before is found: %v", got)
		}
		if got := found(v, "lakes"); len(got) != 1 {
			t.Errorf("what is there now is found as %v", got)
		}
	})
}

func TestKeptTextThatIsTorn(t *testing.T) {
	for name, tear := range map[string]func(t *testing.T, kept string){
		"no segment": func(t *testing.T, kept string) {
			for _, s := range segments(t, kept) {
				if err := os.Remove(s); err != nil {
					t.Fatal(err)
				}
			}
		},
		"half a segment": func(t *testing.T, kept string) {
			for _, s := range segments(t, kept) {
				if err := os.Truncate(s, 100); err != nil {
					t.Fatal(err)
				}
			}
		},
		"no list": func(t *testing.T, kept string) {
			if err := os.WriteFile(filepath.Join(kept, "store", "root.bolt"), []byte("torn"), 0o600); err != nil {
				t.Fatal(err)
			}
		},
		"not an index": func(t *testing.T, kept string) {
			if err := os.RemoveAll(kept); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(kept, []byte(strings.Repeat("x", 1000)), 0o600); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			feed := st.NewFeed(st.Entity("component:one", st.About("walks on stripes")))
			once(t, feed, dir, func(*search.Live) {})
			tear(t, filepath.Join(dir, "kept"))
			once(t, feed, dir, func(l *search.Live) {
				if got := found(l.Reader().For(catalog.Viewer{}), "stripes"); len(got) != 1 {
					t.Errorf("found %v", got)
				}
			})
			left, err := os.ReadDir(dir)
			if err != nil || len(left) != 1 || left[0].Name() != "kept" {
				t.Errorf("left behind: %v %v", left, err)
			}
		})
	}
}
