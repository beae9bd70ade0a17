package search

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// imageLeft is the age at which a file that a write was to put in the place of an image belongs to a process that is
// no more.
const imageLeft = 10 * time.Minute

// WriteImage writes r to a file, without its documentation and its text index, so that a start needs to read only what
// has changed since. The file is replaced as a whole or not at all.
func (r *Reader) WriteImage(path string) error {
	err := os.MkdirAll(filepath.Dir(path), 0o700)
	var f *os.File
	if err == nil {
		sweepImages(path)
		f, err = os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	}
	if err != nil {
		return fault.Wrap(fault.Internal, err, "write the catalog's image")
	}
	err = r.writeImage(f, namesForm())
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fault.Wrap(fault.Internal, errors.Join(err, os.Remove(f.Name())), "write the catalog's image")
	}
	return nil
}

// sweepImages removes what processes left behind that were killed while they wrote.
func sweepImages(path string) {
	left, err := filepath.Glob(path + ".*")
	if err != nil { // a path with odd characters: nothing is swept
		return
	}
	for _, name := range left {
		if info, err := os.Lstat(name); err == nil && info.Mode().IsRegular() && time.Since(info.ModTime()) > imageLeft {
			_ = os.Remove(name) // the next write tries again
		}
	}
}

// ReadImage returns the Reader that WriteImage wrote to a file. There being no file is an error of kind NotFound; one
// that is damaged, or of another version of the program, is of kind Invalid. Close frees what the Reader's word search
// makes.
func ReadImage(path string, o Options) (*Reader, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.Wrap(fault.NotFound, err, "there is no image of the catalog")
	}
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "read the catalog's image")
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "read the catalog's image")
	}
	s, n, err := readImage(f, info.Size(), namesForm())
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "the catalog's image %s cannot be used", path)
	}
	return &Reader{snapshot: s, names: n, text: lazyText(o)}, nil
}
