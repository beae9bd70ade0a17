package host

import (
	"slices"

	"github.com/backchannel-portal/backchannel/scaffold/action/input"
)

// Fields that several actions have.
func repoURLField() input.Field {
	return input.Must("repoUrl", input.Name, "the repository, as a repository picker gives it: github.com?owner=acme&repo=shop")
}

func tokenField() input.Field {
	return input.May("token", input.Text, "the token to use, in place of the configured one; such as the asker's own")
}

func sourceField() input.Field {
	return input.May("sourcePath", input.Text, "the folder of the workspace that is published; all of it by default")
}

func authorFields() []input.Field {
	return []input.Field{
		input.May("gitAuthorName", input.Text, "whom the commit is by; the account of the credential by default"),
		input.May("gitAuthorEmail", input.Text, "their address"),
	}
}

// repoFields say how a repository is made.
func repoFields() []input.Field {
	return []input.Field{
		repoURLField(), input.May("description", input.Text, "what the repository is for"), input.May("homepage", input.Text, "its page on the web"),
		input.May("repoVisibility", input.OneOf("private", "public", "internal"), "private by default"),
		input.May("access", input.Text, "a team (acme/payments) or user who becomes an administrator"),
		input.May("collaborators", input.ListOf(input.Object(input.Must("access", input.Text, ""), input.May("user", input.Text, ""),
			input.May("team", input.Text, ""), input.May("username", input.Text, ""))), "users and teams, with their access: pull, triage, push, maintain or admin"),
		input.May("deleteBranchOnMerge", input.Bool, ""), input.May("allowMergeCommit", input.Bool, "true by default"),
		input.May("allowSquashMerge", input.Bool, "true by default"), input.May("allowRebaseMerge", input.Bool, "true by default"),
		input.May("squashMergeCommitTitle", input.OneOf("PR_TITLE", "COMMIT_OR_PR_TITLE"), "COMMIT_OR_PR_TITLE by default"),
		input.May("squashMergeCommitMessage", input.OneOf("PR_BODY", "COMMIT_MESSAGES", "BLANK"), "COMMIT_MESSAGES by default"),
		input.May("allowAutoMerge", input.Bool, ""), input.May("allowUpdateBranch", input.Bool, ""),
		input.May("hasProjects", input.Bool, ""), input.May("hasWiki", input.Bool, ""), input.May("hasIssues", input.Bool, ""),
		input.May("topics", input.Texts, "topics of the repository"), input.May("repoVariables", input.Map, "variables of its workflows"),
		input.May("secrets", input.Map, "secrets of its workflows; they are encrypted before they are sent"),
		input.May("oidcCustomization", input.Object(input.May("useDefault", input.Bool, ""), input.May("includeClaimKeys", input.Texts, "")), "the subject of its workflows' tokens"),
		input.May("customProperties", input.Map, "properties that the organisation defines"),
		input.May("subscribe", input.Bool, "watch the repository"), tokenField(),
	}
}

// branchFields say what is published and how the branch is protected.
func branchFields() []input.Field {
	return slices.Concat([]input.Field{
		input.May("defaultBranch", input.Text, "the branch to publish to; master by default, as in Backstage"), sourceField(),
		input.May("gitCommitMessage", input.Text, "initial commit by default"),
	}, authorFields(), []input.Field{
		input.May("protectDefaultBranch", input.Bool, "true by default; where the plan of the account has no protection, the log says so"),
		input.May("protectEnforceAdmins", input.Bool, "true by default"),
		input.May("requiredApprovingReviewCount", input.Number, "1 by default"), input.May("requireCodeOwnerReviews", input.Bool, ""),
		input.May("dismissStaleReviews", input.Bool, ""), input.May("requireLastPushApproval", input.Bool, ""),
		input.May("requiredStatusCheckContexts", input.Texts, "checks that have to pass"), input.May("requireBranchesToBeUpToDate", input.Bool, "true by default"),
		input.May("requiredConversationResolution", input.Bool, ""), input.May("requiredCommitSigning", input.Bool, ""),
		input.May("requiredLinearHistory", input.Bool, ""), input.May("blockCreations", input.Bool, ""),
		input.May("bypassPullRequestAllowances", input.Map, "users, teams and apps"), input.May("restrictions", input.Map, "users, teams and apps who may push"),
	})
}

func publishOutput() string {
	return input.Schema(
		input.May("remoteUrl", input.Text, "the address to clone from"),
		input.May("repoContentsUrl", input.Text, "the address of the files on the branch"),
		input.May("commitHash", input.Text, "the commit"))
}
