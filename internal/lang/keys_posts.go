package lang

// What the bot sends of its own accord.
const (
	PostRepeated    Key = "post.repeated"
	OutcomeDeclined Key = "post.outcome_declined"
	OutcomeRequest  Key = "post.outcome_request"
)
