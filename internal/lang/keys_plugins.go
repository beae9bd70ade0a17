package lang

// What is said of plugins and their cards.
const (
	PlugAge          Key = "plugins.age"
	PlugAsking       Key = "plugins.asking"
	PlugAskingAgain  Key = "plugins.asking_again"
	PlugLastKnown    Key = "plugins.last_known"
	PlugNothingKnown Key = "plugins.nothing_known"
	PlugLate         Key = "plugins.late"
	PlugForbidden    Key = "plugins.forbidden"
	PlugUnknown      Key = "plugins.unknown"
	PlugConfig       Key = "plugins.config"
	PlugBroken       Key = "plugins.broken"
)
