package search

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"strings"
)

// errImage is what reading a file ends with that is no image, or a damaged one.
var errImage = errors.New("it is damaged")

// imageReader reads what an imageWriter wrote. Nothing is made larger than what is left of the file lets expect; the
// first error stays, and what is read after it is empty.
type imageReader struct {
	from io.Reader
	r    *bufio.Reader
	sum  hash.Hash32
	left int64 // bytes before the checksum
	buf  []byte
	err  error
}

func newImageReader(from io.Reader, size int64) *imageReader {
	r := &imageReader{from: from, sum: imageSum(), buf: make([]byte, imagePiece)}
	if r.left = size - crc32.Size; r.left < 0 {
		r.left, r.err = 0, errImage
	}
	r.r = bufio.NewReaderSize(io.TeeReader(io.LimitReader(from, r.left), r.sum), imageBuffer)
	return r
}

func (r *imageReader) fail(err error) {
	if r.err == nil {
		r.err = err
	}
}

// take claims that many elements of a size; it reports whether the file is large enough for them.
func (r *imageReader) take(n, size int) bool {
	if r.err == nil && (n < 0 || int64(n) > r.left/int64(size)) {
		r.fail(errImage)
	}
	if r.err != nil {
		return false
	}
	r.left -= int64(n) * int64(size)
	return true
}

// fill reads exactly what was claimed.
func (r *imageReader) fill(b []byte) []byte {
	if _, err := io.ReadFull(r.r, b); err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			err = errImage
		}
		r.fail(err)
	}
	return b
}

func (r *imageReader) bytes(n int) []byte {
	if !r.take(n, 1) {
		return nil
	}
	return r.fill(make([]byte, n))
}

// count reads the length of a list. It is not negative.
func (r *imageReader) count() int {
	var b [8]byte
	if !r.take(1, len(b)) {
		return 0
	}
	if r.fill(b[:]); r.err != nil {
		return 0
	}
	n := binary.LittleEndian.Uint64(b[:])
	if n > uint64(r.left) { // each element takes a byte at least
		r.fail(errImage)
		return 0
	}
	return int(n)
}

func (r *imageReader) json(v any) {
	b := r.bytes(r.count())
	if r.err != nil {
		return
	}
	if err := json.Unmarshal(b, v); err != nil {
		r.fail(fmt.Errorf("%w: %w", errImage, err))
	}
}

// getNumbers reads n numbers.
func getNumbers[T uint32 | int32 | uint64](r *imageReader, n int) []T {
	size := binary.Size(T(0))
	if !r.take(n, size) {
		return nil
	}
	out := make([]T, n)
	for rest := out; len(rest) > 0 && r.err == nil; {
		run := rest[:min(len(rest), len(r.buf)/size)]
		if _, err := binary.Decode(r.fill(r.buf[:len(run)*size]), binary.LittleEndian, run); err != nil {
			r.fail(err)
		}
		rest = rest[len(run):]
	}
	if r.err != nil {
		return nil
	}
	return out
}

func getList[T uint32 | int32 | uint64](r *imageReader) []T { return getNumbers[T](r, r.count()) }

// texts reads a list of texts. They lie in pieces of imagePiece bytes, so that a text which stays keeps only as many
// others in memory.
func (r *imageReader) texts() []string {
	lengths := getList[uint32](r)
	out := make([]string, len(lengths))
	for from := 0; from < len(out) && r.err == nil; {
		size, to := 0, from
		for ; to < len(out) && (to == from || size+int(lengths[to]) <= imagePiece); to++ {
			size += int(lengths[to])
		}
		piece := r.text(size)
		if r.err != nil {
			break
		}
		for ; from < to; from++ {
			out[from], piece = piece[:lengths[from]], piece[lengths[from]:]
		}
	}
	if r.err != nil {
		return nil
	}
	return out
}

func (r *imageReader) text(n int) string {
	if !r.take(n, 1) {
		return ""
	}
	var b strings.Builder
	b.Grow(n)
	for n > 0 && r.err == nil {
		part, err := r.r.Peek(min(n, imagePiece))
		if err != nil {
			r.fail(errImage)
			break
		}
		b.Write(part)
		n -= len(part)
		_, err = r.r.Discard(len(part))
		if err != nil {
			r.fail(errImage)
		}
	}
	return b.String()
}

// lists reads n lists of ids below a limit. All are in one piece of memory, without room to grow.
func (r *imageReader) lists(n int, limit int) [][]uint32 {
	lengths := getNumbers[uint32](r, n)
	all := getList[uint32](r)
	if !below(all, limit) {
		r.fail(errImage)
	}
	if r.err != nil {
		return nil
	}
	out := make([][]uint32, n)
	for i, length := range lengths {
		if int(length) > len(all) {
			r.fail(errImage)
			return nil
		}
		out[i], all = all[:length:length], all[length:]
	}
	if len(all) > 0 {
		r.fail(errImage)
	}
	return out
}

// below reports whether all ids are below a limit.
func below(ids []uint32, limit int) bool {
	for _, id := range ids {
		if int(id) >= limit {
			return false
		}
	}
	return true
}

// end checks that everything has been read and is what was written.
func (r *imageReader) end() error {
	if r.err == nil && r.left > 0 {
		r.fail(errImage)
	}
	if r.err != nil {
		return r.err
	}
	want := make([]byte, crc32.Size)
	if _, err := io.ReadFull(r.from, want); err != nil || string(want) != string(r.sum.Sum(nil)) {
		r.fail(errImage)
	}
	return r.err
}
