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
	PlugTitle        Key = "plugins.title"
	PlugLine         Key = "plugins.line"
	PlugLineNote     Key = "plugins.line_note"
	PlugGone         Key = "plugins.gone"
	PlugNothing      Key = "plugins.nothing"
	PlugNothingOf    Key = "plugins.nothing_of"
	PlugConfirm      Key = "plugins.confirm"
	PlugDoing        Key = "plugins.doing"
	PlugDone         Key = "plugins.done"
	PlugFailed       Key = "plugins.failed"
	PlugMayNot       Key = "plugins.may_not"
	PlugNewsNew      Key = "plugins.news_new"
	PlugNewsGone     Key = "plugins.news_gone"
	PlugNewsMoved    Key = "plugins.news_moved"
)
