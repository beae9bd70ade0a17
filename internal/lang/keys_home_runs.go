package lang

// Somebody's recent runs, on the home page.
const (
	HomeRuns       Key = "home_runs.heading"
	HomeRunPending Key = "home_runs.pending"
	HomeRunRunning Key = "home_runs.running"
	HomeRunDone    Key = "home_runs.done"
	HomeRunFailed  Key = "home_runs.failed"
)
