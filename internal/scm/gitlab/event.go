package gitlab

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/scm/remote"
)

// Verify reports whether a webhook carries the secret token (docs.gitlab.com, "Webhooks"). An empty secret verifies
// nothing.
func Verify(secret string, h http.Header, _ []byte) bool {
	if secret == "" {
		return false
	}
	want, got := sha256.Sum256([]byte(secret)), sha256.Sum256([]byte(h.Get("X-Gitlab-Token")))
	return subtle.ConstantTimeCompare(want[:], got[:]) == 1
}

// payload is what we read of webhooks' bodies, of projects, groups and the instance.
type payload struct {
	ObjectKind string `json:"object_kind"`
	EventName  string `json:"event_name"`
	Ref        string
	Project    struct {
		FullPath string `json:"path_with_namespace"`
	}
	FullPath  string `json:"path_with_namespace"`
	OldPath   string `json:"old_path_with_namespace"`
	GroupPath string `json:"full_path"`
}

// ParseEvent reads a verified webhook. Events that mean nothing to a catalog give remote.Ignored. Those of members do
// not tell the whole path of their group, so they leave the account open.
func ParseEvent(_ http.Header, body []byte) (remote.Event, error) {
	var p payload
	if err := json.Unmarshal(body, &p); err != nil {
		return remote.Event{}, fault.Wrap(fault.Invalid, err, "the webhook's body is not GitLab's JSON")
	}
	var e remote.Event
	for _, path := range []string{p.Project.FullPath, p.FullPath, p.OldPath} {
		if path != "" {
			e.Paths = append(e.Paths, path)
		}
	}
	event := p.EventName
	if event == "" {
		event = p.ObjectKind
	}
	switch event {
	case "push":
		branch, ok := strings.CutPrefix(p.Ref, "refs/heads/")
		if ok && len(e.Paths) > 0 {
			e.Kind, e.Branch = remote.Pushed, branch
		}
	case "project_create", "project_rename", "project_transfer", "project_update":
		e.Kind = remote.Changed
	case "project_destroy":
		e.Kind = remote.Removed
	case "subgroup_create", "subgroup_destroy", "group_create", "group_destroy", "group_rename",
		"user_add_to_group", "user_update_for_group", "user_remove_from_group", "user_add_to_team", "user_remove_from_team":
		e.Kind = remote.Staff
	}
	for _, path := range append([]string{p.GroupPath}, e.Paths...) {
		if path != "" && e.Account == "" {
			top, _, _ := strings.Cut(path, "/")
			e.Account = strings.ToLower(top)
		}
	}
	return e, nil
}
