package declared

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"testing"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/descriptor"
)

// entityOf reads one descriptor.
func entityOf(t testing.TB, text []byte) *catalog.Entity {
	t.Helper()
	docs := descriptor.Read("catalog.yaml", text, descriptor.Options{})
	if len(docs) != 1 || docs[0].Entity == nil {
		t.Fatalf("the descriptor is not valid: %+v", docs)
	}
	return docs[0].Entity
}

// hexMAC signs a body as vendors do.
func hexMAC(secret string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}
