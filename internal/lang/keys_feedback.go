package lang

// What is said of long work.
const (
	TaskStop     Key = "task.stop"
	TaskStopping Key = "task.stopping"
	TaskProgress Key = "task.progress"
	TaskOthers   Key = "task.others"
	TaskNotNow   Key = "task.not_now"

	RefreshTask      Key = "task.refresh"
	RefreshStepAsk   Key = "task.refresh_ask"
	RefreshStepRead  Key = "task.refresh_read"
	RefreshStepKnown Key = "task.refresh_known"
	RefreshStopped   Key = "task.refresh_stopped"
)
