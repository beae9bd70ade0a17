package gitlab

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

func TestVerify(t *testing.T) {
	for _, tt := range []struct {
		secret, sent string
		want         bool
	}{{"s3", "s3", true}, {"s3", "s", false}, {"s3", "", false}, {"", "", false}} {
		if got := Verify(tt.secret, http.Header{"X-Gitlab-Token": {tt.sent}}, nil); got != tt.want {
			t.Errorf("%q against %q: %v", tt.sent, tt.secret, got)
		}
	}
}

func TestParseEvent(t *testing.T) {
	for _, tt := range []struct{ body, want string }{
		{`{"object_kind":"push","ref":"refs/heads/a/b","project":{"path_with_namespace":"Acme/x/pay"}}`, "pushed acme [Acme/x/pay] a/b"},
		{`{"object_kind":"tag_push","ref":"refs/tags/v1","project":{"path_with_namespace":"acme/pay"}}`, "ignored acme [acme/pay] "},
		{`{"event_name":"project_create","path_with_namespace":"acme/pay"}`, "changed acme [acme/pay] "},
		{`{"event_name":"project_rename","path_with_namespace":"acme/new","old_path_with_namespace":"acme/old"}`, "changed acme [acme/new acme/old] "},
		{`{"event_name":"project_destroy","path_with_namespace":"acme/pay"}`, "removed acme [acme/pay] "},
		{`{"event_name":"user_add_to_group","group_path":"x"}`, "staff  [] "},
		{`{"event_name":"subgroup_create","full_path":"acme/x","group_path":"x"}`, "staff acme [] "},
		{`{"object_kind":"issue"}`, "ignored  [] "},
	} {
		e, err := ParseEvent(nil, []byte(tt.body))
		kind := [...]string{"ignored", "pushed", "changed", "removed", "staff"}[e.Kind]
		if got := fmt.Sprintf("%s %s %v %s", kind, e.Account, e.Paths, e.Branch); err != nil || got != tt.want {
			t.Errorf("%s: %q, want %q; %v", tt.body, got, tt.want, err)
		}
	}
	if _, err := ParseEvent(nil, []byte("x")); !fault.Is(err, fault.Invalid) {
		t.Error(err)
	}
}

func FuzzParseEvent(f *testing.F) {
	f.Add([]byte(`{"object_kind":"push","ref":"refs/heads/main","project":{"path_with_namespace":"acme/pay"}}`))
	f.Fuzz(func(_ *testing.T, body []byte) {
		_, _ = ParseEvent(nil, body) // it must not panic
	})
}
