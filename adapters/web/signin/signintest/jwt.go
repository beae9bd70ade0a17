package signintest

import (
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/json"
)

// sign makes a compact JWS (RFC 7515, section 3.1).
func sign(header, claims map[string]any, key *rsa.PrivateKey, lie Lie) string {
	head, _ := json.Marshal(header) // maps of texts and numbers always encode
	body, _ := json.Marshal(claims)
	signed := encode(head) + "." + encode(body)
	switch lie {
	case AlgNone:
		return signed + "."
	case AlgHMAC:
		mac := hmac.New(sha256.New, []byte(ClientSecret))
		mac.Write([]byte(signed))
		return signed + "." + encode(mac.Sum(nil))
	}
	sum := sha256.Sum256([]byte(signed))
	sig, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		return signed + "."
	}
	return signed + "." + encode(sig)
}
