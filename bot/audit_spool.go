package bot

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

const (
	spoolName  = "audit.spool"
	spoolLimit = 256 << 20 // bytes; an hour of a hundred questions a second is about as much
	spoolLine  = 1 << 20
	spoolBatch = 500 // records that are taken at once
)

// spool is a file of records, one line of JSON each, that wait for their store. Only one goroutine uses it.
type spool struct {
	path    string // "" keeps nothing
	file    *os.File
	size    int64
	waiting bool // something is in the file, or in the one that is being loaded
}

func newSpool(dir string) *spool {
	if dir == "" {
		return &spool{}
	}
	s := &spool{path: filepath.Join(dir, spoolName)}
	for _, path := range []string{s.path, s.loading()} {
		if info, err := os.Stat(path); err == nil && info.Size() > 0 {
			s.waiting = true
		}
	}
	return s
}

// loading is the file that is being taken to the store; it is kept until all of it is there.
func (s *spool) loading() string { return s.path + ".loading" }

func (s *spool) empty() bool { return !s.waiting }

// write appends records and returns how many it could not keep.
func (s *spool) write(rs []Record, log *slog.Logger) (lost int) {
	if s.path == "" {
		return len(rs)
	}
	if err := s.open(); err != nil {
		log.Error("the audit's spool cannot be opened", "err", err)
		return len(rs)
	}
	var b []byte
	for i, r := range rs {
		line, err := json.Marshal(r)
		if err != nil || s.size+int64(len(b)+len(line)) > spoolLimit {
			lost = len(rs) - i
			break
		}
		b = append(append(b, line...), '\n')
	}
	n, err := s.file.Write(b)
	s.size += int64(n)
	s.waiting = s.waiting || n > 0
	if err != nil {
		log.Error("the audit's spool cannot be written", "err", err)
		return len(rs)
	}
	return lost
}

func (s *spool) open() error {
	if s.file != nil {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(s.path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(s.path, os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err != nil {
		return errors.Join(err, f.Close())
	}
	s.file, s.size = f, info.Size()
	if s.size == 0 {
		return nil
	}
	last := make([]byte, 1) // a line that a crash cut off is ended, so that the next one is whole
	if _, err := f.ReadAt(last, s.size-1); err == nil && last[0] != '\n' {
		n, err := f.Write([]byte("\n"))
		s.size += int64(n)
		return err
	}
	return nil
}

func (s *spool) close() error {
	if s.file == nil {
		return nil
	}
	err := s.file.Close()
	s.file = nil
	return fault.Wrap(fault.Internal, err, "close the audit's spool")
}

// load gives the records to take, in batches, until it says no, and returns how many it took. A file is removed once
// all of it was taken; records that are given twice have the same ids.
func (s *spool) load(log *slog.Logger, take func([]Record) bool) (int, error) {
	total := 0
	for range 2 { // what an earlier load left, then the rest
		if _, err := os.Stat(s.loading()); errors.Is(err, fs.ErrNotExist) {
			if err := s.close(); err != nil {
				return total, err
			}
			if err := os.Rename(s.path, s.loading()); errors.Is(err, fs.ErrNotExist) {
				s.waiting = false
				return total, nil
			} else if err != nil {
				return total, fault.Wrap(fault.Internal, err, "begin to load the audit's spool")
			}
		}
		n, done, err := loadRecords(s.loading(), log, take)
		total += n
		if err != nil || !done {
			return total, err
		}
		if err := os.Remove(s.loading()); err != nil {
			return total, fault.Wrap(fault.Internal, err, "remove the audit's spool")
		}
	}
	_, err := os.Stat(s.path)
	s.waiting = err == nil
	return total, nil
}

// loadRecords reads a file of records, done when take took all of it. Lines that are none are left out.
func loadRecords(path string, log *slog.Logger, take func([]Record) bool) (n int, done bool, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, false, fault.Wrap(fault.Internal, err, "open the audit's spool")
	}
	defer f.Close()
	records := readRecords(f)
	for {
		batch, skipped, err := records(spoolBatch)
		if skipped > 0 {
			log.Warn("lines of the audit's spool are damaged", "lines", skipped)
		}
		if len(batch) > 0 {
			if !take(batch) {
				return n, false, nil
			}
			n += len(batch)
		}
		if errors.Is(err, io.EOF) {
			return n, true, nil
		}
		if err != nil {
			return n, false, fault.Wrap(fault.Internal, err, "read the audit's spool")
		}
	}
}

// readRecords returns a function that reads the next records, at most n, and how many lines were none. Its error is
// io.EOF at the end.
func readRecords(r io.Reader) func(n int) ([]Record, int, error) {
	in := bufio.NewReaderSize(r, 64<<10)
	return func(n int) (out []Record, skipped int, err error) {
		for len(out) < n {
			line, tooLong, err := readLine(in)
			if len(line) > 0 {
				var rec Record
				if tooLong || json.Unmarshal(line, &rec) != nil || rec.ID == "" {
					skipped++
				} else {
					out = append(out, rec)
				}
			}
			if err != nil {
				return out, skipped, err
			}
		}
		return out, skipped, nil
	}
}

// readLine reads a line without its end; of one that is longer than a record can be, only the beginning.
func readLine(in *bufio.Reader) (line []byte, tooLong bool, err error) {
	for {
		part, err := in.ReadSlice('\n')
		if len(line)+len(part) <= spoolLine {
			line = append(line, part...)
		} else {
			tooLong = true
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if n := len(line); n > 0 && line[n-1] == '\n' {
			line = line[:n-1]
		}
		return line, tooLong, err
	}
}
