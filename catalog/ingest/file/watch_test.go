package file

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// watching runs Watch on a source that was read, until the test ends.
func watching(t *testing.T, o Options) <-chan catalog.Delta {
	t.Helper()
	s := newSource(t, o)
	if _, err := s.Read(context.Background()); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	deltas := make(chan catalog.Delta, 100)
	done := make(chan error)
	go func() {
		done <- s.Watch(ctx, func(d catalog.Delta) {
			select {
			case deltas <- d:
			case <-ctx.Done():
			}
		})
	}()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	if d := next(t, deltas); len(d.Files)+len(d.Gone) > 0 || d.Checked.IsZero() {
		t.Fatalf("the first pass reports %v", d)
	}
	return deltas
}

// next waits for a delta; the limit only keeps a broken test from hanging.
func next(t *testing.T, deltas <-chan catalog.Delta) catalog.Delta {
	t.Helper()
	select {
	case d := <-deltas:
		return d
	case <-time.After(20 * time.Second):
		t.Fatal("nothing was reported")
		return catalog.Delta{}
	}
}

// report waits for a delta that says something, and renders it.
func report(t *testing.T, deltas <-chan catalog.Delta) (changed, gone []string) {
	t.Helper()
	for {
		d := next(t, deltas)
		if d.Full || d.Checked.IsZero() {
			t.Errorf("delta is full %v, checked %v", d.Full, d.Checked)
		}
		if len(d.Files)+len(d.Gone) == 0 {
			continue
		}
		for _, g := range d.Gone {
			gone = append(gone, filepath.Base(g))
		}
		return names(d), gone
	}
}

func TestWatch(t *testing.T) {
	dir := tree(t, map[string]string{"a.yaml": component("a"), "sub/b.yaml": component("b")})
	at := func(name string) string { return filepath.Join(dir, name) }
	deltas := watching(t, Options{Target: "**/*.yaml", Base: dir, Settle: 20 * time.Millisecond})
	for _, step := range []struct {
		name          string
		do            func()
		changed, gone []string
	}{
		{"edit", func() { put(t, at("a.yaml"), component("a2")) }, []string{"a2"}, nil},
		{"replace by rename", func() {
			put(t, at("a.yaml~"), component("a3"))
			if err := os.Rename(at("a.yaml~"), at("a.yaml")); err != nil {
				t.Fatal(err)
			}
		}, []string{"a3"}, nil},
		{"new file", func() { put(t, at("sub/c.yaml"), component("c")) }, []string{"c"}, nil},
		{"new folder", func() { put(t, at("new/deep/d.yaml"), component("d")) }, []string{"d"}, nil},
		{"file in the new folder", func() { put(t, at("new/deep/e.yaml"), component("e")) }, []string{"e"}, nil},
		{"delete", func() { os.Remove(at("sub/b.yaml")) }, []string{}, []string{"b.yaml"}},
		{"delete a folder", func() { os.RemoveAll(at("new")) }, []string{}, []string{"d.yaml", "e.yaml"}},
		{"move", func() { os.Rename(at("sub/c.yaml"), at("c.yaml")) }, []string{"c"}, []string{"c.yaml"}},
	} {
		step.do()
		var changed, gone []string
		for len(changed) < len(step.changed) || len(gone) < len(step.gone) { // may come in two reports
			c, g := report(t, deltas)
			changed, gone = append(changed, c...), append(gone, g...)
		}
		slices.Sort(gone)
		if !slices.Equal(changed, step.changed) || !slices.Equal(gone, step.gone) {
			t.Fatalf("%s: changed %v gone %v, want %v %v", step.name, changed, gone, step.changed, step.gone)
		}
	}
}

func TestWatchNamedFileThatGoesAway(t *testing.T) {
	dir := tree(t, map[string]string{"a.yaml": component("a")})
	deltas := watching(t, Options{Target: "a.yaml", Base: dir, Settle: 20 * time.Millisecond})
	os.Remove(filepath.Join(dir, "a.yaml"))
	d := next(t, deltas)
	for len(d.Files) == 0 {
		d = next(t, deltas)
	}
	if f := d.Files[0]; !f.Opaque || f.Hash != [32]byte{} || len(f.Problems) != 1 || len(d.Gone) > 0 {
		t.Errorf("a named file that is not there is no reason to forget what it held: %+v", d)
	}
	put(t, filepath.Join(dir, "a.yaml"), component("a"))
	if changed, _ := report(t, deltas); !slices.Equal(changed, []string{"a"}) {
		t.Errorf("changed %v", changed)
	}
}

func TestWatchWhatLocationsAndPlaceholdersName(t *testing.T) {
	dir := tree(t, map[string]string{
		"root.yaml":       locationEntity("targets: [./far/c.yaml, ./later/d.yaml]"),
		"far/c.yaml":      component("c") + "  note: {$text: ./notes/c.txt}\n",
		"far/notes/c.txt": "one",
	})
	if err := os.Mkdir(filepath.Join(dir, "later"), 0o777); err != nil {
		t.Fatal(err)
	}
	deltas := watching(t, Options{Target: "root.yaml", Base: dir, Settle: 20 * time.Millisecond})
	put(t, filepath.Join(dir, "far/notes/c.txt"), "two")
	if changed, _ := report(t, deltas); !slices.Equal(changed, []string{"c"}) {
		t.Errorf("changed %v", changed)
	}
	put(t, filepath.Join(dir, "later/d.yaml"), component("d"))
	if changed, _ := report(t, deltas); !slices.Equal(changed, []string{"d", "location:more"}) {
		t.Errorf("changed %v", changed)
	}
}

func TestWatchChecksRegularly(t *testing.T) {
	dir := tree(t, map[string]string{"a.yaml": component("a")})
	deltas := watching(t, Options{Target: "a.yaml", Base: dir, Interval: 10 * time.Millisecond})
	for range 3 {
		if d := next(t, deltas); len(d.Files) > 0 || d.Checked.IsZero() {
			t.Errorf("%+v", d)
		}
	}
}

func TestWatchStops(t *testing.T) {
	dir := tree(t, map[string]string{"a.yaml": component("a")})
	ctx, stop := context.WithCancel(context.Background())
	stop()
	if err := newSource(t, Options{Target: "a.yaml", Base: dir}).Watch(ctx, func(catalog.Delta) {}); err != nil {
		t.Error(err)
	}
	if _, err := newSource(t, Options{Target: "a.yaml", Base: dir}).Read(ctx); err == nil {
		t.Error("a read that is called off succeeds")
	}
}

// A folder that goes away ends the watch with an error, so that somebody hears of it; what it held stays.
func TestWatchEndsWithItsFolder(t *testing.T) {
	dir := tree(t, map[string]string{"cat/catalog-info.yaml": component("a")})
	s := newSource(t, Options{Target: "cat", Base: dir, Settle: 10 * time.Millisecond, Interval: 20 * time.Millisecond})
	if _, err := s.Read(context.Background()); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.Watch(context.Background(), func(catalog.Delta) {}) }()
	if err := os.Rename(filepath.Join(dir, "cat"), filepath.Join(dir, "dog")); err != nil {
		t.Fatal(err)
	}
	if err := <-done; !fault.Is(err, fault.NotFound) {
		t.Errorf("got %v", err)
	}
	if err := os.Rename(filepath.Join(dir, "dog"), filepath.Join(dir, "cat")); err != nil {
		t.Fatal(err)
	}
	if d, err := s.Read(context.Background()); err != nil || len(d.Files) != 1 {
		t.Errorf("the folder is back: %+v, %v", d, err)
	}
}
