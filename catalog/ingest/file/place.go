package file

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/catalog/ingest"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// recent is how young a file must be for its modification time not to prove anything: two writes within the clock's
// grain leave the same one.
const recent = 2 * time.Second

// disk is the ingest.Place of the local disk.
type disk struct {
	most int // bytes of a descriptor

	mu     sync.Mutex
	folder string          // the folder of the location: placeholders reach no further
	dirs   map[string]bool // folders whose changes matter, of the running scan
	dirty  map[string]bool // files known to have been touched
	stats  map[string]stat // what files of the running scan looked like when they were last read
	before map[string]stat // the same of the scan before
	count  int
}

// stat is a file's state, and the token that stands for it.
type stat struct {
	info  fs.FileInfo
	read  time.Time // by the clock that stamps files
	token ingest.Token
}

// begin starts a scan.
func (d *disk) begin(dirty map[string]bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.dirs, d.dirty = map[string]bool{}, dirty
	d.before, d.stats = d.stats, map[string]stat{}
}

// watch lists the folders whose changes matter, in order.
func (d *disk) watch() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Sorted(maps.Keys(d.dirs))
}

func (d *disk) note(dirs ...string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, dir := range dirs {
		d.dirs[dir] = true
	}
}

// Has implements ingest.Place: the disk has no addresses on the web.
func (d *disk) Has(string) bool { return false }

// Find implements ingest.Place.
func (d *disk) Find(_ context.Context, address string, named bool) (ingest.Found, error) {
	m, err := expand(address, named)
	if err == nil {
		d.note(m.dirs...)
	}
	found := ingest.Found{Addresses: m.files, Pattern: m.pattern, Sift: m.sift}
	if err != nil {
		return found, err
	}
	if !m.pattern {
		_, err = os.Stat(address)
	}
	if named {
		d.mu.Lock()
		defer d.mu.Unlock()
		switch {
		case m.sift:
			d.folder = address
		case m.pattern:
			d.folder = m.dirs[0]
		default:
			d.folder = filepath.Dir(address)
		}
	}
	return found, err
}

// Read implements ingest.Place.
func (d *disk) Read(_ context.Context, address string, have ingest.Token) (ingest.Content, error) {
	info, err := os.Stat(address)
	d.mu.Lock()
	was := d.before[address]
	same := err == nil && !d.dirty[address] && have != "" && have == was.token && was.same(info)
	if same {
		d.stats[address] = was
	}
	d.mu.Unlock()
	if same {
		return ingest.Content{Token: have, Same: true}, nil
	}
	data, err := readLocal(address, d.most)
	if err != nil {
		return ingest.Content{}, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.count++
	token := ingest.Token(fmt.Sprint(d.count))
	if info != nil {
		d.stats[address] = stat{info, time.Now(), token}
	}
	return ingest.Content{Data: data, Token: token}, nil
}

// same reports whether the file can be taken to be as it was without reading it.
func (s stat) same(info fs.FileInfo) bool {
	return os.SameFile(s.info, info) && s.info.Size() == info.Size() &&
		s.info.ModTime().Equal(info.ModTime()) && s.read.Sub(info.ModTime()) > recent
}

// Beside implements ingest.Place: placeholders reach no further than the location's folder, or a descriptor's own
// where that lies elsewhere.
func (d *disk) Beside(_ context.Context, from, address string, _ ingest.Token) (ingest.Content, error) {
	d.note(filepath.Dir(address))
	d.mu.Lock()
	folder := d.folder
	d.mu.Unlock()
	if rel, err := filepath.Rel(folder, from); err != nil || !filepath.IsLocal(rel) {
		folder = filepath.Dir(from)
	}
	data, err := readWithin(folder, address)
	return ingest.Content{Data: data}, err
}

func readWithin(folder, name string) ([]byte, error) {
	local, err := filepath.Rel(folder, name)
	if err != nil || !filepath.IsLocal(local) {
		return nil, fault.New(fault.Forbidden, "it lies outside the location's folder %s", folder)
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	info, err := root.Stat(local)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fault.New(fault.Invalid, "it is not a regular file")
	}
	f, err := root.Open(local)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readAll(f, ingest.PlaceholderBytes)
}

// readLocal reads a regular file; anything else, such as a pipe that would block, is refused.
func readLocal(name string, most int) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return nil, fault.New(fault.Invalid, "it is a folder")
	}
	if !info.Mode().IsRegular() {
		return nil, fault.New(fault.Invalid, "it is not a regular file")
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readAll(f, most)
}

func readAll(r io.Reader, most int) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, int64(most)+1))
	if err != nil {
		return nil, err
	}
	if len(data) > most {
		return nil, fault.New(fault.Invalid, "it is larger than %d bytes", most)
	}
	return data, nil
}
