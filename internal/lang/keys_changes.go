package lang

// Messages of the command that says what changed around something.
const (
	ChangesHead    Key = "changes.head"
	ChangesNone    Key = "changes.none"
	ChangesLooking Key = "changes.looking"
	ChangesScope   Key = "changes.scope"
	ChangesAway    Key = "changes.away"
	ChangesAlone   Key = "changes.alone"
	ChangesWhich   Key = "changes.which"
	ChangesHours   Key = "changes.hours"
	ChangesDays    Key = "changes.days"

	ChangesLine         Key = "changes.line"
	ChangesLineOf       Key = "changes.line_of"
	ChangesMerge        Key = "changes.merge"
	ChangesRelease      Key = "changes.release"
	ChangesDeploy       Key = "changes.deploy"
	ChangesDeployFailed Key = "changes.deploy_failed"
	ChangesFailed       Key = "changes.failed"
	ChangesFixed        Key = "changes.fixed"
	ChangesBy           Key = "changes.by"
	ChangesOwner        Key = "changes.owner"
	ChangesLifecycle    Key = "changes.lifecycle"
	ChangesVersion      Key = "changes.version"
	ChangesCatalog      Key = "changes.catalog"
	ChangesOnCall       Key = "changes.oncall"
)
