package bot

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"hash"
	"net/url"
	"strconv"
	"strings"
	"sync"
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
// the platform's limit is kept in a bounded table and the token holds its number.
type Tokens struct {
	keys []*signer // the first signs, all open
	now  func() time.Time
	life time.Duration

	mu   sync.Mutex
	rows map[string]card.Intent
	ring []string // row ids, oldest first
	next uint64
}

// maxRows bounds the table of long intents.
const maxRows = 4096

// NewTokens returns a maker whose tokens live for the given time. The first key signs; all keys open, so that a key
// can be replaced without breaking buttons already shown. Keys should have 32 random bytes.
func NewTokens(keys [][]byte, life time.Duration, now func() time.Time) *Tokens {
	t := &Tokens{life: life, now: now, rows: make(map[string]card.Intent)}
	for _, key := range keys {
		t.keys = append(t.keys, newSigner(key))
	}
	return t
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
	if len(head)+1+macChars+1+len(body) > limit {
		body = "#" + t.keep(i)
	}
	return head + "." + t.keys[0].mac(head, body, to, anyone) + "." + body
}

// Open returns the intent of a token that actor pressed. Its error has kind Forbidden when the token is expired, was
// made for somebody else or is not ours.
func (t *Tokens) Open(token string, actor Actor) (card.Intent, error) {
	head, rest, ok := strings.Cut(token, ".")
	mac, body, ok2 := strings.Cut(rest, ".")
	if !ok || !ok2 || len(head) < 2 || (head[0] != 'a' && head[0] != 'u') {
		return card.Intent{}, fault.New(fault.Forbidden, "button token is malformed").Say(string(lang.BotButtonUnknown), nil)
	}
	valid := false
	for _, key := range t.keys {
		if hmac.Equal([]byte(mac), []byte(key.mac(head, body, actor, head[0] == 'a'))) {
			valid = true
		}
	}
	if !valid {
		return card.Intent{}, fault.New(fault.Forbidden, "button token was not made for this actor").Say(string(lang.BotButtonOthers), nil)
	}
	expiry, err := strconv.ParseInt(head[1:], 36, 64)
	if err != nil || t.now().Unix() > expiry {
		return card.Intent{}, fault.New(fault.Forbidden, "button token is expired").Say(string(lang.BotButtonExpired), nil)
	}
	if id, isRow := strings.CutPrefix(body, "#"); isRow {
		t.mu.Lock()
		i, ok := t.rows[id]
		t.mu.Unlock()
		if !ok {
			return card.Intent{}, fault.New(fault.Forbidden, "button token's row is gone").Say(string(lang.BotButtonExpired), nil)
		}
		return i, nil
	}
	return decodeIntent(body)
}

// signer computes the codes of one key. Its hashes are used again: a message has several buttons.
type signer struct{ hashes sync.Pool }

func newSigner(key []byte) *signer {
	s := &signer{}
	s.hashes.New = func() any { return hmac.New(sha256.New, key) }
	return s
}

// mac covers every part with its length, so that no two tokens have the same input.
func (s *signer) mac(head, body string, to Actor, anyone bool) string {
	h := s.hashes.Get().(hash.Hash)
	defer s.hashes.Put(h)
	h.Reset()
	who := to.ID
	if anyone {
		who = ""
	}
	var stack [256]byte
	b := stack[:0]
	for _, part := range [...]string{head, body, to.Platform, to.Workspace, who} {
		b = strconv.AppendInt(b, int64(len(part)), 10)
		b = append(append(b, ':'), part...)
	}
	h.Write(b)
	return base64.RawURLEncoding.EncodeToString(h.Sum(b[:0])[:macBytes])
}

func (t *Tokens) keep(i card.Intent) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.next++
	id := strconv.FormatUint(t.next, 36)
	if len(t.ring) >= maxRows {
		delete(t.rows, t.ring[0])
		t.ring = t.ring[1:]
	}
	t.ring = append(t.ring, id)
	t.rows[id] = i
	return id
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
