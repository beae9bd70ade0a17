package file

import (
	"context"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// maxWatched is how many folders are watched at once; changes in the rest are found by the regular check.
const maxWatched = 8000

// Watch implements catalog.Source. Changes that the system signals are reported once the files have been quiet for
// Options.Settle, and every Interval all files are looked at. Folders rather than files are watched, so that
// editors that write a new file and rename it are followed. It returns nil when ctx is done, and an error when the
// configured target is there no more.
func (s *Source) Watch(ctx context.Context, emit func(catalog.Delta)) error {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return fault.Wrap(fault.Internal, err, "file changes cannot be watched")
	}
	defer w.Close()
	watched := map[string]bool{}
	s.rewatch(w, watched)
	tick := time.NewTicker(s.opt.Interval)
	defer tick.Stop()
	quiet := time.NewTimer(0) // the first pass finds what changed before the folders were watched
	defer quiet.Stop()
	dirty := map[string]bool{}
	var first time.Time // when the pending changes began; zero: none
	for {
		select {
		case <-ctx.Done():
			return nil
		case e, ok := <-w.Events:
			if !ok {
				return nil
			}
			dirty[filepath.Clean(e.Name)] = true
			if first.IsZero() {
				first = time.Now()
			}
			// Steady writing must not put the report off for ever.
			if time.Since(first) < 4*s.opt.Settle {
				quiet.Reset(s.opt.Settle)
			}
			continue
		case <-w.Errors:
			quiet.Reset(s.opt.Settle)
			continue
		case <-tick.C:
		case <-quiet.C:
		}
		d, err := s.changes(ctx, dirty)
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err // whoever watches says so, keeps what there was, and tries again
		}
		emit(d)
		dirty, first = map[string]bool{}, time.Time{}
		if s.rewatch(w, watched) {
			quiet.Reset(s.opt.Settle) // files may have come before their folder was watched
		}
	}
}

// rewatch brings the watched folders in line with what the last scan looked into, and reports whether there are new
// ones. A folder that cannot be watched is left to the regular check.
func (s *Source) rewatch(w *fsnotify.Watcher, watched map[string]bool) (added bool) {
	s.mu.Lock()
	dirs := s.dirs
	s.mu.Unlock()
	want := make(map[string]bool, len(dirs))
	for _, dir := range dirs[:min(len(dirs), maxWatched)] {
		want[dir] = true
		if !watched[dir] && w.Add(dir) == nil {
			watched[dir], added = true, true
		}
	}
	for dir := range watched {
		if !want[dir] {
			w.Remove(dir)
			delete(watched, dir)
		}
	}
	return added
}
