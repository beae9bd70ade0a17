package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/adapters/discord/discordtest"
)

// TestDiscord: the whole service answers in Discord, over HTTP and through the gateway.
func TestDiscord(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"http", "gateway"} {
		t.Run(mode, func(t *testing.T) {
			chat := discordtest.New()
			defer chat.Close()
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "catalog.yaml"), []byte(descriptorOf("shop", "team-blue")), 0o600); err != nil {
				t.Fatal(err)
			}
			r := newReplica(t, "the service", fmt.Sprintf("catalog: {locations: [{type: file, target: %q}]}\nstore: {url: %q, data_dir: %q}\ndiscord: {mode: %s, token: %s, application_id: %q, public_key: %s, api_url: %q}",
				filepath.Join(dir, "catalog.yaml"), "sqlite:"+filepath.Join(dir, "store.db"), dir, mode, discordtest.Token, discordtest.App, chat.PublicKey(), chat.APIURL()))
			until(t, "the catalog", func() bool { return strings.Contains(r.ask("who owns shop?"), "team-blue") })
			send := func(kind int, data any) (token string) {
				t.Helper()
				body, token := chat.Payload(discordtest.Interaction{Type: kind, Channel: "700000000000000001", User: "700000000000000002", Data: data})
				if mode == "gateway" {
					until(t, "the gateway", func() bool { return len(chat.Sockets()) == 1 })
					if err := chat.Dispatch("INTERACTION_CREATE", body); err != nil {
						t.Fatal(err)
					}
				} else if code, answer, err := chat.Deliver(t.Context(), "http://"+r.addr+"/discord/interactions", body); err != nil || code != http.StatusOK {
					t.Fatalf("%d %s %v", code, answer, err)
				}
				return token
			}
			typed := func(text string, focused bool) any {
				return map[string]any{"name": "backchannel", "type": 1, "options": []any{map[string]any{"name": "text", "type": 3, "value": text, "focused": focused}}}
			}
			token := send(4, typed("who owns sho", true))
			until(t, "a suggestion", func() bool {
				_, data := chat.Answer(token)
				return strings.Contains(string(data), "who owns component:default/shop")
			})
			for _, question := range []string{"who owns shop", "who owns component:default/shop"} {
				before := len(chat.Shown("700000000000000002", "700000000000000001"))
				send(2, typed(question, false))
				until(t, "the answer", func() bool {
					shown := chat.Shown("700000000000000002", "700000000000000001")
					return len(shown) > before && strings.Contains(shown[len(shown)-1].Text, "team-blue")
				})
			}
			if problems := chat.Problems(); len(problems) > 0 {
				t.Error(problems)
			}
		})
	}
}
