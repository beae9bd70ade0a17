package main

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"
)

func TestSecretsAreNotLogged(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log := newLogger(&out, slog.LevelInfo, "signing-secret-1", "short", "")
	log.Info("with signing-secret-1 in it", "token", "xoxb-1234567890-abcdefgh", "err", errors.New("Get https://ada:hunter22@db/x: Authorization: Bearer abcdefghijklmnopqrstuv"))
	log.Info("harmless", "url", "https://example.com/a-b_c", "short", "short", "n", 7, "who", slog.StringValue("ghp_0123456789abcdef"))
	got := out.String()
	for _, secret := range []string{"signing-secret-1", "xoxb-", "hunter22", "abcdefghijklmnop", "ghp_"} {
		if strings.Contains(got, secret) {
			t.Errorf("%q is in the log:\n%s", secret, got)
		}
	}
	for _, kept := range []string{"https://example.com/a-b_c", "short=short", "n=7", "https://ada:[redacted]@db/x", "Bearer [redacted]"} {
		if !strings.Contains(got, kept) {
			t.Errorf("%q is not in the log:\n%s", kept, got)
		}
	}
}
