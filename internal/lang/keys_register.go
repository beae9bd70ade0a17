package lang

// Messages of registering a location, as long work.
const (
	RegisteringTask    Key = "registering.task"
	RegisteringRead    Key = "registering.read"
	RegisteringKeep    Key = "registering.keep"
	RegisteringKnown   Key = "registering.known"
	RegisteringStopped Key = "registering.stopped"
	RegisteringBroken  Key = "registering.broken" // what went wrong is ours
	RegisteringNotNow  Key = "registering.not_now"
)
