package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/scm/github"
	"github.com/backchannel-portal/backchannel/internal/scm/gitlab"
	"github.com/backchannel-portal/backchannel/plugins/forge"
)

// maxForgeHook bounds the body of an event that is passed to a plugin, in bytes: it is about one thing, unlike those of
// the catalog's hook, which has a bound of its own.
const maxForgeHook = 1 << 20

// forgeEvents are the events of a host's webhooks that a plugin wants to hear of: runs, releases, deployments, changes
// that are proposed or merged. The catalog makes nothing of them.
func forgeEvents(kind string) (header string, events []string) {
	if kind == "github" {
		return "X-GitHub-Event", []string{"workflow_run", "release", "deployment_status", "pull_request"}
	}
	return "X-Gitlab-Event", []string{"Pipeline Hook", "Release Hook", "Deployment Hook", "Merge Request Hook"}
}

// forgeHook passes those of a host's webhooks on to its plugin, once they are found genuine, and the others to next.
func (s *service) forgeHook(kind string, next http.Handler) http.Handler {
	e := s.plug.registry.Get(kind)
	if e == nil {
		return next
	}
	plugin, ok := e.Plugin.(*forge.Plugin)
	if !ok {
		return next
	}
	name, wanted := forgeEvents(kind)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost || !slices.Contains(wanted, r.Header.Get(name)) {
			next.ServeHTTP(w, r)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxForgeHook))
		if err != nil {
			http.Error(w, "the body cannot be read, or is too large", http.StatusRequestEntityTooLarge)
			return
		}
		host := s.reach.signer(kind, r.Header, body)
		path := repositoryOf(body)
		if host == "" || path == "" { // not genuine, or without a repository: the catalog's hook says so
			r.Body = io.NopCloser(bytes.NewReader(body))
			next.ServeHTTP(w, r)
			return
		}
		plugin.Heard(host + "/" + path)
		w.WriteHeader(http.StatusAccepted)
	})
}

// signer is the host of a kind whose secret a webhook was signed with; "" for none.
func (r *reach) signer(kind string, header http.Header, body []byte) string {
	verify := github.Verify
	if kind == "gitlab" {
		verify = gitlab.Verify
	}
	for _, h := range r.hosts {
		if h.kind != kind || h.secret == "" || !verify(h.secret, header, body) {
			continue
		}
		if h.github != nil {
			return strings.ToLower(h.github.Host())
		}
		return strings.ToLower(h.gitlab.Host())
	}
	return ""
}

// repositoryOf is the path of the repository that a webhook is about.
func repositoryOf(body []byte) string {
	var b struct {
		Repository struct {
			FullName string `json:"full_name"`
		} `json:"repository"`
		Project struct {
			Path string `json:"path_with_namespace"`
		} `json:"project"`
	}
	if json.Unmarshal(body, &b) != nil {
		return ""
	}
	if b.Repository.FullName != "" {
		return b.Repository.FullName
	}
	return b.Project.Path
}
