package ingest

import (
	"sync/atomic"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// DefaultText is how many bytes the descriptors of a location, and what their placeholders read, may have together.
const DefaultText = 2 << 30

// room is what the files of one scan may still take in.
type room struct {
	most int64
	left atomic.Int64
}

func newRoom(most int64) *room {
	r := &room{most: most}
	r.left.Store(most)
	return r
}

// keep sets aside what a file took in the last scan: what was read once is not crowded out by what came later.
func (r *room) keep(was *entry) {
	if was != nil {
		r.left.Add(-was.size)
	}
}

func (r *room) take(n int64) error {
	if r.left.Add(-n) >= 0 {
		return nil
	}
	r.left.Add(n)
	return fault.New(fault.Invalid, "the location holds more than %d MB together", r.most>>20)
}

// share is the part of one file.
type share struct {
	room       *room
	paid, used int64
}

// share is the part of a file for which what it took in the last scan is set aside.
func (r *room) share(was *entry) *share {
	s := &share{room: r}
	if was != nil {
		s.paid = was.size
	}
	return s
}

// take makes the file n bytes larger. Its error is of kind Invalid.
func (s *share) take(n int) error {
	used := s.used + int64(n)
	if used > s.paid {
		if err := s.room.take(used - s.paid); err != nil {
			return err
		}
		s.paid = used
	}
	s.used = used
	return nil
}
