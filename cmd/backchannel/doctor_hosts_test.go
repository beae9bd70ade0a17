package main

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/cmd/backchannel/config"
)

// TestDoctorHosts asks hosts that answer as docs.github.com and docs.gitlab.com describe.
func TestDoctorHosts(t *testing.T) {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	tests := []struct {
		name, kind, token, path string
		header                  map[string]string
		status                  int
		body                    string
		want                    []string
	}{
		{"classic", "github", "t", "/user", map[string]string{"X-OAuth-Scopes": "repo, read:org"}, 200, `{"login":"reader"}`, []string{"ok", "reader, with every scope that reading needs"}},
		{"narrow", "github", "t", "/user", map[string]string{"X-OAuth-Scopes": ""}, 200, `{"login":"reader"}`, []string{"warn", "lacks repo: only public repositories are read", "lacks read:org: teams"}},
		{"fine-grained", "github", "t", "/user", map[string]string{"GitHub-Authentication-Token-Expiration": "2026-09-30 00:00:00 UTC"}, 200, `{"login":"reader"}`, []string{"ok", "does not tell"}},
		{"expiring", "github", "t", "/user", map[string]string{"GitHub-Authentication-Token-Expiration": "2026-03-09 00:00:00 UTC"}, 200, `{"login":"reader"}`, []string{"warn", "expires on 2026-03-09"}},
		{"refused", "github", "t", "/user", nil, 401, `{"message":"Bad credentials"}`, []string{"fail", "does not accept the credential", "Bad credentials"}},
		{"none", "github", "", "/rate_limit", map[string]string{"X-RateLimit-Limit": "60", "X-RateLimit-Remaining": "58", "X-RateLimit-Reset": "1893456000"}, 200, `{}`, []string{"warn", "without a credential", "58 requests left"}},
		{"broken", "github", "t", "/user", nil, 200, `<html>`, []string{"fail", "not the JSON"}},
		{"reads", "gitlab", "t", "/personal_access_tokens/self", nil, 200, `{"name":"bc","scopes":["read_api"],"active":true,"expires_at":"2026-12-01"}`, []string{"ok", "bc, with every scope"}},
		{"only registry", "gitlab", "t", "/personal_access_tokens/self", nil, 200, `{"name":"bc","scopes":["read_registry"],"active":true}`, []string{"warn", "lacks read_api"}},
		{"over", "gitlab", "t", "/personal_access_tokens/self", nil, 200, `{"name":"bc","active":false}`, []string{"fail", "revoked or has expired"}},
		{"old GitLab", "gitlab", "t", "/personal_access_tokens/self", nil, 404, `{"message":"404 Not Found"}`, []string{"ok", "does not tell"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != tt.path || (r.Header.Get("Authorization") != "") != (tt.token != "") {
					t.Errorf("asked for %s with %q", r.URL.Path, r.Header.Get("Authorization"))
				}
				for k, v := range tt.header {
					w.Header().Set(k, v)
				}
				w.WriteHeader(tt.status)
				_, _ = io.WriteString(w, tt.body)
			}))
			defer s.Close()
			cfg := &config.Config{}
			if tt.kind == "github" {
				cfg.Integrations.GitHub = []config.GitHub{{Host: "git.test", APIURL: s.URL, Token: tt.token}}
			} else {
				cfg.Integrations.GitLab = []config.GitLab{{Host: "git.test", APIURL: s.URL, Token: tt.token}}
			}
			d := &doctor{s: &session{ctx: context.Background()}}
			d.s.now = moment{now}
			d.hosts(cfg)
			var said strings.Builder
			for _, f := range d.found {
				said.WriteString(string(f.State) + " " + f.Detail + "\n")
			}
			for _, want := range tt.want {
				if !strings.Contains(said.String(), want) {
					t.Errorf("said %q, want %q in it", said.String(), want)
				}
			}
			if strings.Count(said.String(), "ok ") > 0 && strings.Count(said.String(), "\n") > 1 {
				t.Errorf("well and not well: %q", said.String())
			}
		})
	}
}
