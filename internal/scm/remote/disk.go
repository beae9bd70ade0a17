package remote

import (
	"bytes"
	"container/list"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// DefaultDiskBytes is how much a Disk keeps when nothing else is said.
const DefaultDiskBytes = 1 << 30

// Disk keeps blobs, lists of files and answers of an API in a folder, up to a number of bytes; what was used least
// recently goes first. It may be lost at any time: everything in it can be read again. A file that was cut short by a
// crash is noticed and dropped. It is safe for concurrent use by one process.
type Disk struct {
	dir  string
	most int64

	mu    sync.Mutex
	used  int64
	order *list.List // of *kept, the most recent first
	files map[string]*list.Element
}

type kept struct {
	name string
	size int64
}

// NewDisk opens the folder dir, making it where it is missing. Zero bytes means DefaultDiskBytes.
func NewDisk(dir string, most int64) (*Disk, error) {
	if most <= 0 {
		most = DefaultDiskBytes
	}
	d := &Disk{dir: dir, most: most, order: list.New(), files: map[string]*list.Element{}}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fault.Wrap(fault.Internal, err, "make the folder of what was read from repositories")
	}
	if err := d.load(); err != nil {
		return nil, fault.Wrap(fault.Internal, err, "list the folder of what was read from repositories")
	}
	return d, nil
}

// load takes over what an earlier process left, in the order in which it was used.
func (d *Disk) load() error {
	type found struct {
		kept
		at time.Time
	}
	var all []found
	err := filepath.WalkDir(d.dir, func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return nil
		}
		if filepath.Ext(p) == ".part" {
			return os.Remove(p)
		}
		all = append(all, found{kept{filepath.Base(p), info.Size()}, info.ModTime()})
		return nil
	})
	slices.SortFunc(all, func(a, b found) int { return a.at.Compare(b.at) })
	for _, f := range all {
		d.files[f.name] = d.order.PushFront(&kept{f.name, f.size})
		d.used += f.size
	}
	d.shrink()
	return err
}

func fileName(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:])
}

func (d *Disk) path(name string) string { return filepath.Join(d.dir, name[:2], name) }

// Get returns what was put under a key, unless it has been dropped since.
func (d *Disk) Get(key string) ([]byte, bool) {
	name := fileName(key)
	d.mu.Lock()
	el := d.files[name]
	if el != nil {
		d.order.MoveToFront(el)
	}
	d.mu.Unlock()
	if el == nil {
		return nil, false
	}
	data, err := os.ReadFile(d.path(name))
	if err == nil && len(data) >= sha256.Size {
		sum := sha256.Sum256(data[sha256.Size:])
		if bytes.Equal(sum[:], data[:sha256.Size]) {
			return data[sha256.Size:], true
		}
	}
	d.drop(name)
	return nil, false
}

// Put keeps a value under a key. A value that cannot be written, or is larger than a quarter of the whole, is not
// kept: the next one who needs it reads it again.
func (d *Disk) Put(key string, value []byte) {
	name := fileName(key)
	size := int64(len(value)) + sha256.Size
	if size > d.most/4 || d.write(name, value) != nil {
		d.drop(name)
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if el := d.files[name]; el != nil {
		d.used += size - el.Value.(*kept).size
		el.Value.(*kept).size = size
		d.order.MoveToFront(el)
	} else {
		d.files[name] = d.order.PushFront(&kept{name, size})
		d.used += size
	}
	d.shrink()
}

// write puts a file in place whole or not at all.
func (d *Disk) write(name string, value []byte) error {
	to := d.path(name)
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(to), name+"-*.part")
	if err != nil {
		return err
	}
	sum := sha256.Sum256(value)
	_, err1 := f.Write(sum[:])
	_, err2 := f.Write(value)
	err3 := f.Close()
	for _, err := range []error{err1, err2, err3} {
		if err != nil {
			os.Remove(f.Name()) //nolint:errcheck // nothing more can be done
			return err
		}
	}
	return os.Rename(f.Name(), to)
}

func (d *Disk) drop(name string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if el := d.files[name]; el != nil {
		d.remove(el)
	}
}

// shrink removes the least recently used until everything fits.
func (d *Disk) shrink() {
	for d.used > d.most && d.order.Len() > 0 {
		d.remove(d.order.Back())
	}
}

func (d *Disk) remove(el *list.Element) {
	k := d.order.Remove(el).(*kept)
	delete(d.files, k.name)
	d.used -= k.size
	if err := os.Remove(d.path(k.name)); err != nil {
		return // whatever is left is found by the next start
	}
}

// Used returns how many bytes are kept.
func (d *Disk) Used() int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.used
}
