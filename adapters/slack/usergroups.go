package slack

import (
	"context"
	"errors"
	"time"

	slackapi "github.com/slack-go/slack"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

var _ bot.MemberGroups = (*Adapter)(nil)

// groupTimeout bounds each request about a user group, its repetitions included.
const groupTimeout = 30 * time.Second

// Members implements bot.MemberGroups (usergroups.users.list).
func (a *Adapter) Members(ctx context.Context, workspace, group string) (out []string, err error) {
	err = a.aboutGroup(ctx, workspace, "usergroups.users.list", func(ctx context.Context, api *slackapi.Client) (err error) {
		out, err = api.GetUserGroupMembersContext(ctx, group)
		return err
	})
	return out, err
}

// SetMembers implements bot.MemberGroups (usergroups.users.update).
func (a *Adapter) SetMembers(ctx context.Context, workspace, group string, people []string) error {
	if len(people) == 0 {
		return fault.New(fault.Invalid, "a user group of Slack has at least one member")
	}
	return a.aboutGroup(ctx, workspace, "usergroups.users.update", func(ctx context.Context, api *slackapi.Client) error {
		_, err := api.UpdateUserGroupMembersListContext(ctx, group, people)
		return err
	})
}

// FindMember implements bot.MemberGroups (users.lookupByEmail).
func (a *Adapter) FindMember(ctx context.Context, workspace, email string) (id string, err error) {
	err = a.aboutGroup(ctx, workspace, "users.lookupByEmail", func(ctx context.Context, api *slackapi.Client) error {
		u, err := api.GetUserByEmailContext(ctx, email)
		if err == nil {
			id = u.ID
		}
		return err
	})
	return id, err
}

func (a *Adapter) aboutGroup(ctx context.Context, workspace, method string, ask func(context.Context, *slackapi.Client) error) error {
	ctx, cancel := context.WithTimeout(ctx, groupTimeout)
	defer cancel()
	t, err := a.in(workspace)
	if err != nil {
		return err
	}
	err = t.call(ctx, method, func(api *slackapi.Client) error { return ask(ctx, api) })
	if err == nil {
		return nil
	}
	switch e := upstream(err, method); groupCode(err) {
	case "no_such_subteam", "subteam_not_found", "users_not_found", "invalid_users":
		return fault.Wrap(fault.NotFound, e, "user group")
	case "permission_denied", "plan_upgrade_required", "paid_teams_only", "not_allowed_token_type":
		return fault.Wrap(fault.Forbidden, e, "user group")
	default:
		return e
	}
}

// groupCode is Slack's own word for what is wrong, "" where it is something else.
func groupCode(err error) string {
	said, _ := errors.AsType[slackapi.SlackErrorResponse](err)
	return said.Err
}
