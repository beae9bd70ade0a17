package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/internal/outbound/outboundtest"
	"github.com/backchannel-portal/backchannel/plugins/forge/forgetest"
)

const forgedText = `apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: red, title: Red Team}
spec: {type: team, children: []}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: ledger, title: Ledger, annotations: {github.com/project-slug: acme/pay}}
spec: {type: service, lifecycle: production, owner: red}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: till, title: Till, annotations: {gitlab.com/project-slug: acme/pay}}
spec: {type: service, lifecycle: production, owner: red}
`

// TestForges: what GitHub and GitLab know is answered in words, and their webhooks are heard when they are genuine.
func TestForges(t *testing.T) {
	t.Parallel()
	now := time.Now()
	hub, lab := forgetest.GitHub(now), forgetest.GitLab(now)
	t.Cleanup(hub.Close)
	t.Cleanup(lab.Close)
	file := filepath.Join(t.TempDir(), "all.yaml")
	if err := os.WriteFile(file, []byte(forgedText), 0o600); err != nil {
		t.Fatal(err)
	}
	r := newReplica(t, "replica", fmt.Sprintf("catalog: {locations: [{type: file, target: %s}], refresh: 1s}\nlimits: off\nintegrations:\n"+
		"  github: [{api_url: %q, token: %s, webhook_secret: hook}]\n  gitlab: [{api_url: %q, token: %s, webhook_secret: hook}]\n",
		file, hub.URL, forgetest.Token, lab.URL, forgetest.Token))
	until(t, "it answers", func() bool { return strings.Contains(r.ask("who owns ledger?"), "Red Team") })
	for question, want := range map[string]string{
		"open pull requests of ledger":      "acme/pay has 2 open pull requests.",
		"open merge requests of till":       "acme/pay has 2 open merge requests.",
		"last release of ledger":            "(pre-release), 3 h ago by bot",
		"when was ledger last deployed":     "v1.2.0 was deployed to",
		"codeowners of till":                "Everything in acme/pay is reviewed by @acme/payments",
		"ledger 有哪些 PR":                     "acme/pay 有 2 个未合并的拉取请求",
		"till 部署记录":                         "部署到",
		"ledger 最近一次部署":                     "部署到",
		"latest deploy of till":             "v1.2.0 was deployed to",
		"is the build of ledger green?":     "main of acme/pay is broken",
		"is the build of till green?":       "main of acme/pay is broken",
		"what changed around ledger today?": "Faster ledger",
	} {
		if got := r.ask(question); !strings.Contains(got, want) {
			t.Errorf("%s: %s", question, got)
		}
	}
	before := hub.Asked()
	body := []byte(`{"action":"completed","repository":{"full_name":"acme/pay"},"workflow_run":{"id":4}}`)
	mac := hmac.New(sha256.New, []byte("hook"))
	mac.Write(body)
	deliver := func(signature string) int {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+r.addr+"/webhooks/github", bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("X-GitHub-Event", "workflow_run")
		req.Header.Set("X-Hub-Signature-256", signature)
		resp, err := outboundtest.Client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.StatusCode
	}
	if code := deliver("sha256=" + strings.Repeat("0", 64)); code != http.StatusUnauthorized {
		t.Errorf("a forged webhook: %d", code)
	}
	if code := deliver("sha256=" + hex.EncodeToString(mac.Sum(nil))); code != http.StatusAccepted {
		t.Errorf("a genuine webhook: %d", code)
	}
	until(t, "the repository is looked at again", func() bool { return hub.Asked() > before })
}
