package file

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// BenchmarkRead reads 2,000 files: cold, and again when nothing changed.
func BenchmarkRead(b *testing.B) {
	dir := b.TempDir()
	old := time.Now().Add(-time.Hour)
	for i := range 2000 {
		name := filepath.Join(dir, fmt.Sprint(i%50), fmt.Sprint("c", i, ".yaml"))
		if err := aged(name, component(fmt.Sprint("c", i)), old); err != nil {
			b.Fatal(err)
		}
	}
	source := func() *Source {
		s, err := New(Options{Target: "**/*.yaml", Base: dir})
		if err != nil {
			b.Fatal(err)
		}
		return s
	}
	b.Run("cold", func(b *testing.B) {
		for b.Loop() {
			if d, err := source().Read(context.Background()); err != nil || len(d.Files) != 2000 {
				b.Fatal(len(d.Files), err)
			}
		}
	})
	b.Run("unchanged", func(b *testing.B) {
		s := source()
		if _, err := s.Read(context.Background()); err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			if d, err := s.Read(context.Background()); err != nil || len(d.Files) != 2000 {
				b.Fatal(len(d.Files), err)
			}
		}
	})
}

func aged(name, text string, at time.Time) error {
	if err := write(name, text); err != nil {
		return err
	}
	return os.Chtimes(name, at, at)
}
