package fetch

import "bytes"

// How much of a file is looked at: so many bytes are judged, and the last of them may need some more.
const (
	judged  = 512
	reserve = 3
)

// isBinary reports whether a file is copied and never rendered. It decides as the npm package isbinaryfile 5 does, which
// Backstage asks: byte order marks of text, zero bytes, the share of bytes that are no UTF-8, protocol buffers.
func isBinary(data []byte) bool {
	data = data[:min(len(data), judged+reserve)]
	if len(data) == 0 || isMarked(data) {
		return false
	}
	if bytes.HasPrefix(data, []byte("%PDF-")) {
		return true
	}
	n := min(len(data), judged)
	odd := 0
	for i := 0; i < n; i++ {
		b := data[i]
		if b == 0 {
			return true
		}
		if b >= 7 && b <= 14 || b >= 32 && b <= 127 {
			continue
		}
		var ok bool
		if i, ok = sequence(data, i); ok {
			continue
		}
		odd++
		if i >= 32 && odd*100 > 10*n {
			return true
		}
	}
	return odd*100 > 10*n || odd > 1 && isProto(data[:n])
}

// isMarked knows the byte order marks of UTF-8, UTF-16, UTF-32 and GB 18030.
func isMarked(data []byte) bool {
	for _, mark := range []string{"\xEF\xBB\xBF", "\x00\x00\xFE\xFF", "\xFF\xFE\x00\x00", "\x84\x31\x95\x33", "\xFE\xFF", "\xFF\xFE"} {
		if bytes.HasPrefix(data, []byte(mark)) {
			return true
		}
	}
	return false
}

// sequence reads the bytes of one character from i on; it returns the index of the last byte that was looked at.
func sequence(data []byte, i int) (int, bool) {
	tail := func(at int) bool { return data[at] >= 0x80 && data[at] <= 0xBF }
	switch b := data[i]; {
	case b >= 0xC0 && b <= 0xDF && i+1 < len(data):
		i++
		return i, tail(i)
	case b >= 0xE0 && b <= 0xEF && i+2 < len(data):
		i++
		if tail(i) && tail(i+1) {
			return i + 1, true
		}
	case b >= 0xF0 && b <= 0xF7 && i+3 < len(data):
		i++
		if tail(i) && tail(i+1) && tail(i+2) {
			return i + 2, true
		}
	}
	return i, false
}

// isProto reports whether the bytes read as a message of protocol buffers, which may be cut off.
func isProto(data []byte) bool {
	r := protoReader{data: data}
	for n := 0; ; n++ {
		known := r.field()
		switch {
		case r.short:
			return n > 0
		case !known:
			return false
		}
	}
}

type protoReader struct {
	data  []byte
	short bool // there were fewer bytes than the message needs
}

func (r *protoReader) next() byte {
	if len(r.data) == 0 || r.short {
		r.short = true
		return 0xFF
	}
	b := r.data[0]
	r.data = r.data[1:]
	return b
}

func (r *protoReader) skip(n int32) {
	if n > 0 && int(n) > len(r.data) {
		r.data, r.short = nil, true
		return
	}
	r.data = r.data[max(n, 0):]
}

// number is a number of variable length, with 32 bits as JavaScript's shifts have them.
func (r *protoReader) number() int32 {
	const most = 10
	var v int32
	for i := uint(0); !r.short; i++ {
		b := r.next()
		v |= int32(b&0x7F) << (7 * i & 31)
		if b&0x80 == 0 {
			break
		}
		if i >= most {
			r.short = true
		}
	}
	return v
}

// field reads one field of a message; false: it is of no known type.
func (r *protoReader) field() bool {
	switch r.number() & 7 {
	case 0:
		r.number()
	case 1:
		r.skip(8)
	case 2:
		r.skip(r.number())
	case 5:
		r.skip(4)
	default:
		return false
	}
	return true
}
