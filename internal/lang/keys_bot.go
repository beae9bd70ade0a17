package lang

// Messages of the conversation itself.
const (
	BotTooFast       Key = "bot.too_fast"
	BotBroke         Key = "bot.broke"
	BotUpstream      Key = "bot.upstream"
	BotButtonUnknown Key = "bot.button_unknown"
	BotButtonOthers  Key = "bot.button_others"
	BotButtonExpired Key = "bot.button_expired"
	BotButtonUsed    Key = "bot.button_used"
	BotNoForms       Key = "bot.no_forms"
	BotFormGone      Key = "bot.form_gone"
)
