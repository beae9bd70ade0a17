package declared

import (
	"context"
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // some vendors sign with nothing better
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"hash"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
)

// maxConcerned bounds how many entities one delivery can be about.
const maxConcerned = 20

var _ plugins.HasWebhook = hooked{}

// Verify implements plugins.HasWebhook.
func (h hooked) Verify(d plugins.Delivery) (string, error) {
	w := h.f.Spec.Webhook
	if !w.genuine(d) {
		return "", fault.New(fault.Forbidden, "the signature is not right")
	}
	sum := sha256.Sum256(d.Body)
	id := hex.EncodeToString(sum[:])
	if w.ID == nil {
		return id, nil
	}
	var body any
	if err := json.Unmarshal(d.Body, &body); err != nil {
		return "", fault.New(fault.Invalid, "the body is not JSON")
	}
	v, err := w.ID.run(context.Background(), body, nothing(h.host))
	if err != nil || plainText(v) == "" {
		return "", fault.New(fault.Invalid, "the body has no id")
	}
	return plainText(v), nil
}

func nothing(h plugins.Host) scope {
	return scope{"entity": nil, "values": nil, "lang": string(lang.English), "now": h.Now().UTC().Format("2006-01-02T15:04:05Z")}
}

// genuine judges a signature or a token, in constant time.
func (w *webhook) genuine(d plugins.Delivery) bool {
	got, ok := strings.CutPrefix(d.Header.Get(w.Header), w.Prefix)
	if !ok || got == "" || w.Secret == "" {
		return false
	}
	if w.Scheme == "token" {
		return subtle.ConstantTimeCompare([]byte(got), []byte(w.Secret)) == 1
	}
	algorithm := func() hash.Hash { return sha256.New() }
	if w.Scheme == "hmac-sha1" {
		algorithm = func() hash.Hash { return sha1.New() }
	}
	mac := hmac.New(algorithm, []byte(w.Secret))
	mac.Write(d.Body)
	want := mac.Sum(nil)
	decoded, err := hex.DecodeString(got)
	if w.Base64 {
		decoded, err = base64.StdEncoding.DecodeString(got)
	}
	return err == nil && hmac.Equal(decoded, want)
}

// Receive implements plugins.HasWebhook: the facts of the entities that the delivery is about are written anew.
func (h hooked) Receive(ctx context.Context, d plugins.Delivery) error {
	w := h.f.Spec.Webhook
	if w.Entities == nil {
		return nil
	}
	var body any
	if err := json.Unmarshal(d.Body, &body); err != nil {
		return fault.New(fault.Invalid, "the body is not JSON")
	}
	v, err := w.Entities.run(ctx, body, nothing(h.host))
	if err != nil {
		return h.f.positioned(err)
	}
	about := map[string]bool{}
	switch v := v.(type) {
	case []any:
		for _, one := range v {
			about[plainText(one)] = true
		}
	default:
		about[plainText(v)] = true
	}
	delete(about, "")
	concerned := h.concerned(about)
	for _, e := range concerned {
		h.host.Changed(e.Ref)
	}
	if h.f.Spec.Watch == nil {
		return nil
	}
	return h.revisit(ctx, concerned)
}

// concerned are the entities whose value a delivery names.
func (h hooked) concerned(about map[string]bool) []*catalog.Entity {
	var out []*catalog.Entity
	for e := range h.host.Catalog.Entities() {
		if len(out) >= maxConcerned {
			break
		}
		if !h.has(e) {
			continue
		}
		s, err := h.f.scope(e, lang.English, h.host.Now())
		if err != nil {
			continue
		}
		values, _ := s["values"].(map[string]any)
		if about[plainText(values[h.f.Spec.Webhook.Value])] {
			out = append(out, e)
		}
	}
	return out
}
