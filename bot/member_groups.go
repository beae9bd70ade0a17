package bot

import "context"

// MemberGroups is a Platform that has groups of people who can be mentioned together, and lets the bot say who is in
// one. Groups and people are known by the platform's own ids. Errors have kind NotFound for a group or a person that
// there is not, Forbidden where the bot lacks the right to do it, Upstream where the platform does not answer.
type MemberGroups interface {
	// Members returns who is in a group of a workspace.
	Members(ctx context.Context, workspace, group string) ([]string, error)
	// SetMembers makes some people, and nobody else, the members of a group. None at all is an error of kind Invalid:
	// no platform has empty groups.
	SetMembers(ctx context.Context, workspace, group string, people []string) error
	// FindMember returns the person of a workspace with an e-mail address.
	FindMember(ctx context.Context, workspace, email string) (string, error)
}
