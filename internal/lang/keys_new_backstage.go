package lang

// What people are told when the Backstage that runs templates cannot be asked.
const (
	NewBackstageAway    Key = "new_backstage.away"
	NewBackstageRefuses Key = "new_backstage.refuses"
)
