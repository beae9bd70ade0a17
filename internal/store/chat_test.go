package store_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/bottest"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/store"
	"github.com/backchannel-portal/backchannel/internal/store/storetest"
)

func TestChatState(t *testing.T) {
	for name, url := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			bottest.TestState(t, func(t *testing.T) (a, b bot.State) {
				u := url(t)
				return openChat(t, u, "one key of thirty-two characters"), openChat(t, u, "one key of thirty-two characters")
			})
		})
	}
}

// openChat opens the state as one replica does.
func openChat(t *testing.T, url string, secrets ...string) bot.State {
	t.Helper()
	var keys [][]byte
	for _, s := range secrets {
		keys = append(keys, []byte(s))
	}
	seal, err := store.NewSeal(keys...)
	if err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(t.Context(), store.Options{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db.ChatState(seal)
}

// TestSecretsAreSealed looks into the file for a token, and opens it with the wrong and the right keys.
func TestSecretsAreSealed(t *testing.T) {
	const first, second = "the first key of the store, long", "the second key of the store, long"
	url := storetest.SQLite(t)
	i := bot.Installation{Platform: "p", Workspace: "W", Name: "readable", Secrets: map[string]string{"bot": "very-secret-token"}}
	if err := openChat(t, url, first).Installations.Save(t.Context(), i); err != nil {
		t.Fatal(err)
	}
	var content []byte
	for _, suffix := range []string{"", "-wal"} {
		data, err := os.ReadFile(strings.TrimPrefix(url, "sqlite:") + suffix)
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		content = append(content, data...)
	}
	if !bytes.Contains(content, []byte("readable")) || bytes.Contains(content, []byte("very-secret")) {
		t.Error("the file is not what it should be, or gives the token away")
	}
	_, err := openChat(t, url, second).Installations.Load(t.Context(), "p", "W")
	if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "another key") || strings.Contains(err.Error(), second) {
		t.Errorf("with another key: %v", err)
	}
	both := openChat(t, url, second, first)
	got, err := both.Installations.Load(t.Context(), "p", "W")
	if err != nil || got.Secrets["bot"] != "very-secret-token" {
		t.Errorf("with both keys: %v", err)
	}
	if err := both.Installations.Save(t.Context(), got); err != nil {
		t.Fatal(err)
	}
	if _, err := openChat(t, url, second).Installations.Load(t.Context(), "p", "W"); err != nil {
		t.Errorf("once it was saved under the second: %v", err)
	}
}

func TestSealFile(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	for range 2 {
		if _, err := store.SealFile(dir); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(dir, "store.key")
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	for text, want := range map[string]string{
		"":      "holds no key",
		"\n\n":  "holds no key",
		"ab\n":  "store.key:1",
		"\nab":  "store.key:2",
		"short": "openssl",
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := store.SealFile(dir); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := store.NewSeal(); !fault.Is(err, fault.Invalid) {
		t.Errorf("no key: %v", err)
	}
	if _, err := store.NewSeal([]byte("short")); !fault.Is(err, fault.Invalid) {
		t.Errorf("a short key: %v", err)
	}
}
