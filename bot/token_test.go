package bot

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

func TestTokens(t *testing.T) {
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	tokens := NewTokens([][]byte{[]byte("new key"), []byte("old key")}, time.Hour, func() time.Time { return now })
	old := NewTokens([][]byte{[]byte("old key")}, time.Hour, func() time.Time { return now })
	alien := NewTokens([][]byte{[]byte("alien key")}, time.Hour, func() time.Time { return now })
	alice := Actor{Platform: "p", Workspace: "W1", ID: "alice"}
	bob := Actor{Platform: "p", Workspace: "W1", ID: "bob"}
	elsewhere := Actor{Platform: "p", Workspace: "W2", ID: "alice"}
	ask := card.Intent{Name: "ask", Args: []string{"oncall", "component:default/payments-api"}}
	odd := card.Intent{Name: "a|b", Args: []string{"100%|#", "", "支付", "a.b"}}

	for _, i := range []card.Intent{ask, odd, {Name: "x"}} {
		got, err := tokens.Open(tokens.Token(i, alice, false, 100), alice)
		if err != nil || !cmp.Equal(got, i) {
			t.Errorf("opened %v as %v, %v", i, got, err)
		}
	}
	token := tokens.Token(ask, alice, false, 100)
	if len(token) > 100 {
		t.Errorf("token has %d bytes, the smallest platform takes 100: %s", len(token), token)
	}
	for name, tt := range map[string]struct {
		token string
		actor Actor
		ok    bool
	}{
		"its actor":            {token, alice, true},
		"another actor":        {token, bob, false},
		"another workspace":    {token, elsewhere, false},
		"anyone may press":     {tokens.Token(ask, alice, true, 100), bob, true},
		"anyone, elsewhere":    {tokens.Token(ask, alice, true, 100), elsewhere, false},
		"the old key":          {old.Token(ask, alice, false, 100), alice, true},
		"another key":          {alien.Token(ask, alice, false, 100), alice, false},
		"turned into anyone's": {"a" + token[1:], bob, false},
		"changed intent":       {strings.Replace(token, "payments-api", "payments-apj", 1), alice, false},
		"empty":                {"", alice, false},
		"dots":                 {"....", alice, false},
	} {
		_, err := tokens.Open(tt.token, tt.actor)
		if (err == nil) != tt.ok || (err != nil && !fault.Is(err, fault.Forbidden)) {
			t.Errorf("%s: %v", name, err)
		}
	}
	now = now.Add(2 * time.Hour)
	if _, err := tokens.Open(token, alice); !fault.Is(err, fault.Forbidden) {
		t.Errorf("expired token: %v", err)
	}
}

func TestLongIntentsBecomeRows(t *testing.T) {
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	tokens := NewTokens([][]byte{[]byte("k")}, time.Hour, func() time.Time { return now })
	alice := Actor{Platform: "p", Workspace: "W1", ID: "alice"}
	long := card.Intent{Name: "search", Args: []string{strings.Repeat("word ", 50)}}
	first := tokens.Token(long, alice, false, 100)
	if len(first) > 100 {
		t.Fatalf("token has %d bytes", len(first))
	}
	if got, err := tokens.Open(first, alice); err != nil || !cmp.Equal(got, long) {
		t.Fatalf("opened as %v, %v", got, err)
	}
	for range maxRows {
		tokens.Token(long, alice, false, 100)
	}
	if _, err := tokens.Open(first, alice); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a row beyond the bound: %v", err)
	}
	if len(tokens.rows.rows) != maxRows || len(tokens.rows.ring) != maxRows {
		t.Errorf("%d rows, %d in the ring, want %d", len(tokens.rows.rows), len(tokens.rows.ring), maxRows)
	}
}

func FuzzOpenToken(f *testing.F) {
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	tokens := NewTokens([][]byte{[]byte("k")}, time.Hour, func() time.Time { return now })
	alice := Actor{Platform: "p", Workspace: "W1", ID: "alice"}
	f.Add(tokens.Token(card.Intent{Name: "x"}, alice, false, 100))
	f.Add("u..")
	f.Add("a0.0.#1")
	known := tokens.Token(card.Intent{Name: "x"}, alice, false, 100)
	f.Fuzz(func(t *testing.T, s string) {
		if _, err := tokens.Open(s, alice); err == nil && s != known {
			t.Errorf("opened %q, which nobody made", s)
		}
	})
}

func BenchmarkToken(b *testing.B) {
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	tokens := NewTokens([][]byte{[]byte("k")}, time.Hour, func() time.Time { return now })
	alice := Actor{Platform: "p", Workspace: "W1", ID: "alice"}
	intent := card.Intent{Name: "ask", Args: []string{"oncall", "en", "@component:payments-api"}}
	b.ReportAllocs()
	for b.Loop() {
		tokens.Token(intent, alice, false, 2000)
	}
}

// TestTokenForm keeps the form of tokens: buttons that were sent stay valid across versions of the program.
func TestTokenForm(t *testing.T) {
	tokens := NewTokens([][]byte{[]byte("0123456789abcdef0123456789abcdef")}, time.Hour, func() time.Time { return time.Unix(1_772_366_400, 0) })
	who := Actor{Platform: "terminal", Workspace: "local", ID: "alice"}
	i := card.Intent{Name: "ask", Args: []string{"owner", "en", "@component:default/a|b#c%d"}}
	for anyone, want := range map[bool]string{
		false: "utb81g0.jBv_qML9c7lAe10z.ask|owner|en|@component:default/a%7Cb%23c%25d",
		true:  "atb81g0.DWngitg9XHMWvvGr.ask|owner|en|@component:default/a%7Cb%23c%25d",
	} {
		if got := tokens.Token(i, who, anyone, 200); got != want {
			t.Errorf("for anyone %v: %s, want %s", anyone, got, want)
		}
	}
}
