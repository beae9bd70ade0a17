package host

import (
	"context"
	"net/http"

	"github.com/backchannel-portal/backchannel/internal/scm/rest"
	"github.com/backchannel-portal/backchannel/scaffold/action/input"
)

// protection is how the branch of a new repository is protected.
type protection struct {
	ProtectDefaultBranch, ProtectEnforceAdmins   *bool
	RequiredApprovingReviewCount                 *float64
	RequireCodeOwnerReviews, DismissStaleReviews bool
	RequireLastPushApproval                      bool
	RequiredStatusCheckContexts                  []string
	RequireBranchesToBeUpToDate                  *bool
	RequiredConversationResolution               bool
	RequiredCommitSigning, RequiredLinearHistory bool
	BlockCreations                               bool
	BypassPullRequestAllowances, Restrictions    input.Value
}

// body is that of GitHub's "Update branch protection".
func (p protection) body() map[string]any {
	reviews := 1
	if p.RequiredApprovingReviewCount != nil {
		reviews = int(min(max(*p.RequiredApprovingReviewCount, 0), 6))
	}
	pulls := map[string]any{
		"required_approving_review_count": reviews, "require_code_owner_reviews": p.RequireCodeOwnerReviews,
		"dismiss_stale_reviews": p.DismissStaleReviews, "require_last_push_approval": p.RequireLastPushApproval,
	}
	if p.BypassPullRequestAllowances.Len() > 0 {
		pulls["bypass_pull_request_allowances"] = p.BypassPullRequestAllowances.Value
	}
	b := map[string]any{
		"required_status_checks":        map[string]any{"strict": orTrue(p.RequireBranchesToBeUpToDate), "contexts": append([]string{}, p.RequiredStatusCheckContexts...)},
		"restrictions":                  nil,
		"enforce_admins":                orTrue(p.ProtectEnforceAdmins),
		"required_pull_request_reviews": pulls, "required_conversation_resolution": p.RequiredConversationResolution,
		"required_linear_history": p.RequiredLinearHistory, "block_creations": p.BlockCreations,
	}
	if p.Restrictions.Len() > 0 {
		b["restrictions"] = p.Restrictions.Value
	}
	return b
}

// protect protects a branch. As in Backstage, a host that refuses it ends nothing: the log says so.
// The error is that of a call that was stopped.
func (r *repository) protect(ctx context.Context, branch string, p protection) error {
	if !orTrue(p.ProtectDefaultBranch) {
		return nil
	}
	at := r.top() + "/branches/" + escape(branch) + "/protection"
	err := eventually(ctx, func() error { return r.send(ctx, http.MethodPut, at, p.body(), nil) },
		func(err error) bool { return rest.Code(err) == http.StatusNotFound }) // the branch is known a moment later
	if err == nil && p.RequiredCommitSigning {
		err = r.send(ctx, http.MethodPost, at+"/required_signatures", map[string]any{}, nil)
	}
	if err != nil {
		r.c.Logf(ctx, "the branch %s of %s is not protected: %v", branch, r.Path(), err)
	}
	return ctx.Err()
}
