package slack

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"time"
)

// The state of an installation goes to Slack and comes back. It is a moment, a random number and a code over both and
// over what the browser holds in a cookie, so that nobody can have a browser finish what another one began; nothing is
// kept until somebody comes back with one that is right.

const (
	stateLife = 10 * time.Minute
	nonceSize = 16
	stateSize = 8 + nonceSize + sha256.Size
)

// stateCode signs a state for a browser. The key is the app's client secret, which all replicas know.
func stateCode(secret string, head []byte, browser string) []byte {
	m := hmac.New(sha256.New, []byte(secret))
	m.Write([]byte("backchannel install\x00"))
	m.Write(head)
	m.Write([]byte(browser))
	return m.Sum(nil)
}

// newState returns a state for a browser.
func newState(secret, browser string, now time.Time) string {
	head := make([]byte, 8+nonceSize)
	binary.BigEndian.PutUint64(head, uint64(now.Add(stateLife).Unix()))
	rand.Read(head[8:]) // crypto/rand.Read never fails (Go 1.24)
	return base64.RawURLEncoding.EncodeToString(append(head, stateCode(secret, head, browser)...))
}

// checkState reports whether a state was made for this browser and is in time, and returns what tells it from others.
func checkState(secret, state, browser string, now time.Time) (nonce string, ok bool) {
	if browser == "" || len(state) > 2*stateSize {
		return "", false
	}
	raw, err := base64.RawURLEncoding.DecodeString(state)
	if err != nil || len(raw) != stateSize {
		return "", false
	}
	head, code := raw[:8+nonceSize], raw[8+nonceSize:]
	if !hmac.Equal(code, stateCode(secret, head, browser)) {
		return "", false
	}
	until := time.Unix(int64(binary.BigEndian.Uint64(head)), 0)
	return base64.RawURLEncoding.EncodeToString(head[8:]), now.Before(until) && until.Sub(now) <= stateLife+time.Minute
}

// newBrowser returns what a browser is known by.
func newBrowser() string {
	b := make([]byte, 32)
	rand.Read(b) // crypto/rand.Read never fails (Go 1.24)
	return base64.RawURLEncoding.EncodeToString(b)
}
