package lang

// What people are told when the Backstage that runs templates cannot be asked.
const (
	NewBackstageAway    Key = "new_backstage.away"
	NewBackstageLost    Key = "new_backstage.lost"
	NewBackstageRefuses Key = "new_backstage.refuses"

	RunSilentNow     Key = "run_silent.now"     // title
	RunSilentSince   Key = "run_silent.since"   // title, when
	RunSilentUntil   Key = "run_silent.until"   // when
	RunStoppedSilent Key = "run_silent.stopped" // title, n, total
)
