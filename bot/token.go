package bot

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"hash"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// macBytes is the length of a token's truncated HMAC: 96 bits, too many to guess within a token's life.
const macBytes = 12

// escaper keeps what references are made of readable and short.
var escaper = strings.NewReplacer("%", "%25", "|", "%7C", "#", "%23")

// Tokens makes and opens the tokens that buttons carry. A token holds the intent, its expiry and a truncated
// HMAC-SHA-256 that also covers the workspace and, unless anyone may press, the actor. An intent that does not fit
// the platform's limit, or that may be carried out once, is kept and the token holds its id.
type Tokens struct {
	keys atomic.Pointer[[]*signer] // the first signs, all open
	now  func() time.Time
	life time.Duration
	rows *intentRows
}

// NewTokens returns a maker whose tokens live for the given time. The first key signs; all keys open, so that a key
// can be replaced without breaking buttons already shown. Keys should have 32 random bytes. Intents of the names in
// single are carried out once, however often their button is pressed.
func NewTokens(keys [][]byte, life time.Duration, now func() time.Time, single ...string) *Tokens {
	t := &Tokens{life: life, now: now, rows: newIntentRows(single)}
	t.Rekey(keys)
	return t
}

// Rekey replaces the keys: the first signs from now on, all open.
func (t *Tokens) Rekey(keys [][]byte) {
	signers := make([]*signer, 0, len(keys))
	for _, key := range keys {
		signers = append(signers, newSigner(key))
	}
	t.keys.Store(&signers)
}

// Token implements TokenMaker.
func (t *Tokens) Token(i card.Intent, to Actor, anyone bool, limit int) string {
	who := "a"
	if !anyone {
		who = "u"
	}
	head := who + strconv.FormatInt(t.now().Add(t.life).Unix(), 36)
	body := encodeIntent(i)
	const macChars = macBytes * 4 / 3
	if single := t.rows.single[i.Name]; single || len(head)+1+macChars+1+len(body) > limit {
		body = "#" + t.rows.keep(StoredIntent{Intent: i, Single: single, Expires: t.now().Add(t.life)})
	}
	return head + "." + (*t.keys.Load())[0].mac(head, body, to, anyone) + "." + body
}

// Open returns the intent of a token that actor pressed, as far as this process knows it; Redeem asks the store too.
// Its error has kind Forbidden when the token is expired, was made for somebody else or is not ours.
func (t *Tokens) Open(token string, actor Actor) (card.Intent, error) {
	body, err := t.verify(token, actor)
	if err != nil {
		return card.Intent{}, err
	}
	id, isRow := strings.CutPrefix(body, "#")
	if !isRow {
		return decodeIntent(body)
	}
	if r, ok := t.rows.local(id); ok {
		return r.Intent, nil
	}
	return card.Intent{}, goneRow()
}

// Redeem is Open for a press that is to have its effect: it reads an intent that another replica kept, and lets a
// single one pass once. It touches the store for intents that are kept alone. When the store is away, those that
// are single are an error of kind Upstream.
func (t *Tokens) Redeem(ctx context.Context, token string, actor Actor) (card.Intent, error) {
	body, err := t.verify(token, actor)
	if err != nil {
		return card.Intent{}, err
	}
	if id, isRow := strings.CutPrefix(body, "#"); isRow {
		return t.rows.redeem(ctx, id, t.now())
	}
	return decodeIntent(body)
}

// verify returns the body of a token that is ours, made for the actor and not expired.
func (t *Tokens) verify(token string, actor Actor) (body string, err error) {
	head, rest, ok := strings.Cut(token, ".")
	mac, body, ok2 := strings.Cut(rest, ".")
	if !ok || !ok2 || len(head) < 2 || (head[0] != 'a' && head[0] != 'u') {
		return "", fault.New(fault.Forbidden, "button token is malformed").Say(string(lang.BotButtonUnknown), nil)
	}
	valid := false
	for _, key := range *t.keys.Load() {
		if hmac.Equal([]byte(mac), []byte(key.mac(head, body, actor, head[0] == 'a'))) {
			valid = true
		}
	}
	if !valid {
		return "", fault.New(fault.Forbidden, "button token was not made for this actor").Say(string(lang.BotButtonOthers), nil)
	}
	expiry, err := strconv.ParseInt(head[1:], 36, 64)
	if err != nil || t.now().Unix() > expiry {
		return "", fault.New(fault.Forbidden, "button token is expired").Say(string(lang.BotButtonExpired), nil)
	}
	return body, nil
}

func goneRow() error {
	return fault.New(fault.Forbidden, "button token's row is gone").Say(string(lang.BotButtonExpired), nil)
}

// signer computes the codes of one key. Its hashes are used again: a message has several buttons.
type signer struct{ hashes sync.Pool }

// hashing is a hash with the memory for what goes in and comes out.
type hashing struct {
	hash.Hash
	buf []byte
}

func newSigner(key []byte) *signer {
	s := &signer{}
	s.hashes.New = func() any { return &hashing{Hash: hmac.New(sha256.New, key), buf: make([]byte, 0, 256)} }
	return s
}

// mac covers every part with its length, so that no two tokens have the same input.
func (s *signer) mac(head, body string, to Actor, anyone bool) string {
	h := s.hashes.Get().(*hashing)
	defer s.hashes.Put(h)
	h.Reset()
	who := to.ID
	if anyone {
		who = ""
	}
	b := h.buf[:0]
	for _, part := range [...]string{head, body, to.Platform, to.Workspace, who} {
		b = strconv.AppendInt(b, int64(len(part)), 10)
		b = append(append(b, ':'), part...)
	}
	h.buf = b
	h.Write(b)
	return base64.RawURLEncoding.EncodeToString(h.Sum(b[:0])[:macBytes])
}

// encodeIntent writes name and arguments separated by "|", each query-escaped so that neither "|" nor "#" can occur.
func encodeIntent(i card.Intent) string {
	size := len(i.Name)
	for _, a := range i.Args {
		size += 1 + len(a)
	}
	var b strings.Builder
	b.Grow(size)
	b.WriteString(escaper.Replace(i.Name))
	for _, a := range i.Args {
		b.WriteByte('|')
		b.WriteString(escaper.Replace(a))
	}
	return b.String()
}

func decodeIntent(body string) (card.Intent, error) {
	var i card.Intent
	for n, part := range strings.Split(body, "|") {
		s, err := url.PathUnescape(part)
		if err != nil {
			return card.Intent{}, fault.Wrap(fault.Internal, err, "read button token")
		}
		if n == 0 {
			i.Name = s
		} else {
			i.Args = append(i.Args, s)
		}
	}
	return i, nil
}
