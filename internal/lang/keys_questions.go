package lang

// Who uses a technology beyond what manifests say, whose that is, and what something is tagged.
const (
	FleetOwners Key = "questions.owners"
	FleetTagged Key = "questions.tagged"
	ShowTagged  Key = "questions.says"
)
