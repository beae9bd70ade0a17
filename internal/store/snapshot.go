package store

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// snapshotMagic begins a snapshot; its last byte counts the versions of the format.
const snapshotMagic = "backchannel catalog 1"

// maxRecord bounds one record of a snapshot, in bytes.
const maxRecord = 256 << 20

// snapshotHead is the first record of a snapshot.
type snapshotHead struct {
	Changes  catalog.Changes // without entities and facts
	Entities int
	Facts    int
}

// WriteSnapshot writes the whole state of a catalog to a file, so that a replica can start from it while the database
// is away. The file is replaced as a whole or not at all.
func WriteSnapshot(path string, c catalog.Changes) error {
	err := os.MkdirAll(filepath.Dir(path), 0o700)
	var f *os.File
	if err == nil {
		f, err = os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	}
	if err != nil {
		return fault.Wrap(fault.Internal, err, "write the catalog's snapshot")
	}
	err = writeSnapshot(f, c)
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fault.Wrap(fault.Internal, errors.Join(err, os.Remove(f.Name())), "write the catalog's snapshot")
	}
	return nil
}

func writeSnapshot(f io.Writer, c catalog.Changes) error {
	buffered := bufio.NewWriterSize(f, 1<<20)
	sum := crc32.New(crc32.MakeTable(crc32.Castagnoli))
	w := recordWriter{w: io.MultiWriter(buffered, sum)}
	head := snapshotHead{c, len(c.Upserts), len(c.Facts)}
	head.Changes.Upserts, head.Changes.Facts, head.Changes.Deletes = nil, nil, nil
	w.put([]byte(snapshotMagic))
	w.json(head)
	for _, e := range c.Upserts {
		w.put(pack(e))
		w.put(e.Document.JSON())
	}
	for _, fact := range c.Facts {
		w.json(fact)
	}
	if w.err != nil {
		return w.err
	}
	if _, err := buffered.Write(sum.Sum(nil)); err != nil {
		return err
	}
	return buffered.Flush()
}

// recordWriter writes records behind their lengths; the first error stays.
type recordWriter struct {
	w   io.Writer
	err error
}

func (r *recordWriter) put(b []byte) {
	if r.err == nil {
		_, r.err = r.w.Write(binary.AppendUvarint(nil, uint64(len(b))))
	}
	if r.err == nil {
		_, r.err = r.w.Write(b)
	}
}

func (r *recordWriter) json(v any) {
	b, err := json.Marshal(v)
	if err != nil && r.err == nil {
		r.err = err
	}
	r.put(b)
}

// ReadSnapshot reads what WriteSnapshot wrote, with Full set. There being no file is an error of kind NotFound; a
// damaged one, or one of another version, is of kind Invalid.
func ReadSnapshot(path string) (catalog.Changes, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return catalog.Changes{}, fault.Wrap(fault.NotFound, err, "there is no snapshot of the catalog")
	}
	if err != nil {
		return catalog.Changes{}, fault.Wrap(fault.Invalid, err, "read the catalog's snapshot")
	}
	defer f.Close()
	c, err := readSnapshot(bufio.NewReaderSize(f, 1<<20))
	if err != nil {
		return catalog.Changes{}, fault.Wrap(fault.Invalid, err, "the catalog's snapshot %s cannot be used", path)
	}
	return c, nil
}

var errSnapshot = errors.New("it is damaged, or of another version")

func readSnapshot(f *bufio.Reader) (catalog.Changes, error) {
	r := snapshotReader{r: f, sum: crc32.New(crc32.MakeTable(crc32.Castagnoli))}
	var head snapshotHead
	if magic, err := r.next(); err != nil || string(magic) != snapshotMagic {
		return catalog.Changes{}, errSnapshot
	}
	if err := r.json(&head); err != nil {
		return catalog.Changes{}, err
	}
	c := head.Changes
	c.Full = true
	var u unpacker
	for range head.Entities {
		packed, err := r.next()
		if err != nil {
			return catalog.Changes{}, err
		}
		columns := string(packed)
		document, err := r.next()
		if err != nil {
			return catalog.Changes{}, err
		}
		e, err := u.entity(columns, document)
		if err != nil {
			return catalog.Changes{}, err
		}
		c.Upserts = append(c.Upserts, e)
	}
	for range head.Facts {
		var fact catalog.Fact
		if err := r.json(&fact); err != nil {
			return catalog.Changes{}, err
		}
		c.Facts = append(c.Facts, fact)
	}
	want := r.sum.Sum(nil)
	got := make([]byte, len(want))
	if _, err := io.ReadFull(f, got); err != nil || string(got) != string(want) {
		return catalog.Changes{}, errSnapshot
	}
	return c, nil
}

// snapshotReader reads records; a record is good until the next one is read.
type snapshotReader struct {
	r   *bufio.Reader
	sum interface {
		io.Writer
		Sum([]byte) []byte
	}
	buf []byte
}

func (r *snapshotReader) next() ([]byte, error) {
	n, err := binary.ReadUvarint(r.r)
	if err != nil || n > maxRecord {
		return nil, errSnapshot
	}
	if uint64(cap(r.buf)) < n {
		r.buf = make([]byte, n)
	}
	r.buf = r.buf[:n]
	if _, err := io.ReadFull(r.r, r.buf); err != nil {
		return nil, errSnapshot
	}
	_, _ = r.sum.Write(binary.AppendUvarint(nil, n)) // hashes do not fail
	_, _ = r.sum.Write(r.buf)
	return r.buf, nil
}

func (r *snapshotReader) json(v any) error {
	b, err := r.next()
	if err != nil {
		return err
	}
	return json.Unmarshal(b, v)
}
