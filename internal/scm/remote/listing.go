package remote

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// Listing is all files of one commit. It is immutable and safe for concurrent use.
type Listing struct {
	entries []Entry // sorted by path
	index   sync.Once
	folders map[string][]child
}

// child is an element of a folder: a file, or a folder below it.
type child struct {
	name  string
	entry int // of a file; -1: a folder
}

// NewListing sorts entries into a listing. Entries whose path is not a proper one are left out: a repository may hold
// names that no tree should.
func NewListing(entries []Entry) *Listing {
	entries = slices.DeleteFunc(entries, func(e Entry) bool {
		return !fs.ValidPath(e.Path) || e.Path == "." || strings.ContainsAny(e.Path, "\x00\n")
	})
	slices.SortFunc(entries, func(a, b Entry) int { return strings.Compare(a.Path, b.Path) })
	return &Listing{entries: slices.CompactFunc(entries, func(a, b Entry) bool { return a.Path == b.Path })}
}

// Entries returns the files in the order of their paths; the caller must not change them.
func (l *Listing) Entries() []Entry { return l.entries }

// File finds a file by its path.
func (l *Listing) File(name string) (Entry, bool) {
	i, ok := slices.BinarySearchFunc(l.entries, name, func(e Entry, n string) int { return strings.Compare(e.Path, n) })
	if !ok {
		return Entry{}, false
	}
	return l.entries[i], true
}

// folder lists the elements of a folder by name; ok is false when there is no such folder.
func (l *Listing) folder(name string) ([]child, bool) {
	l.index.Do(l.build)
	c, ok := l.folders[name]
	return c, ok
}

func (l *Listing) build() {
	l.folders = map[string][]child{".": nil}
	for i, e := range l.entries {
		name, at := path.Dir(e.Path), child{path.Base(e.Path), i}
		for {
			list, seen := l.folders[name]
			l.folders[name] = append(list, at)
			if seen || name == "." {
				break
			}
			name, at = path.Dir(name), child{path.Base(name), -1}
		}
	}
	for _, list := range l.folders {
		slices.SortFunc(list, func(a, b child) int { return strings.Compare(a.name, b.name) })
	}
}

// sum stands for everything below a folder; "" when there is no such folder.
func (l *Listing) sum(dir string) string {
	h := sha256.New()
	some := false
	first, _ := slices.BinarySearchFunc(l.entries, dir+"/", func(e Entry, n string) int { return strings.Compare(e.Path, n) })
	if dir == "." {
		first = 0
	}
	for _, e := range l.entries[first:] {
		if dir != "." && !strings.HasPrefix(e.Path, dir+"/") {
			break
		}
		some = true
		fmt.Fprintf(h, "%c %s %s\n", e.Kind, e.ID, strings.TrimPrefix(e.Path, dir+"/"))
	}
	if !some && dir != "." {
		return ""
	}
	return hex.EncodeToString(h.Sum(nil))
}

// program stands for a file that is one, in listings on disk.
const program Kind = 'x'

// encode writes the listing as it is kept on disk: compressed lines "kind id size path".
func (l *Listing) encode() []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := bufio.NewWriter(z)
	for _, e := range l.entries {
		kind := e.Kind
		if e.Exec {
			kind = program
		}
		fmt.Fprintf(w, "%c %s %d %s\n", kind, e.ID, e.Size, e.Path)
	}
	if w.Flush() != nil || z.Close() != nil {
		return nil
	}
	return b.Bytes()
}

// decodeListing reads what encode wrote. What was damaged on disk is an error.
func decodeListing(data []byte) (*Listing, error) {
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	const most = 256 << 20 // of text, against a damaged or forged file
	in := bufio.NewScanner(io.LimitReader(z, most))
	in.Buffer(nil, 1<<20)
	var entries []Entry
	for in.Scan() {
		part := strings.SplitN(in.Text(), " ", 4)
		if len(part) != 4 || len(part[0]) != 1 || len(entries) == MaxEntries {
			return nil, fault.New(fault.Invalid, "a kept list of files is damaged")
		}
		size, err := strconv.ParseInt(part[2], 10, 64)
		if err != nil {
			return nil, err
		}
		e := Entry{Path: part[3], ID: part[1], Size: size, Kind: Kind(part[0][0])}
		if e.Kind == program {
			e.Kind, e.Exec = File, true
		}
		entries = append(entries, e)
	}
	if err := in.Err(); err != nil {
		return nil, err
	}
	return NewListing(entries), nil
}
