package lang

// Answers to questions that are understood so far that it can be said why there is no other.
const (
	AskTongue Key = "asked.tongue" // the question is in a language that is not understood
	AskUntold Key = "asked.untold" // topic: what no page says how to do
)
