package bot

import (
	"crypto/rand"
	"encoding/hex"
	"time"
)

// NewID returns a UUIDv7 (RFC 9562) for a moment: ids of later moments sort behind those of earlier ones.
func NewID(now time.Time) string {
	var b [16]byte
	rand.Read(b[6:]) // crypto/rand.Read never fails (Go 1.24)
	ms := uint64(max(now.UnixMilli(), 0))
	for i := range 6 {
		b[i] = byte(ms >> (40 - 8*i))
	}
	b[6] = 0x70 | b[6]&0x0f // version 7
	b[8] = 0x80 | b[8]&0x3f // variant
	var out [36]byte
	hex.Encode(out[:8], b[:4])
	hex.Encode(out[9:13], b[4:6])
	hex.Encode(out[14:18], b[6:8])
	hex.Encode(out[19:23], b[8:10])
	hex.Encode(out[24:], b[10:])
	for _, i := range [...]int{8, 13, 18, 23} {
		out[i] = '-'
	}
	return string(out[:])
}
