package bot_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

func alice() bot.Actor { return bot.Actor{Platform: "p", Workspace: "W", ID: "alice"} }

type cutKeys struct {
	bot.KeyStore
	*line
}

func (c cutKeys) Rotate(ctx context.Context, k bot.SigningKey, age time.Duration) ([]bot.SigningKey, error) {
	if err := c.err(); err != nil {
		return nil, err
	}
	return c.KeyStore.Rotate(ctx, k, age)
}

// TestKeyRing lets two replicas sign for half a year: every button opens everywhere for a week.
func TestKeyRing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const life = 7 * 24 * time.Hour
		store, l := bot.NewMemoryState().Keys, &line{}
		log, _ := newLog()
		replica := func(path string) (*bot.Tokens, *bot.KeyRing) {
			keys, err := bot.KeyFile(path)
			if err != nil {
				t.Fatal(err)
			}
			tokens := bot.NewTokens(keys, life, time.Now)
			return tokens, bot.NewKeyRing(cutKeys{store, l}, tokens, path, keys, log, time.Now)
		}
		dir := t.TempDir()
		a, ringA := replica(filepath.Join(dir, "a", "button.keys"))
		before := a.Token(card.Intent{Name: "show"}, alice(), false, 100)
		stopA := running(t, ringA.Run)
		synctest.Wait()
		b, ringB := replica(filepath.Join(dir, "b", "button.keys"))
		stopB := running(t, ringB.Run)
		synctest.Wait()
		opens := func(what, token string) {
			t.Helper()
			for name, tokens := range map[string]*bot.Tokens{"a": a, "b": b} {
				if _, err := tokens.Open(token, alice()); err != nil {
					t.Errorf("%s does not open %s: %v", name, what, err)
				}
			}
		}
		opens("a button from before the store was reached", before)
		seen := map[string]bool{}
		for day := range 180 {
			old := []string{a.Token(card.Intent{Name: "show"}, alice(), false, 100), b.Token(card.Intent{Name: "show"}, alice(), false, 100)}
			time.Sleep(24*time.Hour - time.Duration(day)*time.Minute)
			opens("yesterday's buttons of a", old[0])
			opens("yesterday's buttons of b", old[1])
			file, err := os.ReadFile(filepath.Join(dir, "b", "button.keys"))
			if err != nil {
				t.Fatal(err)
			}
			seen[strings.SplitN(string(file), "\n", 2)[0]] = true
		}
		if n := len(seen); n < 5 || n > 7 {
			t.Errorf("%d keys signed in half a year", n)
		}
		l.cut(true)
		time.Sleep(time.Hour)
		if detail, ok := ringB.Status(); ok || detail == "" {
			t.Errorf("the status is %q, %v", detail, ok)
		}
		late := a.Token(card.Intent{Name: "show"}, alice(), false, 100)
		b, _ = replica(filepath.Join(dir, "b", "button.keys")) // a restart without the store
		opens("a button, after a restart without the store", late)
		stopA()
		stopB()
	})
}

func TestKeyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "button.keys")
	first, err := bot.KeyFile(path)
	if err != nil || len(first) != 1 || len(first[0]) != 32 {
		t.Fatalf("%v, %v", first, err)
	}
	second, err := bot.KeyFile(path)
	if err != nil || !cmp.Equal(first, second) {
		t.Errorf("read again: %v", err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	for text, want := range map[string]string{"": "no key", "zz\n": ":1", "\nabcd": ":2"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := bot.KeyFile(path); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

type cutIntents struct {
	bot.IntentStore
	*line
}

func (c cutIntents) Save(ctx context.Context, rows []bot.StoredIntent) error {
	if err := c.err(); err != nil {
		return fault.Wrap(fault.Upstream, err, "save")
	}
	return c.IntentStore.Save(ctx, rows)
}

func TestRedeem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, l := bot.NewMemoryState().Intents, &line{}
		log, _ := newLog()
		replica := func() (*bot.Tokens, func()) {
			tokens := bot.NewTokens([][]byte{[]byte("k")}, time.Hour, time.Now, "create")
			tokens.Keep(cutIntents{store, l})
			return tokens, running(t, func(ctx context.Context) error { return tokens.Run(ctx, log) })
		}
		a, stopA := replica()
		b, stopB := replica()
		long := card.Intent{Name: "search", Args: []string{strings.Repeat("word ", 50)}}
		token := a.Token(long, alice(), false, 100)
		single := a.Token(card.Intent{Name: "create", Args: []string{"x"}}, alice(), false, 2000)
		plain := a.Token(card.Intent{Name: "show"}, alice(), false, 100)
		time.Sleep(time.Second)
		for name, tokens := range map[string]*bot.Tokens{"a": a, "b": b} {
			for range 2 {
				if got, err := tokens.Redeem(t.Context(), token, alice()); err != nil || !cmp.Equal(got, long) {
					t.Errorf("%s: %v, %v", name, got, err)
				}
			}
		}
		if _, err := b.Redeem(t.Context(), token, bot.Actor{Platform: "p", Workspace: "W", ID: "mallory"}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("somebody else: %v", err)
		}
		if got, err := b.Redeem(t.Context(), single, alice()); err != nil || got.Name != "create" {
			t.Errorf("a single one: %v, %v", got, err)
		}
		for name, tokens := range map[string]*bot.Tokens{"a": a, "b": b} {
			if _, err := tokens.Redeem(t.Context(), single, alice()); !fault.Is(err, fault.Forbidden) || !strings.Contains(err.Error(), "used before") {
				t.Errorf("a single one again, %s: %v", name, err)
			}
		}
		l.cut(true)
		offline := a.Token(long, alice(), false, 100)
		once := a.Token(card.Intent{Name: "create"}, alice(), false, 100)
		if _, err := a.Redeem(t.Context(), offline, alice()); err != nil {
			t.Errorf("a long one while the store is away: %v", err)
		}
		if _, err := a.Redeem(t.Context(), once, alice()); !fault.Is(err, fault.Upstream) {
			t.Errorf("a single one while the store is away: %v", err)
		}
		if _, err := a.Redeem(t.Context(), plain, alice()); err != nil {
			t.Errorf("a plain one while the store is away: %v", err)
		}
		l.cut(false)
		time.Sleep(5 * time.Second)
		if _, err := b.Redeem(t.Context(), offline, alice()); err != nil {
			t.Errorf("what was made while the store was away: %v", err)
		}
		if _, err := a.Redeem(t.Context(), once, alice()); err != nil {
			t.Errorf("a single one once the store is back: %v", err)
		}
		stopA()
		stopB()
		time.Sleep(2 * time.Hour)
		if _, err := b.Redeem(t.Context(), token, alice()); !fault.Is(err, fault.Forbidden) {
			t.Errorf("an expired one: %v", err)
		}
	})
}

func TestRedeemWithoutAStore(t *testing.T) {
	tokens := bot.NewTokens([][]byte{[]byte("k")}, time.Hour, time.Now, "create")
	token := tokens.Token(card.Intent{Name: "create"}, alice(), false, 100)
	if _, err := tokens.Redeem(t.Context(), token, alice()); err != nil {
		t.Error(err)
	}
	if _, err := tokens.Redeem(t.Context(), token, alice()); !fault.Is(err, fault.Forbidden) {
		t.Errorf("again: %v", err)
	}
	other := bot.NewTokens([][]byte{[]byte("k")}, time.Hour, time.Now)
	if _, err := other.Redeem(t.Context(), token, alice()); !fault.Is(err, fault.Forbidden) || errors.Is(err, errAway) {
		t.Errorf("a row of another process: %v", err)
	}
}
