package lang

// Messages about repositories: what is proposed, released and deployed there, and who reviews it.
const (
	RepoTitle        Key = "repo.title"
	RepoPullsTitle   Key = "repo.pulls_title"
	RepoMergesTitle  Key = "repo.merges_title"
	RepoReleaseTitle Key = "repo.release_title"
	RepoDeployTitle  Key = "repo.deploy_title"
	RepoActionsTitle Key = "repo.actions_title"
	RepoOwnersTitle  Key = "repo.owners_title"

	RepoPulls     Key = "repo.pulls"
	RepoPullsNone Key = "repo.pulls_none"
	RepoPullNoun  Key = "repo.pull_noun"
	RepoMergeNoun Key = "repo.merge_noun"
	RepoPullLine  Key = "repo.pull_line"
	RepoPullDraft Key = "repo.pull_draft"
	RepoPullWaits Key = "repo.pull_waits"

	RepoRelease      Key = "repo.release"
	RepoReleaseBy    Key = "repo.release_by"
	RepoReleaseNone  Key = "repo.release_none"
	RepoReleaseEarly Key = "repo.release_early"
	RepoReleaseLine  Key = "repo.release_line"

	RepoDeploy       Key = "repo.deploy"
	RepoDeployBy     Key = "repo.deploy_by"
	RepoDeployFailed Key = "repo.deploy_failed"
	RepoDeployGoing  Key = "repo.deploy_going"
	RepoDeployNone   Key = "repo.deploy_none"

	RepoOwners       Key = "repo.owners"
	RepoOwnersAll    Key = "repo.owners_all"
	RepoOwnersNone   Key = "repo.owners_none"
	RepoOwnersLine   Key = "repo.owners_line"
	RepoOwnersNobody Key = "repo.owners_nobody"
	RepoColPattern   Key = "repo.col_pattern"
	RepoColOwners    Key = "repo.col_owners"

	RepoRunStep Key = "repo.run_step"
	RepoRunJob  Key = "repo.run_job"
	RepoUnknown Key = "repo.unknown"
	RepoOpen    Key = "repo.open"

	RepoTopicActions   Key = "repo.topic_actions"
	RepoTopicPipelines Key = "repo.topic_pipelines"
	RepoTopicReleases  Key = "repo.topic_releases"
	RepoNewsRelease    Key = "repo.news_release"
	RepoNewsUnreleased Key = "repo.news_unreleased"
)
