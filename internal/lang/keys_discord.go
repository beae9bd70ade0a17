package lang

// Sentences that only Discord needs. Those that end in TW are for its interface in traditional Chinese, whatever the
// catalogue.
const (
	DiscordConfirm          Key = "discord.confirm"
	DiscordLate             Key = "discord.late"
	DiscordFormMore         Key = "discord.form_more"
	DiscordFormMend         Key = "discord.form_mend"
	DiscordFormMendButton   Key = "discord.form_mend_button"
	DiscordFormOpen         Key = "discord.form_open"
	DiscordFormOpenButton   Key = "discord.form_open_button"
	DiscordFormWhich        Key = "discord.form_which"
	DiscordFormChoose       Key = "discord.form_choose"
	DiscordFormBeside       Key = "discord.form_beside"
	DiscordFormBesideButton Key = "discord.form_beside_button"
	DiscordFormWithout      Key = "discord.form_without"
	DiscordFormNowhere      Key = "discord.form_nowhere"
	DiscordNo               Key = "discord.no"
	DiscordOncallName       Key = "discord.oncall_name"
	DiscordMenuOwnerTW      Key = "discord.menu_owner_tw"
	DiscordCommandAskTW     Key = "discord.command_ask_tw"
	DiscordCommandOncallTW  Key = "discord.command_oncall_tw"
	DiscordOptionName       Key = "discord.option_name"
	DiscordOptionNameTW     Key = "discord.option_name_tw"
	DiscordOptionAsk        Key = "discord.option_ask"
	DiscordOptionAskTW      Key = "discord.option_ask_tw"
	DiscordOptionOncall     Key = "discord.option_oncall"
	DiscordOptionOncallTW   Key = "discord.option_oncall_tw"
)
