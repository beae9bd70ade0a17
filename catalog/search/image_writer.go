package search

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"hash"
	"hash/crc32"
	"io"
)

const (
	imageBuffer = 256 << 10 // bytes that are read or written at once
	imagePiece  = 64 << 10  // bytes of text that share one piece of memory
	imageRun    = 8 << 10   // numbers that are written at once
)

func imageSum() hash.Hash32 { return crc32.New(crc32.MakeTable(crc32.Castagnoli)) }

// imageWriter writes lists behind their lengths, in little-endian order; the first error stays.
type imageWriter struct {
	to  io.Writer
	w   *bufio.Writer
	sum hash.Hash32 // of what went through w
	buf []byte
	err error
}

func newImageWriter(to io.Writer) *imageWriter {
	sum := imageSum()
	return &imageWriter{to: to, sum: sum, w: bufio.NewWriterSize(io.MultiWriter(to, sum), imageBuffer)}
}

func (w *imageWriter) bytes(b []byte) {
	if w.err == nil {
		_, w.err = w.w.Write(b)
	}
}

func (w *imageWriter) text(s string) {
	if w.err == nil {
		_, w.err = w.w.WriteString(s)
	}
}

func (w *imageWriter) count(n int) { w.bytes(binary.LittleEndian.AppendUint64(nil, uint64(n))) }

func (w *imageWriter) json(v any) {
	b, err := json.Marshal(v)
	if err != nil && w.err == nil {
		w.err = err
	}
	w.count(len(b))
	w.bytes(b)
}

// putNumbers writes n numbers without their count.
func putNumbers[T uint32 | int32 | uint64](w *imageWriter, n int, at func(i int) T) {
	run := make([]T, 0, min(n, imageRun))
	for i := 0; i < n && w.err == nil; {
		run = run[:0]
		for ; i < n && len(run) < cap(run); i++ {
			run = append(run, at(i))
		}
		w.buf, w.err = binary.Append(w.buf[:0], binary.LittleEndian, run)
		w.bytes(w.buf)
	}
}

func putList[T uint32 | int32 | uint64](w *imageWriter, list []T) {
	w.count(len(list))
	putNumbers(w, len(list), func(i int) T { return list[i] })
}

// texts writes n texts: their lengths, then one behind the other.
func (w *imageWriter) texts(n int, at func(i int) string) {
	w.count(n)
	putNumbers(w, n, func(i int) uint32 { return uint32(len(at(i))) })
	for i := range n {
		w.text(at(i))
	}
}

// lists writes n lists of ids: their lengths, then one behind the other.
func (w *imageWriter) lists(n int, at func(i int) []uint32) {
	total := 0
	putNumbers(w, n, func(i int) uint32 {
		total += len(at(i))
		return uint32(len(at(i)))
	})
	w.count(total)
	list, next := []uint32(nil), 0
	putNumbers(w, total, func(int) uint32 {
		for len(list) == 0 {
			list = at(next)
			next++
		}
		x := list[0]
		list = list[1:]
		return x
	})
}

// end writes the checksum behind everything.
func (w *imageWriter) end() error {
	if w.err == nil {
		w.err = w.w.Flush()
	}
	if w.err == nil {
		_, w.err = w.to.Write(w.sum.Sum(nil))
	}
	return w.err
}
