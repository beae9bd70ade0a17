package slack

import (
	"slices"
	"testing"

	"github.com/backchannel-portal/backchannel/adapters/slack/slacktest"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

func TestUserGroups(t *testing.T) {
	x := start(t, ModeHTTP, echo())
	x.slack.AddUser(slacktest.User{ID: "UMEI", Name: "Mei", Email: "mei@acme.example"})
	x.slack.AddUser(slacktest.User{ID: "UTOM", Name: "Tom", Email: "tom@acme.example"})
	x.slack.SetGroup("S1", "UTOM")
	ctx, team := t.Context(), slacktest.Team
	if id, err := x.a.FindMember(ctx, team, "mei@acme.example"); err != nil || id != "UMEI" {
		t.Errorf("found %q, %v", id, err)
	}
	if _, err := x.a.FindMember(ctx, team, "nobody@acme.example"); !fault.Is(err, fault.NotFound) {
		t.Errorf("nobody: %v", err)
	}
	if got, err := x.a.Members(ctx, team, "S1"); err != nil || !slices.Equal(got, []string{"UTOM"}) {
		t.Errorf("members %v, %v", got, err)
	}
	if err := x.a.SetMembers(ctx, team, "S1", []string{"UMEI", "UTOM"}); err != nil || !slices.Equal(x.slack.Group("S1"), []string{"UMEI", "UTOM"}) {
		t.Errorf("set: %v, %v", x.slack.Group("S1"), err)
	}
	for name, tt := range map[string]struct {
		team, group string
		people      []string
		fails       []slacktest.Failure
		kind        fault.Kind
	}{
		"nobody":         {team, "S1", nil, nil, fault.Invalid},
		"no such group":  {team, "S9", []string{"UMEI"}, nil, fault.NotFound},
		"no such person": {team, "S1", []string{"UNONE"}, nil, fault.NotFound},
		"no scope":       {team, "S1", []string{"UMEI"}, []slacktest.Failure{{Code: "missing_scope"}}, fault.Forbidden},
		"no right":       {team, "S1", []string{"UMEI"}, []slacktest.Failure{{Code: "permission_denied"}}, fault.Forbidden},
	} {
		x.slack.Fail("usergroups.users.update", tt.fails...)
		if err := x.a.SetMembers(ctx, tt.team, tt.group, tt.people); !fault.Is(err, tt.kind) {
			t.Errorf("%s: %v, want %v", name, err, tt.kind)
		}
	}
	if got := off([]Feature{FeatureGroups}, []string{"usergroups:read"}); len(got) != 1 || !slices.Equal(got[0].Missing, []string{"usergroups:write"}) {
		t.Errorf("the doctor says %+v", got)
	}
}
