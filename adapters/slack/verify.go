package slack

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"strconv"
	"sync"
	"time"
)

// window is how far a request's timestamp may be from the clock, in either direction.
const window = 300 * time.Second

// verifier checks Slack's v0 request signature: the hex HMAC-SHA-256 of "v0:timestamp:body" with the signing secret
// (docs.slack.dev/authentication/verifying-requests-from-slack). An empty secret verifies nothing.
type verifier struct {
	now  func() time.Time
	key  bool
	macs sync.Pool // of *mac; keyed states cost two hash blocks to make
}

// mac is a keyed hash with room for one round of work.
type mac struct {
	hash hash.Hash
	head []byte
	sum  []byte
	sent []byte
}

func newVerifier(secret string, now func() time.Time) *verifier {
	v := &verifier{now: now, key: secret != ""}
	v.macs.New = func() any {
		return &mac{
			hash: hmac.New(sha256.New, []byte(secret)),
			head: make([]byte, 0, 32),
			sum:  make([]byte, 0, sha256.Size),
			sent: make([]byte, sha256.Size),
		}
	}
	return v
}

// timely reports whether a timestamp header is a decimal number of Unix seconds within the window.
func (v *verifier) timely(timestamp string) bool {
	if timestamp == "" || len(timestamp) > 12 || timestamp[0] == '+' {
		return false
	}
	sec, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil {
		return false
	}
	age := v.now().Sub(time.Unix(sec, 0))
	return -window <= age && age <= window
}

// verify reports whether the signature header belongs to this timestamp and body, and the timestamp to this window.
func (v *verifier) verify(timestamp, signature string, body []byte) bool {
	const hexLen = 2 * sha256.Size
	if !v.key || len(signature) != len("v0=")+hexLen || signature[:3] != "v0=" || !v.timely(timestamp) {
		return false
	}
	m := v.macs.Get().(*mac)
	defer v.macs.Put(m)
	m.head = append(m.head[:0], signature[3:]...)
	if _, err := hex.Decode(m.sent, m.head); err != nil {
		return false
	}
	m.head = append(m.head[:0], "v0:"...)
	m.head = append(m.head, timestamp...)
	m.head = append(m.head, ':')
	m.hash.Reset()
	m.hash.Write(m.head)
	m.hash.Write(body)
	m.sum = m.hash.Sum(m.sum[:0])
	return hmac.Equal(m.sum, m.sent)
}
