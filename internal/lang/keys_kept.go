package lang

// What an answer remarks about entities that are not what a file says now.
const (
	KeptStale   Key = "kept.stale"
	KeptAway    Key = "kept.away"
	KeptAways   Key = "kept.aways"
	KeptOrphan  Key = "kept.orphan"
	KeptOrphans Key = "kept.orphans"
)
