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
	return string(t.AppendToken(make([]byte, 0, 128), i, to, anyone, limit))
}

// AppendToken implements TokenMaker.
func (t *Tokens) AppendToken(dst []byte, i card.Intent, to Actor, anyone bool, limit int) []byte {
	expires := t.now().Add(t.life)
	start := len(dst)
	if anyone {
		dst = append(dst, 'a')
	} else {
		dst = append(dst, 'u')
	}
	dst = strconv.AppendInt(dst, expires.Unix(), 36)
	code := len(dst) + 1
	dst = append(dst, ".****************."...) // room for the code
	body := len(dst)
	dst = appendIntent(dst, i)
	if single := t.rows.single[i.Name]; single || len(dst)-start > limit {
		dst = append(dst[:body], '#')
		dst = append(dst, t.rows.keep(StoredIntent{Intent: i, Single: single, Expires: expires})...)
	}
	key := (*t.keys.Load())[0]
	h := key.hashes.Get().(*hashing)
	base64.RawURLEncoding.Encode(dst[code:body-1], mac(h, dst[start:code-1], dst[body:], to, anyone))
	key.hashes.Put(h)
	return dst
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
		if key.made(mac, head, body, actor) {
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
	s.hashes.New = func() any {
		return &hashing{Hash: hmac.New(sha256.New, key), buf: make([]byte, 0, 256)}
	}
	return s
}

// made reports whether a code is of this key.
func (s *signer) made(code, head, body string, to Actor) bool {
	h := s.hashes.Get().(*hashing)
	defer s.hashes.Put(h)
	want := base64.RawURLEncoding.AppendEncode(nil, mac(h, head, body, to, head[0] == 'a'))
	return hmac.Equal([]byte(code), want)
}

// mac covers every part with its length, so that no two tokens have the same input. The code is valid until h is used
// again.
func mac[T string | []byte](h *hashing, head, body T, to Actor, anyone bool) []byte {
	h.Reset()
	who := to.ID
	if anyone {
		who = ""
	}
	b := appendPart(appendPart(h.buf[:0], head), body)
	b = appendPart(appendPart(appendPart(b, to.Platform), to.Workspace), who)
	h.buf = b
	h.Write(b)
	return h.Sum(b[:0])[:macBytes]
}

func appendPart[T string | []byte](b []byte, part T) []byte {
	b = strconv.AppendInt(b, int64(len(part)), 10)
	return append(append(b, ':'), part...)
}

// appendIntent writes name and arguments separated by "|", each escaped so that neither "|" nor "#" can occur.
func appendIntent(b []byte, i card.Intent) []byte {
	b = appendWord(b, i.Name)
	for _, a := range i.Args {
		b = appendWord(append(b, '|'), a)
	}
	return b
}

// appendWord keeps what references are made of readable and short.
func appendWord(b []byte, s string) []byte {
	if strings.IndexByte(s, '%') < 0 && strings.IndexByte(s, '|') < 0 && strings.IndexByte(s, '#') < 0 {
		return append(b, s...) // as nearly all are, and seen faster
	}
	from := 0
	for i := range len(s) {
		var code string
		switch s[i] {
		case '%':
			code = "%25"
		case '|':
			code = "%7C"
		case '#':
			code = "%23"
		default:
			continue
		}
		b = append(append(b, s[from:i]...), code...)
		from = i + 1
	}
	return append(b, s[from:]...)
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
