package discord

import (
	"crypto/ed25519"
	"encoding/hex"
	"strconv"
	"time"
)

// window is how far a request's timestamp may be from the clock. Discord documents none; a request is answered within
// seconds, so an old one is a repetition by somebody else.
const window = 5 * time.Minute

// verify reports whether the signature is the application's over the timestamp and this very body
// (docs.discord.com/developers/interactions/overview#setting-up-an-endpoint), and the timestamp of now. Without a
// public key nothing is.
func (a *Adapter) verify(timestamp, signature string, body []byte) bool {
	if len(a.key) != ed25519.PublicKeySize || len(signature) != 2*ed25519.SignatureSize || len(timestamp) > 12 {
		return false
	}
	at, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil {
		return false
	}
	if age := a.deps.Now().Sub(time.Unix(at, 0)); age > window || age < -window {
		return false
	}
	sum, err := hex.DecodeString(signature)
	if err != nil {
		return false
	}
	signed := make([]byte, 0, len(timestamp)+len(body))
	return ed25519.Verify(a.key, append(append(signed, timestamp...), body...), sum)
}
