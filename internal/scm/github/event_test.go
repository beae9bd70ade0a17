package github

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"testing"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/scm/remote"
)

func TestVerify(t *testing.T) {
	// the example of docs.github.com, "Validating webhook deliveries"
	const secret, body, sum = "It's a Secret to Everybody", "Hello, World!", "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
	for _, tt := range []struct {
		secret, sent, body string
		want               bool
	}{
		{secret, "sha256=" + sum, body, true},
		{secret, "sha256=" + sum, body + "!", false},
		{"another", "sha256=" + sum, body, false},
		{secret, sum, body, false},
		{secret, "sha1=" + sum, body, false},
		{secret, "sha256=" + sum[:10], body, false},
		{secret, "sha256=xyz", body, false},
		{secret, "", body, false},
	} {
		h := http.Header{}
		h.Set("X-Hub-Signature-256", tt.sent)
		if got := Verify(tt.secret, h, []byte(tt.body)); got != tt.want {
			t.Errorf("%q: %v", tt.sent, got)
		}
	}
	mac := hmac.New(sha256.New, nil)
	mac.Write([]byte(body))
	if Verify("", http.Header{"X-Hub-Signature-256": {"sha256=" + hex.EncodeToString(mac.Sum(nil))}}, []byte(body)) {
		t.Error("an empty secret verifies")
	}
}

func TestParseEvent(t *testing.T) {
	for _, tt := range []struct{ event, body, want string }{
		{"push", `{"ref":"refs/heads/feature/x","repository":{"full_name":"Acme/pay"},"organization":{"login":"Acme"}}`, "pushed acme [Acme/pay] feature/x"},
		{"push", `{"ref":"refs/tags/v1","repository":{"full_name":"acme/pay"}}`, "ignored acme [acme/pay] "},
		{"push", `{"ref":"refs/heads/main"}`, "ignored  [] "},
		{"repository", `{"action":"created","repository":{"full_name":"acme/pay"}}`, "changed acme [acme/pay] "},
		{"repository", `{"action":"deleted","repository":{"full_name":"acme/pay"}}`, "removed acme [acme/pay] "},
		{"repository", `{"action":"renamed","repository":{"full_name":"acme/new"},"changes":{"repository":{"name":{"from":"old"}}}}`, "changed acme [acme/new acme/old] "},
		{"repository", `{"action":"transferred","repository":{"full_name":"acme/pay"},"changes":{"owner":{"from":{"organization":{"login":"other"}}}}}`, "changed acme [acme/pay other/pay] "},
		{"repository", `{"action":"starred","repository":{"full_name":"acme/pay"}}`, "ignored acme [acme/pay] "},
		{"repository", `{"action":"deleted"}`, "ignored  [] "},
		{"installation_repositories", `{"installation":{"account":{"login":"Acme"}},"repositories_added":[{"full_name":"acme/a"}],"repositories_removed":[{"full_name":"acme/b"}]}`, "changed acme [acme/a acme/b] "},
		{"membership", `{"action":"added","organization":{"login":"acme"}}`, "staff acme [] "},
		{"team", `{"action":"edited","organization":{"login":"acme"}}`, "staff acme [] "},
		{"ping", `{"zen":"x"}`, "ignored  [] "},
	} {
		e, err := ParseEvent(http.Header{"X-Github-Event": {tt.event}}, []byte(tt.body))
		kind := [...]string{"ignored", "pushed", "changed", "removed", "staff"}[e.Kind]
		if got := fmt.Sprintf("%s %s %v %s", kind, e.Account, e.Paths, e.Branch); err != nil || got != tt.want {
			t.Errorf("%s %s: %q, want %q; %v", tt.event, tt.body, got, tt.want, err)
		}
	}
	for _, body := range []string{"", "[]", `"x"`, `{"repository":3}`} {
		if _, err := ParseEvent(http.Header{}, []byte(body)); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", body, err)
		}
	}
}

func FuzzParseEvent(f *testing.F) {
	f.Add("push", []byte(`{"ref":"refs/heads/main","repository":{"full_name":"acme/pay"}}`))
	f.Add("repository", []byte(`{"action":"transferred","repository":{"full_name":"x"},"changes":{"owner":{"from":{"user":{"login":"y"}}}}}`))
	f.Fuzz(func(t *testing.T, event string, body []byte) {
		e, err := ParseEvent(http.Header{"X-Github-Event": {event}}, body)
		if err == nil && e.Kind == remote.Pushed && (e.Branch == "" && len(e.Paths) == 0) {
			t.Errorf("a push to nowhere: %+v", e)
		}
	})
}
